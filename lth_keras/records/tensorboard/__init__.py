"""TensorBoard: one event file per trained network, by TensorBoard's own protocol buffers."""

from lth_keras.records.tensorboard.sink import TensorBoard
from lth_keras.records.tensorboard.written import write_missing, write_run

__all__ = ["TensorBoard", "write_missing", "write_run"]
