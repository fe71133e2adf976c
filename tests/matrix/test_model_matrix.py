"""Every kind of Keras model: one round of IMP, and checks of the ticket."""

import os

import image_models  # noqa: F401 - it enters its models into the table.
import keras3_models  # noqa: F401
import numpy as np
import pytest
import sequence_models  # noqa: F401
from matrix_case import CASES

import lth_keras
from lth_keras import pruning
from lth_keras.compat import keras
from lth_keras.criteria.ranking import kept_after

pytestmark = pytest.mark.ci

RATE = 0.5
# The large ones of keras.applications take minutes on two cores.
HEAVY = bool(os.environ.get("LTH_HEAVY"))


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.skipif(
        each.heavy and not HEAVY, reason="heavy: set LTH_HEAVY=1"))
    for name, each in CASES.items()])
def test_a_ticket_of_any_model(name, tmp_path):
    each = CASES[name]
    train, test = each.examples()
    result = lth_keras.find_ticket(
        each.build, train, test, rounds=1, rate=RATE, duration="2it", batch_size=8, validation=0,
        jit=False, progress=False, output_dir=tmp_path, **each.options)
    ticket, model = result[1], result[1].model()
    check_masks(each, result, model)
    for key, mask in ticket.masks.items():
        assert not np.any(ticket.trained_weights[key][~mask]), key
        assert np.array_equal(ticket.rewound_weights[key],
                              np.where(mask, result.initial_weights[key], 0)), key

    logits = called(model, result.normalize(test[0]))
    assert accuracy(logits, test[1]) == pytest.approx(ticket.test_accuracy, abs=1e-6)
    model.save(tmp_path / "ticket.keras")
    again = keras.models.load_model(
        tmp_path / "ticket.keras", compile=False, custom_objects=each.custom)
    np.testing.assert_array_equal(called(again, result.normalize(test[0])), logits)
    check_frozen(model, result)


def check_masks(each, result, model):
    dense, sparse = result[0].masks, result[1].masks
    assert each.kernels is None or set(sparse) == each.kernels
    weights = pruning.prunable_weights(
        model, each.options.get("never_prune", ()), each.options.get("also_prune", ()))
    assert {weight.key for weight in weights} == set(sparse)
    for weight in weights:
        assert dense[weight.key].all()
        assert sparse[weight.key].sum() == kept_after(RATE, weight.size), weight.key
    assert result[1].kept_weights == {key: mask.sum() for key, mask in sparse.items()}


def check_frozen(model, result):
    """Frozen weights have not changed, except those that were pruned."""
    variables = lth_keras.variables.named_variables(model)
    trained = {id(variable) for variable in model.trainable_variables}
    for key, variable in variables.items():
        if id(variable) not in trained and "moving" not in key:
            assert np.array_equal(variable.numpy(), result[1].rewound_weights[key]), key


def called(model, examples):
    return np.asarray(model(examples, training=False))


def accuracy(logits, labels):
    """Share of the labels that are right; -1 is no label."""
    if logits.shape[-1] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], -1)
    there = np.asarray(labels) >= 0
    return float(np.mean((logits.argmax(-1) == labels)[there]))


def test_the_matrix_is_as_large_as_it_says():
    assert len(CASES) >= 45
    assert sum(not each.heavy for each in CASES.values()) >= 40
