"""Event files, read back by TensorBoard's own reader."""

import types

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

from lth_keras.paths import variant_name
from lth_keras.store.metrics import COLUMNS, read_csv
from lth_keras.training import Evaluation


def read(folder):
    """TensorBoard's own reader on a folder, with every event kept."""
    reader = EventAccumulator(str(folder), size_guidance={"tensors": 0, "images": 0})
    reader.Reload()
    return reader


def series(reader, tag):
    return [(each.step, float(tensor_util.make_ndarray(each.tensor_proto)))
            for each in reader.Tensors(tag)]


def job(trial, variant, index):
    return types.SimpleNamespace(
        trial=trial, name=variant_name(variant, index or None), label=variant, round=index)


def evaluations(paths, a_job):
    """The `Evaluation`s that metrics.csv of a stored network holds."""
    rows = read_csv(paths.network(a_job.trial, a_job.name) / "metrics.csv").to_dict("records")
    return [Evaluation(row["step"], {name: row[name] for name in COLUMNS[6:]}) for row in rows]


def event_names(folder):
    return sorted(path.name for path in folder.glob("events.*"))
