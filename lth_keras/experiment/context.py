"""What jobs of work share in one process: data, trainers, the store; and what one job sees."""

import dataclasses
import functools

import numpy as np

from lth_keras import masks, models, pruning, rewinding, seeds
from lth_keras.durations import Duration
from lth_keras.experiment import pruner
from lth_keras.experiment.initial_weights import read_initial_weights
from lth_keras.initializers import EmpiricalDistribution
from lth_keras.paths import round_name
from lth_keras.store import network_folder, network_reader
from lth_keras.training import DataOrder, Replicas, Saliency, Trainer, building
from lth_keras.variables import named_variables, snapshot


class Context:
    """An experiment over loaded data and a run's directory, with one trainer per architecture.

    Args:
      experiment: `Experiment`.
      data: `LoadedData`.
      paths: `RunPaths`.
      checkpoint_seconds: least time between two checkpoints of a network in training.
      should_stop: asked about once a second whether to stop; None for never.
      replicas: `Replicas` to train on; None for one device.

    Attributes:
      plain: the experiment's plain model, for its layers; its weights mean nothing.
      prunable: the `PrunableWeight`s of it.
    """

    def __init__(self, experiment, data, paths, checkpoint_seconds=300, should_stop=None,
                 replicas=None):
        self.experiment = experiment
        self.data = data
        self.paths = paths
        self.checkpoint_seconds = checkpoint_seconds
        self.should_stop = should_stop
        self.replicas = replicas or Replicas()
        self.schedule = experiment.imp.schedule
        self.steps_per_epoch = data.train_size // experiment.batch_size
        self.rewind_step = self.schedule.rewind_step(self.steps_per_epoch)
        self.plain = self.build()
        self.prunable = self.prunable_weights(self.plain)
        self._trainers = {}
        self._widths = {}
        self._saliency = None
        self._first = None

    def steps(self, duration):
        """A duration in optimizer updates."""
        return Duration.parse(duration).steps(self.steps_per_epoch)

    def trial_seed(self, trial):
        """The seed that all of a trial's seeds derive from."""
        return seeds.derive(self.experiment.seed, "trial", trial)

    def build(self, seed=0, precision=None, as_written=False, **arguments):
        """The experiment's plain model, its initializers drawing from `seed`.

        Args:
          seed: any integer.
          precision: the experiment's own where None.
          as_written: with the inputs and the logits that the function gave it.
          **arguments: the architecture's.
        """
        task = models.Task(self.data.inputs, self.data.labels.shape[1:], self.experiment.output,
                           as_written)
        with building(precision or self.experiment.precision):
            return models.build_seeded(self.experiment.model, self.data.input_shape,
                                       self.data.num_classes, seed, task, **arguments)

    def initial_weights(self, trial):
        """θ_0 of a trial, {key: array}.

        Raises:
          ConfigurationError: the experiment's file of them does not fit its model.
        """
        if trial == 1 and self._first is not None:
            return self._first
        seed = seeds.derive(self.trial_seed(trial), "initialisation")
        if self.experiment.initial_weights is None:
            weights = snapshot(named_variables(self.build(seed)))
        else:
            weights = read_initial_weights(self.experiment.initial_weights, self.build(seed))
        if trial == 1:
            self._first = weights  # The run's name asks for it, the check, and the first round.
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

    def trainer(self, **arguments):
        """The one trainer of the architecture with these arguments."""
        key = tuple(sorted(arguments.items()))
        if key not in self._trainers:
            experiment = self.experiment
            self._trainers[key] = Trainer(
                self.build(**arguments) if arguments else self.plain, self.schedule,
                experiment.optimizer, self.data,
                experiment.batch_size, experiment.evaluation_batch_size, experiment.augmentation,
                experiment.jit, experiment.never_prune, experiment.precision, self.replicas,
                experiment.also_prune,
            )
        return self._trainers[key]

    def release(self):
        """Lets the trainers go, and with them the data on the device; they are made anew."""
        self._trainers = {}
        self._saliency = None

    def trace_counts(self):
        """The trainers' trace counts, a dict for each architecture."""
        return [trainer.trace_counts() for trainer in self._trainers.values()]

    def data_order(self, seed):
        """`DataOrder` of the training set."""
        return DataOrder(seed, self.data.train_size, self.experiment.batch_size)

    def probe(self, weights, found, generator):
        """`Probe` of the experiment's network for criteria that need gradients."""
        if self._saliency is None:
            keys = [weight.key for weight in self.prunable]
            # Scores are ranked to the last digit, and synaptic flow leaves float16's range.
            self._saliency = Saliency(
                lambda: self.build(precision="float32"), keys, self.data,
                self.experiment.evaluation_batch_size)
        return self._saliency.probe(weights, found, generator)

    def matched_width(self, index):
        """The width multiple whose dense network is closest to the ticket of round `index`."""
        if index not in self._widths:
            self._widths[index], _ = models.closest_width(
                self._count_at_width, self.schedule.total_count(self.prunable, index)
            )
        return self._widths[index]

    def _count_at_width(self, width):
        model = self.build(width=width)
        return sum(weight.size for weight in self.prunable_weights(model))


