"""Dividing a whole number among several, by shares and within limits. Pure Python."""

import math

from lth_keras.errors import RunError


def apportioned(total: int, shares: dict[str, float], limits: dict[str, int]) -> dict[str, int]:
    """Divides `total` in the ratio of `shares`; what is over a limit goes to the others.

    Whole numbers are made by the largest remainders, of equal ones the earlier first, so that the
    sum is exactly `total`.

    Args:
      total: what is divided.
      shares: {key: number of at least 0}; where all that are left are 0, their limits divide.
      limits: {key: the most it may get}.

    Returns:
      {key: whole number}, in the order of `limits`.

    Raises:
      RunError: all limits together are less than `total`.
    """
    if total > sum(limits.values()):
        raise RunError(f"{total} cannot be divided among at most {sum(limits.values())}")
    exact: dict[str, float] = {}
    left, free = total, dict(limits)
    while free:
        weights = {key: shares[key] for key in free}
        if not sum(weights.values()):
            weights = {key: float(limit) for key, limit in free.items()}
        scale = left / (sum(weights.values()) or 1)
        full = [key for key in free if scale * weights[key] >= free[key]]
        for key in full:
            exact[key] = free[key]
            left -= free.pop(key)
        if not full:
            exact |= {key: scale * weights[key] for key in free}
            break
    whole = {key: math.floor(exact[key]) for key in limits}
    rest = sorted(limits, key=lambda key: whole[key] - exact[key])
    for key in rest[: total - sum(whole.values())]:
        whole[key] += 1
    return whole
