"""The Python API, and the examples of docs/your_own_model.md, taken from the page and run."""

import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

import lth_keras
from lth_keras import masks as masks_lib
from lth_keras.commands.main import main
from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError
from lth_keras.training import SGD

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "your_own_model.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w+)(?: ([\w.]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def functional(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(6, "relu", name="fc1")(inputs)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x))


def sequential(input_shape, num_classes):
    del input_shape  # and it is not told its input's shape
    return keras.Sequential([
        keras.layers.Flatten(), keras.layers.Dense(6, "relu", name="fc1"),
        keras.layers.BatchNormalization(name="bn"), keras.layers.Dense(num_classes, name="output")])


def nested(input_shape, num_classes):
    block = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(6, "relu", name="fc1")], name="block")
    inner = keras.Input((6,))
    head = keras.Model(inner, keras.layers.Dense(num_classes, name="output")(block(inner)),
                       name="head")
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(6, "relu", name="fc1")(inputs)
    return keras.Model(inputs, head(x))


def examples(count, seed, classes=3, size=5):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % classes
    images = random.normal(size=(count, size)).astype(np.float32)
    images[np.arange(count), labels] += 2
    return images, labels


def summed(input_shape, num_classes):
    inputs = keras.Input(input_shape)
    x = keras.layers.Dense(6, "relu", name="fc1")(inputs)
    x = x + keras.layers.Dense(6, name="fc2")(x) * 0.5
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x))


TRAIN, TEST = examples(60, 1), examples(30, 2)
QUICK = {"rounds": 2, "rate": 0.5, "duration": "2ep", "batch_size": 6, "progress": False,
         "jit": False}


@pytest.mark.parametrize("model, keys, kept", [
    # ⌈rate·(n − 1)⌉ go: of 30 weights 15, then 7; of 18 weights 9, then 4.
    (functional, {"fc1/kernel", "output/kernel"}, {"fc1/kernel": 8, "output/kernel": 5}),
    (sequential, {"fc1/kernel", "output/kernel"}, {"fc1/kernel": 8, "output/kernel": 5}),
    # 36, 18, 9 in the block.
    (nested, {"fc1/kernel", "head/block/fc1/kernel", "head/output/kernel"},
     {"fc1/kernel": 8, "head/block/fc1/kernel": 9, "head/output/kernel": 5}),
    # Operators between tensors become layers without anything to prune.
    (summed, {"fc1/kernel", "fc2/kernel", "output/kernel"},
     {"fc1/kernel": 8, "fc2/kernel": 9, "output/kernel": 5}),
], ids=["functional", "sequential", "nested", "summed"])
def test_tickets_of_every_kind_of_model(tmp_path, model, keys, kept):
    result = lth_keras.find_ticket(model, TRAIN, TEST, output_dir=tmp_path / "new", **QUICK)
    assert result.path.parent == tmp_path / "new" and result.path.name.startswith(model.__name__)
    assert len(result) == 3 and [ticket.round for ticket in result] == [0, 1, 2]
    assert set(result[2].masks) == keys and result[2].kept_weights == kept
    for sparser, denser in ((result[2], result[1]), (result[1], result[0])):
        assert sparser.density < denser.density
        for key, mask in sparser.masks.items():
            assert np.all(mask <= denser.masks[key]), key
    ticket = result[2]
    for key, weights in masks_lib.apply(ticket.masks, result.initial_weights).items():
        assert weights.tobytes() == ticket.rewound_weights[key].tobytes(), key

    for weights, arrays in (("trained", ticket.trained_weights),
                            ("rewound", ticket.rewound_weights)):
        plain = ticket.model(weights)
        assert type(plain) is type(model((5,), 3))
        variables = lth_keras.variables.named_variables(plain)
        assert set(variables) == set(arrays)
        for key, mask in ticket.masks.items():
            assert np.count_nonzero(variables[key].numpy()) <= mask.sum()
            assert np.array_equal(variables[key].numpy(), arrays[key])
    predicted = np.argmax(result.model(2)(result.normalize(TEST[0])), -1)
    assert np.mean(predicted == TEST[1]) == pytest.approx(ticket.test_accuracy)


def test_the_same_call_goes_on_and_trains_nothing_twice(tmp_path, capsys):
    arguments = {**QUICK, "progress": True, "output_dir": tmp_path}
    first = lth_keras.find_ticket(functional, TRAIN, TEST, **arguments)
    assert "round_02: accuracy" in capsys.readouterr().out
    table = first.table
    contents = {path: path.read_bytes() for path in first.path.rglob("round_*/*.npz")}
    assert len(contents) == 6
    # As if the run had been stopped while it wrote its last round.
    last = first[2].path
    (last / "done.json").unlink()
    (last / "weights.npz").unlink()
    again = lth_keras.find_ticket(functional, TRAIN, TEST, **arguments)
    assert capsys.readouterr().out.count("stored already") == 2
    assert again.path == first.path and again.table.equals(table)
    assert contents == {path: path.read_bytes() for path in again.path.rglob("round_*/*.npz")}


