"""Masks: dicts {'layer/kernel': bool array} that say which weights are kept. Pure NumPy.

All counting, checking and shuffling of masks is here, so that it can be read and tested without
TensorFlow.
"""

import numpy as np

from lth_keras.errors import RunError

Arrays = dict[str, np.ndarray]


def ones(shape: tuple[int, ...]) -> np.ndarray:
    """The mask of one layer that keeps everything."""
    return np.ones(shape, bool)


def kept(masks: Arrays) -> dict[str, int]:
    """{key: number of kept weights}."""
    return {key: int(np.count_nonzero(mask)) for key, mask in masks.items()}


def total_kept(masks: Arrays) -> int:
    """Number of kept weights over all layers."""
    return sum(kept(masks).values())


def size(masks: Arrays) -> int:
    """Number of prunable weights, kept or not."""
    return sum(mask.size for mask in masks.values())


def density(masks: Arrays) -> float:
    """Share of the prunable weights that is kept, in [0, 1]."""
    return total_kept(masks) / size(masks)


def apply(masks: Arrays, weights: Arrays) -> Arrays:
    """`weights` with zeros where the mask is False; arrays without a mask stay unchanged."""
    return {
        key: np.where(masks[key], array, array.dtype.type(0)) if key in masks else array.copy()
        for key, array in weights.items()
    }


def check_given(masks: Arrays, like: Arrays) -> None:
    """Checks the form of masks that a rule gave; what they keep is for `check`.

    Args:
      masks: what the rule gave.
      like: {key: array of the expected shape}.

    Raises:
      RunError: they are no dict, lack a kernel or have one too many; or a mask is no NumPy array,
        not boolean, or of another shape.
    """
    if not isinstance(masks, dict):
        raise RunError(f"gave {type(masks).__name__}; expected a dict of a mask for each kernel")
    for key in [*like, *masks]:
        if key not in like:
            raise RunError(f"gave a mask of {key!r}; expected only those of {sorted(like)}")
        mask, wanted = masks.get(key), f"a NumPy array of bool {like[key].shape}"
        if key not in masks:
            raise RunError(f"gave no mask of {key}; expected {wanted}")
        if not isinstance(mask, np.ndarray):
            raise RunError(f"mask {key} is {type(mask).__name__}; expected {wanted}")
        if mask.dtype != bool or mask.shape != like[key].shape:
            raise RunError(
                f"mask {key} is an array of {mask.dtype} {mask.shape}; expected {wanted}")


def check(masks: Arrays, previous: Arrays | None = None,
          expected: dict[str, int] | None = None) -> None:
    """Checks a mask before it enters a model or a file.

    Args:
      masks: the masks, boolean.
      previous: masks of the round before: a pruned weight never comes back.
      expected: {key: number of kept weights} that the schedule promised.

    Raises:
      RunError: a mask is not boolean, not nested in `previous`, of another shape than there, or
        has another count.
    """
    for key, mask in masks.items():
        if mask.dtype != bool:
            raise RunError(f"mask {key} has dtype {mask.dtype}; expected bool")
        if previous is not None and (
                key not in previous or previous[key].shape != mask.shape):
            raise RunError(f"mask {key} has not its shape of the round before, or was not there")
        if previous is not None and np.any(mask & ~previous[key]):
            revived = int(np.count_nonzero(mask & ~previous[key]))
            raise RunError(f"mask {key} keeps {revived} weights that were pruned before")
    if expected is not None:
        counts = kept(masks)
        for key, count in expected.items():
            if counts.get(key) != count:
                raise RunError(
                    f"mask {key} keeps {counts.get(key)} weights; the schedule says {count}")


def check_total(masks: Arrays, count: int) -> None:
    """Checks the number of kept weights over all layers.

    Raises:
      RunError: it is not `count`.
    """
    if total_kept(masks) != count:
        raise RunError(f"the masks keep {total_kept(masks)} weights; the schedule says {count}")


def check_applied(masks: Arrays, weights: Arrays) -> None:
    """Checks that every pruned weight is exactly zero.

    Raises:
      RunError: a pruned weight is not zero; or a mask is of no weight, or of another shape.
    """
    for key, mask in masks.items():
        if key not in weights or weights[key].shape != mask.shape:
            raise RunError(f"the mask of {key} fits no weights: their shapes or names differ")
        alive = int(np.count_nonzero(weights[key][~mask]))
        if alive:
            raise RunError(f"{alive} pruned weights of {key} are not zero")


def from_counts(shapes: dict[str, tuple[int, ...]], counts: dict[str, int],
                generator: np.random.Generator) -> Arrays:
    """Random masks with exactly `counts[key]` kept weights in each layer, uniformly placed.

    Args:
      shapes: {key: shape}.
      counts: {key: number of weights to keep}.
      generator: np.random.Generator.
    """
    masks = {}
    for key in sorted(shapes):
        flat = np.zeros(int(np.prod(shapes[key])), bool)
        flat[generator.permutation(flat.size)[: counts[key]]] = True
        masks[key] = flat.reshape(shapes[key])
    return masks


def shuffled(masks: Arrays, generator: np.random.Generator) -> Arrays:
    """`masks` with each layer's entries in a random order: same density, other topology."""
    return from_counts({key: mask.shape for key, mask in masks.items()}, kept(masks), generator)
