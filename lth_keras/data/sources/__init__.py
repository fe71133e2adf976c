"""Readers of files, folders, tables, functions and TFDS: each gives its examples in parts, in
order."""
