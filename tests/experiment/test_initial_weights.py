"""θ_0 is a part of a run's identity; θ_0 from a file."""

import json

import numpy as np
import pytest

import lth_keras
from lth_keras.compat import keras
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import IMP, Experiment, FoundMask, FreshDraw, Variant, prepare
from lth_keras.experiment.initial_weights import read_initial_weights
from lth_keras.pruning import RewindingSchedule
from lth_keras.variables import named_variables, snapshot

L = keras.layers
RANDOM = np.random.default_rng(1)
TRAIN = RANDOM.normal(size=(24, 5)).astype(np.float32), np.arange(24) % 3
TEST = RANDOM.normal(size=(9, 5)).astype(np.float32), np.arange(9) % 3
QUICK = {"rounds": 1, "rate": 0.5, "duration": "2it", "batch_size": 6, "progress": False,
         "jit": False, "validation": 0}


def network(input_shape, classes):
    return keras.Sequential([
        keras.Input(input_shape), L.Dense(4, "relu", name="fc"), L.BatchNormalization(name="norm"),
        L.Dense(classes, name="output")])


@pytest.fixture
def trained():
    model = network((5,), 3)
    for index, variable in enumerate(named_variables(model).values()):
        variable.assign(np.linspace(0.1, 1 + index, np.prod(variable.shape)).reshape(
            variable.shape))
    return model


def saved(model, folder, form):
    path = folder / form
    if form.endswith(".npz"):
        np.savez(path, **snapshot(named_variables(model)))
    elif form.endswith(".h5"):
        model.save_weights(path)
    elif form.endswith(".keras"):
        model.save(path)
    elif form == "exported":
        model.export(path)
    else:
        model.save(path, save_format="tf")
    return path


@pytest.mark.parametrize("form", [
    "w.npz", "w.weights.h5", "w.h5", "w.keras", "saved_model", "exported"])
def test_every_form_of_file(tmp_path, trained, form):
    weights = read_initial_weights(saved(trained, tmp_path, form), network((5,), 3))
    expected = snapshot(named_variables(trained))
    assert set(weights) == set(expected)
    for key, value in expected.items():
        assert weights[key].tobytes() == value.tobytes(), key


def two_heads(input_shape, classes):
    given = keras.Input(input_shape)
    hidden = L.Dense(4, name="fc")(given)
    return keras.Model(given, [L.Dense(3, name="first")(hidden), L.Dense(3, name="second")(hidden)])


@pytest.mark.parametrize("form", ["w.npz", "w.weights.h5", "w.h5", "w.keras", "saved_model"])
@pytest.mark.parametrize("cut", [False, True], ids=["both heads", "one head"])
def test_a_file_of_all_outputs_gives_the_one_its_own_weights(tmp_path, form, cut):
    model = two_heads((5,), 3)
    if cut:
        model = keras.Model(model.input, model.outputs[1])
    for index, variable in enumerate(named_variables(model).values()):
        variable.assign(np.full(variable.shape, index + 1.0))
    expected = snapshot(named_variables(model))
    result = lth_keras.find_ticket(
        two_heads, TRAIN, TEST, output="second", output_dir=tmp_path / "runs",
        initial_weights=saved(model, tmp_path, form), **QUICK)
    assert set(result.initial_weights) == {
        f"{layer}/{part}" for layer in ("fc", "second") for part in ("kernel", "bias")}
    for key, value in result.initial_weights.items():
        assert value.tobytes() == expected[key].tobytes(), key


def test_they_are_theta_0_and_another_run(tmp_path, trained):
    path = saved(trained, tmp_path, "w.npz")
    scratch = lth_keras.find_ticket(network, TRAIN, TEST, output_dir=tmp_path / "runs", **QUICK)
    result = lth_keras.find_ticket(
        network, TRAIN, TEST, output_dir=tmp_path / "runs", initial_weights=path, **QUICK)
    assert result.path != scratch.path
    for key, value in snapshot(named_variables(trained)).items():
        assert result.initial_weights[key].tobytes() == value.tobytes()
        mask = result[1].masks.get(key, True)
        assert np.array_equal(result[1].rewound_weights[key], np.where(mask, value, 0))

    def loading(input_shape, classes):
        model = network(input_shape, classes)
        for key, variable in named_variables(model).items():
            variable.assign(np.load(path)[key])
        return model

    # The same weights by way of the function are the same run, and from scratch they are not.
    loading.__name__ = "network"
    again = prepared(tmp_path, loading)
    assert again.configuration["theta_0"] == theta_0(result)
    assert again.configuration["theta_0"] != theta_0(scratch)

    # A network of one run is the θ_0 of another.
    onwards = lth_keras.find_ticket(
        network, TRAIN, TEST, output_dir=tmp_path / "runs", initial_weights=result[1].path, **QUICK)
    assert np.array_equal(onwards.initial_weights["fc/kernel"], result[1].trained_weights[
        "fc/kernel"])


def theta_0(result):
    return json.loads((result.path / "run.json").read_text())["configuration"]["theta_0"]


def prepared(folder, model, variants=(), **options):
    from lth_keras.api import ArrayDataset

    return prepare(Experiment(
        dataset=ArrayDataset(*TRAIN, *TEST), model=model,
        imp=IMP(RewindingSchedule(1, 0.5), duration="2it"), duration="2it", batch_size=6,
        jit=False, variants=variants, name="network", **options), folder / "runs")


def test_what_does_not_fit_is_said_before_anything_is_written(tmp_path, trained):
    (tmp_path / "empty").mkdir()
    np.savez(tmp_path / "less.npz", **{"fc/kernel": np.zeros((5, 4))})
    weights = snapshot(named_variables(trained))
    np.savez(tmp_path / "other.npz", **weights | {"fc/kernel": np.zeros((5, 3))})
    np.savez(tmp_path / "nan.npz", **weights | {"fc/kernel": np.full((5, 4), np.nan)})
    (tmp_path / "w.pt").write_bytes(b"torch")
    narrow = keras.Sequential([keras.Input((5,)), L.Dense(3, name="fc"), L.Dense(3)])
    for path, message in (
            (tmp_path / "none.npz", "does not exist"),
            (tmp_path / "empty", "neither a stored network nor a SavedModel"),
            (tmp_path / "less.npz", "has no 'fc/bias', and"),
            (tmp_path / "other.npz", r"'fc/kernel' of shape \(5, 3\) where the model's"),
            (tmp_path / "nan.npz", "'fc/kernel' with values that are not finite"),
            (tmp_path / "w.pt", "a file of another kind"),
            (saved(narrow, tmp_path, "narrow.weights.h5"), "does not fit the model"),
            (saved(narrow, tmp_path, "narrow.keras"), "does not fit the model"),
    ):
        with pytest.raises(ConfigurationError, match=message) as error:
            prepared(tmp_path, network, initial_weights=str(path))
        assert "\n" not in str(error.value)
    assert not (tmp_path / "runs").exists()


def test_a_fresh_draw_needs_a_function_that_draws(tmp_path, trained):
    def loading(input_shape, classes):
        model = network(input_shape, classes)
        model.set_weights(trained.get_weights())
        return model

    variants = (Variant("random_reinit", FoundMask(), FreshDraw(), rounds=(1,)),)
    with pytest.raises(ConfigurationError, match="same kernels whatever the seed"):
        prepared(tmp_path, loading, variants)
    path = saved(trained, tmp_path, "w.npz")
    assert prepared(tmp_path, network, variants, initial_weights=str(path))
