"""Files with fitting seals and checksums and wrong contents, as another person could send them."""

import copy
import random

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from lth_keras import files
from tests.hostile import alterations, damages
from tests.hostile import origin as origins
from tests.hostile.check import check
from tests.json_places import places

# Any JSON, large integers, infinities and odd texts included.
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(damages.VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.text(max_size=5), inner, max_size=3), max_leaves=5)


@pytest.fixture(scope="module")
def contents(origin):
    """{file: content} of the sealed files."""
    return alterations.sealed_contents(origin)


@pytest.mark.parametrize("name", alterations.FORMS)
def test_the_schemas_take_any_value_at_any_key_or_refuse_it_in_one_line(name, contents):
    spots = list(places(contents[name]))

    @hypothesis.settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @hypothesis.given(st.integers(0, len(spots) - 1), ANYTHING)
    def examine(place, value):
        content = copy.deepcopy(contents[name])
        parent, key = list(places(content))[place]
        parent[key] = value
        said = alterations.refusal(contents, name, content)
        assert said is None or ("\n" not in said and len(said) < 1000)

    examine()


@pytest.mark.parametrize("name", alterations.FORMS)
def test_so_they_do_with_values_of_the_same_type(name, contents):
    chance = random.Random(name)
    said = [alterations.refusal(contents, name, alterations.altered(contents, name, chance))
            for _ in range(300)]
    assert all(each is None or "\n" not in each for each in said)
    assert 0 < sum(each is None for each in said) < len(said)


@pytest.mark.parametrize("seed", range(24))
def test_what_the_schemas_take_ends_in_the_truth_or_in_one_line(
        seed, contents, run, origin, tmp_path, capsys, marker):
    name, content = alterations.taken(contents, seed)
    alterations.put(run, name, content)
    check(run, origin, tmp_path, capsys, name, is_strict=False)


def _first(arrays):
    return sorted(arrays)[0]


def _without(arrays):
    arrays.pop(_first(arrays))


def _with_one_more(arrays):
    arrays["more/kernel"] = np.zeros(3, np.float32)


def _swapped(arrays):
    one, other = "fc1/kernel", "fc2/kernel"
    arrays[one], arrays[other] = arrays[other], arrays[one]


def _as(kind):
    def change(arrays):
        return {key: array.astype(kind) for key, array in arrays.items()}

    change.__name__ = f"as_{np.dtype(kind).name}"
    return change


def _nan(arrays):
    arrays[_first(arrays)] = arrays[_first(arrays)] * np.float32(np.nan)


def _transposed(arrays):
    arrays["fc1/kernel"] = arrays["fc1/kernel"].T


def _flat(arrays):
    return {key: array.ravel() for key, array in arrays.items()}


CHANGES = (_without, _with_one_more, _swapped, _as("float64"), _as("complex64"), _nan, _transposed,
           _flat)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("name", ["round_01/weights.npz", "ticket@02/initial.npz",
                                  "ticket@02/masks.npz"])
def test_arrays_that_are_none_of_the_models(name, change, run, tmp_path, capsys):
    if name.endswith("masks.npz") and change is _nan:
        pytest.skip("masks are bool")
    damages.rearranged(run / "trial_01" / name, change)
    outcome = origins.answer(capsys, "verify", run)
    assert outcome.status == 1 and f"trial_01/{name.split('/')[0]}" in outcome.out
    for name, arguments in origins.commands(run, tmp_path).items():
        assert origins.is_one_clear_line(origins.answer(capsys, *arguments)), name


