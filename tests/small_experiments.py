"""Bindings that make gin/smoke/mnist_lt.gin so small that a test can train it."""

# A few steps of a few examples; without XLA, whose compiling would take most of the time.
SMALL = (
    "Dataset.train_examples = 200", "Dataset.test_examples = 90", "Experiment.batch_size = 20",
    "RewindingSchedule.rewind_to = '3it'", "Experiment.jit = False",
)