@dataclasses.dataclass
class JobContext:
    """Where a rule is asked: one trial, one round, one variant; reads nothing but the store.

    Attributes:
      context: `Context`.
      trial: from 1.
      index: the round.
      name: the unit's folder, which its seeds are named for.
      arguments: the architecture's arguments, once they are known.
      used: the trial's files that its rules read beside what a job needs.
      told: what its rules say in done.json.
    """

    context: Context
    trial: int
    index: int
    name: str
    arguments: dict = dataclasses.field(default_factory=dict)
    used: list = dataclasses.field(default_factory=list)
    told: dict = dataclasses.field(default_factory=dict)

    @property
    def label(self):
        """The variant's name."""
        return self.name.partition("@")[0]

    @property
    def prunable(self):
        """`PrunableWeight`s of the unit's architecture."""
        return self.context.trainer(**self.arguments).prunable

    def seed(self, *uses):
        """A seed of the unit's own for one use of chance."""
        return seeds.derive(self.context.trial_seed(self.trial), *uses, self.name)

    def generator(self, *uses):
        """np.random.Generator of the unit's own for one use of chance."""
        return seeds.generator(self.context.trial_seed(self.trial), *uses, self.name)

    def found_masks(self):
        """IMP's masks of the round."""
        return self.masks_of(round_name(self.index))

    def masks_of(self, name):
        """Masks of another job of the trial."""
        return network_reader.read_masks(self.context.paths.network(self.trial, name))

    def weights_of(self, name):
        """Trained weights of another job of the trial, its masks applied."""
        return network_reader.read_weights(self.context.paths.network(self.trial, name))

    def step_of(self, name):
        """The last step of another job of the trial."""
        return network_folder.facts(self.context.paths.network(self.trial, name))["steps"]

    def optimizer_of(self, name):
        """The optimizer's variables at that step; kept where a job that goes on needs them."""
        return network_reader.read_optimizer(self.context.paths.network(self.trial, name))

    def prune(self, weights, previous, criterion=None, scope=None, iterations=1):
        """`previous` masks pruned to the round's counts; see `pruner.prune`.

        Chance is the round's and not the variant's: where two variants prune the same network by
        the same criterion, they find the same mask.
        """
        generator = seeds.generator(self.context.trial_seed(self.trial), "criterion", self.index)
        return pruner.prune(
            self.context, weights, self.initial().weights, previous, generator, self.index,
            criterion, scope, iterations,
        )

    def initial(self):
        """θ_0."""
        return rewinding.load_initial(self.context.paths, self.trial)

    def rewind_point(self):
        """θ_k."""
        return rewinding.load_point(self.context.paths, self.trial, self.context.rewind_step)

    def fresh_weights(self):
        """A draw from the initializers of the unit's architecture, by the unit's own seed."""
        model = self.context.build(self.seed("re-initialisation"), **self.arguments)
        return snapshot(named_variables(model))

    def base_weights(self):
        """θ_0, or for an architecture of its own a fresh draw."""
        return self.fresh_weights() if self.arguments else self.initial().weights

    def matched_width(self):
        """The width multiple that matches the round's ticket."""
        return self.context.matched_width(self.index)

    def distribution(self, source):
        """Path of D_n of the round's ticket, measured and saved when first asked for.

        Args:
          source: 'initial': nonzero(m ⊙ θ_0); 'trained': the trained weights that m was made
            from, at the end of the round before, m applied; 'dense_initial': nonzero(θ_0).
        """
        dense = source == "dense_initial"
        name = "dense" if dense else f"ticket@{self.index:02d}"
        path = self.context.paths.distributions(self.trial) / (
            f"{name}_{'initial' if dense else source}.npz"
        )
        if not path.exists():
            if source == "trained":
                weights = self.weights_of(round_name(self.index - 1))
            else:
                weights = self.initial().weights
            found = self.found_masks()
            if dense:
                found = {key: masks.ones(mask.shape) for key, mask in found.items()}
            EmpiricalDistribution.measure(
                weights, found, "initial" if dense else source).save(path)
        if path not in self.used:
            self.used.append(path)
        return path
