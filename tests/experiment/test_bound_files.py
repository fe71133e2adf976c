"""The files that a model's function is bound to: their content is told from another."""

import functools

from lth_keras.experiment.bound_files import bound_files


def test_files_that_a_function_is_bound_to(tmp_path):
    path = tmp_path / "vocabulary.txt"
    path.write_text("a b")

    def build(input_shape, classes, words=str(path), activation="relu"):
        return words, activation, input_shape, classes

    def around(input_shape, classes):
        return path, input_shape, classes

    first = bound_files(build)
    assert list(first) == ["words"] and list(bound_files(around)) == ["path"]
    path.write_text("a c")
    assert bound_files(build) != first


def test_a_partial_a_saved_model_and_plain_text(tmp_path):
    path, folder = tmp_path / "words.txt", tmp_path / "model"
    path.write_text("a b")
    folder.mkdir()

    def build(input_shape, classes, words=None, model=None, name="relu"):
        return words, model, name, input_shape, classes

    partial = functools.partial(build, words=path, model=str(folder))
    assert list(bound_files(partial)) == ["words"]  # The folder is no SavedModel yet.
    (folder / "saved_model.pb").write_bytes(b"graph")
    first = bound_files(partial)
    assert list(first) == ["model", "words"]
    (folder / "variables").write_bytes(b"weights")
    assert bound_files(partial)["model"] != first["model"]
    assert bound_files(len) == {}  # A compiled function has nothing to look into.
