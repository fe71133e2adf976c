"""Small real runs to export from: the engine's own files, made once."""

import pytest

from lth_keras.data import Dataset
from lth_keras.experiment import (
    IMP,
    EmpiricalDraw,
    Experiment,
    FoundMask,
    InitialWeights,
    KeepAll,
    MatchedWidth,
    RewoundWeights,
    Variant,
    execute,
    prepare,
)
from lth_keras.models import lenet_5, lenet_300_100, resnet
from lth_keras.pruning import RewindingSchedule
from tests.reporters import SilentReporter

TICKET = Variant("ticket", FoundMask(), RewoundWeights(), rounds="every")
ALL = (
    Variant("full", KeepAll(), InitialWeights()),
    Variant("ticket", FoundMask(), RewoundWeights(), rounds=(6, 10)),
    Variant("dense_matched", KeepAll(), EmpiricalDraw(), MatchedWidth(), rounds=(10,)),
)


def small_lenet(input_shape, num_classes, width=1.0):
    return lenet_300_100(input_shape, num_classes, 0.4 * width)


def small_resnet(input_shape, num_classes, width=1.0):
    return resnet(input_shape, num_classes, 0.25 * width, depth=8)


def run_of(model, folder, rounds, variants):
    """Runs a few updates of everything; returns the run's folder."""
    experiment = Experiment(
        dataset=Dataset("mnist_5k", validation=0.1, train_examples=300, test_examples=100,
                        mean=0.1307, std=0.3081),
        model=model,
        imp=IMP(RewindingSchedule(rounds), duration="3it"),
        variants=variants,
        duration="6it", batch_size=60, evaluate_every="3it", name="small", jit=False,
    )
    prepared = prepare(experiment, folder)
    execute(prepared, SilentReporter())
    return prepared.context.paths.root


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    """{'lenet_300_100', 'lenet_5', 'resnet'} to the folders of their runs."""
    folder = tmp_path_factory.mktemp("runs")
    return {
        "lenet_300_100": run_of(small_lenet, folder, 10, ALL),
        "lenet_5": run_of(lenet_5, folder, 2, (TICKET,)),
        "resnet": run_of(small_resnet, folder, 1, (TICKET,)),
    }
