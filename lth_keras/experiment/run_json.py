"""`RunJson`: writes run.json, which describes a run and how far it came."""

import dataclasses

from lth_keras import files, opening
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import identity, provenance
from lth_keras.program import program
from lth_keras.store import network_folder
from lth_keras.store.fingerprints import shapes_of
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.report_seal import read_seal
from lth_keras.store.schemas import RunHeader, checked
from lth_keras.store.vouched import digest, read_bytes
from lth_keras.variables import named_variables

# Versions that change no number: our own commit decides that.
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
        self._variables = shapes_of(named_variables(prepared.context.plain))
        stored = self._paths.run_json
        try:
            self._before = network_folder.header(self._paths) if opening.exists(stored) else {}
        except RunError as error:
            raise RunError(
                f"{error}; `{program()} verify {self._paths.root} --repair` sets it aside, then "
                "give the same command again"
            ) from error
        prepared.bindings.note(self._operative_before())

    def _operative_before(self):
        """The operative configuration of an earlier process, which may have used more of it."""
        if self._before:
            return self._before.get("operative", "")
        path = self._paths.operative_config
        try:
            known = (read_seal(self._paths) or {"files": {}})["files"].get(path.name)
            return read_bytes(path, known).decode("utf-8") if known else ""
        except (RunError, UnicodeDecodeError):
            return ""  # The file is written anew from the bindings that this process uses.

    def check_versions(self, accept):
        """Checks that what is trained now is trained with the versions with which the run began.

        Raises:
          ConfigurationError: versions differ, and `accept` is false.
        """
        if not self._before or (self._before["state"] == "done" and not self._missing()):
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
        return (paths.metrics, paths.summary, paths.operative_config, *self._inputs())

    def _inputs(self):
        """{file: its content}: what is written when the run begins, and read again later."""
        return {self._paths.config: self._prepared.bindings.config.encode()} | {
            self._paths.root / name: content
            for name, content in self._prepared.data.attachments.items()}

    def is_finished(self):
        """Whether the run is done and all its files are there, unchanged."""
        if self._before.get("state") != "done":
            return False
        tables = self._before["tables"]
        self._check_networks()
        return not self._missing() and all(
            is_unchanged(path, tables.get(path.name)) for path in self.tables())

    def _missing(self):
        """Networks of a stored run that are neither there nor skipped: they are trained now."""
        skipped = self._before.get("skipped", {})
        return [name for trial, name in self._before["units"] if f"{trial}/{name}" not in skipped
                and not network_folder.is_done(self._paths.network(trial, name))]

    def _check_networks(self):
        """Checks each network of a finished run against run.json: none was replaced."""
        for name, checksum in self._before.get("networks", {}).items():
            done = self._paths.root / name / network_folder.DONE
            if opening.exists(done) and not is_unchanged(done, checksum):
                raise RunError(
                    f"{done} is not the one that run.json vouches for; `{program()} verify "
                    f"{self._paths.root} --repair` sets it aside, then give the same command again"
                )

    @property
    def margin(self):
        """The margin of a stored run's tables."""
        return self._before["margin"]

    def begin(self):
        """Records that the run is going on.

        Raises:
          RunError: config.gin, or a file of the data, is not what was written at the beginning.
        """
        for path, content in self._inputs().items():
            known = self._before.get("tables", {}).get(path.name)
            if not opening.exists(path):
                files.write_bytes(path, content)
            elif known is not None and not is_unchanged(path, known):
                raise RunError(
                    f"{path} was changed since the run began; `{program()} verify "
                    f"{self._paths.root} --repair` sets it aside, then give the same command again"
                )
        self.write("running")

    def write(self, state, **facts):
        """Writes run.json with `state` ('running', 'stopped', 'failed', 'done') and `facts`."""
        prepared, before = self._prepared, self._before
        context, experiment = prepared.context, prepared.experiment
        files.write_text(self._paths.operative_config, prepared.bindings.operative)
        if state == "done":
            facts["networks"] = self._networks()
        vouched_for = self.tables() if state == "done" else self._inputs()
        facts["tables"] = {path.name: digest(path) for path in vouched_for}
        versions = before.get("versions", provenance.versions())
        continued = list(before.get("continued_with", []))
        if provenance.versions() != versions and provenance.versions() not in continued:
            continued.append(provenance.versions())
        content = {
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
            "variables": self._variables,
            "kernels": [dataclasses.asdict(row) for row in prepared.kernels],
            **self._kept(),
            "units": [[job.trial, job.name] for job in prepared.jobs],
            "traces": context.trace_counts(),
            "descriptions": [
                [variant.name, variant.description] for variant in experiment.variants],
            "published": [dataclasses.asdict(figure) for figure in experiment.published],
            "task": identity.describe(context.task),
            "metrics": [dataclasses.asdict(metric) for metric in context.task.metrics],
            "margin": context.margin, "operative": prepared.bindings.operative,
            **facts,
        }
        files.write_sealed_json(
            self._paths.run_json, checked(RunHeader, content, self._paths.run_json))
        self._before = network_folder.header(self._paths)

    def _kept(self):
        """How many weights, and groups, the schedule keeps after each round."""
        context, schedule = self._prepared.context, self._prepared.experiment.imp.schedule
        rows, rounds = context.grouping.rows, range(schedule.rounds + 1)
        totals = [schedule.total_count(rows, round) for round in rounds]
        by_row = [
            schedule.layer_counts(rows, round) for round in rounds
        ] if schedule.scope == "layerwise" else None
        if context.grouping.counts_weights:
            return {"kept_by_round": totals, "kept_by_round_and_layer": by_row}
        return {
            "kept_by_round": [sum(weight.size for weight in context.prunable),
                              *[None] * schedule.rounds],
            "kept_by_round_and_layer": None,
            "groups": {
                "name": schedule.granularity.group, "granularity": str(schedule.granularity),
                "sizes": {row.key: row.size for row in rows},
                "kept_by_round": totals, "kept_by_round_and_row": by_row,
            },
        }

    def _networks(self):
        """{'trial_01/round_00': SHA-256 of its done.json} of the finished networks."""
        return {
            f"{job.folder.parent.name}/{job.folder.name}": digest(job.folder / network_folder.DONE)
            for job in self._prepared.jobs if network_folder.is_done(job.folder)}
