"""The place of each file and folder of a run.

The files inside a network's folder (masks.npz, weights.npz, …) are named in `store`, not here.
"""

import pathlib
import re
import unicodedata

from lth_keras import opening

ROUND = re.compile(r"round_(\d\d+)")


def round_name(round: int) -> str:
    """'round_06' for the sixth round of IMP; round 0 trains the dense network."""
    return f"round_{round:02d}"


def variant_name(variant: str, round: int | None = None) -> str:
    """'ticket@06' for a variant at a round; the variant's name alone where no round applies."""
    return variant if round is None else f"{variant}@{round:02d}"


def variant_and_round(name: str) -> tuple[str, int]:
    """('ticket', 6) of 'ticket@06', ('imp', 3) of 'round_03', ('full', 0) of 'full'."""
    match = ROUND.fullmatch(name)
    if match is not None:
        return "imp", int(match[1])
    variant, _, round = name.partition("@")
    return variant, int(round or 0)


def network_label(variant: str, round: int) -> str:
    """A network's name in tables and figures: 'ticket@06', or 'full' where no round applies."""
    return variant_name(variant, round or None)


def chain_name(variant: str, round: int) -> str:
    """The name of a chain's network at a round; at round 0 it is IMP's: each chain begins there."""
    return round_name(0) if round == 0 else variant_name(variant, round)


def safe_name(text: object) -> str:
    """`text` as the name of one folder: letters, digits, '_', '-' and '.', never a path.

    At most 100 characters: a file system allows 255, and some names become longer.
    """
    plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", plain)[:100].strip("._-") or "unnamed"


class RunPaths:
    """The paths of one run. From now on no link is followed inside the run's folder."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        opening.fence(self.root)
        self.run_json = self.root / "run.json"
        self.lock = self.root / ".lock"
        self.set_aside = self.root / "set_aside"
        self.config = self.root / "config.gin"
        self.operative_config = self.root / "operative_config.gin"
        self.metrics = self.root / "metrics.csv"
        self.summary = self.root / "summary.csv"
        self.summary_md = self.root / "summary.md"
        self.summary_tex = self.root / "summary.tex"
        self.comparisons = self.root / "comparisons.csv"
        self.report = self.root / "report.html"
        self.report_seal = self.root / "report.json"
        self.exports = self.root / "exports"
        self.figures = self.root / "figures"
        self.analysis = self.root / "analysis"
        self.tensorboard = self.root / "tensorboard"
        self.tensorboard_trials = self.root / "tensorboard_trials"

    def trial(self, trial: int) -> pathlib.Path:
        """Folder of one trial, counted from 1."""
        return self.root / f"trial_{trial:02d}"

    def initial(self, trial: int) -> pathlib.Path:
        """θ_0, keyed layer/kernel, layer/bias, …"""
        return self.trial(trial) / "initial.npz"

    def rewind(self, trial: int) -> pathlib.Path:
        """θ_k, the rewind point."""
        return self.trial(trial) / "rewind.npz"

    def rewind_optimizer(self, trial: int) -> pathlib.Path:
        """The optimizer's variables at θ_k; absent where k is 0."""
        return self.trial(trial) / "rewind_optimizer.npz"

    def distributions(self, trial: int) -> pathlib.Path:
        """Folder of the empirical weight distributions that initializers sample from."""
        return self.trial(trial) / "distributions"

    def network(self, trial: int, name: str) -> pathlib.Path:
        """Folder of one trained network: `round_name(…)` or `variant_name(…)`."""
        return self.trial(trial) / name