@pytest.mark.parametrize("make", [
    lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)),
    lambda x, y: tf.data.Dataset.from_tensor_slices((x, y)).batch(7),
    lambda x, y: tf.data.Dataset.from_tensor_slices((x, y[:, None])),
    lambda x, y: tf.data.Dataset.from_tensor_slices((x, y[:, None])).batch(7),
    lambda x, y: (x.tolist(), y[:, None].astype(np.uint8)),
], ids=["examples", "batches", "column", "columns in batches", "lists"])
def test_data_in_any_form_are_the_same_run(tmp_path, make):
    from lth_keras.api import _dataset

    plain = _dataset(TRAIN, TEST, 0, 0.0, 1.0).load()
    made = _dataset(make(*TRAIN), make(*TEST), 0, 0.0, 1.0).load()
    assert made.fingerprint == plain.fingerprint


@pytest.mark.parametrize("make", [
    lambda *arrays: tf.data.Dataset.from_tensor_slices(arrays),
    lambda *arrays: tf.data.Dataset.from_tensor_slices(arrays).batch(7),
    lambda *arrays: tf.data.Dataset.from_tensor_slices(
        dict(zip(("x", "y", "counts"), arrays, strict=True))).batch(7),
], ids=["triples", "batches", "dicts"])
def test_weights_come_with_tf_data_as_with_arrays(make):
    from lth_keras.api import _dataset

    def weighted(pair):
        return *pair, (np.arange(len(pair[1])) % 4).astype(np.float32)

    plain = _dataset(weighted(TRAIN), TEST, weighted(TEST), 0.0, 1.0).load()
    sets = make(*weighted(TRAIN)), make(*TEST, np.ones(len(TEST[1]))), make(*weighted(TEST))
    keys = (None, None, "counts") if isinstance(sets[0].element_spec, dict) else ()
    made = _dataset(*sets, 0.0, 1.0, *keys).load()
    assert made.fingerprint == plain.fingerprint and made.weights[:5].tolist() == [0, 1, 2, 3, 0]


def test_options_reach_the_experiment(tmp_path):
    result = lth_keras.find_ticket(
        functional, TRAIN, TEST, output_dir=tmp_path, name="mine", rewind_to="3it",
        rates={"output": None}, optimizer=SGD(0.05), validation=0, **QUICK)
    assert result.path.name.startswith("mine-")
    assert result[0].val_accuracy is None
    assert result[2].kept_weights == {"fc1/kernel": 8, "output/kernel": 18}
    key = "fc1/kernel"
    assert not np.array_equal(result.rewound_weights[key], result.initial_weights[key])
    assert list(result.table["round"]) == [0, 1, 2]
    assert "density" in repr(result)
    with pytest.raises(IndexError, match="there is no round 3"):
        result[3]
    with pytest.raises(ConfigurationError, match="weights is 'pruned'"):
        result.model(1, "pruned")


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(3)

    def call(self, inputs):
        return self.dense(inputs)


def pairs():
    return tf.data.Dataset.from_tensor_slices(TRAIN)


@pytest.mark.parametrize("model, train, options, message", [
    (lambda shape, classes: Subclassed(), TRAIN, {}, "functional API or as keras.Sequential"),
    (lambda shape, classes: keras.Sequential([Subclassed()]), TRAIN, {},
     r"contains a subclassed Keras model \(Subclassed\)"),
    (functional((5,), 3), TRAIN, {}, "model is a Functional; expected a function"),
    ("functional", TRAIN, {}, "model is a str; expected a function"),
    (functional, TRAIN[0], {}, "train is a ndarray; expected a pair"),
    (functional, pairs().repeat(), {}, "without an end"),
    (functional, pairs().take(0), {}, "without an example"),
    (functional, pairs().map(lambda x, y: x), {}, "expected pairs"),
    (functional, (TRAIN[0], np.eye(3)[TRAIN[1]] * 0.9), {}, "class indices as integers"),
    (functional, TRAIN, {"weight": "counted"},
     "^weight is 'counted', a key of a tf.data.Dataset of dicts, and none is given; leave weight"),
    (functional, pairs(), {"input": "image"}, "^input is 'image', a key of a tf.data.Dataset of d"),
    (functional, TRAIN, {"duration": 5}, "^duration is 5; expected epochs like"),
    (functional, TRAIN, {"optimizer": "adam"},
     r"^optimizer is 'adam'; expected .*, like Adam\(…\) or Keras's own"),
    (functional, TRAIN, {"optimizer": keras.optimizers.Adam}, "^optimizer is <class"),
    (functional, TRAIN, {"optimizer": keras.optimizers.RMSprop()},
     r"^optimizer is Keras's RMSprop; expected Adam, AdamW or SGD, or .*KerasOptimizer\('RMSprop'"),
    (functional, TRAIN, {"criterion": "magnitude"},
     r"^criterion is 'magnitude'; expected a Criterion, with brackets, like Magnitude\(…\);"),
    (functional, TRAIN, {"never_prune": ("fc9",)}, "^never_prune has 'fc9'"),
    (functional, TRAIN, {"batch_size": 600}, "batch_size is 600 but"),
    (functional, TRAIN, {"rate": 20}, "rate is 20"),
])
def test_refused_before_anything_is_written(tmp_path, model, train, options, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        lth_keras.find_ticket(model, train, TEST, output_dir=tmp_path / "runs",
                              **{**QUICK, **options})
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_the_package_gives_the_api_without_importing_tensorflow_first():
    program = (
        "import sys, lth_keras; assert 'tensorflow' not in sys.modules; "
        "assert 'find_ticket' in dir(lth_keras); "
        "assert not hasattr(lth_keras, 'find_tickets'); assert 'tensorflow' not in sys.modules")
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)


