"""What an export may say of its speed: nothing from noise, nothing of a masked dense file."""

import pytest

from lth_keras.export.formats import EXPORT_FORMATS
from lth_keras.export.latency_lines import faster, size_lines
from lth_keras.export.time_exports import used_by_others
from lth_keras.report import latency_points


def card(own, dense, compacted=False, others=0.0, matched=None, density=0.1, after=60):
    """A card whose formats took (lower quartile, median, upper quartile) ms at both batches."""
    def timed(low, median, high):
        return {"bytes": 10, "bytes_gzipped": 5,
                "seconds": {"1": median / 1e3, "256": median / 1e3},
                "quartiles": {"1": [low / 1e3, high / 1e3], "256": [low / 1e3, high / 1e3]}}
    entry = timed(*own) | {"dense": timed(*dense)} | (
        {"matched": timed(1, 2, 3)} if matched else {})
    return {
        "formats": {"saved_model": entry, "tflite_sparse": entry, "ticket": {
            "bytes": 1, "bytes_gzipped": 1}},
        "totals": {"density": density, "parameters": after if compacted else 100},
        "compaction": {"applied": compacted, "parameters_before": 100, "parameters_after": after},
        "machine": {"processor": "one", "cores": 2},
        "timing": {"processes": 3, "others": others, "matched": matched},
    }


@pytest.mark.parametrize("own, dense, compacted, expected", [
    ((1, 2, 3), (5, 6, 7), False, (False, True)),
    ((1, 2, 3), (5, 6, 7), True, (True, True)),
    # The quartiles overlap; or the median is not 1.2 times as fast.
    ((1, 2, 5.5), (5, 6, 7), True, (False, False)),
    ((5, 5.1, 5.2), (5.5, 5.6, 5.7), True, (False, False)),
    ((8, 9, 10), (5, 6, 7), False, (False, False)),
])
def test_what_counts_as_faster(own, dense, compacted, expected):
    made = card(own, dense, compacted)
    assert tuple(faster(made, name) for name in ("saved_model", "tflite_sparse")) == expected
    assert not faster(made, "ticket")


def test_a_masked_dense_file_claims_nothing_however_fast_it_was():
    text = "\n".join(size_lines(card((1, 2, 3), (50, 60, 70))))
    assert "No speed from zeros: saved_model." in text
    assert ("Faster than the dense network, beyond the spread of the turns: tflite_sparse "
            "(30.00× at batch 1, 30.00× at batch 256).") in text
    assert "| saved_model | 2.000 [1.000, 3.000] | 60.000 [50.000, 70.000] |" in text
    assert "busy" not in text and "Of its size" not in text


def test_a_compaction_that_removed_nothing_is_no_reason_to_be_faster():
    made = card((1, 2, 3), (5, 6, 7), compacted=True, after=100)
    assert not faster(made, "saved_model") and faster(made, "tflite_sparse")
    assert "No speed from zeros: saved_model." in "\n".join(size_lines(made))


def test_a_compacted_network_of_density_1_is_judged_and_a_full_one_is_not():
    # A ticket by units: what is left of it has no zeros.
    quick = "\n".join(size_lines(card((1, 2, 3), (5, 6, 7), compacted=True, density=1.0)))
    assert "the turns: saved_model (3.00× at batch 1, 3.00× at batch 256); tflite_sp" in quick
    slow = "\n".join(size_lines(card((4, 5, 6), (5, 6, 7), compacted=True, density=1.0)))
    assert "Not clearly faster than the dense network: saved_model (1.20× at batch 1" in slow
    full = card((1, 2, 3), (5, 6, 7), density=1.0)
    assert "aster" not in "\n".join(size_lines(full)) and not faster(full, "tflite_sparse")


def test_a_network_that_was_built_narrower_is_judged():
    narrow = card((1, 2, 3), (5, 6, 7), density=1.0)
    narrow["formats"]["saved_model"]["dense"]["parameters"] = 900
    assert faster(narrow, "saved_model")
    assert "the turns: saved_model (3.00×" in "\n".join(size_lines(narrow))


def test_the_figure_of_latencies_takes_the_float32_formats():
    taken = {name for name, known in EXPORT_FORMATS.items()
             if latency_points._is_float32({"metric_tolerance": known.metric_tolerance})}
    assert set(EXPORT_FORMATS) - taken == {"tflite_float16", "tflite_int8"}


def test_a_busy_machine_and_the_network_beside_are_named():
    text = "\n".join(size_lines(card((4, 5, 6), (4, 5, 6), others=1.3, matched="dense_matched@10")))
    assert "**The machine was busy**: other programs used 1.3 of its cores" in text
    assert "Of its size: `dense_matched@10`" in text
    assert "Not clearly faster than the dense network: tflite_sparse (1.00× at" in text


def test_cores_that_others_used():
    # Four seconds: all cores worked for six, this process for one of them.
    assert used_by_others((10.0, 2.0, 100.0), (16.0, 3.0, 104.0)) == 1.25
    assert used_by_others((10.0, 2.0, 100.0), (10.5, 3.0, 104.0)) == 0
    assert used_by_others(None, (1, 1, 1)) is None
