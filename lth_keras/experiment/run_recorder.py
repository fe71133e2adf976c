"""`RunRecorder`: records a run while it goes on, and its end.

It does not decide who trains a job: `execute` does one job after the other in this process, and
`lth_keras.cluster` does several side by side.
"""

import contextlib
import time

from lth_keras import files, pruning
from lth_keras.errors import RunError
from lth_keras.experiment.run_json import RunJson
from lth_keras.statistics.summary import summarise, write_summary
from lth_keras.statistics.training_costs import training_costs, with_costs
from lth_keras.store import chain, network_folder, run_lock
from lth_keras.store.metrics import concatenate, read_csv
from lth_keras.training import Interrupted


@contextlib.contextmanager
def recording(prepared, reporter, sinks=(), accept_other_versions=False, title=""):
    """Yields the `RunRecorder` of a run, and holds the run's lock until its end, also after errors.

    Args:
      prepared, reporter, sinks, accept_other_versions: as `execute`'s.
      title: put before the jobs' labels, if several runs go on at once.

    Raises:
      RunError: the run stopped or failed, and run.json says so; or another process works on it.
      ConfigurationError: the run was begun with other versions.
    """
    with run_lock.hold(prepared.context.paths.root):
        run_json = RunJson(prepared)
        run_json.check_versions(accept_other_versions)
        recorder = RunRecorder(prepared, run_json, reporter, sinks, title)
        should_stop = prepared.context.should_stop
        if should_stop and should_stop():
            raise RunError(recorder.stopped())
        recorder.begin()
        try:
            yield recorder
        except Interrupted as error:
            recorder.end("stopped")
            raise RunError(recorder.stopped()) from error
        except RunError as error:
            recorder.end("failed", reason=str(error))
            raise


class RunRecorder:
    """Records one run; made by `recording`.

    Attributes:
      prepared: `Prepared`.
      skipped, failed: {'trial/name': why} of the jobs that were skipped, and of those given up.
    """

    def __init__(self, prepared, run_json, reporter, sinks, title):
        self.prepared = prepared
        self.skipped, self.failed = {}, {}
        self._reporter, self._sinks, self._title = reporter, sinks, title
        self._run_json = run_json
        self._metric = prepared.context.metric
        self._finished = run_json.is_finished()
        self._began = time.perf_counter()
        self._seen = {}
        self._stops = prepared.experiment.on_divergence == "stop"

    def begin(self):
        """Records in run.json that the run is going on; changes no byte of a finished run."""
        if not self._finished:
            # Of the trials only: who reports on or analyses the run writes elsewhere in it.
            for trial in range(1, self.prepared.experiment.trials + 1):
                files.remove_temporaries(self.prepared.context.paths.trial(trial))
            self._run_json.begin()
            for line in pruning.lines_of(self.prepared.kernels):
                self._reporter.note(f"{self._title}{line}")
            for sink in self._sinks:
                sink.run_started()

    def label(self, job):
        """The job's name for a person."""
        return f"{self._title}trial {job.trial} {job.name}"

    def settled(self, job):
        """Whether a job needs no training, after its needs are settled; tells the reporter why.

        Raises:
          RunError: its files were changed; or it has diverged, and `on_divergence` is 'stop'.
        """
        is_done = network_folder.is_done(job.folder)
        if self._finished or is_done:
            if is_done:
                chain.check_stored(job.context.paths, job.folder)
                if self._stops:
                    self._stop_if_diverged(job, network_folder.facts(job.folder))
            if not self._finished:
                job.checkpoint().remove()  # A kill directly after done.json was written leaves the
                # checkpoint.
            why = "stored already"
        else:
            missing = job.missing_need()
            if not missing:
                return False
            why = f"left out: {missing}"
            self.skipped[_key(job)] = missing
        self._reporter.job_skipped(self.label(job), job.planned_steps, why)
        return True

    def started(self, job):
        """The training of the job's network begins."""
        steps = job.planned_steps
        self._seen[_key(job)] = job.first_step
        self._reporter.job_started(self.label(job), steps, steps / job.context.steps_per_epoch)

    def evaluated(self, job, evaluation):
        """The network was evaluated in its training."""
        key = _key(job)
        self._reporter.advanced(
            self.label(job), evaluation.step - self._seen[key],
            evaluation.step / self.prepared.context.steps_per_epoch,
            self._reached(evaluation.values[f"test_{self._metric.name}"]), evaluation.train_loss,
        )
        self._seen[key] = evaluation.step

    def done(self, job, outcome):
        """The job is stored.

        Raises:
          RunError: it diverged, and `on_divergence` is 'stop'.
        """
        label, facts = self.label(job), outcome.facts
        self.prepared.bindings.note(outcome.operative)
        reached = self._reached(facts[f"final_test_{self._metric.name}"])
        if facts.get("equal_to"):
            # Nothing was trained: a reader should not take its 0.1 s for the time of a training.
            reached = ", ".join(filter(None, (reached, f"the network of {facts['equal_to']}")))
        self._reporter.job_finished(label, reached, outcome.seconds)
        if facts["diverged"]:
            self._reporter.note(
                f"{label}: its loss is not finite since step {facts['steps']}; recorded so")
            self._stop_if_diverged(job, facts)

    def _reached(self, value):
        """'accuracy 97.31 %' of a value of the metric; None of none."""
        metric = self._metric
        return None if value is None else (
            f"{metric.words} {metric.text(value)}{metric.shown_unit}")

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
        self._reporter.job_skipped(self.label(job), job.planned_steps, "given up")

    def finish(self):
        """Writes the tables.

        Returns:
          The summary table.

        Raises:
          RunError: a job was given up.
        """
        context = self.prepared.context
        if self._finished:
            return summarise(
                read_csv(context.paths.metrics), self._run_json.margin, context.metric)
        summary = write_tables(context, self.prepared.jobs)
        if self.failed:
            told = "; ".join(f"{key}: {why}" for key, why in self.failed.items())
            raise RunError(
                f"{len(self.failed)} of {len(self.prepared.jobs)} networks failed ({told}); what "
                f"does not need them is stored in {context.paths.root}: give the same command "
                "again to try again"
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
            self._run_json.write(state, **facts)

    def stopped(self):
        """The line for a run that was asked to stop."""
        signal_name = getattr(self.prepared.context.should_stop, "signal_name", None)
        return (
            f"stopped by {signal_name or 'a request'}; what is done is stored in "
            f"{self.prepared.context.paths.root}: give the same command again to go on"
        )


def write_tables(context, jobs):
    """metrics.csv and summary.csv of the jobs that are done, in the order of `jobs`."""
    paths = context.paths
    done = [job.folder for job in jobs if network_folder.is_done(job.folder)]
    if not done:
        return None
    concatenate(done, paths.metrics)
    facts = {
        (job.trial, job.name): network_folder.facts(job.folder) for job in jobs
        if network_folder.is_done(job.folder)}
    summary = with_costs(
        summarise(read_csv(paths.metrics), context.margin, context.metric),
        training_costs(network_folder.header(paths), facts))
    write_summary(summary, paths.summary)
    return summary


def _key(job):
    return f"{job.trial}/{job.name}"
