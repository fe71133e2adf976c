"""run.json: what a run is, and how far it came."""

import dataclasses

from lth_keras import files
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import identity, provenance
from lth_keras.store import network_folder
from lth_keras.store.network_reader import is_unchanged

# What changes no number when it differs: the package's own commit does.
_NO_MATTER = ("absl-py", "pandas", "scipy", "tensorflow-datasets", "gin-config")


class RunJson:
    """Reads and writes a run's run.json, and writes the configuration beside it.

    Made once for a run, by the process that holds the run's lock.

    Args:
      prepared: `Prepared`.
    """

    def __init__(self, prepared):
        self._prepared = prepared
        self._paths = prepared.context.paths
        stored = self._paths.run_json
        try:
            self._before = files.read_sealed_json(stored) if stored.exists() else {}
        except RunError as error:
            raise RunError(
                f"{error}; `python run.py verify {self._paths.root} --repair` sets it aside, then "
                "give the same command again"
            ) from error

    def check_versions(self, accept):
        """Checks that an unfinished run goes on with what it was begun with.

        Raises:
          ConfigurationError: versions differ, and `accept` is false.
        """
        if not self._before or self._before["state"] == "done":
            return
        differing = self._other_replicas() | {
            name: (value, provenance.versions().get(name))
            for name, value in self._before["versions"].items()
            if name not in _NO_MATTER and provenance.versions().get(name) != value
        }
        if differing and not accept:
            listed = ", ".join(f"{name} {was} -> {now}" for name, (was, now) in differing.items())
            raise ConfigurationError(
                f"{self._paths.root} was begun with other versions ({listed}); its numbers would "
                "no longer be of one kind: use those, another --output_dir, or "
                "--accept_other_versions"
            )

    def _other_replicas(self):
        now = self._prepared.context.replicas.describe()
        before = self._before.get("distribution", now)
        return {
            name: (before[name], now[name]) for name in now if before[name] != now[name]}

    def tables(self):
        """The files beside run.json that it vouches for once the run is done."""
        paths = self._paths
        return (paths.metrics, paths.summary, paths.config, paths.operative_config)

    def is_finished(self):
        """Whether the run was done, and all that it left is still there as it was."""
        if self._before.get("state") != "done":
            return False
        tables = self._before["tables"]
        return all(
            is_unchanged(path, tables.get(path.name)) for path in self.tables()
        ) and all(
            network_folder.is_done(self._paths.network(trial, name)) or f"{trial}/{name}" in
            self._before["skipped"] for trial, name in self._before["units"]
        )

    @property
    def margin(self):
        """The margin that a stored run's tables were made with."""
        return self._before["margin"]

    def begin(self):
        """Says that the run is going on."""
        if not self._paths.config.exists():
            files.write_text(self._paths.config, self._prepared.bindings.config)
        self.write("running")

    def write(self, state, **facts):
        """Writes run.json with `state` ('running', 'stopped', 'failed', 'done') and `facts`."""
        prepared, before = self._prepared, self._before
        context, experiment = prepared.context, prepared.experiment
        files.write_text(self._paths.operative_config, prepared.bindings.operative)
        if state == "done":
            facts["tables"] = {path.name: files.sha256(path) for path in self.tables()}
        versions = before.get("versions", provenance.versions())
        continued = list(before.get("continued_with", []))
        if provenance.versions() != versions and provenance.versions() not in continued:
            continued.append(provenance.versions())
        schedule = experiment.imp.schedule
        rounds = range(schedule.rounds + 1)
        files.write_sealed_json(self._paths.run_json, {
            "run": prepared.run, "experiment": experiment.name, "format": identity.FORMAT,
            "state": state,
            "data": provenance.data_facts(prepared.data, prepared.fallback_changes),
            "versions": versions, "continued_with": continued,
            "installed": before.get("installed", provenance.installed()),
            "machine": provenance.machine(),
            "distribution": context.replicas.describe(),
            "seed": experiment.seed,
            "trials": experiment.trials,
            "trial_seeds": [
                context.trial_seed(trial) for trial in range(1, experiment.trials + 1)],
            "started": before.get("started", provenance.now()),
            "updated": provenance.now(),
            "configuration": prepared.configuration,
            "duration": str(Duration.parse(experiment.duration)),
            "round_duration": str(Duration.parse(experiment.imp.duration)),
            "steps_per_epoch": context.steps_per_epoch, "rewind_step": context.rewind_step,
            "prunable_weights": {weight.key: weight.size for weight in context.prunable},
            "kernels": [dataclasses.asdict(row) for row in prepared.kernels],
            "kept_by_round": [schedule.total_count(context.prunable, round) for round in rounds],
            "kept_by_round_and_layer": [
                schedule.layer_counts(context.prunable, round) for round in rounds
            ] if schedule.scope == "layerwise" else None,
            "units": [[job.trial, job.name] for job in prepared.jobs],
            "traces": context.trace_counts(),
            "descriptions": [
                [variant.name, variant.description] for variant in experiment.variants],
            "published": [dataclasses.asdict(figure) for figure in experiment.published],
            "task": identity.describe(context.task),
            "metrics": [dataclasses.asdict(metric) for metric in context.task.metrics],
            "margin": context.margin,
            **facts,
        })
        self._before = files.read_sealed_json(self._paths.run_json)
