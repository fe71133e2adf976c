"""Messages use gin's notation for readers of gin, and Python's for readers of Python."""

import pytest

from lth_keras import wording
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import IMP
from lth_keras.pruning import RewindingSchedule


def test_gin_and_python():
    assert wording.made("Adam") == "Adam(…)" and wording.named("lenet_5") == "lenet_5"
    assert wording.made("ticket/Variant") == "Variant(…)"
    with wording.answering_gin():
        assert wording.made("Adam") == "@Adam()" and wording.named("lenet_5") == "@lenet_5"
        assert wording.made("ticket/Variant") == "@ticket/Variant()"
    assert wording.made("Adam") == "Adam(…)"


def test_where_a_value_was_given_and_a_class_for_an_object():
    assert wording.setting("Experiment", "batch_size") == "batch_size"
    assert wording.shown(IMP) == repr(IMP) and wording.shown("x") == "'x'"
    with wording.answering_gin():
        assert wording.setting("Experiment", "batch_size") == "Experiment.batch_size"
        assert wording.shown(IMP) == "@IMP without brackets" and wording.shown("x") == "'x'"


def test_one_check_answers_both():
    def refused():
        with pytest.raises(ConfigurationError) as caught:
            IMP(RewindingSchedule(1), criterion="magnitude")
        return str(caught.value).splitlines()[0]

    assert refused().startswith(
        "IMP.criterion is 'magnitude'; expected a Criterion, with brackets, like Magnitude(…); ")
    with wording.answering_gin():
        assert ", with brackets, like @Magnitude(); " in refused()
