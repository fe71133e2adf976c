"""Rewind points: θ_0 and θ_k with the optimizer's state, and their files."""

from lth_keras.rewinding.point import (
    RewindPoint,
    load_initial,
    load_point,
    save_initial,
    save_point,
)

__all__ = ["RewindPoint", "load_initial", "load_point", "save_initial", "save_point"]
