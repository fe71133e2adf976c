"""`LanguageModel`: perplexity from the entropy, and the next token as label."""

import numpy as np
import pytest

from lth_keras.tasks import LanguageModel, next_tokens
from tests.tasks.batch_values import softmax, values

RANDOM = np.random.default_rng(0)


def test_perplexity_is_two_to_the_entropy_in_bits():
    inputs, labels = next_tokens(RANDOM.integers(0, 5, (6, 9)))
    assert np.array_equal(inputs[:, 1:], labels[:, :-1])
    logits = RANDOM.normal(size=(6, 8, 5))
    own = np.take_along_axis(softmax(logits), labels[..., None], -1)
    loss, (perplexity,) = values(LanguageModel(5), labels.astype(np.int32), logits)
    assert perplexity == pytest.approx(2 ** -np.log2(own).mean(), rel=1e-5)
    assert loss == pytest.approx(np.log(perplexity), rel=1e-5)
    even = values(LanguageModel(5), labels.astype(np.int32), np.zeros((6, 8, 5)))[1][0]
    assert even == pytest.approx(5.0, rel=1e-6)  # Nothing known: one in five.
    assert LanguageModel(5).finish([1e6]) == [np.inf]
