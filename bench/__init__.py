"""Measurements of speed: `python -m bench.step_time`."""
