"""drawn.json: what an event file was written from, and whether it is unchanged."""

from lth_keras import files
from lth_keras.paths import RunPaths
from lth_keras.store import drawn_events

NAME = "events.out.tfevents.1700000000"


def test_an_event_file_is_drawn_until_it_changes(tmp_path):
    paths = RunPaths(tmp_path)
    folder = paths.tensorboard / "full"
    assert drawn_events.read_drawn(folder) is None and not drawn_events.is_drawn(folder)
    files.write_text(folder / NAME, "events")
    drawn_events.write_drawn(folder, NAME, 3, {10: (1.5, None), 20: (2.5, 0.25)})
    assert drawn_events.read_drawn(folder)["noted"] == {"10": [1.5, None], "20": [2.5, 0.25]}
    assert drawn_events.is_drawn(folder) and drawn_events.check_drawn(paths) == []
    (folder / NAME).write_text("other events")
    assert not drawn_events.is_drawn(folder)
    (finding,) = drawn_events.check_drawn(paths)
    assert str(finding) == (
        f"tensorboard/full/{NAME}: is missing or has another checksum than drawn.json says")
    assert finding.aside == (f"tensorboard/full/{NAME}",)


def test_an_altered_drawn_json_is_found(tmp_path):
    paths = RunPaths(tmp_path)
    folder = paths.tensorboard_trials / "run"
    files.write_text(folder / NAME, "events")
    drawn_events.write_drawn(folder, NAME, 3, {})
    files.write_json(folder / "drawn.json", {"file": NAME})
    assert not drawn_events.is_drawn(folder)
    (finding,) = drawn_events.check_drawn(paths)
    assert finding.path == "tensorboard_trials/run/drawn.json"
