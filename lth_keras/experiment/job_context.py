"""`JobContext`: a job with everything that its procedure and its variant's rules read and use."""

import functools
import pathlib
from typing import Any

import numpy as np

from lth_keras import masks, opening, rewinding, seeds
from lth_keras.criteria import Criterion
from lth_keras.experiment import carried_over, pruner
from lth_keras.experiment.context import Context
from lth_keras.experiment.jobs import Job
from lth_keras.initializers import EmpiricalDistribution
from lth_keras.mask_updates import MaskUpdate
from lth_keras.masks import Arrays
from lth_keras.paths import round_name
from lth_keras.rewinding import RewindPoint
from lth_keras.store import masks_and_weights, network_folder, vouched
from lth_keras.training import Checkpoint, CompactTrainer, MaskUpdates, Trainer, TrainState
from lth_keras.variables import named_variables, snapshot


class JobContext:
    """One trial, one round, one network. It reads only stored files, and is made once for each job.

    Args:
      context: `Context`.
      job: `Job`.

    Attributes:
      context: as above.
      trial, name, round, procedure, variant, label, needs, reads, keeps_optimizer: the job's.
      folder: where the network is stored.
      used: the trial's files outside its folder that it writes or reads; done.json has their
        checksums too.
      told: facts that its rules store in done.json.
      made_from: {path: SHA-256} of every stored file that was read for it.
      in_training: what trains it, a `Trainer` or a `CompactTrainer`; None before its training.
    """

    def __init__(self, context: Context, job: Job):
        self.context = context
        self.trial, self.name, self.round = job.trial, job.name, job.round
        self.variant, self.label, self.procedure = job.variant, job.label, job.procedure
        self.needs, self.reads, self.keeps_optimizer = job.needs, job.reads, job.keeps_optimizer
        self.trainer_kind = None if job.variant is None else job.variant.trainer_kind
        self.folder = context.paths.network(job.trial, job.name)
        self.used: list = []
        self.told: dict[str, Any] = {}
        self.made_from: dict[pathlib.Path, str] = {}
        self.in_training: Trainer | CompactTrainer | None = None

    # The network.

    @functools.cached_property
    def arguments(self) -> dict:
        """The arguments of the model's function; {} for the experiment's own network."""
        return {} if self.variant is None else self.variant.architecture.arguments(self)

    @property
    def trainer(self) -> Trainer:
        """The `Trainer` of the network's architecture, of the kind that its variant asks for."""
        return self.context.trainer(self.trainer_kind, **self.arguments)

    def trainer_for(self, masks: Arrays) -> Trainer | CompactTrainer:
        """What trains the network with these masks; it is noted as `in_training`."""
        self.in_training = self.context.trainer_for(masks, self.trainer_kind, **self.arguments)
        return self.in_training

    @property
    def prunable(self) -> tuple:
        """`PrunableWeight`s of the network's architecture."""
        return self.trainer.prunable

    def dense_masks(self) -> Arrays:
        """Ones for each prunable weight of the network's architecture."""
        return {weight.key: masks.ones(weight.shape) for weight in self.prunable}

    def matched_width(self) -> float:
        """The width multiple of the dense network with as many weights as the round's ticket."""
        return self.context.matched_width(self.round, self.found_masks)

    # Seeds: one for each use of chance, derived from the use's and the network's name.

    def seed(self, *uses: str) -> int:
        """A seed of the network's own for one use of chance."""
        return seeds.derive(self.context.trial_seed(self.trial), *uses, self.name)

    def generator(self, *uses: str) -> np.random.Generator:
        """A generator of the network's own for one use of chance."""
        return seeds.generator(self.context.trial_seed(self.trial), *uses, self.name)

    def training_seed(self, use: str) -> int:
        """The seed of 'data order' or 'augmentation': the trial's, or the variant's own."""
        if self.variant is not None and self.variant.data_order == "own":
            return self.seed(use)
        return seeds.derive(self.context.trial_seed(self.trial), use)

    # The trial's stored files.

    def initial(self) -> RewindPoint:
        """θ_0."""
        self._note_shared(self.context.paths.initial(self.trial))
        return rewinding.load_initial(self.context.paths, self.trial)

    def rewind_point(self, with_biases: bool = True) -> RewindPoint:
        """θ_k, or with the biases of the end of the round before if `rewind_biases` is False."""
        self._note_shared(self.context.paths.rewind(self.trial))
        if self.context.rewind_step:
            self._note_shared(self.context.paths.rewind_optimizer(self.trial))
        point = rewinding.load_point(self.context.paths, self.trial, self.context.rewind_step)
        return carried_over.point_with_biases(self, point) if with_biases else point

    def found_masks(self) -> Arrays:
        """IMP's masks of the round."""
        return self.masks_of(round_name(self.round))

    def masks_of(self, name: str) -> Arrays:
        """Masks of another network of the trial."""
        return masks_and_weights.read_masks(self._noted(name, "masks.npz"))

    def weights_of(self, name: str) -> Arrays:
        """Trained weights of another network of the trial; pruned weights are zero."""
        return masks_and_weights.read_weights(self._noted(name, "weights.npz"))

    def step_of(self, name: str) -> int:
        """The last step of another network of the trial."""
        return network_folder.facts(self.context.paths.network(self.trial, name))["steps"]

    def optimizer_of(self, name: str) -> Arrays:
        """The optimizer's variables at that step; stored only if a job goes on from there."""
        return masks_and_weights.read_optimizer(self._noted(name, "optimizer.npz"))

    # Computations for rules.

    def prune(self, weights: Arrays, previous: Arrays, criterion: Criterion | None = None,
              scope: str | None = None, iterations: int = 1,
              counts: dict[str, int] | None = None) -> Arrays:
        """`previous` masks pruned to the round's counts; see `pruner.prune`.

        It uses the round's seed and not the variant's: two variants that prune the same network by
        the same criterion must get the same mask.
        """
        generator = seeds.generator(self.context.trial_seed(self.trial), "criterion", self.round)
        return pruner.prune(
            self.context, weights, self.initial().weights, previous, generator, self.round,
            criterion, scope, iterations, counts,
        )

    def fresh_weights(self) -> Arrays:
        """A draw from the initializers of the network's architecture, by the network's own seed."""
        seed = self.seed("re-initialisation")
        return snapshot(named_variables(self.context.build(seed, **self.arguments)))

    def base_weights(self) -> Arrays:
        """θ_0, biases as in `rewind_point`; a fresh draw for another architecture."""
        return self.fresh_weights() if self.arguments else carried_over.with_biases(
            self, self.initial().weights)

    def distribution(self, source: str) -> pathlib.Path:
        """The file of D_n of the round's ticket; D_n is measured at the first call.

        Args:
          source: 'initial': nonzero(m ⊙ θ_0); 'trained': the trained weights that m was made
            from, at the end of the round before, m applied; 'dense_initial': nonzero(θ_0).
        """
        dense = source == "dense_initial"
        name = "dense" if dense else f"ticket@{self.round:02d}"
        path = self.context.paths.distributions(self.trial) / (
            f"{name}_{'initial' if dense else source}.npz"
        )
        if path not in self.used:
            self._have_measured(path, source)
            self.used.append(path)
        return path

    def _have_measured(self, path, source):
        """Writes D_n if no network vouches for it yet; every process would measure the same."""
        before = round_name(self.round - 1) if source == "trained" else None
        checksum = vouched.trial_checksum(self.context.paths, self.trial, path)
        if checksum is not None and opening.exists(path):
            vouched.read_bytes(path, checksum)
            self._noted(round_name(self.round), "masks.npz")
            if before is not None:
                self._noted(before, "weights.npz")
            else:
                self._note_shared(self.context.paths.initial(self.trial))
            return
        weights = self.initial().weights if before is None else self.weights_of(before)
        kept = self.found_masks()
        if source == "dense_initial":
            kept = {key: masks.ones(mask.shape) for key, mask in kept.items()}
        EmpiricalDistribution.measure(
            weights, kept, "initial" if before is None else source).save(path)

    def _noted(self, name, file):
        """The folder of a network, a file of which this one is made from."""
        folder = self.context.paths.network(self.trial, name)
        known = network_folder.facts(folder)["files"]
        if file in known:
            self.made_from[folder / file] = known[file]
        return folder

    def _note_shared(self, path):
        checksum = vouched.trial_checksum(self.context.paths, self.trial, path)
        if checksum is not None:
            self.made_from[path] = checksum

    # Files that round 0 writes for the rest of the trial.

    def draw_initial(self) -> Arrays:
        """Draws θ_0 from the trial's seed, or reads the given file; stores and returns it."""
        weights = self.context.initial_weights(self.trial)
        rewinding.save_initial(self.context.paths, self.trial, weights)
        self.used = [self.context.paths.initial(self.trial)]
        return weights

    def store_rewind_point(self, state: TrainState | None) -> None:
        """Stores θ_k; with None, because round 0 diverged before step k, it stores nothing."""
        if state is None:
            return
        paths = self.context.paths
        optimizer = state.optimizer if state.step else None
        rewinding.save_point(paths, self.trial, RewindPoint(state.weights, state.step, optimizer))
        self.used.append(paths.rewind(self.trial))
        if state.step:
            self.used.append(paths.rewind_optimizer(self.trial))

    # The length of its training, in updates.

    @property
    def duration(self) -> int:
        """The step until which it trains, as a duration from the configuration."""
        experiment = self.context.experiment
        return self.context.steps(
            experiment.imp.duration if self.variant is None
            else self.variant.duration_in(experiment))

    @property
    def equal_round(self) -> int | None:
        """The round of IMP that this job would repeat exactly, or None."""
        imp = self.context.experiment.imp
        if self.variant is None or self.duration != self.context.steps(imp.duration):
            return None
        return carried_over.repeats(
            self, self.variant.imp_round(self.round, self.context.rewind_step, imp.criterion))

    @property
    def planned_steps(self) -> int:
        """Number of updates that it will make, as far as it is known before."""
        if self.equal_round is not None:
            return 0
        rewinds = self.round > 0 if self.variant is None else self.variant.weights.rewinds
        start = self.context.rewind_step if rewinds else 0
        return max(0, self.duration - start)

    @property
    def first_step(self) -> int:
        """The step that its training starts from."""
        source = carried_over.gone_on_from(self)
        return self.duration - self.planned_steps if source is None else self.step_of(source)

    def last_step(self, start: int) -> int:
        """The step at which its training ends when it starts from step `start`."""
        # A job that goes on makes as many updates as a rewound round.
        goes_on = carried_over.gone_on_from(self) is not None
        return start + self.duration - self.context.rewind_step if goes_on else self.duration

    def mask_updates(self, rule: MaskUpdate, target: dict[str, int], start: int) -> MaskUpdates:
        """When its masks change, in a training from step `start`; `target` as in `MaskUpdates`."""
        epoch, stop = self.context.steps_per_epoch, self.last_step(start)
        return MaskUpdates(
            rule, rule.beginning(start, epoch), rule.last(start, stop, epoch),
            rule.steps(start, stop, epoch), target, self.seed("mask updates"))

    # Its progress.

    def checkpoint(self) -> Checkpoint:
        """The checkpoint of its unfinished training."""
        return Checkpoint(self.folder, self.context.checkpoint_seconds, sorted(
            [str(path.relative_to(self.context.paths.root)), checksum]
            for path, checksum in self.made_from.items()))

    def missing_need(self) -> str | None:
        """Why the job cannot be done, in a few words; None if it can.

        A network that diverged is a result: only jobs that need what it did not give are skipped.
        """
        for need in self.needs:
            folder = self.context.paths.network(self.trial, need)
            if not network_folder.is_done(folder):
                return f"{need} is not there"
            if need in self.reads and network_folder.facts(folder)["diverged"]:
                return f"{need} diverged"
        paths, rule = self.context.paths, self.variant and self.variant.weights
        if rule is not None and rule.rewinds and not rule.goes_on and self.context.rewind_step:
            if vouched.trial_checksum(paths, self.trial, paths.rewind(self.trial)) is None:
                return f"{round_name(0)} diverged before the rewind point"
        return None
