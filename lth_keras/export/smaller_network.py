"""The network that an export writes: the stored one, or the compacted one, checked to be equal."""

import numpy as np

from lth_keras.errors import RunError
from lth_keras.export.compaction import compact

# Of the largest output. Compaction only reorders sums.
_TOLERANCE = 1e-5
# Float32 is not relative below its smallest normal number: outputs that are all zero.
_SMALLEST = float(np.finfo(np.float32).tiny)


def network_to_write(original, wanted):
    """The model to export, and what its card says of compaction.

    Without `--compact` the card still says what it would remove. That is a note only, so that a
    network that cannot be compacted is exported all the same, and the note says why.

    Args:
      original: the plain Keras model, pruned weights zero.
      wanted: whether the compacted model is to be exported.

    Returns:
      (model, the card's 'compaction').

    Raises:
      RunError: the compacted model is wanted and cannot be made.
    """
    size = original.count_params()
    try:
        smaller = compact(original)
        after = smaller.model.count_params()
    # Layers of the user's own may make Keras raise anything when they are built again.
    except Exception as error:
        why = (str(error).splitlines() or [""])[0][:300]
        why = f"{type(error).__name__}: {why}" if why else type(error).__name__
        if wanted:
            raise RunError(
                f"the network {original.name!r} cannot be compacted ({why}); nothing was exported: "
                "export it without compaction, and report this"
            ) from error
        return original, {"applied": False, "units": [], "parameters_before": size,
                          "parameters_after": size, "failed": why}
    return smaller.model if wanted else original, {
        "applied": wanted, "units": smaller.units, "parameters_before": size,
        "parameters_after": after}


def check_same(before, after):
    """Checks that compaction left the outputs as they were, but for rounding.

    Args:
      before: outputs [N, …] of the original network.
      after: outputs [N, …] of the compacted one.

    Raises:
      RunError: one differs by more than 1e-5 of the largest output.
    """
    difference, largest = np.max(np.abs(before - after)), np.max(np.abs(before))
    if not difference <= _TOLERANCE * max(_SMALLEST, float(largest)):
        raise RunError(
            f"the compacted network differs from the original by {difference:.3g} in an output, "
            f"the largest is {largest:.3g}; nothing was exported: export it without compaction, "
            "and report this"
        )
