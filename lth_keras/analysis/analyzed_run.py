"""A stored run as analysis sees it: its networks by name, its data, its loss surfaces."""

import dataclasses
import fnmatch
import re

from lth_keras import masks, opening, seeds
from lth_keras.analysis.loss_surface import LossSurface
from lth_keras.compat import keras
from lth_keras.data.splits import stratified_choice
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.paths import ROUND, round_name
from lth_keras.store import masks_and_weights, network_folder, vouched
from lth_keras.variables import named_variables

_REFERENCE = re.compile(r"(?:(?P<trial>trial_\d+)/)?(?P<name>[^/|:]+)(?P<start>:start)?"
                        r"(?:\|(?P<mask>[^/|:]+))?")
_POINTS = {"initial": masks_and_weights.read_initial, "rewind": masks_and_weights.read_rewind}


@dataclasses.dataclass(frozen=True, eq=False)
class AnalyzedNetwork:
    """One point in weight space.

    Attributes:
      reference: the text that named it.
      weights: {key: array} of every variable, masks applied.
      masks: {key: bool array}.
      arguments: of the model's function; {} for the experiment's own architecture.
    """

    reference: str
    weights: dict
    masks: dict
    arguments: dict


class AnalyzedRun:
    """A run's directory with the model and the data that belong to it.

    A reference names a network of a trial by its folder: 'round_06', 'ticket@10', 'full'; 'initial'
    is θ_0 and 'rewind' is θ_k. With ':start' it names the weights that its training started from.
    With '|round_07' the weights are projected on the mask of that network. With 'trial_02/' in
    front, the network is taken from that trial.

    Args:
      context: the experiment's `Context` over the run's directory.
      jit: whether to compile with XLA.
      at_rewind: function of a duration. It gives the `AnalyzedRun` of the same experiment with
        that rewind point, and trains it first where it is not stored; None: not available.
    """

    def __init__(self, context, jit=False, at_rewind=None):
        self.context = context
        self.paths = context.paths
        self.data = context.data
        self.jit = jit
        self.at_rewind = at_rewind
        self.last_round = context.schedule.rounds
        self._surfaces = {}
        self._plain = {}

    @property
    def trials(self):
        """Numbers of the trials that have finished networks."""
        trials = range(1, self.context.experiment.trials + 1)
        return [trial for trial in trials if self.network_names(trial)]

    @property
    def title(self):
        """Data and model, 'mnist, lenet_300_100', for the titles of figures."""
        name = self.data.name
        if self.data.is_fallback:
            name = f"{name} (FALLBACK, NOT {self.data.requested})"
        return f"{name}, {self.model({}).name}"

    def network_names(self, trial):
        """Names of a trial's finished networks, which are their folders, sorted."""
        folder = self.paths.trial(trial)
        return [name for name in opening.entries(folder)
                if network_folder.is_done(folder / name)]

    def diverged(self, trial):
        """Names of a trial's finished networks that diverged: their weights are no solution."""
        return [name for name in self.network_names(trial) if self.facts(trial, name)["diverged"]]

    def matching(self, trial, patterns, with_diverged=False):
        """Names of a trial's finished networks that match any of `patterns`, like 'round_*'.

        Those that diverged are left out, as they are in no mean of a report, unless they are asked
        for.
        """
        left_out = () if with_diverged else self.diverged(trial)
        return [name for name in self.network_names(trial) if name not in left_out
                and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]

    def pruned_rounds(self, trial):
        """The rounds from 1 on that are finished, if the round before each is finished too; none
        that diverged."""
        done = {name for name in self.matching(trial, ("round_*",)) if ROUND.fullmatch(name)}
        return [number for number in range(1, self.last_round + 1)
                if {round_name(number), round_name(number - 1)} <= done]

    def facts(self, trial, name):
        """The done.json of a finished network.

        Raises:
          RunError: the run has no such network, or it is not finished.
        """
        folder = self.paths.network(trial, name)
        if not network_folder.is_done(folder):
            raise RunError(
                f"trial {trial} has no finished network {name!r}; it has "
                f"{', '.join(self.network_names(trial)) or 'none'}"
            )
        return network_folder.facts(folder)

    def exists(self, trial, reference):
        """Whether all that `reference` names is stored."""
        trial, parts = self._parse(trial, reference)
        return all(
            network_folder.is_done(self.paths.network(trial, name))
            for name in (parts["name"], parts["mask"]) if name and name not in _POINTS
        )

    def signature(self, trial, reference):
        """Checksums of the files that decide the network.

        They tell whether what was measured earlier is still true of it.
        """
        trial, parts = self._parse(trial, reference)
        checksums = {}
        for name in (parts["name"], parts["mask"]):
            if name in _POINTS:
                checksums[name] = vouched.trial_checksum(
                    self.paths, trial, getattr(self.paths, name)(trial))
            elif name:
                known = self.facts(trial, name)["files"]
                checksums[name] = [known[each] for each in ("masks.npz", "weights.npz")]
        return checksums

    def network(self, trial, reference):
        """The `AnalyzedNetwork` that `reference` names.

        Raises:
          ConfigurationError: `reference` has none of the forms above.
          RunError: it is not stored.
        """
        trial, parts = self._parse(trial, reference)
        name, arguments = parts["name"], {}
        if name in _POINTS:
            weights = _POINTS[name](self.paths, trial)
            kept = {weight.key: masks.ones(weight.shape) for weight in self.context.prunable}
        else:
            facts = self.facts(trial, name)
            folder = self.paths.network(trial, name)
            arguments = facts["architecture"]
            if parts["start"]:
                kept = masks_and_weights.read_start_masks(self.paths, trial, name)
                weights = masks_and_weights.read_start(self.paths, trial, name)
            else:
                kept = masks_and_weights.acting_masks(folder)
                weights = masks_and_weights.read_weights(folder)
        if parts["mask"]:
            kept = masks_and_weights.read_masks(self.paths.network(trial, parts["mask"]))
        return AnalyzedNetwork(reference, masks.apply(kept, weights), kept, arguments)

    def model(self, arguments):
        """The plain model of an architecture; what weights it holds is not defined."""
        key = tuple(sorted(arguments.items()))
        if key not in self._plain:
            self._plain[key] = self.context.build(**arguments)
        return self._plain[key]

    def trainable(self, arguments):
        """Keys of an architecture's trainable variables."""
        model = self.model(arguments)
        wanted = {id(variable) for variable in model.trainable_variables}
        return [key for key, each in named_variables(model).items() if id(each) in wanted]

    def surface(self, arguments=None, split="train", examples=None, seed=0, batch_size=1000,
                l2=0.0):
        """The `LossSurface` of an architecture over a split, or a seeded stratified part of it.

        Args:
          arguments: of the architecture.
          split: 'train', 'validation' or 'test'.
          examples: how many of it, as `available` bounds them; None for all.
          seed: of the choice.
          batch_size, l2: see `LossSurface`.

        Raises:
          ConfigurationError: there is no such split, or nothing in it.
        """
        examples = self.available(split, examples)
        key = (tuple(sorted((arguments or {}).items())), split, examples, seed, batch_size, l2)
        if key not in self._surfaces:
            images, labels, weights = self.examples(split, examples, seed)
            statistics, *_ = self.examples("train", min(5000, self.data.train_size), seed) \
                if self._has_norms(arguments or {}) else (None,)
            self._surfaces[key] = LossSurface(
                self.context.build(precision="float32", **(arguments or {})), images, labels,
                self.data, batch_size, l2, self.jit, statistics, weights,
            )
        return self._surfaces[key]

    def available(self, split, examples=None):
        """How many examples of a split are used where `examples` are asked for; None means all.

        Raises:
          ConfigurationError: there is no such split, or nothing in it.
        """
        sizes = {name: self.data.size(name) for name in self.data.splits}
        if not sizes.get(split):
            there = tuple(name for name, size in sizes.items() if size)
            raise ConfigurationError(
                f"split is {split!r}; expected one that {self.data.name} has examples in: {there}")
        return sizes[split] if examples is None else min(examples, sizes[split])

    def examples_text(self, split, examples=None):
        """'4,000 of 4,000 train examples': for the statements of a measure."""
        return (f"{self.available(split, examples):,} of {self.data.size(split):,} {split} "
                "examples")

    def examples(self, split, count=None, seed=0):
        """(images, labels, weights or None) of a split, as loaded; or of `count` of it,
        stratified, seeded."""
        count = self.available(split, count)
        start, stop = self.data.splits[split]
        data = self.data
        images, labels = data.images[start:stop], data.labels[start:stop]
        weights = None if data.weights is None else data.weights[start:stop]
        if count == len(labels):
            return images, labels, weights
        chosen = stratified_choice(data.task.strata(labels), count, seed)
        return images[chosen], labels[chosen], None if weights is None else weights[chosen]

    def trial_seed(self, trial, *uses):
        """A seed that is derived from the trial's, for one use of chance in an analysis."""
        return seeds.derive(self.context.trial_seed(trial), "analysis", *uses)

    def _parse(self, trial, reference):
        parts = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
        if parts is None:
            raise ConfigurationError(
                f"{reference!r} names no network; expected a network's folder, such as 'round_06', "
                "'initial' or 'rewind', with ':start', '|round_07' or 'trial_02/' where needed"
            )
        parts = parts.groupdict()
        if parts["trial"]:
            trial = int(parts["trial"].split("_")[1])
        return trial, parts

    def _has_norms(self, arguments):
        return any(isinstance(layer, keras.layers.BatchNormalization)
                   for layer in self.model(arguments).submodules)
