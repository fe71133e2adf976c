"""Running an experiment: every unit that is not done yet, then the tables."""

import dataclasses
import shutil
import time

from lth_keras.data import LoadedData
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import identity, units, work
from lth_keras.experiment.context import Context
from lth_keras.experiment.experiment import Experiment
from lth_keras.experiment.header import Header
from lth_keras.paths import RunPaths
from lth_keras.records import concatenate, lock, read_csv, store, summarise, write_summary
from lth_keras.training import Interrupted
from lth_keras.variables import named_variables

_MIB = 2**20


@dataclasses.dataclass(frozen=True)
class Prepared:
    """An experiment whose every input was checked, and nothing written yet.

    Attributes:
      experiment, data, context: the parts.
      configuration: the resolved configuration, as JSON.
      run: name of the run's folder.
    """

    experiment: Experiment
    data: LoadedData
    context: Context
    configuration: dict
    run: str


def prepare(experiment, output_dir, data_dir=None, checkpoint_seconds=300, should_stop=None):
    """Loads the data, builds every architecture, and checks what can be checked.

    Args:
      experiment: `Experiment` with a name.
      output_dir: where runs live.
      data_dir: where prepared TFDS data are.
      checkpoint_seconds, should_stop: as `Context`'s.

    Raises:
      ConfigurationError: something is wrong; nothing has been written.
    """
    data = experiment.dataset.load(data_dir)
    context = Context(experiment, data, RunPaths(output_dir), checkpoint_seconds, should_stop)
    context.trainer()
    experiment.check_durations(context.steps_per_epoch)
    for unit in units.trial_units(experiment, 1):
        work.check(context, unit)
    configuration = identity.resolved(experiment, context.build())
    run = identity.run_name(
        experiment.name or "experiment", data, identity.digest(configuration, data.fingerprint)
    )
    context.paths = RunPaths(context.paths.root / run)
    prepared = Prepared(experiment, data, context, configuration, run)
    check_space(prepared)
    return prepared


def total_steps(prepared):
    """Updates of the whole run, stored ones included."""
    return sum(
        work.planned_steps(prepared.context, unit) for unit in units.graph(prepared.experiment)
    )


def execute(prepared, reporter, sinks=(), accept_other_versions=False):
    """Does every unit that is not done, and writes the tables.

    Args:
      prepared: what `prepare` gave.
      reporter: a `records.Progress`, or anything with its methods.
      sinks: `records.Sink`s, told of each unit as it goes.
      accept_other_versions: go on with a run that was begun with other versions.

    Returns:
      The summary table.

    Raises:
      RunError: the run stopped; the same command goes on with it.
      ConfigurationError: the run was begun with other versions.
    """
    paths = prepared.context.paths
    if (paths.root / "run.json").exists():
        Header(prepared).check_versions(accept_other_versions)
    with lock.hold(paths.root):
        header = Header(prepared)
        if prepared.context.should_stop and prepared.context.should_stop():
            raise RunError(_stopped(prepared))
        if header.is_finished():
            # Not a byte of a finished run changes.
            for unit in units.graph(prepared.experiment):
                reporter.unit_skipped(unit_label(unit), work.planned_steps(prepared.context, unit),
                                      "stored already")
            return summarise(read_csv(paths.metrics))
        header.begin()
        began = time.perf_counter()
        try:
            skipped = _do_units(prepared, reporter, sinks)
        except Interrupted as error:
            header.write("stopped")
            raise RunError(_stopped(prepared)) from error
        except RunError as error:
            header.write("failed", reason=str(error))
            raise
        summary = write_tables(paths, units.graph(prepared.experiment))
        for sink in sinks:
            sink.run_finished(summary)
        header.write("done", seconds=round(time.perf_counter() - began, 1), skipped=skipped)
    return summary


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


def check_space(prepared):
    """Checks that the disk has room for what the run is going to write.

    Raises:
      ConfigurationError: it has not; says how much is needed.
    """
    context = prepared.context
    weights = sum(
        4 * variable.shape.num_elements() for variable in named_variables(context.build()).values())
    todo = [
        unit for unit in units.graph(prepared.experiment)
        if not store.is_done(context.paths.unit(unit.trial, unit.name))
    ]
    # Per network: weights at its start and end, masks, and one checkpoint with two moments.
    needed = len(todo) * 3 * weights + 8 * weights
    place = context.paths.root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if todo and free < needed:
        raise ConfigurationError(
            f"the run needs about {needed / _MIB:,.0f} MiB under {place} and "
            f"{free / _MIB:,.0f} MiB are free; make room, or give another --output_dir"
        )


def _do_units(prepared, reporter, sinks):
    context, paths, skipped = prepared.context, prepared.context.paths, {}
    for unit in units.graph(prepared.experiment):
        label, folder = unit_label(unit), paths.unit(unit.trial, unit.name)
        steps = work.planned_steps(context, unit)
        if store.is_done(folder):
            reporter.unit_skipped(label, steps, "stored already")
            continue
        missing = work.missing_need(context, unit)
        if missing:
            skipped[f"{unit.trial}/{unit.name}"] = missing
            reporter.unit_skipped(label, steps, f"left out: {missing}")
            continue
        if context.should_stop is not None and context.should_stop():
            raise Interrupted
        _do_unit(prepared, unit, label, steps, reporter, sinks)
    return skipped


def _do_unit(prepared, unit, label, steps, reporter, sinks):
    context = prepared.context
    reporter.unit_started(label, steps, steps / context.steps_per_epoch)
    for sink in sinks:
        sink.unit_started(unit)
    began, seen = time.perf_counter(), work.first_step(context, unit)

    def show(evaluation):
        nonlocal seen
        reporter.advanced(
            evaluation.step - seen, evaluation.step / context.steps_per_epoch,
            evaluation.test_accuracy, evaluation.train_loss,
        )
        seen = evaluation.step
        for sink in sinks:
            sink.evaluated(unit, evaluation)

    facts = work.do(context, unit, show)
    reporter.unit_finished(
        label, facts["final_test_accuracy"], time.perf_counter() - began)
    for sink in sinks:
        sink.unit_finished(unit, facts)
    if facts["diverged"]:
        reporter.note(f"{label}: its loss is not finite since step {facts['steps']}; recorded so")
        if prepared.experiment.on_divergence == "stop":
            raise RunError(
                f"{label} diverged at step {facts['steps']} and Experiment.on_divergence is "
                "'stop'; lower the learning rate, or set it to 'record' to go on without it"
            )


def unit_label(unit):
    """What a unit is called where a person reads."""
    return f"trial {unit.trial} {unit.name}"


def _stopped(prepared):
    signal_name = getattr(prepared.context.should_stop, "signal_name", None) or "a request"
    return (
        f"stopped by {signal_name}; what is done is stored in {prepared.context.paths.root}: give "
        "the same command again to go on"
    )
