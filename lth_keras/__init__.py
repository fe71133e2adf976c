"""lth_keras: lottery-ticket experiments in TensorFlow/Keras, bound by gin files."""

import os

# TFMOT works on Keras 2 only, and TensorFlow reads this when it is first imported.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
# The C++ log has to be quietened before the import as well; the user's own choice wins.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

__version__ = "0.1.0"
