"""Parts that the schemas share: names, counts, checksums, a model's configuration, `checked`."""

import math
from typing import Annotated, Any

import pydantic

from lth_keras.errors import RunError
from lth_keras.plain_text import plain
from lth_keras.program import program

_LARGEST = 2**63 - 1
_PLACE = 200  # Characters of a place in a message.


class Strict(pydantic.BaseModel):
    """A JSON object with known keys only, each of its type."""

    model_config = pydantic.ConfigDict(strict=True, extra="forbid", protected_namespaces=())


class Open(pydantic.BaseModel):
    """A JSON object that may have further keys, such as the fields of a user's class."""

    model_config = pydantic.ConfigDict(strict=True, extra="allow", protected_namespaces=())


def _is_plain(value):
    """Refuses numbers, anywhere in a JSON tree, that do not fit into float64 or int64."""
    if isinstance(value, dict):
        for each in value.values():
            _is_plain(each)
    elif isinstance(value, list):
        for each in value:
            _is_plain(each)
    elif isinstance(value, int) and not -_LARGEST - 1 <= value <= _LARGEST:
        raise ValueError("a number of it is larger than any that this program writes")
    return value


def _is_path(name):
    """Refuses a name that is not a file of the network's folder or of the trial's."""
    parts = name.split("/")
    if parts[0] == "..":
        parts = parts[1:]
    if not 1 <= len(parts) <= 2 or not all(
            part.strip(".") and part.isprintable() and len(part) <= 250 for part in parts):
        raise ValueError("it lies outside the run, or is no name of a file")
    return name


def _is_variable(description):
    """Refuses what is no type followed by the sides of an array that memory could hold."""
    kind, *sides = description
    if not isinstance(kind, str) or not all(isinstance(side, int) for side in sides):
        raise ValueError("it is no type with sides after it")
    if math.prod(sides) > _LARGEST:
        raise ValueError("no memory holds an array of these sides")
    return description


def size_of(description):
    """How many numbers a variable of `Variables` has."""
    return math.prod(description[1:])


Text = Annotated[str, pydantic.Field(max_length=10_000)]
Count = Annotated[int, pydantic.Field(ge=0, le=_LARGEST)]
Positive = Annotated[int, pydantic.Field(ge=1, le=_LARGEST)]
Number = Annotated[float, pydantic.Field(allow_inf_nan=False)]
Share = Annotated[float, pydantic.Field(ge=0, le=1)]
Seconds = Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)]
Sha256 = Annotated[str, pydantic.Field(pattern=r"^[0-9a-f]{64}$")]
Json = Annotated[Any, pydantic.AfterValidator(_is_plain)]
FolderName = Annotated[
    str, pydantic.Field(max_length=200, pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.@+-]*$")]
# 'fc1/kernel': a name that TensorFlow accepts, and that matplotlib does not read as a formula.
Key = Annotated[str, pydantic.Field(max_length=500, pattern=r"^[A-Za-z0-9_./:\\ -]+$")]
# A file of a network's folder, 'masks.npz', or of its trial, '../initial.npz'.
FileName = Annotated[str, pydantic.Field(max_length=500), pydantic.AfterValidator(_is_path)]
Checksums = dict[FileName, Sha256]
# A file beside run.json, or in figures/.
TableName = Annotated[str, pydantic.Field(pattern=r"^(figures/)?[A-Za-z0-9_-]+\.[a-z]{2,5}$")]
# 'fc1/kernel': [dtype, side, side, …].
Variables = dict[Key, Annotated[
    list[str | Count], pydantic.Field(min_length=1, max_length=33),
    pydantic.AfterValidator(_is_variable)]]
DurationText = Annotated[str, pydantic.Field(pattern=r"^[0-9]{1,15}(ep|it)$")]


class LayerConfig(Open):
    """The part of a Keras layer's `get_config` that a report shows."""

    name: Text


class Layer(Open):
    """A layer's class and configuration."""

    class_name: Text
    config: LayerConfig


class KerasConfig(Open):
    """`model.to_json()` of a functional or Sequential model. `export` checks the rest of it before
    it builds a model."""

    name: Text = "network"
    layers: list[Layer] = []


def checked(schema, content, path):
    """`content`, checked against `schema`.

    Args:
      schema: a subclass of `Strict`.
      content: the parsed JSON, without its seal.
      path: where it was read, or is to be written, for the message.

    Raises:
      RunError: it does not fit; one line says where and why.
    """
    try:
        _is_plain(content)
        schema.model_validate(content)
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        # A key of the file may have anything in it, line breaks too.
        where = plain(".".join(map(str, first["loc"])), keep="")[:_PLACE] or "it"
        raise RunError(
            f"{path} is not what this program writes: {where} is "
            f"{_short(first['input'])}: {first['msg']}; `{program()} verify RUN` looks for "
            "further damage"
        ) from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path} is not what this program writes: {error}") from error
    return content


def _short(value):
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
