"""The gin file of the README, taken from the page and run."""

import pathlib
import re

from lth_keras.commands import configuration

ROOT = pathlib.Path(__file__).resolve().parent.parent


def test_the_template_is_an_experiment(tmp_path, monkeypatch):
    text = re.search(r"^```gin mine\.gin\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"),
                     re.MULTILINE | re.DOTALL)[1]
    (tmp_path / "mine.gin").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    experiment = configuration.read(["mine.gin"])
    assert (experiment.name, experiment.trials, experiment.batch_size) == ("mine", 3, 256)
    assert experiment.dataset.name == "fashion_mnist" and experiment.dataset.fallback is None
    assert len(experiment.variants) == 4 and not experiment.published
