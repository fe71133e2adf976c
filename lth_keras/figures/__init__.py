"""Figures: functions from tables and arrays to matplotlib figures; they read no files."""