def test_the_guides_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    blocks = [text for language, file, text in BLOCK.findall(GUIDE)
              if language == "python" and not file]
    assert len(blocks) == 2
    names = {}
    for text in blocks:
        text = text.replace('duration="1ep")', 'duration="1ep", jit=False)')  # quicker to compile
        exec(compile(text, "your_own_model.md", "exec"), names)
    result = names["result"]
    assert result.path.parent == pathlib.Path("runs") and result.path.name.startswith("build-")
    assert [ticket.density for ticket in result] == pytest.approx([1, 0.5, 0.25, 0.125], abs=1e-3)
    assert names["logits"].shape == (1000, 10)
    assert main(["list"]) == 0
    assert result.path.name in capsys.readouterr().out


@pytest.mark.parametrize("beside", [True, False], ids=["beside the gin file", "where it is run"])
def test_the_guides_gin_file_runs(tmp_path, monkeypatch, capfd, beside):
    folder = tmp_path / "experiments"
    folder.mkdir()
    files = {file: text for _, file, text in BLOCK.findall(GUIDE) if file}
    assert set(files) == {"my_models.py", "my_experiment.gin"}
    # Once per case under a name of its own: a module is imported once in a process.
    module = f"my_models_{'beside' if beside else 'here'}"
    here = folder if beside else tmp_path
    (here / f"{module}.py").write_text(files["my_models.py"])
    gin_file = folder / "my_experiment.gin"
    gin_file.write_text(files["my_experiment.gin"].replace("my_models", module).replace(
        "include 'gin/", f"include '{ROOT}/gin/"))
    monkeypatch.chdir(tmp_path)
    # The installed command has neither folder on its import path.
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each not in ("", ".")])
    # XLA takes longer to compile than this takes to train.
    status = main([f"--gin_file={gin_file}", *(f"--gin_param={binding}" for binding in (
        "Experiment.trials = 1", "Experiment.jit = False", "Dataset.train_examples = 500"))])
    assert status == 0, capfd.readouterr().err
    run, = (tmp_path / "runs").iterdir()
    assert (run / "trial_01" / "random_reinit@02" / "done.json").exists()


@pytest.mark.parametrize("statement, message", [
    ("import no_such_models", "imports no_such_models, and there is no module of that name"),
    ("from no_such_folder import models", "imports no_such_folder"),
])
def test_a_missing_module_is_named(tmp_path, monkeypatch, capfd, statement, message):
    monkeypatch.chdir(tmp_path)
    gin_file = tmp_path / "mine.gin"
    gin_file.write_text(f"{statement}\nExperiment.model = @build\n")
    assert main([f"--gin_file={gin_file}"]) == 2
    error = capfd.readouterr().err
    assert message in error and str(tmp_path) in error and error.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_module_that_misses_one_itself_is_told_apart(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models_with_a_gap.py").write_text("import no_such_library\n")
    gin_file = tmp_path / "mine.gin"
    gin_file.write_text("import models_with_a_gap\nExperiment.model = @build\n")
    assert main([f"--gin_file={gin_file}"]) == 2
    assert "models_with_a_gap.py imports no_such_library" in capfd.readouterr().err


@pytest.mark.parametrize("batched", [False, True])
def test_a_tf_data_set_of_several_inputs(batched):
    from lth_keras.api import _triple

    given = {"a": np.arange(8, dtype=np.float32).reshape(4, 2), "b": np.arange(4)}
    dataset = tf.data.Dataset.from_tensor_slices((given, np.arange(4) % 2))
    inputs, labels, weights = _triple(dataset.batch(3) if batched else dataset, "train")
    assert weights is None
    assert set(inputs) == {"a", "b"} and labels.tolist() == [0, 1, 0, 1]
    for key, array in given.items():
        assert np.array_equal(inputs[key], array)
