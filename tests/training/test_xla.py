"""What XLA compiles, and with which options: read from XLA's own dumps."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = """
import os
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
print(os.environ["XLA_FLAGS"])
"""


# A user's XLA_FLAGS: one that we set to another value, and one that we leave alone.
THEIRS = "--xla_dump_hlo_as_text --xla_cpu_experimental_ynn_fusion_type=LIBRARY_FUSION_TYPE_REDUCE"


def test_each_function_is_compiled_once_and_the_users_options_count_more(tmp_path):
    flags = f"--xla_dump_to={tmp_path} {THEIRS}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XLA_FLAGS": flags}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, cwd=ROOT, check=True,
                          stdout=subprocess.PIPE, text=True)
    assert done.stdout.strip() == flags, "the environment is as it was"
    modules = sorted(path.name for path in tmp_path.glob("*before_optimizations.txt"))
    compiled = sorted(name for name in ("_train", "_evaluate") for each in modules if name in each)
    assert compiled == ["_evaluate", "_train"], modules
    (options,) = tmp_path.glob("*_train*.debug_options")
    options = options.read_text("utf-8").splitlines()
    assert "xla_cpu_prefer_vector_width: 512" in options  # ours
    assert "xla_cpu_experimental_ynn_fusion_type: LIBRARY_FUSION_TYPE_REDUCE" in options
