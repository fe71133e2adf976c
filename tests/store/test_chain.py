"""The chain from network to network: origins, and what a change reaches."""

import pytest

from lth_keras.errors import RunError
from lth_keras.paths import RunPaths
from lth_keras.store import chain, network_folder
from tests.finished_networks import MADE_FROM, finish

ZERO, ONE = "0" * 64, "1" * 64


def facts(files, made_from):
    return {"files": dict.fromkeys(files, ZERO),
            "made_from": {"files": dict.fromkeys(made_from, ZERO)}}


TRIAL = {
    "round_00": facts(["weights.npz", "../initial.npz", "../rewind.npz"], []),
    "round_01": facts(["weights.npz", "masks.npz"], ["../rewind.npz", "../round_00/weights.npz"]),
    "round_02": facts(["weights.npz", "masks.npz"], ["../rewind.npz", "../round_01/weights.npz"]),
    "ticket@01": facts(["weights.npz"], ["../rewind.npz", "../round_01/masks.npz"]),
    "full": facts(["weights.npz"], ["../initial.npz"]),
    "reinit@01": facts(["weights.npz", "../distributions/ticket@01.npz"],
                       ["../round_01/masks.npz"]),
}


@pytest.mark.parametrize("changed, reached", [
    (["round_02/weights.npz"], set()),
    (["round_01/masks.npz"], {"ticket@01", "reinit@01"}),
    (["round_01/weights.npz"], {"round_02"}),
    (["round_00/weights.npz"], {"round_01", "round_02", "ticket@01", "reinit@01"}),
    (["initial.npz"], {"full"}),
    (["distributions/ticket@01.npz"], {"reinit@01"}),
])
def test_what_was_made_from_a_changed_file(changed, reached):
    assert chain.descendants(TRIAL, changed) == reached


def test_what_a_network_wrote_lies_in_its_folder_and_in_the_trials():
    assert chain.written_by("round_00", TRIAL["round_00"]) == {
        "round_00/weights.npz", "initial.npz", "rewind.npz"}
    assert "full/masks.npz" in chain.written_by("full", None)  # Its done.json cannot be read.


def test_another_origin_is_told_in_words(tmp_path):
    paths = RunPaths(tmp_path)
    source = finish(paths.network(1, "round_00"))
    stored = network_folder.facts(source)["files"]["weights.npz"]
    for made_from, place in ((stored, None), (ONE, "round_00/weights.npz")):
        folder = finish(paths.network(1, "round_01"), made_from={
            **MADE_FROM, "files": {"../round_00/weights.npz": made_from}})
        own = network_folder.facts(folder)
        problem = chain.other_origin(paths, own)
        assert chain.doubtful(paths, own) == ([place] if place else [])
        if place is None:
            assert problem is None
            chain.check_stored(paths, folder)
        else:
            assert problem == f"it was made from another {place} than the one that is stored"
            with pytest.raises(RunError, match="another round_00/weights.npz .*--repair"):
                chain.check_stored(paths, folder)


def test_other_data_and_another_configuration_are_told(tmp_path):
    paths = RunPaths(tmp_path)
    own = network_folder.facts(finish(paths.network(1, "round_00")))
    header = {"data": {"fingerprint": "01"}, "configuration": {}}
    assert chain.other_origin(paths, own, header).startswith("it was trained on other data")
    header["data"]["fingerprint"] = MADE_FROM["data"]
    assert chain.other_origin(paths, own, header).startswith(
        "it was trained with another configuration")
