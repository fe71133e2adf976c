"""The command line: one file for each of run.py's commands."""
