"""Width multiples: narrower networks of the same architecture with a wanted number of weights."""


def scaled(units, width):
    """`units` times the width multiple, rounded; at least 1."""
    return max(1, round(units * width))


def closest_width(count_weights, target, tolerance=1e-4):
    """The width multiple in (0, 1] whose network has the number of weights closest to `target`.

    The count is a step function that grows with the width, so bisection finds the step around
    `target`; the side that is closer is taken, and the narrower one if both are equally close.

    Args:
      count_weights: width -> number of prunable weights of the network of that width.
      target: wanted number of prunable weights.
      tolerance: where bisection stops; finer than the step of a layer of a few thousand units.

    Returns:
      (width, the count at that width).
    """
    low, high = 0.0, 1.0
    count_high, count_low = count_weights(high), count_weights(tolerance)
    if target >= count_high:
        return high, count_high
    low = tolerance
    while high - low > tolerance:
        middle = (low + high) / 2
        count = count_weights(middle)
        if count <= target:
            low, count_low = middle, count
        else:
            high, count_high = middle, count
    if abs(count_low - target) <= abs(count_high - target):
        return low, count_low
    return high, count_high
