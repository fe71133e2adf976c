"""A run's report: its files, and what the page says of the run."""

import re
import subprocess
import sys

import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.report import write_report
from tests.report.pages import PUBLISHED, cells_of, page_of


def test_files_and_page_are_whole_and_self_contained(make_run):
    root = make_run()
    run = write_report(root)
    page = page_of(root)
    for name in ("summary.csv", "summary.md", "summary.tex", "comparisons.csv"):
        assert (root / name).stat().st_size > 0
    drawn = {path.stem for path in (root / "figures").glob("*.png")}
    assert drawn == {path.stem for path in (root / "figures").glob("*.pdf")}
    assert {"accuracy_by_density", "forest_ticket", "forest_full", "accuracy_curves",
            "loss_curves", "weight_distributions", "layer_densities", "pixel_maps",
            "imp_rounds"} == drawn
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert outside.count("data:image/png;base64,") == len(drawn)
    assert not re.search(r'src="(?!data:)', outside) and "@import" not in page
    links = [link for link in re.findall(r'href="([^"]*)"', outside) if not link.startswith("#")]
    assert links and all((root / link).exists() for link in links)
    assert run.subject in page and "&lt;" not in page.split("<h2")[0]


def test_the_page_says_what_each_stored_variant_is(make_run, undrawn):
    page = page_of(write_report(make_run(trials=1, rounds=1)).paths.root)
    assert "a mask &lt;of its own&gt;; starts from dice" in page and "not stored" not in page


def test_the_same_store_gives_the_same_bytes(make_run, undrawn):
    root = make_run()
    write_report(root)
    first = {path: path.read_bytes() for path in root.glob("*.*") if path.is_file()}
    write_report(root)
    assert {path: path.read_bytes() for path in first} == first


def test_one_trial_has_no_intervals_and_says_so(make_run):
    root = make_run(trials=1)
    write_report(root)
    page = page_of(root)
    assert "One trial: there are no intervals" in page
    assert all("[" not in cell for row in cells_of(page, "results") for cell in row)
    assert "one trial" in re.search(r'<div class="answer">(.*?)</div>', page, re.S).group(1)


def test_a_fallback_is_said_loudly_and_hides_published_figures(make_run, undrawn):
    root = make_run(fallback="'digits' cannot be reached", published=PUBLISHED)
    write_report(root)
    page = page_of(root)
    assert "These are not results on digits" in page and "FALLBACK, NOT digits" in page
    assert "<code>batch_size</code> is 64 instead of 1024" in page
    assert "Published figures are not shown" in page and 'id="published"' not in page
    assert "FALLBACK" in (root / "summary.md").read_text("utf-8").splitlines()[0]
    assert "FALLBACK" in (root / "summary.tex").read_text("utf-8")


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(ConfigurationError, match="no run.json"):
        write_report(tmp_path)


def test_reports_need_no_tensorflow():
    code = (
        "import sys; import lth_keras.commands.report_command, lth_keras.report, "
        "lth_keras.tensorboard.tensorboard_sink; sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=300).returncode == 0
