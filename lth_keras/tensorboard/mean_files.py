"""What `tensorboard/` holds: an event file per network with the mean over trials, and the run's.

It is what TensorBoard opens: its pages show no line where there are more than 40 runs, and a run
of five trials has over a hundred networks. The name of a mean's file says of how many trials it
is. It is written anew, under a new name, when one more trial is stored.
"""

import re
import time

from lth_keras import files
from lth_keras.store import network_folder
from lth_keras.tensorboard import event_files, events, mean_events, network_events

_OF_TRIALS = re.compile(r"\.(\d+)_trials$")


def folder_of(paths, name):
    """A network's folder, which holds the mean over its trials."""
    return paths.tensorboard / name


def write_mean(paths, header, name):
    """Writes the mean over the trials of a network whose event files are finished, if any.

    Diverged trials are in no mean; where all trials diverged, it is the first one's file.
    """
    stored = _stored(paths, header, name)
    if not stored:
        return
    facts = {trial: network_folder.facts(paths.network(trial, name)) for trial in stored}
    meant = [trial for trial in stored if not facts[trial]["diverged"]] or stored[:1]
    of_trials = {trial: events.decode(_trial_file(paths, trial, name)) for trial in stored}
    content = events.encode(mean_events.mean(
        [of_trials[trial] for trial in meant], header, facts[meant[0]]))
    last = max(each[-1].wall_time for each in of_trials.values())
    folder = folder_of(paths, name)
    files.write_bytes(
        event_files.event_path(folder, f".{len(stored):02d}_trials", last), content, flush=False)
    # Of what two workers wrote at a time the same one stays, whoever comes last.
    *others, _ = sorted(event_files.event_paths(folder), key=_trials_in)
    for path in others:
        path.unlink(missing_ok=True)


def write_means(paths, header):
    """Writes the means that are missing, or that are of fewer trials than are finished."""
    for name in dict.fromkeys(name for _, name in header["units"]):
        if not _is_written(paths, header, name):
            write_mean(paths, header, name)


def are_written(paths, wanted):
    """Whether `tensorboard/` and `tensorboard_trials/` hold all that they should.

    Args:
      paths: `RunPaths`.
      wanted: [(trial, name)]; those that are stored should have their event file.
    """
    header = network_folder.header(paths)
    return all(event_files.is_written(folder) for folder in _run_folders(paths)) and all(
        event_files.is_written(event_files.folder_of(paths, trial, name))
        for trial, name in wanted if network_folder.is_done(paths.network(trial, name))
    ) and all(_is_written(paths, header, name) for name in {name for _, name in wanted})


def write_run(paths):
    """Writes what belongs to the run as a whole: the dashboards' columns, and the texts so far.

    The texts are the operative configuration and the summary's table, where they exist.
    """
    header, now = network_folder.header(paths), time.time()
    for folder, of_trials in zip(_run_folders(paths), (False, True)):
        before = event_files.event_paths(folder)
        columns = events.hparams_columns(*network_events.hparams_columns(header, of_trials))
        of_run = [*events.opening(now), events.event(columns, now)]
        if not of_trials:
            of_run += [events.event(summary, now) for summary in _of_run(paths, header)]
        files.write_bytes(event_files.event_path(folder), events.encode(of_run))
        for path in before:
            path.unlink(missing_ok=True)


def _of_run(paths, header):
    """Summaries of the charts with bands, and of the texts."""
    if header["trials"] > 1:
        yield mean_events.layout(header)
    if paths.operative_config.exists():
        config = paths.operative_config.read_text("utf-8")
        # Four spaces before a line make it code in Markdown.
        yield events.text(
            "operative_config", "\n".join(f"    {line}" for line in config.splitlines()))
    if paths.summary_md.exists():
        yield events.text("summary", paths.summary_md.read_text("utf-8"))


def _run_folders(paths):
    """Of the means, and of the trials: each is opened on its own and needs its columns."""
    return paths.tensorboard / "run", paths.tensorboard_trials / "run"


def _trial_file(paths, trial, name):
    return event_files.finished_path(event_files.folder_of(paths, trial, name))


def _stored(paths, header, name):
    """The trials of a network whose own event file is finished, in order."""
    return [trial for trial, unit in header["units"]
            if unit == name and _trial_file(paths, trial, name) is not None]


def _is_written(paths, header, name):
    """Whether the network's only file is the mean of all its finished trials; also for none."""
    found = event_files.event_paths(folder_of(paths, name))
    count = len(_stored(paths, header, name))
    return not count or (
        len(found) == 1 and _trials_in(found[0])[0] == count and found[0].stat().st_size > 0)


def _trials_in(path):
    """(number of trials in the mean, name); no trial in an unfinished file."""
    match = _OF_TRIALS.search(path.name)
    return int(match[1]) if match else 0, path.name
