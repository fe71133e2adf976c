"""The folder `tensorboard/`: an event file for each network, with the mean over its trials.

TensorBoard shows no lines for more than 40 runs, and a run of five trials has over a hundred
networks; so it opens this folder of means. The name of a mean's file has the number of its trials.
When one more trial is stored, the mean is written anew under a new name. It has no time of writing:
equal trials give an equal name and equal bytes.
"""

import re

from lth_keras import files
from lth_keras.store import network_folder
from lth_keras.store.drawn_events import is_drawn, write_drawn
from lth_keras.tensorboard import event_files, event_protocol, mean_events, run_files

_OF_TRIALS = re.compile(r"\.(\d+)_trials$")


def folder_of(paths, name):
    """A network's folder, which holds the mean over its trials."""
    return paths.tensorboard / name


def write_mean(paths, header, name):
    """Writes the mean over the trials of a network whose event files are finished, if any.

    Diverged trials are left out; if all trials diverged, it is the first trial's file.
    """
    of_trials = _of_trials(paths, header, name)
    if not of_trials:
        return
    facts = {trial: network_folder.facts(paths.network(trial, name)) for trial in of_trials}
    meant = [trial for trial in of_trials if not facts[trial]["diverged"]] or list(of_trials)[:1]
    content = event_protocol.encode(mean_events.mean(
        [of_trials[trial] for trial in meant], header, facts[meant[0]]))
    last = max(each[-1].wall_time for each in of_trials.values())
    folder = folder_of(paths, name)
    path = event_files.event_path(folder, f".{len(of_trials):02d}_trials", last)
    files.write_bytes(path, content)
    # If two workers write at the same time, the same file remains, whichever comes last.
    *others, stays = sorted({path, *event_files.event_paths(folder)}, key=_trials_in)
    if stays == path:
        write_drawn(folder, path.name, last, {})
    event_files.remove(others)


def write_means(paths, header, again=()):
    """Writes the means that are missing, or that are of fewer trials than are finished.

    Args:
      paths: `RunPaths`.
      header: what run.json holds.
      again: names of networks whose means are written in any case: a trial's file is new.
    """
    for name in dict.fromkeys(name for _, name in header["units"]):
        if name in again or not _is_written(paths, header, name):
            write_mean(paths, header, name)


def are_written(paths, networks):
    """Whether `tensorboard/` and `tensorboard_trials/` are complete.

    Args:
      paths: `RunPaths`.
      networks: [(trial, name)]; those that are stored should have their event file.
    """
    header = network_folder.header(paths)
    return run_files.are_written(paths) and all(
        event_files.is_written(event_files.folder_of(paths, trial, name))
        for trial, name in networks if network_folder.is_done(paths.network(trial, name))
    ) and all(_is_written(paths, header, name) for name in {name for _, name in networks})


def _of_trials(paths, header, name):
    """{trial: [event]} of the finished event files of a network, in order; may be empty."""
    return {trial: event_files.decoded(path) for trial, path in _finished(paths, header, name)}


def _finished(paths, header, name):
    """[(trial, path)] of the finished event files of a network."""
    folders = [(trial, event_files.folder_of(paths, trial, name))
               for trial, unit in header["units"] if unit == name]
    return [(trial, event_files.event_paths(folder)[-1])
            for trial, folder in folders if event_files.is_written(folder)]


def _is_written(paths, header, name):
    """Whether the network's only file is the mean of all its finished trials; also for none."""
    folder = folder_of(paths, name)
    event_paths, count = event_files.event_paths(folder), len(_finished(paths, header, name))
    return not count or (
        len(event_paths) == 1 and _trials_in(event_paths[0])[0] == count and is_drawn(folder))


def _trials_in(path):
    """(number of trials in the mean, name); no trial in an unfinished file."""
    match = _OF_TRIALS.search(path.name)
    return int(match[1]) if match else 0, path.name
