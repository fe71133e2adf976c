"""Files of a run that belong to no network: each change is found."""

from lth_keras import files
from lth_keras.store import network_folder
from lth_keras.store.beside_networks import check_beside
from lth_keras.store.schemas import PieceFacts


def checked(run, **changes):
    return [str(each) for each in check_beside(run.paths, run.header | changes)]


def test_a_table_that_is_lost_or_changed(build):
    run = build()
    run.network(1, "full", 0, 1)
    run.finish()
    assert checked(run) == []
    with open(run.paths.metrics, "a", encoding="utf-8") as file:
        file.write("1,more\n")
    assert checked(run) == ["metrics.csv: has another checksum than run.json says"]
    run.paths.metrics.unlink()
    assert checked(run) == ["metrics.csv: is missing"]


def test_analyses_and_cards(build):
    run = build()
    run.network(1, "full", 0, 1)
    root = run.finish()
    piece = root / "analysis" / "lines" / "trial_01"
    files.write_text(piece / "rows.csv", "a\n")
    network_folder.finish(piece, ["rows.csv"], {
        "measure": "Lines", "settings": {}, "sources": {}, "seconds": 1.0,
    }, PieceFacts)
    assert checked(run) == []
    (piece / "rows.csv").write_text("b\n")
    files.write_json(root / "analysis" / "lines" / "summary.json", {"measure": "Lines"})
    files.write_json(root / "exports" / "ticket.json", {"title": "no seal"})
    found = check_beside(run.paths, run.header)
    assert [each.path for each in found] == [
        "analysis/lines/trial_01/rows.csv", "analysis/lines/summary.json", "exports/ticket.json"]
    assert found[0].aside == ("analysis/lines/trial_01",)
