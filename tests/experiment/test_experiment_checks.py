"""Wrong values of bindings: one line, and nothing is written; kernels whose units stay."""

import pathlib
import types

import numpy as np
import pytest

from lth_keras.channels import WholeLayer
from lth_keras.commands.main import main
from lth_keras.compat import keras
from lth_keras.criteria import SynFlow
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.experiment.experiment_checks import check_network, with_units
from lth_keras.pruning import KernelRow, RewindingSchedule

ROOT = pathlib.Path(__file__).parents[2]
# A very small experiment: these errors need the data and the network.
TINY = (
    f"--gin_file={ROOT / 'gin/smoke/mnist_lt.gin'}", "--gin_param=Dataset.train_examples = 200",
    "--gin_param=Dataset.test_examples = 50", "--gin_param=Experiment.batch_size = 20",
    "--gin_param=Experiment.variants = [@ticket/Variant(), @snip/Variant()]",
    "--gin_param=Experiment.jit = False", "--gin_param=RewindingSchedule.rewind_to = '3it'",
)
SGD = "Experiment.optimizer = @SGD()"
KERAS = "Experiment.optimizer = @KerasOptimizer()"
RMSPROP = "KerasOptimizer.name = 'RMSprop'"
RIGL = "Experiment.variants = [@rigl/Variant()]"
WEIGHTED = ("IMP.criterion = @WeightedMagnitudes()", "WeightedMagnitudes.initial = 1")
CASES = [
    (("Experiment.dataset = @SGD()",), "expected a DataSource, with brackets, like @Dataset()"),
    (("Experiment.task = @SGD()",), "expected a task of lth_keras.tasks"),
    (("ticket/Variant.duration = '0it'",), "duration of 'ticket' is '0it'; expected at least one"),
    (("ticket/Variant.duration = '3it'",),
     "(step 3) but Variant.duration of 'ticket' is 3it (step 3); expected an earlier rewind point"),
    (("Adam.learning_rate = 0",), "Adam.learning_rate is 0; expected a positive number"),
    (("Adam.l2 = 'a'",), "Adam.l2 is 'a'; expected a number of at least 0"),
    (("Adam.l2 = -1",), "Adam.l2 is -1"),
    (("Adam.l2 = True",), "Adam.l2 is True"),
    (("Adam.epsilon = -1",), "Adam.epsilon is -1; expected a number above 0"),
    (("Adam.epsilon = 0",), "Adam.epsilon is 0"),
    (("Adam.beta_1 = 2",), "Adam.beta_1 is 2; expected a number in [0, 1)"),
    (("Adam.beta_2 = 1.0",), "Adam.beta_2 is 1.0"),
    (("Experiment.optimizer = @AdamW()", "AdamW.weight_decay = 'a'"), "AdamW.weight_decay is 'a'"),
    ((SGD, "SGD.momentum = 5"), "SGD.momentum is 5; expected a number in [0, 1)"),
    ((SGD, "SGD.nesterov = 'no'"), "SGD.nesterov is 'no'; expected True or False"),
    ((SGD, "SGD.learning_rate = @CosineDecay"),
     "SGD.learning_rate is the class CosineDecay; expected a positive number or a schedule "
     "with brackets, like @CosineDecay()"),
    ((KERAS, RMSPROP, "KerasOptimizer.arguments = 5"),
     "KerasOptimizer.arguments is 5; expected its constructor's arguments by name"),
    ((KERAS, RMSPROP, "KerasOptimizer.arguments = {'learning_rate': @CosineDecay}"),
     "KerasOptimizer.arguments['learning_rate'] is the class CosineDecay"),
    ((KERAS, "KerasOptimizer.name = ['SGD']"), "KerasOptimizer.name is ['SGD']; expected an opti"),
    ((KERAS, RMSPROP, "KerasOptimizer.l2 = -1"), "KerasOptimizer.l2 is -1"),
    ((*WEIGHTED, "WeightedMagnitudes.final = 'a'"), "WeightedMagnitudes.final is 'a'; expected a"),
    ((*WEIGHTED, "WeightedMagnitudes.final = 1e999"), "WeightedMagnitudes.final is inf"),
    (("Experiment.published = 5",), "Experiment.published is 5; expected figures with variant, ro"),
    (("Experiment.published = ('x',)",), "Experiment.published is ('x',); expected figures with"),
    (("Experiment.never_prune = 5",), "Experiment.never_prune is 5; expected names of layers"),
    (("Experiment.never_prune = 'output'",), "Experiment.never_prune is 'output'; expected names"),
    (("Experiment.never_prune = ('fc1', 3)",), "Experiment.never_prune is ('fc1', 3); expected"),
    (("Experiment.never_prune = ('outptu',)",),
     "Experiment.never_prune has 'outptu', and no layer of the model is called so; expected names "
     "of its layers, such as fc1, fc2, output"),
    (("RewindingSchedule.rates = {'name:fc_1': None}",),
     "RewindingSchedule.rates has the key 'name:fc_1', which fits no layer of the model; its "
     "layers with a kernel are fc1 (dense), fc2 (dense), output (dense)"),
    (("RewindingSchedule.rates = {'conv': 0.1}",), "RewindingSchedule.rates has the key 'conv', w"),
    (("IMP.criterion = @SNIP()", "SNIP.examples = 1000000"),
     "SNIP.examples is 1000000; mnist_5k has 190 training examples"),
    (("snip/SNIP.examples = 191", "snip/PrunedMask.criterion = @snip/SNIP()"),
     "SNIP.examples is 191; mnist_5k has 190 training examples"),
    ((RIGL, "rigl/Variant.mask = @KeepAll()"),
     "Variant.updates of 'rigl' is RigL, and its mask rule KeepAll says that no weight is pruned; "
     "expected a mask rule with as many weights as RigL is to keep, like @FoundMask()"),
    ((RIGL, "rigl/Variant.mask = @ChainedMask()"),
     "Variant.updates of 'rigl' is RigL, and its training goes on from another network's last"),
    ((RIGL, "rigl/Variant.weights = @TrainedWeights()", "TrainedWeights.of = 'ticket'"),
     "expected masks and weights that begin anew, like @FoundMask() and @InitialWeights()"),
    ((RIGL, "rigl/Variant.updates = @FoundMask()"),
     "Variant.updates of 'rigl' is FoundMask(); expected a MaskUpdate, with brackets, like @RigL"),
    ((RIGL, "RigL.every = '1000ep'"),
     "the variant 'rigl' has no update of its masks: RigL has every '1000ep', begin '0it' and "
     "until 0.75, and it trains from step 0 to"),
    ((RIGL, "RigL.every = '2it'", "RigL.begin = '999ep'"), "has no update of its masks"),
    ((RIGL, "RigL.every = '2it'", "rigl/Variant.mask = @FoundMask()",
      "RewindingSchedule.granularity = @Blocks()"),
     "changes masks by RigL, which knows single weights, and RewindingSchedule.granularity is "),
    ((RIGL, "RewindingSchedule.granularity = @Blocks()"),
     "RandomMask.layer_densities of the variant 'rigl' is ErdosRenyiKernel(), which knows single"),
    ((RIGL, "RigL.drop = 0"), "RigL.drop is 0; expected a share in (0, 1]"),
    ((SGD, "SGD.momentum = 0", "Experiment.variants = [@snfs/Variant()]", "SNFS.every = '1it'"),
     "the variant 'snfs' changes masks by SNFS, which asks for the optimizer's mean of gradients"),
    (("IMP.criterion = @GraSP()", "GraSP.examples = 201"), "GraSP.examples is 201; mnist_5k has"),
]


