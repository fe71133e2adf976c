"""TensorBoard: one event file per trained network, by TensorBoard's own protocol buffers."""

from lth_keras.tensorboard.event_files import are_written, write_missing, write_run
from lth_keras.tensorboard.tensorboard_sink import TensorBoard

__all__ = ["TensorBoard", "are_written", "write_missing", "write_run"]
