"""The files of a run, and the checks of each answer when one of them is damaged."""

import functools

from tests.hostile import origin as origins

# One file of each kind: the same code reads the others of its kind.
FILES = (
    "run.json", "config.gin", "operative_config.gin", "metrics.csv", "summary.csv", "summary.md",
    "comparisons.csv", "report.html", "report.json", ".lock", "exports/exported.json",
    "analysis/mask_overlap/summary.json", "analysis/mask_overlap/summary.csv",
    "trial_01/initial.npz", "trial_01/rewind.npz", "trial_01/rewind_optimizer.npz",
    "trial_01/distributions/ticket@02_initial.npz",
    *(f"trial_01/round_01/{name}" for name in ("masks.npz", "weights.npz", "metrics.csv",
                                               "done.json")),
    *(f"trial_01/ticket@02/{name}" for name in ("masks.npz", "weights.npz", "initial.npz",
                                                "metrics.csv", "done.json")),
)


def name_of(value):
    """A case's name, for pytest."""
    return getattr(value, "__name__", str(value))


@functools.cache
def whole_contents(origin):
    """`origins.contents` of the undamaged run, which no case writes."""
    return origins.contents(origin)


def check(run, origin, tmp_path, capsys, damaged=None, is_strict=True):
    """Gives every command, and checks each answer.

    `is_strict`: no seal was made to fit, so that the results must be those of the undamaged run.

    Returns:
      {command: exit status}.
    """
    statuses = {}
    outside = origins.fingerprint(tmp_path / "outside")
    whole = whole_contents(origin)
    for name, arguments in origins.commands(run, tmp_path).items():
        outcome = origins.answer(capsys, *arguments)
        statuses[name] = outcome.status
        assert origins.is_one_clear_line(outcome), (name, outcome)
        assert origins.fingerprint(tmp_path / "outside") == outside, name
        assert "\x1b]" not in outcome.out + outcome.err, name
        if name == "verify" and outcome.status == 0 and is_strict:
            after = origins.contents(run)
            assert {key: after.get(key) for key in whole} == whole, "verify finds nothing"
        if name == "resume" and outcome.status == 0 and is_strict:
            after = origins.contents(run)
            wrong = {key for key in whole if after.get(key) != whole[key]}
            assert not wrong, f"{damaged}: another result in {wrong}"
    assert not (tmp_path / "exported").is_symlink()
    return statuses
