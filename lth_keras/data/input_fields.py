"""Examples of several arrays: packs them side by side into one row of numbers, and unpacks them.

So an example is one row for all code that shuffles, gathers, streams or hashes examples.
"""

import dataclasses
import math

import numpy as np

from lth_keras.data.conversion import named_array
from lth_keras.errors import ConfigurationError

# float32 can represent every integer up to this one.
_LARGEST = 2**24


@dataclasses.dataclass(frozen=True)
class InputField:
    """One of an example's arrays.

    Attributes:
      name: its key, or 'input 0', 'input 1', … where they have none.
      shape: of one example.
      dtype: 'float32' or 'int32', as the model gets it; uint8 is scaled to [0, 1], float32.
      start, stop: its place in the packed row.
    """

    name: str
    shape: tuple
    dtype: str
    start: int
    stop: int


@dataclasses.dataclass(frozen=True)
class InputFields:
    """How a tuple or a dict of arrays is packed.

    Attributes:
      fields: `InputField`s, in the tuple's order or by the dict's keys in order.
      form: 'tuple' or 'dict'.
    """

    fields: tuple
    form: str

    @property
    def size(self):
        """Count of numbers in a packed row."""
        return self.fields[-1].stop

    @property
    def shapes(self):
        """The shapes of one example's arrays, as a tuple or dict like the arrays."""
        return self._as_given([field.shape for field in self.fields])

    def pack(self, x, name="the data"):
        """float32 [N, size] of a tuple or a dict of arrays [N, …].

        Raises:
          ConfigurationError: arrays are missing, unknown, or of other shapes or types.
        """
        arrays, keys, form = _listed(x)
        if form != self.form or keys != [field.name for field in self.fields]:
            raise ConfigurationError(
                f"{name} has the inputs {', '.join(keys)} as a {form}; expected "
                f"{', '.join(field.name for field in self.fields)} as a {self.form}"
            )
        rows = []
        for field, array in zip(self.fields, arrays, strict=True):
            array = _checked(array, f"{field.name} of {name}")
            if array.shape[1:] != field.shape or _dtype(array) != field.dtype:
                raise ConfigurationError(
                    f"{field.name} of {name} is {array.dtype} {array.shape[1:]}; expected "
                    f"{field.dtype} {field.shape}, as in training"
                )
            scale = np.float32(1 / 255) if array.dtype == np.uint8 else np.float32(1)
            rows.append(array.reshape(len(array), -1).astype(np.float32) * scale)
        if len({len(row) for row in rows}) != 1:
            raise ConfigurationError(
                f"the inputs of {name} have {', '.join(str(len(row)) for row in rows)} examples; "
                "expected as many of each"
            )
        return np.concatenate(rows, axis=1)

    def unpack(self, rows):
        """The tuple or dict of arrays that the model takes, of float32 [N, size]."""
        return self._as_given([
            rows[:, field.start : field.stop].reshape(-1, *field.shape).astype(field.dtype)
            for field in self.fields
        ])

    def describe(self):
        """[[name, dtype, shape]], as JSON."""
        return [[field.name, field.dtype, list(field.shape)] for field in self.fields]

    def _as_given(self, values):
        if self.form == "tuple":
            return tuple(values)
        return {field.name: value for field, value in zip(self.fields, values, strict=True)}


def has_fields(x, examples):
    """Whether `x` is several arrays of `examples` examples each: a dict, or a tuple of arrays."""
    if isinstance(x, dict):
        return True
    return isinstance(x, tuple) and bool(x) and all(
        hasattr(each, "shape") and np.ndim(each) and len(each) == examples for each in x)


def input_fields(x, name):
    """The `InputFields` of a tuple or dict of arrays.

    Raises:
      ConfigurationError: an array is not one of numbers with a row for each example.
    """
    arrays, keys, form = _listed(x)
    if not arrays:
        raise ConfigurationError(f"x of {name} is an empty {form}; expected arrays [N, …]")
    fields, start = [], 0
    for key, array in zip(keys, arrays, strict=True):
        array = _checked(array, f"{key} of {name}")
        stop = start + math.prod(array.shape[1:])
        fields.append(InputField(key, array.shape[1:], _dtype(array), start, stop))
        start = stop
    return InputFields(tuple(fields), form)


def _listed(x):
    if isinstance(x, dict):
        keys = sorted(map(str, x))
        return [x[key] for key in keys], keys, "dict"
    if isinstance(x, (tuple, list)):
        return list(x), [f"input {index}" for index in range(len(x))], "tuple"
    return [x], ["input 0"], type(x).__name__


def _dtype(array):
    return "float32" if array.dtype.kind == "f" or array.dtype == np.uint8 else "int32"


def _checked(array, name):
    array = named_array(name, array)
    if array.ndim < 1 or array.dtype.kind not in "uif" or not array.size:
        raise ConfigurationError(
            f"{name} is {array.dtype} {array.shape}; expected numbers [N, …], one row an example")
    if array.dtype.kind == "f":
        array = array.astype(np.float32)
        if not np.all(np.isfinite(array)):
            raise ConfigurationError(f"{name} holds NaN or infinity; expected finite values")
    elif np.abs(array.astype(np.int64)).max() > _LARGEST:
        raise ConfigurationError(
            f"{name} holds integers beyond ±{_LARGEST}; expected smaller ones, or floats")
    return array
