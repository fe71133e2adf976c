"""What a made-up run has stored, for each schema."""

import pytest

from lth_keras.store import network_folder
from lth_keras.store.schemas import NetworkFacts, RunHeader
from tests.made_up_runs import MadeUpRun


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """{schema: contents that it takes} of a made-up run."""
    build = MadeUpRun(tmp_path_factory.mktemp("runs") / "run")
    build.network(1, "imp", 0, 1)
    root = build.finish()
    header = network_folder.header(build.paths)
    facts = network_folder.facts(root / "trial_01" / "round_00")
    return {RunHeader: header, NetworkFacts: facts}
