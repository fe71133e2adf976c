"""Event protocol buffers, beside TensorBoard's own."""

import numpy as np
import pytest
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.util import tensor_util

from lth_keras.tensorboard import event_protocol


@pytest.mark.parametrize("values", [[0.5, -1.0, 0.25, 3.0, 0.25], [2.5, 2.5], []])
def test_a_histogram_is_tensorboards_own(values):
    ours = event_protocol.histogram("w", np.array([*values, np.nan], np.float32)).value[0]
    theirs = histogram_pb("w", np.array(values), 60).value[0]
    assert ours.metadata == theirs.metadata
    np.testing.assert_allclose(
        *(tensor_util.make_ndarray(each.tensor) for each in (ours, theirs)), atol=1e-6)


def test_values_that_differ_in_their_last_bits_have_a_histogram():
    values = np.full(5, 0.05, np.float32)
    values[0] = np.nextafter(values[0], np.float32(1))
    for each in (values, values.astype(np.float64), np.array([1.0, np.nextafter(1.0, 2)])):
        summary = event_protocol.histogram("w", each).value[0]
        buckets = tensor_util.make_ndarray(summary.tensor)
        assert buckets.shape == (60, 3) and buckets[:, 2].sum() == each.size


def test_a_file_that_ends_in_the_middle_of_a_record_is_read_up_to_there(tmp_path):
    scalar = event_protocol.event(event_protocol.scalars({"a": 1}), 2.0, 3)
    content = event_protocol.encode([*event_protocol.opening(1.0), scalar])
    (tmp_path / "events").write_bytes(content[:-5])
    assert len(event_protocol.decode(tmp_path / "events")) == 2
    (tmp_path / "events").write_bytes(content)
    assert len(event_protocol.decode(tmp_path / "events")) == 3
