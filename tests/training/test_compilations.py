"""XLA compiles each loop once, however stretches are cut: counted in what XLA itself dumps."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = """
import numpy as np
from lth_keras import masks, models, pruning, training
from lth_keras.data import from_arrays
from lth_keras.variables import named_variables, snapshot

rng = np.random.default_rng(0)
x, y = rng.random((130, 6)).astype(np.float32), np.arange(130) % 3
data = from_arrays(x, y, x[:50], y[:50], validation=10)
model = models.build(models.lenet_300_100, (6,), 3, width=0.05)
schedule = pruning.RewindingSchedule(2)
trainer = training.Trainer(model, schedule, training.Adam(), data, 10, 16, jit=True)
dense = {w.key: masks.ones(w.shape) for w in trainer.prunable}
trainer.load(training.TrainState(snapshot(named_variables(model)), dense))
for seed, steps in ((1, 1), (2, 3), (3, 7), (1, 20), (2, 2)):
    trainer.train(training.DataOrder(seed, data.train_size, 10), steps)
    for split in ("train", "validation", "test"):
        trainer.evaluate(split)
assert trainer.trace_counts() == {"train": 1, "evaluate": 1}
"""


def test_each_function_is_compiled_once(tmp_path):
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT),
        "XLA_FLAGS": f"--xla_dump_to={tmp_path} --xla_dump_hlo_as_text",
    }
    subprocess.run([sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, check=True)
    modules = list(tmp_path.glob("*before_optimizations.txt"))
    compiled = sorted(
        name for name in ("_train", "_evaluate") for path in modules if name in path.name)
    assert compiled == ["_evaluate", "_train"], [path.name for path in modules]
