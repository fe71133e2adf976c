"""Tokenisation: SentencePiece, trained on the training text, cuts text into numbered pieces."""

import dataclasses
import io

import gin
import numpy as np

from lth_keras.data.sources.opened_source import OpenedSource, in_parts
from lth_keras.errors import ConfigurationError

PADDING, UNKNOWN, END = 0, 1, 2
MODEL_FILE = "tokenizer.model"
# Bytes; SentencePiece leaves out longer texts without a word, by default those above 4,192.
_LONGEST = 2**30


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Tokens:
    """How a text set becomes arrays of token numbers.

    The pieces are byte-pair encodings (Sennrich et al. 2016) that SentencePiece (Kudo and
    Richardson 2018) finds in the training split alone. Token 0 is padding, 1 stands for unknown
    characters, 2 ends a text. A run keeps the pieces as tokenizer.model, which SentencePiece reads
    in any language:
    `sentencepiece.SentencePieceProcessor(model_file=…).decode(numbers)`.

    Attributes:
      vocabulary: number of pieces, at least 16.
      length: tokens of one example: longer texts are cut off, shorter ones padded.
      next_token: for language models: all texts are joined and cut into examples of `length`
        tokens; the label of each token is the next one.

    Raises:
      ConfigurationError: a value is outside what is said above.
    """

    vocabulary: int = 8192
    length: int = 128
    next_token: bool = False

    def __post_init__(self):
        for parameter, least, most in (("vocabulary", 16, 2**20), ("length", 1, 2**16)):
            value = getattr(self, parameter)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not least <= value <= most:
                raise ConfigurationError(
                    f"Tokens.{parameter} is {value!r}; expected an integer from {least} to {most}")
        if not isinstance(self.next_token, bool):
            raise ConfigurationError(
                f"Tokens.next_token is {self.next_token!r}; expected True or False")


def tokenised(source, tokens):
    """The `OpenedSource` of a text source's tokens; all of them are in memory, 4 bytes each.

    Args:
      source: an `OpenedSource` with inputs that are bytes in UTF-8.
      tokens: `Tokens`.

    Raises:
      ConfigurationError: the text is too short for so many pieces, or for one example.
    """
    model = _trained(source, tokens)
    arrays = {}
    for split in source.sizes:
        encoded, labels = _encoded(source, split, model)
        if tokens.next_token:
            arrays[split] = _windows(source.name, split, encoded, tokens.length)
        else:
            arrays[split] = _padded(encoded, tokens.length), labels
    return OpenedSource(
        source.name, {split: len(inputs) for split, (inputs, _) in arrays.items()},
        lambda split: in_parts(*arrays[split]), source.content,
        num_classes=tokens.vocabulary if tokens.next_token else source.num_classes,
        label_names=None if tokens.next_token else source.label_names,
        attachments=lambda: {MODEL_FILE: model.serialized_model_proto()},
    )


def _trained(source, tokens):
    import sentencepiece

    written = io.BytesIO()
    texts = (text for inputs, _ in source.read("train") for text in map(_text, inputs))
    try:
        # With one thread the pieces depend on the text alone.
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=texts, model_writer=written, model_type="bpe", num_threads=1,
            vocab_size=tokens.vocabulary, pad_id=PADDING, unk_id=UNKNOWN, eos_id=END, bos_id=-1,
            minloglevel=2, max_sentence_length=_LONGEST,
        )
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1][-120:]
        raise ConfigurationError(
            f"SentencePiece finds no {tokens.vocabulary} pieces in the training text of "
            f"'{source.name}' ({reason}); bind Tokens.vocabulary to a smaller number"
        ) from error
    return sentencepiece.SentencePieceProcessor(model_proto=written.getvalue())


def _encoded(source, split, model):
    encoded, labels = [], []
    for inputs, part_labels in source.read(split):
        pieces = model.encode([_text(each) for each in inputs], out_type=int)
        encoded += [np.asarray([*each, END], np.int32) for each in pieces]
        labels.append(part_labels)
    return encoded, np.concatenate(labels)


def _padded(encoded, length):
    array = np.full((len(encoded), length), PADDING, np.int32)
    for row, each in zip(array, encoded, strict=True):
        row[: min(length, len(each))] = each[:length]
    return array


def _windows(name, split, encoded, length):
    """(inputs, labels), int32 [N, length], of one long text; labels are the next tokens."""
    whole = np.concatenate(encoded)
    count = (len(whole) - 1) // length
    if count < 1:
        raise ConfigurationError(
            f"the {split} text of '{name}' has {len(whole)} tokens; expected more than "
            f"Tokens.length, which is {length}: bind it to a smaller number"
        )
    used = count * length
    return whole[:used].reshape(count, length), whole[1 : used + 1].reshape(count, length)


def _text(given):
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
