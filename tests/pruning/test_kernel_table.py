"""The table of a model's matrices: which are pruned, and why the others are not."""

from lth_keras import pruning


def test_the_table_says_why(model):
    schedule = pruning.RewindingSchedule(1, 0.5, {"recurrent": None})
    rows = {
        f"{row.layer}/{row.kernel}": (row.pruned, row.why)
        for row in pruning.kernel_table(model, schedule, never=("gru/cell/kernel",))
    }
    assert rows == {
        "words/embeddings": (False, "an embedding: name it in also_prune to prune it"),
        "gru/cell/kernel": (False, "named in never_prune"),
        "gru/cell/recurrent_kernel": (False, "rate None"),
        "gru/cell/bias": (False, "no kernel"),
        "slopes/alpha": (False, "no kernel"),
        "depthwise/depthwise_kernel":
            (False, "a depthwise kernel: name it in also_prune to prune it"),
        "head/kernel": (True, "rate 0.5; frozen"),
    }
    lines = pruning.lines_of(pruning.kernel_table(model, schedule))
    assert lines[0].split() == ["layer", "kernel", "shape", "pruned"]
    assert lines[-1].split() == ["head", "kernel", "12×2", "yes", "rate", "0.5;", "frozen"]
