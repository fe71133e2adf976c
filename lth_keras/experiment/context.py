"""What jobs of work share in one process: data, trainers, the store; and what one job sees."""

import dataclasses

from lth_keras import masks, models, opening, pruning, rewinding, seeds
from lth_keras.durations import Duration
from lth_keras.experiment import pruner
from lth_keras.initializers import EmpiricalDistribution
from lth_keras.paths import round_name
from lth_keras.store import network_folder, network_reader, vouched
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
    """

    def __init__(self, experiment, data, paths, checkpoint_seconds=300, should_stop=None,
                 replicas=None):
        self.experiment = experiment
        self.data = data
        self.configuration_digest = None  # `assemble` has it, once the model is built.
        self.paths = paths
        self.checkpoint_seconds = checkpoint_seconds
        self.should_stop = should_stop
        self.replicas = replicas or Replicas()
        self.schedule = experiment.imp.schedule
        self.steps_per_epoch = data.train_size // experiment.batch_size
        self.rewind_step = self.schedule.rewind_step(self.steps_per_epoch)
        self.prunable = pruning.prunable_weights(self.build(), experiment.never_prune)
        self._trainers = {}
        self._widths = {}
        self._saliency = None

    def steps(self, duration):
        """A duration in optimizer updates."""
        return Duration.parse(duration).steps(self.steps_per_epoch)

    def trial_seed(self, trial):
        """The seed that all of a trial's seeds derive from."""
        return seeds.derive(self.experiment.seed, "trial", trial)

    def build(self, seed=0, precision=None, **arguments):
        """The experiment's plain model, its initializers drawing from `seed`.

        Args:
          seed: any integer.
          precision: the experiment's own where None.
          **arguments: the architecture's.
        """
        with building(precision or self.experiment.precision):
            return models.build_seeded(self.experiment.model, self.data.input_shape,
                                       self.data.num_classes, seed, **arguments)

    def trainer(self, **arguments):
        """The one trainer of the architecture with these arguments."""
        key = tuple(sorted(arguments.items()))
        if key not in self._trainers:
            experiment = self.experiment
            self._trainers[key] = Trainer(
                self.build(**arguments), self.schedule, experiment.optimizer, self.data,
                experiment.batch_size, experiment.evaluation_batch_size, experiment.augmentation,
                experiment.jit, experiment.never_prune, experiment.precision, self.replicas,
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
                self.build(precision="float32"), keys, self.data,
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
        return sum(
            weight.size
            for weight in pruning.prunable_weights(model, self.experiment.never_prune)
        )


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
      made_from: {path: SHA-256} of every stored file that was read for it.
    """

    context: Context
    trial: int
    index: int
    name: str
    arguments: dict = dataclasses.field(default_factory=dict)
    used: list = dataclasses.field(default_factory=list)
    told: dict = dataclasses.field(default_factory=dict)
    made_from: dict = dataclasses.field(default_factory=dict)

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
        return network_reader.read_masks(self._noted(name, "masks.npz"))

    def weights_of(self, name):
        """Trained weights of another job of the trial, its masks applied."""
        return network_reader.read_weights(self._noted(name, "weights.npz"))

    def step_of(self, name):
        """The last step of another job of the trial."""
        return network_folder.facts(self.context.paths.network(self.trial, name))["steps"]

    def optimizer_of(self, name):
        """The optimizer's variables at that step; kept where a job that goes on needs them."""
        return network_reader.read_optimizer(self._noted(name, "optimizer.npz"))

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
        self._note_shared(self.context.paths.initial(self.trial))
        return rewinding.load_initial(self.context.paths, self.trial)

    def rewind_point(self):
        """θ_k."""
        self._note_shared(self.context.paths.rewind(self.trial))
        if self.context.rewind_step:
            self._note_shared(self.context.paths.rewind_optimizer(self.trial))
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
        if path not in self.used:
            self._have_measured(path, source)
            self.used.append(path)
        return path

    def _have_measured(self, path, source):
        """Writes D_n where no network vouches for it yet; it is the same whoever measures it."""
        before = round_name(self.index - 1) if source == "trained" else None
        checksum = vouched.trial_checksum(self.context.paths, self.trial, path)
        if checksum is not None and opening.exists(path):
            vouched.read_bytes(path, checksum)
            self._noted(round_name(self.index), "masks.npz")
            if before is not None:
                self._noted(before, "weights.npz")
            else:
                self._note_shared(self.context.paths.initial(self.trial))
            return
        weights = self.initial().weights if before is None else self.weights_of(before)
        found = self.found_masks()
        if source == "dense_initial":
            found = {key: masks.ones(mask.shape) for key, mask in found.items()}
        EmpiricalDistribution.measure(
            weights, found, "trained" if before is not None else "initial").save(path)

    def _noted(self, name, file):
        """A network's folder, a file of which this one is made from."""
        folder = self.context.paths.network(self.trial, name)
        known = network_folder.facts(folder)["files"]
        if file in known:
            self.made_from[folder / file] = known[file]
        return folder

    def _note_shared(self, path):
        checksum = vouched.trial_checksum(self.context.paths, self.trial, path)
        if checksum is not None:
            self.made_from[path] = checksum
