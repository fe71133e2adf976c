"""The experiment as a graph of units: each trains one network and writes one folder."""

import dataclasses

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
    """

    trial: int
    name: str
    round: int
    variant: object = None
    needs: tuple = ()

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
    """The units of one trial: IMP's chain, then the variants."""
    last = experiment.imp.schedule.rounds
    chain = [
        Unit(trial, round_name(index), index, needs=(round_name(index - 1),) if index else ())
        for index in range(last + 1)
    ]
    variants = [
        Unit(trial, name, index, variant, needs=(round_name(index),))
        for variant in experiment.variants
        for index, name in variant.units(last)
    ]
    return chain + variants
