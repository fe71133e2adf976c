"""`LanguageModel`: perplexity from the entropy, and the next token as label."""

import numpy as np
import pytest

from lth_keras.data import from_arrays
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.errors import ConfigurationError
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


TOKENS = np.arange(24, dtype=np.int32).reshape(6, 4) % 5


@pytest.mark.parametrize("task, train, other, words", [
    (LanguageModel(5), TOKENS * 2, TOKENS, "the train inputs of 'mine' have tokens from 0 to 8"),
    (LanguageModel(5), TOKENS, TOKENS * 2, "the test inputs of 'mine' have tokens from 0 to 8"),
    (LanguageModel(5), TOKENS - 1, TOKENS, "from -1 to 3; expected 0..4"),
    (LanguageModel(), TOKENS, TOKENS + 1, "the test inputs of 'mine' have tokens from 1 to 5"),
])
def test_tokens_of_the_inputs_are_in_the_vocabulary(task, train, other, words):
    with pytest.raises(ConfigurationError) as error:
        from_arrays(train, TOKENS, other, TOKENS, name="mine", task=task)
    assert words in str(error.value) and "\n" not in str(error.value)
    with pytest.raises(ConfigurationError, match="the validation inputs"):
        from_arrays(TOKENS, TOKENS, TOKENS, TOKENS, validation=(TOKENS + 5, TOKENS), task=task)


def test_the_largest_token_sets_the_vocabulary_and_other_inputs_are_no_tokens():
    assert from_arrays(TOKENS + 2, TOKENS, TOKENS, TOKENS, task=LanguageModel()).num_outputs == 7
    sounds = TOKENS * 2.5
    assert from_arrays(sounds, TOKENS, sounds, TOKENS, task=LanguageModel(5)).num_outputs == 5
    assert from_arrays(sounds[:, :2], TOKENS, sounds[:, :2], TOKENS,
                       task=LanguageModel()).num_outputs == 5
    longer = np.concatenate([TOKENS, TOKENS + 4], 1)
    assert from_arrays(longer, TOKENS, longer, TOKENS, task=LanguageModel()).num_outputs == 9
    pictures = np.full((6, 3, 3), 9.0)
    assert from_arrays(pictures, TOKENS, pictures, TOKENS, task=LanguageModel()).num_outputs == 5
    assert from_arrays(pictures, TOKENS, pictures, TOKENS, task=LanguageModel(5)).num_outputs == 5


def test_of_several_inputs_rows_of_whole_numbers_are_tokens():
    begun = np.concatenate([np.full((6, 1), 8, np.int32), TOKENS[:, :-1]], 1)  # 8 is in no label.
    for beside in (np.full((6, 3), 0.5, np.float32), np.full((6, 3, 3), 200, np.uint8),
                   np.full((6, 1), 90, np.int32), np.full((6, 2, 2), 90, np.int32)):
        x = {"text": begun, "beside": beside}
        assert from_arrays(x, TOKENS, x, TOKENS, task=LanguageModel()).num_outputs == 9
    x = {"style": np.full((6, 3), 50.0, np.float32), "more": np.full((6, 2), 0.5, np.float32)}
    assert from_arrays(x, TOKENS, x, TOKENS, task=LanguageModel()).num_outputs == 5


def test_tokens_on_disk_are_read_in_parts(tmp_path):
    (TOKENS * 2).astype(np.float32).tofile(tmp_path / "rows")
    rows = RowsOnDisk(tmp_path / "rows", np.float32, TOKENS.shape)
    assert LanguageModel().fitted(TOKENS, rows, "mine").vocabulary == 9
    with pytest.raises(ConfigurationError, match="tokens from 0 to 8"):
        LanguageModel(5).fitted(TOKENS, rows, "mine")
