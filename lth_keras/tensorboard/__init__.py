"""TensorBoard: event files of the trained networks, by TensorBoard's own protocol buffers."""

from lth_keras.tensorboard.event_files import write_missing
from lth_keras.tensorboard.mean_files import are_written, write_means
from lth_keras.tensorboard.run_files import write_run
from lth_keras.tensorboard.tensorboard_sink import TensorBoard

__all__ = [
    "TensorBoard", "are_written", "write_means", "write_missing", "write_run",
]
