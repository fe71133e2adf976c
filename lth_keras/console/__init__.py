"""The terminal: the progress of a run, and the tables at its end."""