@pytest.mark.parametrize("bindings, expected", CASES, ids=lambda each: str(each)[:40])
def test_refused_in_one_line_before_anything_is_written(bindings, expected, tmp_path, capsys):
    arguments = [*TINY, *(f"--gin_param={binding}" for binding in bindings)]
    assert main([*arguments, f"--output_dir={tmp_path / 'runs'}"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ") and said.err.count("\n") == 1, said.err
    assert expected in said.err and said.out == ""
    assert not (tmp_path / "runs").exists()


def test_names_and_patterns_that_fit_are_taken(tmp_path, monkeypatch, capsys):
    # The full disk stops the run directly after the checks.
    usage = type("Usage", (), {"free": 0})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    bindings = (
        "Experiment.never_prune = ('output', 'flatten')",
        "RewindingSchedule.rates = {'name:fc[12]': 0.1, 'name:output': None, 'dense': 0.3,"
        " 'output': 0.1}",
        "IMP.criterion = @SNIP()", "SNIP.examples = 190",
    )
    arguments = [*TINY, *(f"--gin_param={binding}" for binding in bindings)]
    assert main([*arguments, f"--output_dir={tmp_path / 'runs'}"]) == 2
    assert "0 MiB are free" in capsys.readouterr().err


def test_a_kernel_that_no_unit_takes_along_is_not_pruned():
    rows = [KernelRow(layer, "Dense", "kernel", (2, 2), "dense", pruned, "rate 0.2")
            for layer, pruned in (("a", True), ("lstm", True), ("out", True), ("named", False))]
    channels = types.SimpleNamespace(
        cut_kernels={"a/kernel", "out/kernel"},
        whole=(WholeLayer("lstm/kernel", 2, 2, "not known"),
               WholeLayer("out/kernel", 2, 2, "last")))
    found = with_units(rows, channels)
    assert [(row.pruned, row.why) for row in found] == [
        (True, "rate 0.2"), (False, "2 of its 2 units stay: not known"),
        (True, "rate 0.2; 2 of its 2 units stay: last"), (False, "rate 0.2")]
    assert with_units(rows, None) == tuple(rows)


def test_imps_criterion_sees_the_network():
    tokens, labels, layers = np.ones((9, 4), int), np.arange(9) % 3, keras.layers
    data = from_arrays(tokens, labels, tokens, labels)
    context = types.SimpleNamespace(
        data=data, task=data.task, channels=None, experiment=types.SimpleNamespace(
            never_prune=(), also_prune=(), imp=types.SimpleNamespace(
                schedule=RewindingSchedule(1), criterion=SynFlow())),
        plain=keras.Sequential([layers.Input((4,)), layers.Dense(3, name="fc")]))
    check_network(context)
    context.plain = keras.Sequential([
        layers.Input((4,)), layers.Embedding(5, 2), layers.Flatten(), layers.Dense(3)])
    with pytest.raises(ConfigurationError, match="SynFlow sends an input of ones"):
        check_network(context)
