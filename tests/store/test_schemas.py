"""What stored JSON may hold: any value at any key is taken or refused with one line."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.schemas import NetworkFacts, RunHeader, checked
from tests.finished_networks import finish
from tests.json_places import places
from tests.made_up_runs import MadeUpRun

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=3), max_leaves=6)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """{schema: contents that it takes} of a made-up run."""
    build = MadeUpRun(tmp_path_factory.mktemp("runs") / "run")
    build.network(1, "imp", 0, 1)
    root = build.finish()
    header = network_folder.header(build.paths)
    facts = network_folder.facts(root / "trial_01" / "round_00")
    return {RunHeader: header, NetworkFacts: facts}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("schema", [RunHeader, NetworkFacts], ids=lambda schema: schema.__name__)
def test_any_value_at_any_key(schema, stored, data):
    content = copy.deepcopy(stored[schema])
    all_places = list(places(content))
    parent, key = all_places[data.draw(st.integers(0, len(all_places) - 1))]
    if isinstance(parent, dict) and data.draw(st.booleans()):
        key = data.draw(st.text(max_size=8))
    parent[key] = data.draw(ANYTHING)
    try:
        assert checked(schema, content, "file.json") is content
    except RunError as error:
        assert str(error).startswith("file.json is not what this program writes: ")


@pytest.mark.parametrize("schema", [RunHeader, NetworkFacts], ids=lambda schema: schema.__name__)
def test_each_key_that_is_needed_is_missed(schema, stored):
    needed = [name for name, field in schema.model_fields.items() if field.is_required()]
    assert len(needed) > 5
    for name in needed:
        content = {key: value for key, value in stored[schema].items() if key != name}
        with pytest.raises(RunError, match=name):
            checked(schema, content, "file.json")


@pytest.mark.parametrize("change, said", [
    ({"tables": {"../outside": "0" * 64}}, "tables"), ({"units": [[1, "a"], [1, "a"]]}, "twice"),
    ({"trial_seeds": []}, "trial_seeds"), ({"state": "over"}, "state"),
    ({"margin": True}, "margin"), ({"more": 1}, "more"), ({"seed": 10**400}, "larger"),
    ({"units": [[1, "../x"]]}, "units"),
])
def test_what_does_not_fit_together(change, said, stored):
    with pytest.raises(RunError, match=said):
        checked(RunHeader, stored[RunHeader] | change, "run.json")


@pytest.mark.parametrize("name", ["../../outside", "/etc/passwd", "a/../b", "..", ".", "a/b/c", ""])
def test_no_file_outside_the_trial_is_vouched_for(name, stored):
    facts = copy.deepcopy(stored[NetworkFacts])
    facts["files"][name] = "0" * 64
    with pytest.raises(RunError, match="outside the run|at least"):
        checked(NetworkFacts, facts, "done.json")


@pytest.mark.parametrize("text, said", [
    ('{"a": 1, "a": 2}', "stands twice"), ('{"a": "\\ud800"}', "surrogates"),
    ("[" * 100_000, "recursion|depth"), ("\xff", "utf-8|Expecting"), ("1" * 5000, "digits"),
])
def test_json_that_is_refused(text, said, tmp_path):
    (tmp_path / "a.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(RunError, match=f"cannot read .*({said})"):
        files.read_json(tmp_path / "a.json")


def test_what_is_written_is_checked_too(tmp_path):
    with pytest.raises(RunError, match="density"):
        finish(tmp_path / "trial_01" / "full", density=2.0)
    assert not (tmp_path / "trial_01" / "full" / "done.json").exists()
