"""`stored_task`: the task that run.json describes, or one line where its class is not here."""

import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.experiment.identity import describe
from lth_keras.tasks import BinaryClassification, Classification, LanguageModel, Regression
from lth_keras.tasks.stored_task import stored_task


@pytest.mark.parametrize("task", [
    BinaryClassification(positive_weight=2.0), Classification(3, class_weights=(1.0, 2.0, 0.5)),
    LanguageModel(5, ignore_label=0), Regression(mean=(1.0, 2.0), std=(3.0, 4.0), unit="kg"),
])
def test_what_is_described_is_made_again(task):
    described = describe(task)
    assert stored_task({"task": described}) == task
    assert described == describe(task)  # It is read and not taken apart.


def test_a_run_without_a_task_is_a_classification():
    assert stored_task({}) == Classification()


@pytest.mark.parametrize("described", [
    {"class": "Quantile", "level": 0.8}, {"class": "Regression", "module": "mine"}])
def test_a_class_of_ones_own_is_named(described):
    with pytest.raises(ConfigurationError, match=f"the run's task is '{described['class']}', a cl"):
        stored_task({"task": described})
