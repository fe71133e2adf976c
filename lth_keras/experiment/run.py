"""Running an experiment: every unit that is not done yet, then the tables."""

import dataclasses
import time

import gin

from lth_keras import files
from lth_keras.durations import Duration
from lth_keras.experiment import identity, provenance, units, work
from lth_keras.experiment.context import Context
from lth_keras.paths import RunPaths
from lth_keras.records import concatenate, read_csv, store, summarise, write_summary


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment whose every input was checked, and nothing written yet.

    Attributes:
      experiment, data, context: the parts.
      configuration: the resolved configuration, as JSON.
      run: name of the run's folder.
    """

    experiment: object
    data: object
    context: Context
    configuration: dict
    run: str


def prepare(experiment, output_dir, data_dir=None):
    """Loads the data, builds every architecture, and checks what can be checked.

    Args:
      experiment: `Experiment` with a name.
      output_dir: where runs live.
      data_dir: where prepared TFDS data are.

    Raises:
      ConfigurationError: something is wrong; nothing has been written.
    """
    data = experiment.dataset.load(data_dir)
    steps_per_epoch = data.train_size // experiment.batch_size
    context = Context(experiment, data, RunPaths(output_dir))
    experiment.check_durations(steps_per_epoch)
    context.trainer()
    for unit in units.trial_units(experiment, 1):
        work.check(context, unit)
    configuration = identity.resolved(experiment, context.build())
    run = identity.run_name(
        experiment.name or "experiment", data, identity.digest(configuration, data.fingerprint)
    )
    context.paths = RunPaths(context.paths.root / run)
    return Prepared(experiment, data, context, configuration, run)


def execute(prepared, reporter, sinks=()):
    """Does every unit that is not done, and writes the tables.

    Args:
      prepared: what `prepare` gave.
      reporter: a `records.Progress`, or anything with its methods.
      sinks: `records.Sink`s, told of each unit as it goes.

    Returns:
      The summary table.
    """
    context, paths = prepared.context, prepared.context.paths
    began = time.perf_counter()
    _write_header(prepared, state="running")
    graph = units.graph(prepared.experiment)
    for unit in graph:
        label = f"trial {unit.trial} {unit.name}"
        steps = work.planned_steps(context, unit)
        if store.is_done(paths.unit(unit.trial, unit.name)):
            reporter.unit_skipped(label, steps, "stored already")
            continue
        reporter.unit_started(label, steps, steps / context.steps_per_epoch)
        unit_began, seen = time.perf_counter(), [context.rewind_step if unit.round else 0]

        def show(evaluation, seen=seen):
            reporter.advanced(
                evaluation.step - seen[0], evaluation.step / context.steps_per_epoch,
                evaluation.test_accuracy, evaluation.train_loss,
            )
            seen[0] = evaluation.step
            for sink in sinks:
                sink.evaluated(unit, evaluation)

        for sink in sinks:
            sink.unit_started(unit)

        facts = work.do(context, unit, show)
        reporter.unit_finished(label, facts.get("final_test_accuracy"),
                               time.perf_counter() - unit_began)
        for sink in sinks:
            sink.unit_finished(unit, facts)
    summary = write_tables(paths, graph)
    for sink in sinks:
        sink.run_finished(summary)
    _write_header(prepared, state="done", seconds=time.perf_counter() - began)
    return summary


def total_steps(prepared):
    """Updates of the whole run, stored ones included."""
    return sum(
        work.planned_steps(prepared.context, unit) for unit in units.graph(prepared.experiment)
    )


def write_tables(paths, graph):
    """metrics.csv and summary.csv of the units that are done, in the graph's order."""
    done = [
        paths.unit(unit.trial, unit.name) / "metrics.csv" for unit in graph
        if store.is_done(paths.unit(unit.trial, unit.name))
    ]
    concatenate(done, paths.metrics)
    summary = summarise(read_csv(paths.metrics))
    write_summary(summary, paths.summary)
    return summary


def _write_header(prepared, state, seconds=None):
    paths, experiment = prepared.context.paths, prepared.experiment
    if state == "running":
        files.write_text(paths.config, gin.config_str())
    files.write_text(paths.operative_config, gin.operative_config_str())
    previous = files.read_json(paths.run_json) if paths.run_json.exists() else {}
    content = {
        "run": prepared.run,
        "experiment": experiment.name,
        "format": identity.FORMAT,
        "state": state,
        "data": provenance.data_facts(prepared.data),
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "seed": experiment.seed,
        "trial_seeds": [
            prepared.context.trial_seed(trial) for trial in range(1, experiment.trials + 1)
        ],
        "started": previous.get("started", provenance.now()),
        "ended": provenance.now() if state == "done" else None,
        "seconds": round(seconds, 1) if seconds is not None else None,
        "traces": prepared.context.trace_counts(),
        "configuration": prepared.configuration,
        "rounds": experiment.imp.schedule.rounds,
        "steps_per_epoch": prepared.context.steps_per_epoch,
        "round_duration": str(Duration.parse(experiment.imp.duration)),
        "duration": str(Duration.parse(experiment.duration)),
    }
    if state == "done" and previous.get("state") == "done":
        return
    files.write_json(paths.run_json, content)
