"""The experiment as a graph of units: each trains one network and writes one folder."""

import dataclasses

from lth_keras.errors import ConfigurationError
from lth_keras.paths import round_name


@dataclasses.dataclass(frozen=True)
class Unit:
    """One trained network of one trial.

    Attributes:
      trial: from 1.
      name: its folder: 'round_06', 'ticket@06', 'full'.
      round: the round whose mask it uses; 0 for the dense network.
      variant: its `Variant`, or None for a round of IMP.
      needs: names of the trial's units that must be done before.
      weights_of: those among them whose trained weights it reads.
      keeps_optimizer: whether another unit goes on from where this one stops.
    """

    trial: int
    name: str
    round: int
    variant: object = None
    needs: tuple = ()
    weights_of: tuple = ()
    keeps_optimizer: bool = False

    @property
    def label(self):
        """What its rows in metrics.csv are called: the variant's name, or 'imp'."""
        return self.variant.name if self.variant else "imp"


def graph(experiment):
    """All units of an experiment, each after those it needs."""
    units = []
    for trial in range(1, experiment.trials + 1):
        units.extend(trial_units(experiment, trial))
    return units


def trial_units(experiment, trial):
    """The units of one trial: IMP's chain, then the variants, each after those it needs.

    Raises:
      ConfigurationError: a variant needs a network that the experiment does not train.
    """
    last = experiment.imp.schedule.rounds
    chain = [
        Unit(trial, round_name(index), index, needs=before, weights_of=before)
        for index in range(last + 1)
        for before in [(round_name(index - 1),) if index else ()]
    ]
    variants = [
        Unit(
            trial, name, index, variant, weights_of=variant.needs(index),
            needs=tuple(dict.fromkeys((round_name(index), *variant.needs(index)))),
        )
        for variant in experiment.variants
        for index, name in variant.units(last)
    ]
    carried = {
        name for unit in variants if getattr(unit.variant.weights, "goes_on", False)
        for name in unit.variant.weights.needs(unit.variant.name, unit.round)
    }
    return _ordered([
        dataclasses.replace(unit, keeps_optimizer=unit.name in carried)
        for unit in chain + variants
    ])


def _ordered(units):
    """The same units in their order, but each need before the first that needs it."""
    by_name, ordered = {unit.name: unit for unit in units}, {}

    def place(unit, below):
        if unit.name in ordered:
            return
        if unit.name in below:
            raise ConfigurationError(
                f"the variants need each other in a circle: {' needs '.join(below)} needs "
                f"{unit.name}; correct TrainedWeights.of"
            )
        for need in unit.needs:
            if need not in by_name:
                raise ConfigurationError(
                    f"the variant {unit.label!r} needs {need!r}, which the experiment does not "
                    "train; add that variant to Experiment.variants, with this round among its "
                    "Variant.rounds"
                )
            place(by_name[need], (*below, unit.name))
        ordered[unit.name] = unit

    for unit in units:
        place(unit, ())
    return list(ordered.values())
