"""The table of exports: sizes and latencies beside the dense network's."""

import json
import types

import pytest

from lth_keras.store import export_cards
from lth_keras.store.export_cards import count, keep_card, size_table


def card(title, **entry):
    return {"title": title, "totals": {
        "density": 0.25, "parameters": 400, "flops": 800, "effective_flops": 200},
        "formats": {"tflite": {"bytes": 100, "bytes_gzipped": 30, **entry}}}


def test_shares_of_the_dense_network_and_milliseconds():
    timed = card("ticket", seconds={"1": 0.002, "256": 0.1}, dense={
        "bytes": 400, "bytes_gzipped": 300, "seconds": {"1": 0.004, "256": 0.2}})
    table = size_table([timed, card("bare")])
    first, second = table.to_dict("records")
    assert (first["network"], first["format"], first["density"]) == ("ticket", "tflite", 0.25)
    assert (first["bytes_of_dense"], first["gzipped_of_dense"]) == (0.25, 0.1)
    assert (first["ms_batch_1"], first["dense_ms_batch_256"]) == (2.0, 200.0)
    assert second["bytes"] == 100 and second["bytes_of_dense"] != second["bytes_of_dense"]


@pytest.mark.parametrize("number, text", [(1234567, "1,234,567"), (None, "-"), (float("nan"), "-")])
def test_counts_are_written_with_commas(number, text):
    assert count(number) == text


def test_no_card_takes_the_place_of_another_networks(tmp_path, monkeypatch):
    # What a whole card has is tested with its schema.
    monkeypatch.setattr(export_cards, "checked", lambda schema, value, path: value)
    paths = types.SimpleNamespace(exports=tmp_path)

    def keep(unit, title, trial=1):
        keep_card(paths, "out", {
            "title": title, "provenance": {"trial": trial, "unit": unit}})

    keep("ticket@06", "first")
    keep("full", "second")
    keep("full", "third", trial=2)
    keep("ticket@06", "first again")
    kept = {path.name: json.loads(path.read_text())["title"] for path in tmp_path.iterdir()}
    assert kept == {"out.json": "first again", "out-2.json": "second", "out-3.json": "third"}
