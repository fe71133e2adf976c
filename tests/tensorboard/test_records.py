"""Records and their checksums, beside TensorBoard's own."""

import io

import numpy as np
import pytest
from tensorboard.summary.writer.record_writer import RecordWriter

from lth_keras.tensorboard import records

LENGTHS = (0, 1, 3, 4, 5, 8, 31, 32, 33, 60, 61, 500, 3001)


@pytest.fixture(scope="module")
def contents():
    chance = np.random.default_rng(1)
    return [chance.bytes(length) for length in LENGTHS]


def test_records_are_those_of_tensorboard_and_come_back(contents):
    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    for content in contents:
        writer.write(content)
    assert records.encode(contents) == buffer.getvalue()
    assert records.decode(buffer.getvalue()) == contents
    assert records.encode([]) == b"" and records.decode(b"") == []


@pytest.mark.parametrize("place", ["length", "its sum", "content", "its sum too"])
def test_the_first_damaged_record_ends_a_file(contents, place):
    data = bytearray(records.encode(contents))
    begins = sum(LENGTHS[:9]) + 16 * 9  # Of the record of 60 bytes.
    offset = {"length": 1, "its sum": 9, "content": 40, "its sum too": 73}[place]
    data[begins + offset] ^= 4
    assert records.decode(bytes(data)) == contents[:9]
    assert records.decode(bytes(data[:begins + 5])) == contents[:9]
