"""A stored run's data, of each kind that gin can name: loaded again as data, or a line that says
why not."""

import dataclasses
import json
import shutil
import sys

import gin
import numpy as np
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.commands.stored_config import check_no_program, load_own_data
from lth_keras.data import Dataset, connectivity
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import identity
from lth_keras.paths import RunPaths
from lth_keras.tasks import Classification
from tests.data import own_data
from tests.data.tfds_sets import prepared_reviews

MODULE = """import gin

from tests.data import own_data


@gin.configurable
def made_by_me(examples=30):
    return own_data.arrays(train=examples)
"""
# Name of the data source in gin, as its user writes it; the files are made by `place`.
KINDS = {
    "npz": "Dataset.name = 'npz:mine.npz'\nDataset.std = 2.0",
    "images": "Dataset.name = 'images:pets'\nDataset.validation = 0.25",
    "csv": "Dataset.name = 'csv:pets.csv'\nDataset.label = 'species'\nDataset.test = 0.2",
    "parquet": "Dataset.name = 'parquet:pets.parquet'\nDataset.label = 'species'\n"
               "Dataset.test = 0.2",
    "text": "Dataset.name = 'reviews'\nDataset.text = @Tokens()\nTokens.vocabulary = 40\n"
            "Tokens.length = 8",
    "embedded": "Dataset.name = 'mnist1d'\nDataset.test_examples = 30",
    "function": "import made_by_me\nDataset.name = 'mine'\nDataset.source = @made_by_me\n"
                "made_by_me.examples = 24",
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The working directory, with data of every kind; without a network."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(connectivity, "connects", lambda host, port: False)
    monkeypatch.setenv("LTH_KERAS_CACHE", str(tmp_path / "cache"))
    own_data.write_npz(tmp_path / "mine.npz")
    own_data.write_images(tmp_path / "pets")
    own_data.table().to_csv(tmp_path / "pets.csv", index=False)
    own_data.table().to_parquet(tmp_path / "pets.parquet")
    return tmp_path


def begun(place, bindings, task=None, data_dir=None, dataset=None):
    """(`RunPaths`, run.json's entries on the data) of a run with these bindings; nothing is
    trained. With `dataset` that is the bindings' data source."""
    if dataset is None:
        gin.parse_config(bindings)
    dataset, task = dataset or Dataset(), task or Classification()
    data = dataset.load(data_dir, task)
    described = {"dataset": identity.describe(dataset), **identity.named_task(task)}
    text = f"{bindings}\nExperiment.dataset = @Dataset()\nExperiment.model = @unknown_model\n"
    gin.clear_config()
    paths = RunPaths(place / "runs" / "mine-01234567")
    paths.root.mkdir(parents=True)
    # A stranger's module of the model: nothing but the data and the task is asked for.
    paths.config.write_text(f"import no_module_at_all\n{text}")
    return paths, vouched(paths, {
        "configuration": json.loads(json.dumps(described)),
        "data": {"name": data.name, "fingerprint": data.fingerprint}})


def vouched(paths, header):
    return {**header, "tables": {"config.gin": files.sha256(paths.config)}}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("function", "text")])
def test_data_that_a_name_finds_are_found_again(place, kind):
    paths, header = begun(place, KINDS[kind])
    data = load_own_data(paths, header)
    assert data.fingerprint == header["data"]["fingerprint"]
    assert "no_module_at_all" not in sys.modules


def test_texts_are_found_again_and_cut_as_they_were(place):
    folder = prepared_reviews(place / "tfds")
    paths, header = begun(place, KINDS["text"], data_dir=str(folder))
    data = load_own_data(paths, header, str(folder))
    assert data.fingerprint == header["data"]["fingerprint"] and data.images.shape == (42, 8)
    assert list(data.attachments) == ["tokenizer.model"]
    with pytest.raises(ConfigurationError, match="'reviews', which TensorFlow Datasets does not"):
        gin.clear_config()
        load_own_data(paths, header)


