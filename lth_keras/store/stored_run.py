"""A run as it is on disk, finished or not; reports are made from it."""

import dataclasses
import datetime

import pandas as pd

from lth_keras import opening
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.metric import metrics_of
from lth_keras.paths import RunPaths
from lth_keras.program import program
from lth_keras.statistics.published import PublishedFigure
from lth_keras.statistics.summary import summarise
from lth_keras.statistics.training_costs import training_costs, with_costs
from lth_keras.store import network_folder, run_lock
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.metrics import concatenate, read_csv

# The end of the year 9999: an archive may give a file any time, and later ones have no name.
_LATEST = 253402300799.0


@dataclasses.dataclass(frozen=True)
class StoredRun:
    """All that a run's folder says.

    Attributes:
      paths: `RunPaths`.
      header: what run.json holds.
      networks: [(trial, name)] of all jobs of the run.
      facts: {(trial, name): what done.json holds} of the stored networks, in that order.
      metrics: every evaluation of those, as `read_csv` gives them.
      summary: what `summarise` makes of the metrics, with what `with_costs` adds.
      costs: what `training_costs` gives.
      is_worked_on: whether a process was working on the run when it was read.
    """

    paths: RunPaths
    header: dict
    networks: list
    facts: dict
    metrics: pd.DataFrame
    summary: pd.DataFrame
    costs: pd.DataFrame
    is_worked_on: bool

    @classmethod
    def load(cls, root):
        """Reads the run in the folder `root`, and writes its metrics.csv anew from the networks'
        files.

        If a finished run has lost networks, an undamaged metrics.csv stays as it is: nothing else
        still knows their values.

        Raises:
          ConfigurationError: there is no run.
          RunError: a file of it is damaged.
        """
        paths = RunPaths(root)
        if not opening.exists(paths.run_json):
            raise ConfigurationError(
                f"{root} is no run: it has no run.json; `{program()} list` shows the runs there "
                "are"
            )
        header = network_folder.header(paths)
        networks = [tuple(unit) for unit in header["units"]]
        facts = {
            unit: network_folder.facts(paths.network(*unit)) for unit in networks
            if network_folder.is_done(paths.network(*unit))
        }
        _check_vouched(paths, header, facts)
        if not (_lost(header, networks, facts) and _is_vouched(header, paths.metrics)):
            concatenate([paths.network(*unit) for unit in facts], paths.metrics)
        metrics = read_csv(paths.metrics)
        stored = {(each["trial"], each["variant"], each["round"]) for each in facts.values()}
        network = pd.MultiIndex.from_frame(metrics[["trial", "variant", "round"]])
        metrics = metrics[network.isin(stored)].reset_index(drop=True)
        costs = training_costs(header, facts)
        summary = summarise(metrics, header["margin"], metrics_of(header)[0])
        return cls(paths, header, networks, facts, metrics, with_costs(summary, costs), costs,
                   run_lock.is_held(paths.root))

    @property
    def name(self):
        """The experiment's name."""
        return self.header["experiment"] or self.header["run"]

    @property
    def network(self):
        """The network's name, such as 'lenet_300_100'."""
        return self.header["configuration"]["model"].get("name", "network")

    @property
    def is_fallback(self):
        """Whether the data are not those that were asked for."""
        return self.header["data"]["fallback_reason"] is not None

    @property
    def data(self):
        """The data that were used; for a fallback also the data that it replaces."""
        data = self.header["data"]
        if self.is_fallback:
            return f"{data['name']} (FALLBACK, NOT {data['requested']})"
        return data["name"]

    @property
    def trials(self):
        """How many trials have a stored network."""
        return len({trial for trial, _ in self.facts})

    @property
    def subject(self):
        """Network, data and trials, for the titles of figures."""
        count = self.trials
        return f"{self.network} on {self.data}, {count} trial{'s' if count != 1 else ''}"

    @property
    def published(self):
        """The `PublishedFigure`s; () on a fallback, which they do not apply to."""
        if self.is_fallback:
            return ()
        return tuple(PublishedFigure(**figure) for figure in self.header["published"])

    @property
    def metric(self):
        """The `Metric` that networks are compared by."""
        return metrics_of(self.header)[0]

    @property
    def outputs(self):
        """What the last axis of the network's outputs counts: 'classes', 'tokens' or 'outputs'."""
        kind = self.header.get("task", {}).get("class", "Classification")
        return {"Classification": "classes", "LanguageModel": "tokens"}.get(kind, "outputs")

    @property
    def margin(self):
        """How much worse than the full network still counts as matching, in the metric's unit."""
        return self.header["margin"]

    @property
    def lost(self):
        """The networks of a finished run that are neither stored nor recorded as skipped."""
        return _lost(self.header, self.networks, self.facts)

    @property
    def keeps_summary(self):
        """Whether summary.csv has rows of networks that are lost, and must be kept as it is."""
        return bool(self.lost) and _is_vouched(self.header, self.paths.summary)

    @property
    def is_complete(self):
        """Whether every network is stored, or skipped for a reason that is recorded."""
        return self.header["state"] == "done" and not self.lost

    def state(self):
        """One or two sentences that say how far the run came; None where it is done."""
        if self.is_complete:
            return None
        if self.lost:
            return (
                f"Networks are missing: of the {len(self.networks)} networks of this finished run "
                f"{len(self.lost)} are not in its folder any more, and this report is of the "
                f"{len(self.facts)} that are. The training command trains the missing ones again."
            )
        written = self._last_written()
        when = "" if written is None else " The last file of a network was written at " + (
            datetime.datetime.fromtimestamp(written, datetime.timezone.utc)
            .strftime("%Y-%m-%d %H:%M UTC.")
        )
        how = "still going" if self.is_worked_on else {
            "stopped": "was stopped", "failed": f"failed ({self.header.get('reason')})",
        }.get(self.header["state"], "was cut off")
        going = "is " + how if self.is_worked_on else how
        return (
            f"This run {going}: {len(self.facts)} of {len(self.networks)} networks are stored, and "
            f"this report is of those.{when}"
        )

    def _last_written(self):
        """When the last file or folder of a trial was written; None where there is none."""
        trials = [self.paths.root / name for name in opening.entries(self.paths.root)
                  if name.startswith("trial_")]
        times = [opening.written_at(trial / name) for trial in trials
                 for name in opening.entries(trial)]
        known = [min(max(each, 0.0), _LATEST) for each in times if each is not None]
        return max(known, default=None)

    def rounds(self, variant):
        """Rounds at which a variant is stored, ascending."""
        return sorted(
            {facts["round"] for facts in self.facts.values() if facts["variant"] == variant})

    def variants(self):
        """Names of the stored variants in their order, without the rounds of IMP."""
        return list(dict.fromkeys(
            facts["variant"] for facts in self.facts.values() if facts["variant"] != "imp"))

    def folder(self, trial, variant, round):
        """Folder of a stored network, or None."""
        for (its_trial, name), facts in self.facts.items():
            if (its_trial, facts["variant"], facts["round"]) == (trial, variant, round):
                return self.paths.network(its_trial, name)
        return None


def _lost(header, networks, facts):
    if header["state"] != "done":
        return []
    explained = {**header.get("skipped", {}), **header.get("failed", {})}
    return [
        (trial, name) for trial, name in networks
        if (trial, name) not in facts and f"{trial}/{name}" not in explained
    ]


def _check_vouched(paths, header, facts):
    """Checks each network of a finished run against run.json: none was replaced."""
    for unit in facts:
        folder = paths.network(*unit)
        known = header.get("networks", {}).get(f"{folder.parent.name}/{folder.name}")
        if known is not None and not is_unchanged(folder / network_folder.DONE, known):
            raise RunError(
                f"{folder / network_folder.DONE} is not the one that run.json vouches for; "
                f"`{program()} verify {paths.root} --repair` sets it aside"
            )


def _is_vouched(header, path):
    return is_unchanged(path, header.get("tables", {}).get(path.name))
