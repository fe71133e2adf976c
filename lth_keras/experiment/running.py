"""One run under way: what is stored and told of each unit, and how the run ends.

Who trains a unit, and where, is not decided here: `execute` does one after the other in this
process, `lth_keras.cluster` several side by side.
"""

import contextlib
import dataclasses
import time

import gin

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.experiment import units, work
from lth_keras.experiment.header import Header
from lth_keras.records import concatenate, lock, read_csv, store, summarise, write_summary
from lth_keras.training import Interrupted


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What is known of a unit that was done.

    Attributes:
      facts: what its done.json holds.
      seconds: how long it took.
      operative: gin's operative configuration where it was done.
    """

    facts: dict
    seconds: float
    operative: str


def do_unit(context, unit, sinks=(), show=None):
    """Trains and stores a unit, whose needs are done, and tells the sinks of it.

    Args:
      context: `Context`.
      unit: `Unit`.
      sinks: `records.Sink`s.
      show: called with each `Evaluation`.

    Returns:
      `Outcome`.
    """
    for sink in sinks:
        sink.unit_started(unit)
    began = time.perf_counter()

    def evaluated(evaluation):
        if show is not None:
            show(evaluation)
        for sink in sinks:
            sink.evaluated(unit, evaluation)

    facts = work.do(context, unit, evaluated)
    for sink in sinks:
        sink.unit_finished(unit, facts)
    return Outcome(facts, time.perf_counter() - began, gin.operative_config_str())


@contextlib.contextmanager
def under_way(prepared, reporter, sinks=(), accept_other_versions=False, title=""):
    """Yields the `Running` of a run, whose lock is held until it ends, well or not.

    Args:
      prepared, reporter, sinks, accept_other_versions: as `execute`'s.
      title: put before the units' labels, where several runs are one job.

    Raises:
      RunError: the run stopped or failed, and run.json says so; or another process works on it.
      ConfigurationError: the run was begun with other versions.
    """
    paths = prepared.context.paths
    if (paths.root / "run.json").exists():
        Header(prepared).check_versions(accept_other_versions)
    with lock.hold(paths.root):
        running = Running(prepared, reporter, sinks, title)
        should_stop = prepared.context.should_stop
        if should_stop and should_stop():
            raise RunError(running.stopped())
        running.begin()
        try:
            yield running
        except Interrupted as error:
            running.end("stopped")
            raise RunError(running.stopped()) from error
        except RunError as error:
            running.end("failed", reason=str(error))
            raise


class Running:
    """A run under way; made by `under_way`.

    Attributes:
      prepared: `Prepared`.
      units: the graph's units, in its order.
      skipped, failed: {'trial/name': why} of the units left out, and of those given up.
    """

    def __init__(self, prepared, reporter, sinks, title):
        self.prepared = prepared
        self.units = units.graph(prepared.experiment)
        self.skipped, self.failed = {}, {}
        self._reporter, self._sinks, self._title = reporter, sinks, title
        self._header = Header(prepared)
        self._finished = self._header.is_finished()
        self._began = time.perf_counter()
        self._seen = {}
        self._stops = prepared.experiment.on_divergence == "stop"

    def begin(self):
        """Says in run.json that the run is going on; of a finished run not a byte changes."""
        if not self._finished:
            # Of the trials only: who reports on or analyses the run writes elsewhere in it.
            for trial in range(1, self.prepared.experiment.trials + 1):
                files.remove_temporaries(self.prepared.context.paths.trial(trial))
            self._header.begin()
            for sink in self._sinks:
                sink.run_started()

    def label(self, unit):
        """What a unit is called where a person reads."""
        return f"{self._title}trial {unit.trial} {unit.name}"

    def steps(self, unit):
        """Updates that the unit will make."""
        return work.planned_steps(self.prepared.context, unit)

    def settled(self, unit):
        """Whether there is nothing to train for a unit whose needs are settled; says why.

        Raises:
          RunError: it is stored as diverged, and the experiment wants the run to stop then.
        """
        context = self.prepared.context
        folder = context.paths.unit(unit.trial, unit.name)
        if self._finished or store.is_done(folder):
            if not self._finished:
                work.tidy(context, unit)
            if self._stops and store.is_done(folder):
                self._stop_if_diverged(unit, store.facts(folder))
            why = "stored already"
        else:
            missing = work.missing_need(context, unit)
            if not missing:
                return False
            why = f"left out: {missing}"
            self.skipped[_key(unit)] = missing
        self._reporter.unit_skipped(self.label(unit), self.steps(unit), why)
        return True

    def started(self, unit):
        """The unit's training begins."""
        context, steps = self.prepared.context, self.steps(unit)
        self._seen[_key(unit)] = work.first_step(context, unit)
        self._reporter.unit_started(self.label(unit), steps, steps / context.steps_per_epoch)

    def evaluated(self, unit, evaluation):
        """The unit's training came to an evaluation."""
        key = _key(unit)
        self._reporter.advanced(
            self.label(unit), evaluation.step - self._seen[key],
            evaluation.step / self.prepared.context.steps_per_epoch,
            evaluation.test_accuracy, evaluation.train_loss,
        )
        self._seen[key] = evaluation.step

    def done(self, unit, outcome):
        """The unit is stored.

        Raises:
          RunError: it diverged, and the experiment wants the run to stop then.
        """
        label, facts = self.label(unit), outcome.facts
        self.prepared.bindings.note(outcome.operative)
        self._reporter.unit_finished(label, facts["final_test_accuracy"], outcome.seconds)
        if facts["diverged"]:
            self._reporter.note(
                f"{label}: its loss is not finite since step {facts['steps']}; recorded so")
            self._stop_if_diverged(unit, facts)

    def _stop_if_diverged(self, unit, facts):
        if facts["diverged"] and self._stops:
            raise RunError(
                f"{self.label(unit)} diverged at step {facts['steps']} and "
                "Experiment.on_divergence is 'stop'; lower the learning rate, or set it to "
                "'record' to go on without it"
            )

    def lost(self, unit, why):
        """The unit ended without a result."""
        self._reporter.unit_lost(self.label(unit), why)

    def given_up(self, unit, why):
        """The unit will not be tried again."""
        self.failed[_key(unit)] = why
        self._reporter.unit_skipped(self.label(unit), self.steps(unit), "given up")

    def finish(self):
        """Writes the tables.

        Returns:
          The summary table.

        Raises:
          RunError: a unit was given up.
        """
        experiment, paths = self.prepared.experiment, self.prepared.context.paths
        if self._finished:
            return summarise(read_csv(paths.metrics), self._header.margin)
        summary = write_tables(paths, self.units, experiment.margin)
        if self.failed:
            told = "; ".join(f"{key}: {why}" for key, why in self.failed.items())
            raise RunError(
                f"{len(self.failed)} of {len(self.units)} networks failed ({told}); what does not "
                f"need them is stored in {paths.root}: give the same command again to try again"
            )
        for sink in self._sinks:
            sink.run_finished(summary)
        self.end("done", seconds=round(time.perf_counter() - self._began, 1))
        return summary

    def end(self, state, **facts):
        """Writes the run's last state to run.json, once."""
        if not self._finished:
            self._finished = True
            if state != "stopped":
                facts["skipped"] = self.skipped
            if self.failed:
                facts["failed"] = self.failed
            self._header.write(state, **facts)

    def stopped(self):
        """The line for a run that was asked to stop."""
        signal_name = getattr(self.prepared.context.should_stop, "signal_name", None)
        return (
            f"stopped by {signal_name or 'a request'}; what is done is stored in "
            f"{self.prepared.context.paths.root}: give the same command again to go on"
        )


def write_tables(paths, graph, margin):
    """metrics.csv and summary.csv of the units that are done, in the graph's order."""
    done = [
        paths.unit(unit.trial, unit.name) / "metrics.csv" for unit in graph
        if store.is_done(paths.unit(unit.trial, unit.name))
    ]
    if not done:
        return None
    concatenate(done, paths.metrics)
    summary = summarise(read_csv(paths.metrics), margin)
    write_summary(summary, paths.summary)
    return summary


def _key(unit):
    return f"{unit.trial}/{unit.name}"
