"""TensorBoard: one event file per trained network, by TensorBoard's own protocol buffers."""

from lth_keras.records.tensorboard.sink import TensorBoard
from lth_keras.records.tensorboard.written import are_written, write_missing, write_run

__all__ = ["TensorBoard", "are_written", "write_missing", "write_run"]
