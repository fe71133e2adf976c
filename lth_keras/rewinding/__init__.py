"""Rewind points: θ_0 and θ_k with the optimizer's state, as files and as a place to go back to."""

from lth_keras.rewinding.point import (
    RewindPoint,
    load_initial,
    load_point,
    save_initial,
    save_point,
)

__all__ = ["RewindPoint", "load_initial", "load_point", "save_initial", "save_point"]
