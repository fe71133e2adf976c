"""`IMP` and `Experiment`: each value is checked when it is given."""

import pytest

from lth_keras.data import Dataset
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import IMP, Experiment, InitialWeights, KeepAll, Variant
from lth_keras.models import lenet_300_100
from lth_keras.pruning import RewindingSchedule

SCHEDULE = RewindingSchedule(2)


@pytest.mark.parametrize("fields, said", [
    ({"schedule": 5}, "IMP.schedule is 5; expected"),
    ({"criterion": "magnitude"}, "IMP.criterion is 'magnitude'; expected a Criterion"),
    ({"duration": "0ep"}, "IMP.duration is '0ep'; expected at least one"),
    ({"early_bird": True}, "IMP.early_bird is True; expected an EarlyBird"),
    ({"keep_optimizer": 1}, "IMP.keep_optimizer is 1; expected True or False"),
])
def test_imp(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        IMP(**{"schedule": SCHEDULE, **fields})


@pytest.mark.parametrize("fields, said", [
    ({"imp": SCHEDULE}, "Experiment.imp"), ({"trials": 0}, "Experiment.trials is 0"),
    ({"batch_size": True}, "Experiment.batch_size is True"),
    ({"duration": 100}, "Experiment.duration is 100; expected epochs like"),
    ({"on_divergence": "ignore"}, "Experiment.on_divergence is 'ignore'"),
    ({"jit": "yes"}, "Experiment.jit is 'yes'"), ({"variants": ("ticket",)}, "'ticket'"),
])
def test_experiment(fields, said):
    with pytest.raises(ConfigurationError, match=said):
        Experiment(**{"dataset": Dataset("mnist1d"), "model": lenet_300_100, "imp": IMP(SCHEDULE),
                      "variants": (), **fields})


@pytest.mark.parametrize("name", ["", "imp", "distributions", "round_x", "initial.npz", "a/b"])
def test_a_variants_name_is_of_nothing_else_in_a_run(name):
    with pytest.raises(ConfigurationError, match=f"Variant.name is {name!r}; expected letters"):
        Variant(name, KeepAll(), InitialWeights())