def test_a_function_is_code_that_has_to_be_allowed(place, monkeypatch):
    (place / "made_by_me.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(place))  # Taken away again, with what gin adds to it.
    paths, header = begun(place, KINDS["function"], dataset=Dataset(
        "mine", source=lambda: own_data.arrays(train=24)))
    with pytest.raises(ConfigurationError, match="is code.* --trust .* --gin_file=F") as caught:
        load_own_data(paths, header)
    assert "made_by_me" not in sys.modules and "\n" not in str(caught.value)
    # The user's own file imports it; what the run binds still holds.
    gin.clear_config()
    (place / "own.gin").write_text("import made_by_me")
    data = load_own_data(paths, header, gin_files=["own.gin"])
    assert data.images.shape == (33, 4, 4, 3)
    monkeypatch.delitem(sys.modules, "made_by_me")


MOVED = r"where the run was trained, or with --gin_param=.Dataset.name = 'npz:PATH'."


def test_what_is_gone_or_changed_is_said_and_where_it_is_may_be_told(place):
    paths, header = begun(place, KINDS["npz"])
    (place / "mine.npz").rename(place / "moved.npz")
    with pytest.raises(ConfigurationError, match="'npz:mine.npz', and there is no.*" + MOVED) as no:
        load_own_data(paths, header)
    assert len(str(no.value)) <= 300 and "\n" not in str(no.value)
    gin.clear_config()
    moved = ["Dataset.name = 'npz:moved.npz'"]
    data = load_own_data(paths, header, gin_params=moved)
    assert data.fingerprint == header["data"]["fingerprint"] and data.std == 2
    own_data.write_npz(place / "moved.npz", y_test=np.zeros(9, int))
    gin.clear_config()
    with pytest.raises(ConfigurationError, match="not those of .* give what it was trained with"):
        load_own_data(paths, header, gin_params=moved)
    gin.clear_config()
    with pytest.raises(ConfigurationError, match="trained with dataset.std = 2.0, and now it is 3"):
        load_own_data(paths, header, gin_params=[*moved, "Dataset.std = 3.0"])


def test_the_task_is_the_runs_with_what_is_bound_to_it(place):
    from lth_keras.tasks import Regression

    bindings = ("Dataset.name = 'csv:pets.csv'\nDataset.label = 'width'\nDataset.test = 0.2\n"
                "Dataset.input = ('height', 'young')\nRegression.unit = 'cm'")
    paths, header = begun(place, bindings, Regression(unit="cm"))
    paths.config.write_text(paths.config.read_text() + "Experiment.task = @Regression()\n")
    data = load_own_data(paths, vouched(paths, header))
    assert data.task.unit == "cm" and data.labels.dtype == np.float32


def test_a_run_that_was_made_from_python_names_no_data(place):
    paths, header = begun(place, KINDS["embedded"])
    paths.config.write_text("")
    assert load_own_data(paths, vouched(paths, header)) is None


@pytest.mark.parametrize("change, error, said", [
    (lambda config: config.write_text("Experiment.trials = 2"), RunError, "not what run.json says"),
    (lambda config: config.unlink(), RunError, "is missing"),
])
def test_a_configuration_that_was_changed_is_not_read(place, change, error, said):
    paths, header = begun(place, KINDS["embedded"])
    change(paths.config)
    with pytest.raises(error, match=said):
        load_own_data(paths, header)


def test_a_strangers_cache_and_program_are_not_used(place):
    bindings = f"{KINDS['npz']}\nDataset.storage = 'disk'\nDataset.cache_dir = 'theirs'"
    paths, header = begun(place, bindings)
    data = load_own_data(paths, header)
    assert (place / "cache") in data.images.path.parents
    gin.clear_config()
    data = load_own_data(paths, header, gin_params=["Dataset.cache_dir = 'mine'"])
    assert data.images.path.is_relative_to("mine")
    (place / "evil").mkdir()
    (place / "evil" / "saved_model.pb").write_text("a program")
    paths.config.write_text("Experiment.initial_weights = 'evil'")

    @dataclasses.dataclass
    class Started:
        initial_weights: str

    with pytest.raises(ConfigurationError, match="which is a program: give --trust"):
        check_no_program(Started("evil"), paths, gin_params=["Experiment.initial_weights = %W"])
    check_no_program(Started("./evil"), paths, gin_params=[  # The user's own, and not the run's.
        "W = './evil'", "Experiment.initial_weights = %W"])


@pytest.mark.parametrize("value", ["%C", "@C/gin.macro()"])
def test_a_macro_names_no_cache(place, value):
    bindings = (f"C = 'theirs'\n{KINDS['npz']}\nDataset.storage = 'disk'\n"
                f"Dataset.cache_dir = {value}")
    paths, header = begun(place, bindings)
    shutil.rmtree(place / "theirs")
    data = load_own_data(paths, header)
    assert (place / "cache") in data.images.path.parents and not (place / "theirs").exists()


def test_parts_are_read_without_the_others(tmp_path):
    (tmp_path / "config.gin").write_text(
        "Experiment.dataset = @Dataset()\nDataset.name = 'mnist1d'\nExperiment.model = @nothing")
    with pytest.raises(ConfigurationError, match="No configurable matching"):
        configuration.read_parts(("dataset",), [], [], tmp_path / "config.gin")
