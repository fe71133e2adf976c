"""What units of work share in one process: data, trainers, the store; and what one unit sees."""

import dataclasses

import numpy as np

from lth_keras import files, models, pruning, rewinding, seeds
from lth_keras.durations import Duration
from lth_keras.initializers import EmpiricalDistribution
from lth_keras.paths import round_name
from lth_keras.training import DataOrder, Trainer
from lth_keras.variables import named_variables, snapshot


class Context:
    """An experiment over loaded data and a run's directory, with one trainer per architecture.

    Args:
      experiment: `Experiment`.
      data: `LoadedData`.
      paths: `RunPaths`.
    """

    def __init__(self, experiment, data, paths):
        self.experiment = experiment
        self.data = data
        self.paths = paths
        self.schedule = experiment.imp.schedule
        self.steps_per_epoch = data.train_size // experiment.batch_size
        self.rewind_step = self.schedule.rewind_step(self.steps_per_epoch)
        self.prunable = pruning.prunable_weights(self.build(), experiment.never_prune)
        self._trainers = {}
        self._widths = {}

    def steps(self, duration):
        """A duration in optimizer updates."""
        return Duration.parse(duration).steps(self.steps_per_epoch)

    def trial_seed(self, trial):
        """The seed that all of a trial's seeds derive from."""
        return seeds.derive(self.experiment.seed, "trial", trial)

    def build(self, seed=0, **arguments):
        """The experiment's plain model, its initializers drawing from `seed`."""
        return models.build_seeded(
            self.experiment.model, self.data.input_shape, self.data.num_classes, seed, **arguments
        )

    def trainer(self, **arguments):
        """The one trainer of the architecture with these arguments."""
        key = tuple(sorted(arguments.items()))
        if key not in self._trainers:
            experiment = self.experiment
            self._trainers[key] = Trainer(
                self.build(**arguments), self.schedule, experiment.optimizer, self.data,
                experiment.batch_size, experiment.evaluation_batch_size, experiment.augmentation,
                experiment.jit, experiment.never_prune,
            )
        return self._trainers[key]

    def trace_counts(self):
        """The trainers' trace counts, a dict for each architecture."""
        return [trainer.trace_counts() for trainer in self._trainers.values()]

    def data_order(self, seed):
        """`DataOrder` of the training set."""
        return DataOrder(seed, self.data.train_size, self.experiment.batch_size)

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
class Place:
    """Where a rule is asked: one trial, one round, one variant; reads nothing but the store.

    Attributes:
      context: `Context`.
      trial: from 1.
      index: the round.
      name: the unit's folder, which its seeds are named for.
      arguments: the architecture's arguments, once they are known.
      used: the trial's files that its rules read beside what a unit needs.
    """

    context: Context
    trial: int
    index: int
    name: str
    arguments: dict = dataclasses.field(default_factory=dict)
    used: list = dataclasses.field(default_factory=list)

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
        return load_masks(self.context.paths.unit(self.trial, round_name(self.index)))

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
            from, at the end of the round before, m applied.
        """
        path = self.context.paths.distributions(self.trial) / (
            f"ticket@{self.index:02d}_{source}.npz"
        )
        if not path.exists():
            if source == "initial":
                weights = self.initial().weights
            else:
                before = self.context.paths.unit(self.trial, round_name(self.index - 1))
                weights = files.read_npz(before / "weights.npz")
            EmpiricalDistribution.measure(weights, self.found_masks(), source).save(path)
        if path not in self.used:
            self.used.append(path)
        return path


def load_masks(folder):
    """{key: bool array} of a unit's masks."""
    return {
        key: np.asarray(mask, bool) for key, mask in files.read_npz(folder / "masks.npz").items()
    }
