"""The checks of `run.py doctor`: installation, machine, devices, data."""
