"""`Experiment` and `IMP`: everything that decides a run's numbers, bound by gin."""

import dataclasses
import os

import gin

from lth_keras.criteria import Criterion, Magnitude
from lth_keras.data import DataSource
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, check_is_a
from lth_keras.experiment.early_bird import EarlyBird
from lth_keras.experiment.fallback import check_on_fallback
from lth_keras.experiment.imp import trial_jobs
from lth_keras.experiment.unnamed_defaults import UNNAMED_DEFAULT
from lth_keras.experiment.variant import Variant
from lth_keras.granularity import Units
from lth_keras.metric import check_margin
from lth_keras.pruning import RewindingSchedule
from lth_keras.statistics.published import PublishedFigure
from lth_keras.tasks import Classification
from lth_keras.tasks.task import check_task
from lth_keras.training import (
    Adam,
    Distribution,
    OneDevice,
    Optimizer,
    check_precision,
    from_keras,
)
from lth_keras.training.xla import JIT
from lth_keras.wording import made, named, shown


@gin.configurable
@dataclasses.dataclass(frozen=True)
class IMP:
    """Iterative magnitude pruning with rewinding (LTH, LMC).

    Attributes:
      schedule: `RewindingSchedule`.
      criterion: the `Criterion` that ranks the remaining weights at the end of a round.
      duration: the step at which the training of each round ends. Round 0 begins at θ_0, the others
        at the rewind point.
      early_bird: an `EarlyBird`, which draws masks while round 0 trains and may end it; or None.
      keep_optimizer: False: each round has the optimizer of the rewind point. True: it goes on
        through all rounds with its moments and its step, and with the step the learning rate and
        the order of the data, as in the code of De Alwis, Maniktala and Toole (2021); weights are
        rewound as ever. A round makes as many updates as before. Variants are as before.
    """

    schedule: RewindingSchedule
    criterion: Criterion = dataclasses.field(default_factory=Magnitude)
    duration: str = "5ep"
    early_bird: EarlyBird | None = dataclasses.field(default=None, metadata=UNNAMED_DEFAULT)
    keep_optimizer: bool = dataclasses.field(default=False, metadata=UNNAMED_DEFAULT)

    def __post_init__(self):
        if not isinstance(self.keep_optimizer, bool):
            raise ConfigurationError(
                f"IMP.keep_optimizer is {self.keep_optimizer!r}; expected True or False")
        if not isinstance(self.schedule, RewindingSchedule):
            raise ConfigurationError(
                f"IMP.schedule is {self.schedule!r}; expected "
                f"{made('RewindingSchedule')}"
            )
        check_is_a("IMP.criterion", self.criterion, Criterion, "Magnitude")
        if self.early_bird is not None:
            check_is_a("IMP.early_bird", self.early_bird, EarlyBird, "EarlyBird")
        if Duration.parse(self.duration, "IMP.duration").value < 1:
            raise ConfigurationError(f"IMP.duration is {self.duration!r}; expected at least one")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Experiment:
    """One experiment: data, network, IMP and the variants, over several trials.

    Attributes:
      dataset: `Dataset`, or a `DataSource` of your own.
      model: function (input_shape, num_outputs, …) -> Keras model that gives the outputs which
        the task takes: for classification logits of num_outputs classes.
      imp: `IMP`.
      variants: the networks to compare.
      optimizer: `Adam`, `SGD`, …; or Keras's Adam, AdamW or SGD, which become ours.
      duration: the step at which the training of each variant ends.
      batch_size: examples per update.
      evaluate_every: stretch between evaluations, counted from step 0.
      trials: number of repetitions, each with its own seeds.
      seed: all seeds of all trials derive from it.
      name: the run's name; None means the gin file's.
      augmentation: None, or a function (images, seed) -> images on the device.
      jit: XLA: 'auto', True or False.
      never_prune: names of layers that stay dense, or keys of kernels, as
        'lstm/cell/recurrent_kernel'.
      also_prune: names of layers, or keys of kernels, that are pruned although their kind is left
        dense otherwise: embeddings, depthwise kernels.
      evaluation_batch_size: examples per step of an evaluation.
      published: `PublishedFigure`s to set beside the results.
      margin: how much worse the mean of the task's first metric, on the test set at the end, may be
        and still count as matching, in that metric's unit. None is the metric's own margin: for
        accuracy 0.002, as in LMC.
      on_divergence: when a network's loss is not finite: 'record' ends that network's training,
        notes it in the tables, and goes on with the jobs that do not need it; 'stop' ends the run.
      distribution: `OneDevice`, `Mirrored` or `MultiWorkerMirrored`; not a part of the run's name.
      initial_weights: None, or a file with the weights that every trial starts from, its θ_0: a
        pre-trained network. See `read_initial_weights`.
      output: for a model with several outputs, the name of the one that the labels are for. The
        others, and the layers that only they need, are left out.
      precision: 'float32', or mixed: 'mixed_float16' for GPUs, 'mixed_bfloat16'.
      compact_training: whether each network is trained as the smaller one without the units that
        its masks cut, which costs what the smaller one costs. Masks and numbers are those of the
        training with zeros but for rounding, which training makes larger; dropout behind a layer
        that became narrower draws fewer numbers, and so others. Needs
        `RewindingSchedule.granularity = @Units()`.
      task: what the outputs are for: `Classification`, `BinaryClassification`, `Regression`,
        `LanguageModel`, or one of your own (`lth_keras.tasks`).
      on_fallback: settings to change if the data were replaced by `Dataset.fallback`, like
        {'batch_size': 64, 'trials': 3}. A smaller set has fewer updates in an epoch at the same
        batch size, and would be trained too little. Beside settings of the experiment it may have
        'controls_at': 'last_round', which trains variants other than tickets at the last of their
        rounds alone.
    """

    dataset: DataSource
    model: object
    imp: IMP
    variants: tuple = ()
    optimizer: object = dataclasses.field(default_factory=Adam)
    duration: str = "100ep"
    batch_size: int = 128
    evaluate_every: str = "1ep"
    trials: int = 1
    seed: int = 0
    name: str | None = None
    augmentation: object = None
    jit: str | bool = "auto"
    never_prune: tuple = ()
    also_prune: tuple = ()
    evaluation_batch_size: int = 1024
    published: tuple = ()
    margin: float | None = None
    on_divergence: str = "record"
    distribution: object = dataclasses.field(default_factory=OneDevice)
    initial_weights: str | os.PathLike | None = None
    output: str | None = None
    precision: str = "float32"
    task: object = dataclasses.field(default_factory=Classification)
    on_fallback: dict = dataclasses.field(default_factory=dict)
    compact_training: bool = False

    def __post_init__(self):
        self._check_parts()
        self._check_values()
        self._check_variants()
        trial_jobs(self, 1)

    def _check_parts(self):
        check_is_a("Experiment.dataset", self.dataset, DataSource, "Dataset")
        if not callable(self.model):
            raise ConfigurationError(
                f"Experiment.model is {self.model!r}; expected a function, "
                f"without brackets, like {named('lenet_300_100')}"
            )
        if not isinstance(self.imp, IMP):
            raise ConfigurationError(f"Experiment.imp is {self.imp!r}; expected {made('IMP')}")
        object.__setattr__(self, "optimizer", from_keras(self.optimizer))
        if not isinstance(self.optimizer, Optimizer):
            raise ConfigurationError(
                f"Experiment.optimizer is {shown(self.optimizer)}; expected an optimizer, with "
                f"brackets, like {made('Adam')} or Keras's own, or a subclass of "
                "lth_keras.training.Optimizer"
            )
        if not isinstance(self.distribution, Distribution):
            raise ConfigurationError(
                f"Experiment.distribution is {self.distribution!r}; expected "
                f"{made('OneDevice')}, {made('Mirrored')} or {made('MultiWorkerMirrored')}"
            )

    def _check_values(self):
        for name in ("duration", "evaluate_every"):
            if Duration.parse(getattr(self, name), f"Experiment.{name}").value < 1:
                raise ConfigurationError(
                    f"Experiment.{name} is {getattr(self, name)!r}; expected at least one"
                )
        for name in ("batch_size", "trials", "evaluation_batch_size"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigurationError(
                    f"Experiment.{name} is {value!r}; expected a whole number, at least 1"
                )
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise ConfigurationError(f"Experiment.seed is {self.seed!r}; expected a whole number")
        check_task(self.task)
        if self.margin is not None:
            check_margin(self.margin, self.task.main_metric, "Experiment.margin")
        if self.on_divergence not in ("record", "stop"):
            raise ConfigurationError(
                f"Experiment.on_divergence is {self.on_divergence!r}; expected 'record' or 'stop'"
            )
        if not any(self.jit is known or self.jit == known for known in JIT):
            raise ConfigurationError(f"Experiment.jit is {self.jit!r}; expected one of {JIT}")
        check_precision(self.precision)
        self._check_compact_training()
        check_on_fallback(self.on_fallback)
        # Without this check each letter of a text would be taken for a name.
        _check_entries(self.never_prune, str, "Experiment.never_prune",
                       "names of layers, like ('output',)")
        _check_entries(self.also_prune, str, "Experiment.also_prune",
                       "names of layers, like ('embedding',)")
        for name in ("initial_weights", "output"):
            value = getattr(self, name)
            if value is not None and not (value and isinstance(value, (str, os.PathLike))):
                raise ConfigurationError(
                    f"Experiment.{name} is {value!r}; expected a text, or None")
        _check_entries(self.published, PublishedFigure, "Experiment.published",
                       "figures with variant, round, metric, value, source and tolerance, like "
                       f"{made('published_figures')}")

    def _check_compact_training(self):
        if not isinstance(self.compact_training, bool):
            raise ConfigurationError(
                f"Experiment.compact_training is {self.compact_training!r}; expected True or False")
        if not self.compact_training:
            return
        granularity = self.imp.schedule.granularity
        if not isinstance(granularity, Units):
            raise ConfigurationError(
                "Experiment.compact_training is True and RewindingSchedule.granularity is "
                f"{granularity}; expected {made('Units')}: other masks leave every unit in place")
        if not isinstance(self.distribution, OneDevice):
            raise ConfigurationError(
                "Experiment.compact_training is True and Experiment.distribution is "
                f"{type(self.distribution).__name__}; expected {made('OneDevice')}")

    def _check_variants(self):
        for figure in self.published:
            figure.check(self.task.main_metric)
        names = set()
        for variant in self.variants:
            if not isinstance(variant, Variant):
                raise ConfigurationError(
                    f"Experiment.variants has {variant!r}; expected variants, like "
                    f"{made('ticket/Variant')}"
                )
            variant.check_rounds(self.imp.schedule.rounds)
            if variant.name in names:
                raise ConfigurationError(
                    f"Experiment.variants has two called {variant.name!r}; give each its own "
                    "Variant.name"
                )
            names.add(variant.name)
        learned = {variant.name for variant in self.variants if variant.learned is not None}
        for variant in self.variants:
            if variant.weights.goes_on and getattr(variant.weights, "of", None) in learned:
                raise ConfigurationError(
                    f"Variant.weights of {variant.name!r} go on from {variant.weights.of!r}, whose "
                    "optimizer trained scores and no weights; expected TrainedWeights.schedule = "
                    "'set_back'"
                )

    def check_durations(self, steps_per_epoch: int) -> None:
        """Checks durations, which need the size of the data.

        Raises:
          ConfigurationError: the rewind point lies beyond a training.
        """
        rewind = self.imp.schedule.rewind_step(steps_per_epoch)
        durations = {"IMP.duration": self.imp.duration, "Experiment.duration": self.duration}
        durations |= {
            f"Variant.duration of {variant.name!r}": variant.duration
            for variant in self.variants if variant.duration is not None
        }
        for name, text in durations.items():
            steps = Duration.parse(text).steps(steps_per_epoch)
            if rewind >= steps:
                raise ConfigurationError(
                    f"RewindingSchedule.rewind_to is {self.imp.schedule.rewind_to} (step {rewind}) "
                    f"but {name} is {text} (step {steps}); expected an earlier rewind point"
                )


def _check_entries(values, kind, name, expected):
    if not isinstance(values, (tuple, list)) or not all(isinstance(v, kind) for v in values):
        raise ConfigurationError(f"{name} is {values!r}; expected {expected}")