@pytest.mark.parametrize("damage", [damages.claims_too_much, damages.bomb, damages.one_array],
                         ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("name", ["masks.npz", "weights.npz"])
def test_archives_that_claim_what_they_do_not_hold(
        name, damage, run, origin, tmp_path, capsys, marker):
    damage(run / "trial_01" / "round_02" / name)
    # The seals fit: the run's own command does not read the files of a finished run.
    check(run, origin, tmp_path, capsys, name, is_strict=False)
    outcome = origins.answer(capsys, "verify", run)
    assert outcome.status == 1 and "trial_01/round_02" in outcome.out


def test_another_runs_network_is_found(run, origin, capsys):
    for name in ("masks.npz", "weights.npz", "metrics.csv"):
        damages.another_runs(run / "trial_01" / "round_00" / name)
    damages.vouch(run / "trial_01" / "round_00")
    outcome = origins.answer(capsys, "verify", run)
    assert outcome.status == 1 and "another round_00/weights.npz" in outcome.out
    assert origins.answer(capsys, "verify", run, "--repair").status == 0
    assert origins.answer(capsys, *origins.TRAIN, f"--output_dir={run.parent}").status == 0
    assert origins.contents(run) == origins.contents(origin)


@pytest.mark.parametrize("text", ["", "layer\n", "x,y\n1,2\n"])
def test_stored_rows_that_no_measure_writes(text, run, tmp_path, capsys):
    (run / "analysis" / "mask_overlap" / "trial_01" / "rows.csv").write_text(text)
    for name in ("trial_01/done.json", "summary.json"):
        path = run / "analysis" / "mask_overlap" / name
        damages.resealed(path, lambda content, folder=path.parent: content.update(
            files={each: files.sha256(folder / each) for each in content["files"]}))
    outcome = origins.answer(capsys, *origins.commands(run, tmp_path)["analyze"])
    assert outcome.status == 1 and origins.is_one_clear_line(outcome)
    assert "rows.csv" in outcome.err or "is not what MaskOverlap writes" in outcome.err


def test_what_is_made_again_by_another_command_is_named(run, capsys):
    for name in ("exports/exported.json", "analysis/mask_overlap/summary.json"):
        damages.a_bit(run / name)
    outcome = origins.answer(capsys, "verify", run, "--repair")
    assert outcome.status == 0
    assert f"run.py export {run} --variant=… --to=exported" in outcome.out
    assert f"run.py analyze {run}" in outcome.out


@pytest.mark.parametrize("change, said", [
    (lambda facts: facts.update(files={}), "files has no"),
    (lambda facts: facts.update(trial=2), "another network's place"),
    (lambda facts: facts.update(density=facts["density"] / 2), "density"),
    (lambda facts: facts.update(final_test_accuracy=0.987), "test_accuracy"),
    (lambda facts: facts.update(steps=3), "step"),
    (lambda facts: facts["files"].update({"../../../elsewhere": "0" * 64}), "outside the run"),
    (lambda facts: facts["made_from"].update(data="other"), "other data"),
    (lambda facts: facts["made_from"].update(configuration="0" * 64), "configuration"),
    (lambda facts: facts["made_from"]["files"].update(
        {"../round_01/masks.npz": "0" * 64}), "another round_01"),
], ids=range(9))
def test_facts_against_folder_arrays_and_metrics(change, said, run, capsys):
    damages.resealed(run / "trial_01" / "round_02" / "done.json", change)
    damages.resealed(run / "run.json", lambda content: content["networks"].clear())
    outcome = origins.answer(capsys, "verify", run)
    assert outcome.status == 1 and said in outcome.out, outcome.out


@pytest.mark.parametrize("name", ["\x1b]0;owned\x07", "[/x]", "<script>alert(1)</script>", "$x$",
                                  "\u202etxt", "a|b`c`"])
def test_names_are_shown_as_text(name, run, tmp_path, capsys):
    def change(content):
        content["experiment"] = content["data"]["name"] = content["data"]["requested"] = name

    damages.resealed(run / "run.json", change)
    for arguments in (("list", f"--output_dir={run.parent}"), ("report", run)):
        outcome = origins.answer(capsys, *arguments)
        assert outcome.status == 0 and outcome.err == ""
        assert not {"\x1b", "\x07", "\u202e"} & set(outcome.out)
    for file in ("report.html", "summary.md"):
        text = (run / file).read_text("utf-8")
        assert not {"\x1b", "\x07", "\u202e"} & set(text) and "<script>alert" not in text
