"""One run under way: what is stored and told of each job, and how the run ends.

Who trains a job, and where, is not decided here: `execute` does one after the other in this
process, `lth_keras.cluster` several side by side.
"""

import contextlib
import dataclasses
import time

import gin

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.experiment import jobs, train_job
from lth_keras.experiment.run_json import RunJson
from lth_keras.statistics.summary import summarise, write_summary
from lth_keras.store import chain, network_folder, run_lock
from lth_keras.store.metrics import concatenate, read_csv
from lth_keras.training import Interrupted


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What is known of a job that was done.

    Attributes:
      facts: what its done.json holds.
      seconds: how long it took.
      operative: gin's operative configuration where it was done.
    """

    facts: dict
    seconds: float
    operative: str


def do_job(context, job, sinks=(), show=None):
    """Trains and stores a job, whose needs are done, and tells the sinks of it.

    Args:
      context: `Context`.
      job: `Job`.
      sinks: `Sink`s.
      show: called with each `Evaluation`.

    Returns:
      `Outcome`.
    """
    for sink in sinks:
        sink.job_started(job)
    began = time.perf_counter()

    def evaluated(evaluation):
        if show is not None:
            show(evaluation)
        for sink in sinks:
            sink.evaluated(job, evaluation)

    facts = train_job.do(context, job, evaluated)
    for sink in sinks:
        sink.job_finished(job, facts)
    return Outcome(facts, time.perf_counter() - began, gin.operative_config_str())


@contextlib.contextmanager
def recording(prepared, reporter, sinks=(), accept_other_versions=False, title=""):
    """Yields the `RunRecorder` of a run, whose lock is held until it ends, well or not.

    Args:
      prepared, reporter, sinks, accept_other_versions: as `execute`'s.
      title: put before the jobs' labels, where several runs go on at once.

    Raises:
      RunError: the run stopped or failed, and run.json says so; or another process works on it.
      ConfigurationError: the run was begun with other versions.
    """
    paths = prepared.context.paths
    if (paths.root / "run.json").exists():
        RunJson(prepared).check_versions(accept_other_versions)
    with run_lock.hold(paths.root):
        running = RunRecorder(prepared, reporter, sinks, title)
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


class RunRecorder:
    """A run under way; made by `recording`.

    Attributes:
      prepared: `Prepared`.
      jobs: the graph's jobs, in its order.
      skipped, failed: {'trial/name': why} of the jobs left out, and of those given up.
    """

    def __init__(self, prepared, reporter, sinks, title):
        self.prepared = prepared
        self.jobs = jobs.graph(prepared.experiment)
        self.skipped, self.failed = {}, {}
        self._reporter, self._sinks, self._title = reporter, sinks, title
        self._header = RunJson(prepared)
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

    def label(self, job):
        """What a job is called where a person reads."""
        return f"{self._title}trial {job.trial} {job.name}"

    def steps(self, job):
        """Updates that the job will make."""
        return train_job.planned_steps(self.prepared.context, job)

    def settled(self, job):
        """Whether there is nothing to train for a job whose needs are settled; says why.

        Raises:
          RunError: it is stored as diverged, and the experiment wants the run to stop then.
        """
        context = self.prepared.context
        folder = context.paths.network(job.trial, job.name)
        if self._finished or network_folder.is_done(folder):
            if not self._finished:
                chain.check_origin(context.paths, folder)
                train_job.tidy(context, job)
            if self._stops and network_folder.is_done(folder):
                self._stop_if_diverged(job, network_folder.facts(folder))
            why = "stored already"
        else:
            missing = train_job.missing_need(context, job)
            if not missing:
                return False
            why = f"left out: {missing}"
            self.skipped[_key(job)] = missing
        self._reporter.job_skipped(self.label(job), self.steps(job), why)
        return True

    def started(self, job):
        """The unit's training begins."""
        context, steps = self.prepared.context, self.steps(job)
        self._seen[_key(job)] = train_job.first_step(context, job)
        self._reporter.job_started(self.label(job), steps, steps / context.steps_per_epoch)

    def evaluated(self, job, evaluation):
        """The unit's training came to an evaluation."""
        key = _key(job)
        self._reporter.advanced(
            self.label(job), evaluation.step - self._seen[key],
            evaluation.step / self.prepared.context.steps_per_epoch,
            evaluation.test_accuracy, evaluation.train_loss,
        )
        self._seen[key] = evaluation.step

    def done(self, job, outcome):
        """The job is stored.

        Raises:
          RunError: it diverged, and the experiment wants the run to stop then.
        """
        label, facts = self.label(job), outcome.facts
        self.prepared.bindings.note(outcome.operative)
        self._reporter.job_finished(label, facts["final_test_accuracy"], outcome.seconds)
        if facts["diverged"]:
            self._reporter.note(
                f"{label}: its loss is not finite since step {facts['steps']}; recorded so")
            self._stop_if_diverged(job, facts)

    def _stop_if_diverged(self, job, facts):
        if facts["diverged"] and self._stops:
            raise RunError(
                f"{self.label(job)} diverged at step {facts['steps']} and "
                "Experiment.on_divergence is 'stop'; lower the learning rate, or set it to "
                "'record' to go on without it"
            )

    def lost(self, job, why):
        """The job ended without a result."""
        self._reporter.job_lost(self.label(job), why)

    def given_up(self, job, why):
        """The job will not be tried again."""
        self.failed[_key(job)] = why
        self._reporter.job_skipped(self.label(job), self.steps(job), "given up")

    def finish(self):
        """Writes the tables.

        Returns:
          The summary table.

        Raises:
          RunError: a job was given up.
        """
        experiment, paths = self.prepared.experiment, self.prepared.context.paths
        if self._finished:
            return summarise(read_csv(paths.metrics), self._header.margin)
        summary = write_tables(paths, self.jobs, experiment.margin)
        if self.failed:
            told = "; ".join(f"{key}: {why}" for key, why in self.failed.items())
            raise RunError(
                f"{len(self.failed)} of {len(self.jobs)} networks failed ({told}); what does not "
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
    """metrics.csv and summary.csv of the jobs that are done, in the graph's order."""
    done = [
        paths.network(job.trial, job.name) for job in graph
        if network_folder.is_done(paths.network(job.trial, job.name))
    ]
    if not done:
        return None
    concatenate(done, paths.metrics)
    summary = summarise(read_csv(paths.metrics), margin)
    write_summary(summary, paths.summary)
    return summary


def _key(job):
    return f"{job.trial}/{job.name}"
