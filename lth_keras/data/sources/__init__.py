"""Where data come from: files, folders, tables, functions, TFDS; each read in parts, in order."""
