"""`Context`: what the jobs of one run share in a process, such as data and trainers."""

import dataclasses
import functools

import numpy as np

from lth_keras import masks as masks_lib
from lth_keras import models, pruning, seeds
from lth_keras.channels import ChannelGroups, check_has_groups, unit_rows
from lth_keras.durations import Duration
from lth_keras.experiment.initial_weights import read_initial_weights
from lth_keras.learned_masks import ScoreTrainer
from lth_keras.tasks import Classification
from lth_keras.training import (
    CompactTrainers,
    DataOrder,
    FrozenTrainer,
    Replicas,
    Saliency,
    Trainer,
    building,
)
from lth_keras.variables import named_variables, snapshot

# How many trainers of other architectures are kept where trials do not share them.
_MOST_WIDTHS = 16


class Context:
    """An experiment over loaded data and a run's directory, with one trainer per architecture.

    Args:
      experiment: `Experiment`.
      data: `LoadedData`.
      paths: `RunPaths`.
      checkpoint_seconds: least time between two checkpoints of a network in training.
      should_stop: function that says whether to stop, called about once a second; None for never.
      replicas: `Replicas` to train on; None for one device.

    Attributes:
      plain: the experiment's plain model, for its layers; its weights are not used.
      prunable: the `PrunableWeight`s of that model.
      grouping: the `Grouping` of them that the schedule's granularity makes.
      channels: the plain model's `ChannelGroups`, where the granularity asks for units; else None.
    """

    def __init__(self, experiment, data, paths, checkpoint_seconds=300, should_stop=None,
                 replicas=None):
        self.experiment = experiment
        self.configuration_digest = None  # `assemble` sets it after the model is built.
        self.data = data
        self.task = data.task
        self.paths = paths
        self.checkpoint_seconds = checkpoint_seconds
        self.should_stop = should_stop
        self.replicas = replicas or Replicas()
        self.schedule = experiment.imp.schedule
        self.steps_per_epoch = data.train_size // experiment.batch_size
        self.rewind_step = self.schedule.rewind_step(self.steps_per_epoch)
        self.plain = self.build()
        self.prunable = self.prunable_weights(self.plain)
        self.channels = None
        self.grouping = self.schedule.granularity.grouping(self.prunable, self._find_units)
        self._trainers = {}
        self._compact = None
        self._widths, self._counts = {}, {}
        self._saliency = None
        self._first = None

    @property
    def metric(self):
        """The `Metric` that networks are compared by."""
        return self.task.main_metric

    @property
    def margin(self):
        """How much worse than the full network still counts as matching, in the metric's unit."""
        own = self.experiment.margin
        return self.metric.margin if own is None else own

    def steps(self, duration):
        """A duration in optimizer updates."""
        return Duration.parse(duration).steps(self.steps_per_epoch)

    def trial_seed(self, trial):
        """The seed that all of a trial's seeds derive from."""
        return seeds.derive(self.experiment.seed, "trial", trial)

    @property
    def interface(self):
        """The `models.ModelInterface` of the data and the task."""
        return models.ModelInterface(
            self.data.inputs, self.experiment.output, isinstance(self.task, Classification))

    def build(self, seed=0, precision=None, interface=None, **arguments):
        """The experiment's plain model, its initializers drawing from `seed`.

        Args:
          seed: any integer.
          precision: the experiment's own where None.
          interface: `models.ModelInterface`; the experiment's own where None.
          **arguments: the architecture's.
        """
        with building(precision or self.experiment.precision):
            return models.build_seeded(self.experiment.model, self.data.input_shape,
                                       self.data.output_shape, seed,
                                       interface or self.interface, **arguments)

    def initial_weights(self, trial):
        """θ_0 of a trial, {key: array}.

        Raises:
          ConfigurationError: the experiment's file of them does not fit its model.
        """
        if trial == 1 and self._first is not None:
            return self._first
        model = self.build(seeds.derive(self.trial_seed(trial), "initialisation"))
        if self.experiment.initial_weights is None:
            weights = snapshot(named_variables(model))
        else:
            whole = None if self.experiment.output is None else self.build(
                interface=dataclasses.replace(self.interface, all_outputs=True))
            weights = read_initial_weights(self.experiment.initial_weights, model, whole)
        if trial == 1:
            self._first = weights  # The run's name, the checks and the first round use it.
        return weights

    @functools.cached_property
    def draws_afresh(self):
        """Whether another seed gives the model's function other kernels."""
        first, second = (named_variables(self.build(seed)) for seed in (0, 1))
        return any(
            not np.array_equal(first[weight.key].numpy(), second[weight.key].numpy())
            for weight in self.prunable)

    def prunable_weights(self, model):
        """The `PrunableWeight`s of a plain model of the experiment's."""
        return pruning.prunable_weights(
            model, self.experiment.never_prune, self.experiment.also_prune)

    def trainer(self, kind=None, /, **arguments):
        """The one trainer of its kind for the architecture with these arguments.

        Args:
          kind: None trains weights; 'frozen' likewise, pruned ones frozen where they start; a
            `LearnedMask` trains scores.
          arguments: of the model's function.
        """
        key = (repr(kind), *sorted(arguments.items()))
        if key not in self._trainers:
            # Variants of another architecture are dense.
            model = self.build(**arguments) if arguments else self.plain
            # What is frozen or scored is still read, and keeps its biases.
            channels = None if arguments or kind is not None else self.channels
            self._trainers[key] = self._new_trainer(model, channels, _maker(kind))
            if arguments and not self.foretells_weights:
                self._leave_out_a_trainer()
        return self._trainers[key]

    def _leave_out_a_trainer(self):
        """Bounds the memory where each trial may have other widths: the oldest one goes."""
        narrower = [key for key in self._trainers if key[1:]]
        if len(narrower) > _MOST_WIDTHS:
            del self._trainers[narrower[0]]

    def trainer_for(self, masks, kind=None, /, **arguments):
        """What trains a network with these masks: with `compact_training` as its smaller network.

        Args:
          masks: {key: bool array}.
          kind, arguments: as `trainer`'s.
        """
        full = self.trainer(kind, **arguments)
        if kind is not None or arguments or not self.experiment.compact_training:
            return full
        if self._compact is None:
            self._compact = CompactTrainers(self.plain, self.channels, full, self._new_trainer)
        return self._compact.for_masks(masks)

    def _new_trainer(self, model, channels=None, make=Trainer):
        experiment = self.experiment
        return make(
            model, self.schedule, experiment.optimizer, self.data,
            experiment.batch_size, experiment.evaluation_batch_size, experiment.augmentation,
            experiment.jit, experiment.never_prune, experiment.precision, self.replicas,
            experiment.also_prune, channels,
        )

    def _find_units(self):
        self.channels = ChannelGroups(self.plain, {weight.key for weight in self.prunable})
        check_has_groups(self.channels)
        return unit_rows(self.channels, self.prunable)

    def release(self):
        """Frees the trainers, and with them the data on the device; they are made anew."""
        self._trainers, self._compact = {}, None
        self._saliency = None

    def trace_counts(self):
        """The trainers' trace counts, a dict for each architecture."""
        compact = [] if self._compact is None else self._compact.trace_counts()
        return [trainer.trace_counts() for trainer in self._trainers.values()] + compact

    def data_order(self, seed):
        """`DataOrder` of the training set."""
        return DataOrder(seed, self.data.train_size, self.experiment.batch_size)

    def probe(self, weights, masks, generator):
        """`Probe` of the experiment's network for criteria that need gradients."""
        if self._saliency is None:
            keys = [weight.key for weight in self.prunable]
            # Ranking needs all digits of the scores, and synaptic flow exceeds float16's range.
            self._saliency = Saliency(
                lambda: self.build(precision="float32"), keys, self.data,
                self.experiment.evaluation_batch_size)
        return self._saliency.probe(weights, masks, generator)

    @functools.cached_property
    def foretells_weights(self):
        """Whether the schedule says how many weights the ticket of a round has, in each trial."""
        return self.grouping.foretells_weights(self.schedule)

    def matched_width(self, round, found_masks=None):
        """The width multiple whose dense network is closest in size to the ticket of `round`.

        Args:
          round: a round.
          found_masks: gives a trial's masks of that round; called only where the schedule does not
            say how many weights they keep. None for an estimate.
        """
        weights = self.grouping.kept_weights(self.schedule, round)
        if found_masks is not None and not self.foretells_weights:
            weights = masks_lib.total_kept(found_masks())
        if weights not in self._widths:
            self._widths[weights], _ = models.closest_width(self._count_at_width, weights)
        return self._widths[weights]

    def _count_at_width(self, width):
        if width not in self._counts:
            model = self.build(width=width)
            self._counts[width] = sum(weight.size for weight in self.prunable_weights(model))
        return self._counts[width]


def _maker(kind):
    """What makes a trainer of a kind; see `Context.trainer`."""
    if kind is None:
        return Trainer
    return FrozenTrainer if kind == "frozen" else functools.partial(ScoreTrainer, kind)
