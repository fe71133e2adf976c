"""What `run.py doctor` looks at: the installation, the machine, and the data, one check each."""
