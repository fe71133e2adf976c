"""Wrong data: one line of at most 300 characters that says what to do, and no files."""

import numpy as np
import pytest

from lth_keras.data import Dataset, from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.tasks import Regression
from tests.data import own_data


def archive(folder, **changes):
    return f"npz:{own_data.write_npz(folder / 'mine.npz', **changes)}", {}


def arrays_of(**changes):
    return "mine", {"source": lambda: {**own_data.arrays(), **changes}}


def broken_archive(folder):
    path = own_data.write_npz(folder / "mine.npz")
    path.write_bytes(path.read_bytes()[:2000])
    return f"npz:{path}", {}


def pickled_archive(folder):
    return archive(folder, x_train=np.array([{"a": 1}] * 30, object))


def pictures(folder, change=lambda place: None, **bindings):
    own_data.write_images(folder / "pets", ending="jpg")
    change(folder / "pets")
    return f"images:{folder / 'pets'}", bindings


def break_one(place):
    path = place / "train" / "dog" / "2.jpg"
    path.write_bytes(path.read_bytes()[:-200])


def another_size(place):
    own_data.write_images(place, ("train",), per_class=1, size=(9, 7), ending="jpg")


def sixteen_bits(place):
    from PIL import Image

    Image.fromarray(np.full((5, 5), 40_000, np.uint16)).save(place / "test" / "owl" / "9.png")


def csv(folder, change=lambda table: table, **bindings):
    change(own_data.table()).to_csv(folder / "pets.csv", index=False)
    return f"csv:{folder / 'pets.csv'}", {"label": "species", "test": 0.2, **bindings}


def with_value(column, value):
    def change(table):
        table = table.astype({column: object})
        table.loc[4, column] = value
        return table
    return change


def given(array, place, value):
    array = array.astype(np.float32)
    array[place] = value
    return array


X = own_data.arrays()["x_train"]
CASES = {
    "no such archive": (lambda f: (f"npz:{f}/none.npz", {}), "there is no such file"),
    "a broken archive": (broken_archive, "expected a whole archive of numpy.savez"),
    "pickled objects": (pickled_archive, "numbers"),
    "an archive without labels": (lambda f: archive(f, y_test=None), "lacks ['y_test']"),
    "an archive with other names": (
        lambda f: archive(f, x_train=None, y_train=None, x=X), "lacks ['x_train', 'y_train']"),
    "an array too many": (lambda f: archive(f, z=X), "['z'] mean nothing here"),
    "weights below zero": (
        lambda f: archive(f, w_train=-np.ones(30)), "expected finite numbers of at least 0"),
    "weights too few": (lambda f: arrays_of(w_test=np.ones(8)), "a number for each example, (9,)"),
    "weights that are NaN": (
        lambda f: archive(f, w_test=np.full(9, np.nan)), "'npz:mine.npz' hold nan at example 0"),
    "weights that are all zero": (
        lambda f: archive(f, w_train=np.zeros(30)), "the weights of all 30 train examples"),
    "a column of weights below zero": (
        lambda f: csv(f, weight="width"), "expected finite numbers of at least 0"),
    "a column of weights with a gap": (
        lambda f: csv(f, with_value("height", None), weight="height"), "lacks 1 of 30 values"),
    "a column of weights, all zero": (
        lambda f: csv(f, lambda table: table.assign(young=0), weight="young"),
        "expected some above 0"),
    "weights that are text": (
        lambda f: csv(f, with_value("young", "old"), weight="young"),
        "or bind Dataset.weight to columns of numbers"),
    "weights in no column": (lambda f: csv(f, weight="count"), "has no column 'count'"),
    "the label as weight": (lambda f: csv(f, weight="species"), "expected two columns"),
    "the weight among the inputs": (
        lambda f: csv(f, weight="width", input=("width",)), "without the label and the weight"),
    "a column of weights of an archive": (
        lambda f: (archive(f)[0], {"weight": "w"}), "leave Dataset.weight out"),
    "a table of labels and weights alone": (
        lambda f: csv(f, lambda table: table[["young", "species"]], weight="young"),
        "expected at least one more"),
    "names of classes that are no list": (
        lambda f: arrays_of(label_names=5), "expected a list of texts"),
    "one name of a class": (lambda f: archive(f, label_names=np.array("cat")), "are 'cat'"),
    "too few names of classes": (
        lambda f: arrays_of(label_names=["cat", "dog"]), "has 2 label_names and 3 classes"),
    "too many names of classes": (
        lambda f: archive(f, label_names=np.array(list("abcd"))), "4 label_names and 3 classes"),
    "labels too few": (lambda f: archive(f, y_train=np.arange(29) % 3), "30 train examples and 29"),
    "no test split": (lambda f: archive(f, x_test=None, y_test=None), "bind Dataset.test = 0.2"),
    "two test splits": (lambda f: (archive(f)[0], {"test": 0.2}), "has a test split of its own"),
    "a shape of its own in test": (
        lambda f: archive(f, x_test=np.zeros((9, 5, 4, 3), np.uint8)), "one type and shape in all"),
    "NaN": (lambda f: archive(f, x_train=given(X, (3, 0, 0, 0), np.nan)), "hold NaN or infinity"),
    "infinity": (lambda f: arrays_of(x_train=given(X, (3, 0, 0, 0), np.inf)), "NaN or infinity"),
    "text for numbers": (
        lambda f: arrays_of(x_train=np.full((30, 4), "a")),
        "are <U1, as 'a'; expected numbers"),
    "wrong rank": (lambda f: arrays_of(x_train=np.zeros(30)), "expected [N, ...]"),
    "a gap in the labels": (
        lambda f: arrays_of(y_train=np.arange(30) % 3 * 2), "every label of 0..4"),
    "labels that are not whole": (
        lambda f: arrays_of(y_train=np.linspace(0, 1, 30)), "expected class indices"),
    "a label that test alone has": (lambda f: arrays_of(y_test=np.full(9, 7)), "expected 0..2"),
    "a function that fails": (
        lambda f: ("mine", {"source": lambda: 1 / 0}), "fails (ZeroDivisionError"),
    "a function that returns nothing": (
        lambda f: ("mine", {"source": lambda: None}), "returns a NoneType; expected a dict"),
    "a function called in gin": (
        lambda f: ("mine", {"source": own_data.arrays()}), "in gin @my_arrays, without brackets"),
    "no such folder": (lambda f: (f"images:{f}/none", {}), "there is no such folder"),
    "an empty folder": (lambda f: (f"images:{f}", {}), "has no folder of a class"),
    "a broken JPEG": (lambda f: pictures(f, break_one), "train/dog/2.jpg, which is no whole"),
    "unequal sizes": (lambda f: pictures(f, another_size), "bind Dataset.image_size = (64, 64)"),
    "16 bits a channel": (lambda f: pictures(f, sixteen_bits), "not of 8 bits a channel"),
    "a class without pictures": (
        lambda f: pictures(f, lambda place: (place / "train" / "fox").mkdir()), "has no picture"),
    "a class in test alone": (
        lambda f: pictures(f, lambda place: (place / "test" / "fox").mkdir()), "class 'fox' in"),
    "a size of one side": (lambda f: pictures(f, image_size=64), "Dataset.image_size is 64"),
    "two channels": (lambda f: pictures(f, channels=2), "Dataset.channels is 2"),
    "no such table": (lambda f: (f"csv:{f}/none.csv", {"label": "a"}), "there is no such file"),
    "a table without the column": (lambda f: csv(f, label="breed"), "has no column 'breed'"),
    "a table without a label": (lambda f: csv(f, label=None), "Dataset.label = 'species'"),
    "an input that is no column": (lambda f: csv(f, input=("wide",)), "has no column 'wide'"),
    "the label among the inputs": (lambda f: csv(f, input=("species",)), "columns a tuple like"),
    "a missing value": (
        lambda f: csv(f, with_value("width", None)), "lacks 1 of 30 values"),
    "a missing label": (
        lambda f: csv(f, with_value("species", None)), "first in line 6 of the file"),
    "text among numbers": (lambda f: csv(f, with_value("width", "wide")), "expected numbers"),
    "a parquet file that is none": (
        lambda f: (csv(f)[0].replace("csv:", "parquet:"), {"label": "species"}),
        "cannot be read by pandas"),
    "an unknown storage": (lambda f: ("mnist_5k", {"storage": "disc"}), "'memory' or 'disk'"),
    "columns of what has none": (lambda f: ("mnist_5k", {"label": "digit"}), "leave Dataset.label"),
    "a size for vectors": (lambda f: (csv(f)[0], {"label": "species", "image_size": (4, 4)}),
                           "leave Dataset.image_size out"),
    "a share of everything": (lambda f: csv(f, test=1.5), "Dataset.test is 1.5"),
}


