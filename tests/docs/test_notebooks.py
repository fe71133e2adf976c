"""The notebooks run from top to bottom, without a network."""

import pathlib

import pytest

NOTEBOOKS = sorted(
    (pathlib.Path(__file__).resolve().parents[2] / "docs" / "notebooks").glob("*.ipynb"))


@pytest.mark.ci
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs(path, tmp_path, monkeypatch):
    # The kernel is a process of its own, in an empty folder.
    monkeypatch.setenv("PYTHONPATH", str(path.resolve().parents[2]))
    nbformat, nbclient = (pytest.importorskip(name) for name in ("nbformat", "nbclient"))
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3",
                            resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = [output for cell in notebook.cells if cell.cell_type == "code"
               for output in cell.outputs]
    assert [each for each in printed if "image/png" in each.get("data", {})]
    assert not [each for each in printed if each.output_type == "error"]


def test_there_are_two():
    assert [path.stem for path in NOTEBOOKS] == ["find_a_ticket", "mask_or_weights"]
