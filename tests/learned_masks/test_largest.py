"""The k largest without sorting, against the choice that the criteria make with NumPy."""

import numpy as np
import pytest

from lth_keras import criteria
from lth_keras.compat import tf
from lth_keras.learned_masks.largest import largest


def expected(magnitudes, count):
    whole = np.ones(magnitudes.shape, bool)
    return criteria.prune_layerwise({"w": magnitudes}, {"w": whole}, {"w": count})["w"]


@pytest.fixture(scope="module")
def compiled():
    return tf.function(largest)


CASES = {
    "distinct": np.random.default_rng(0).random((5, 8)).astype(np.float32),
    "ties": (np.random.default_rng(1).integers(0, 3, (5, 8)) / 7).astype(np.float32),
    "all equal": np.full((5, 8), 0.25, np.float32),
    "zeros": np.zeros((5, 8), np.float32),
    "far apart": np.float32(10.0) ** np.arange(-20, 20, dtype=np.float32).reshape(5, 8),
}


@pytest.mark.parametrize("count", [0, 1, 13, 39, 40])
@pytest.mark.parametrize("case", CASES)
def test_it_chooses_as_the_criteria_do(compiled, case, count):
    found = compiled(tf.constant(CASES[case]), tf.constant(count)).numpy()
    np.testing.assert_array_equal(found, expected(CASES[case], count).astype(np.float32))


def test_another_count_is_not_traced_again(compiled):
    for count in (3, 30):
        compiled(tf.constant(CASES["ties"]), tf.constant(count))
    assert compiled.experimental_get_tracing_count() == 1


def test_xla_chooses_the_same():
    under_xla = tf.function(largest, jit_compile=True)
    for count in (0, 7, 40):
        found = under_xla(tf.constant(CASES["ties"]), tf.constant(count)).numpy()
        np.testing.assert_array_equal(found, expected(CASES["ties"], count))
