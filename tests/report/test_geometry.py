"""The section on geometry: a whole, incomplete or damaged analysis in the run's report."""

import re

import numpy as np
import pytest
from matplotlib import image

from lth_keras import files
from lth_keras.report import is_current, report_figures, write_report
from lth_keras.report.geometry import stored_geometry


@pytest.fixture
def root(make_run, monkeypatch):
    """A finished run; its own figures are not drawn."""
    monkeypatch.setattr(report_figures, "draw", lambda run, comparisons: [])
    return make_run(trials=1, rounds=1, variants=())


def analyse(root, name="hessian", rows=3, **changes):
    """Writes the files of a measure."""
    folder = root / "analysis" / name
    (folder / "trial_01").mkdir(parents=True)
    for kind in ("png", "pdf"):
        image.imsave(folder / f"eigenvalues_by_level.{kind}", np.eye(9), format=kind)
    lines = [f"{i},round_{i:02d}|x,0.5,0.4,0.6,,1e-7" for i in range(rows)]
    files.write_text(folder / "summary.csv", "\n".join(
        ["level,network,test_loss,test_loss_ci_low,test_loss_ci_high,p,largest_residual", *lines]))
    files.write_text(folder / "table.csv", "level\n")
    names = ["eigenvalues_by_level.png", "eigenvalues_by_level.pdf", "summary.csv", "table.csv"]
    files.write_sealed_json(folder / "summary.json", {
        "title": "digits", "data": "digits", "pieces": ["trial_01"], "settings": {},
        "files": {each: files.sha256(folder / each) for each in names},
        "measure": "Hessian", "name": name, "statements": ["smaller in 3 of 3 <pairs>"],
        "question": "How curved is the loss at <them>?",
        "captions": {"eigenvalues_by_level": "Lines are means."},
        "figures": ["eigenvalues_by_level.png", "eigenvalues_by_level.pdf"],
        "tables": ["table.csv", "summary.csv"]} | changes)
    return folder


def section(root):
    page = (root / "report.html").read_text("utf-8")
    match = re.search(r'<h2 id="geometry">.*?(?=<h2 )', page, re.S)
    return match and match.group()


def test_a_run_without_an_analysis_has_no_section(root):
    write_report(root)
    page = (root / "report.html").read_text("utf-8")
    assert section(root) is None and 'id="geometry"' not in page


def test_statements_figures_and_table_are_on_the_page(root):
    analyse(root, rows=20)
    write_report(root)
    text, page = section(root), (root / "report.html").read_text("utf-8")
    assert page.index('id="figures"') < page.index('id="geometry"') < page.index('id="again"')
    assert "<li>smaller in 3 of 3 &lt;pairs&gt;</li>" in text
    assert "How curved is the loss at &lt;them&gt;?" in text
    assert text.count("data:image/png;base64,") == 1
    assert "<b>Eigenvalues by level.</b> Lines are means" in text
    rows = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", text)
    assert len(rows) == 16
    assert "first 16 of 20 rows; all are in analysis/hessian/summary.csv" in text
    assert re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", rows[1]) == [
        "1", "round_01|x", "0.5000 [0.4000, 0.6000]", "–", "1e−7"]


def test_an_analysis_leaves_the_page_as_it_is_until_it_is_asked_for(root):
    write_report(root)
    assert is_current(root) and section(root) is None
    analyse(root)
    # The training command asks this, and must not change a byte of a finished run.
    assert is_current(root)
    write_report(root)
    # Figures of the analysis are not looked for among those of the run.
    assert section(root) is not None and is_current(root)


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


@pytest.mark.parametrize("harm", [
    lambda folder: cut(folder / "summary.json"),
    lambda folder: (folder / "summary.json").write_bytes(b"\xff\xfe"),
    lambda folder: files.write_json(folder / "summary.json", ["a", "list"]),
    lambda folder: files.write_json(folder / "summary.json", {"statements": []}),
    lambda folder: cut(folder / "eigenvalues_by_level.png"),
    lambda folder: (folder / "eigenvalues_by_level.png").unlink(),
    lambda folder: (folder / "eigenvalues_by_level.png").write_bytes(
        b"\x89PNG\r\n\x1a\nIEND\xaeB`\x82"),
    lambda folder: (folder / "summary.csv").unlink(),
    lambda folder: (folder / "summary.csv").write_bytes(b""),
    lambda folder: (folder / "summary.csv").write_bytes(b"a,b\n1,2\n1,2,3,4\n"),
    lambda folder: (folder / "summary.json").unlink(),
])
def test_a_damaged_measure_is_one_line_and_hides_no_other(root, harm):
    harm(analyse(root, "bad"))
    analyse(root, "good")
    bad, good = stored_geometry(write_report(root).paths)
    assert bad.problem and not (bad.statements or bad.pictures or bad.table)
    assert good.problem is None and good.statements and good.pictures and good.table
    assert section(root).count('class="warning"') == 1


def test_no_figure_comes_from_another_folder(root):
    analyse(root, figures=["../../figures/secret.png"])
    assert stored_geometry(write_report(root).paths)[0].problem