@pytest.mark.parametrize("storage", ["memory", "disk"])
@pytest.mark.parametrize("case", CASES)
def test_one_line_says_what_is_wrong_and_how_to_go_on(tmp_path, case, storage, monkeypatch):
    make, expected = CASES[case]
    monkeypatch.setenv("LTH_KERAS_CACHE", str(tmp_path / "cache"))
    place = tmp_path / "data"
    place.mkdir()
    name, bindings = make(place)
    before = sorted(place.rglob("*"))
    with pytest.raises(ConfigurationError) as caught:
        Dataset(name, **{"storage": storage, **bindings}).load()
    said = str(caught.value)
    said = said.split("\n  In call to configurable")[0]  # gin's own addition.
    assert expected in said and "\n" not in said
    assert len(said) <= 300 + len(str(place)), len(said)
    assert sorted(place.rglob("*")) == before
    # Labels and weights are checked before the first example is decoded.
    assert not list((tmp_path / "cache").glob("*/*.bin"))


def test_there_are_forty_of_them():
    assert len(CASES) >= 40 and len({expected for _, expected in CASES.values()}) >= 40


@pytest.mark.parametrize("arguments, expected", [
    ({"validation": (X[:3],)}, "expected a share, a count, a pair (x, y), or a triple"),
    ({"validation_seed": "a"}, "validation_seed is 'a'; expected an integer"),
    ({"validation_seed": -1}, "validation_seed is -1; expected an integer"),
    ({"validation": (X[:3, 1:], [0, 1, 2])}, "in validation; expected the same dtype and shape"),
    ({"validation": (X[:3], [0, 1, 9])}, "expected 0..2"),
    ({"validation": (X[:3], [0, 1])}, "expected one for each of the 3 examples"),
    ({"y_train": given(np.zeros(30), 4, np.nan), "task": Regression()}, "hold nan at example 4"),
])
def test_arrays_from_python(arguments, expected):
    with pytest.raises(ConfigurationError) as caught:
        from_arrays(**{**own_data.arrays(), **arguments})
    said = str(caught.value).split("\n  In call to configurable")[0]
    assert expected in said and "\n" not in said and len(said) <= 300
