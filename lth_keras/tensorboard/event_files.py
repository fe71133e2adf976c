"""Event files on disk: their names, which are finished, and writing those that are missing.

A network in training writes to a file that ends in `.unfinished`. When the network is stored,
its finished file is written whole, from the store, and the unfinished ones go: whatever was
interrupted and done again in between, one file remains, and it says what metrics.csv says.
"""

import time

from lth_keras import files, opening
from lth_keras.store import network_folder
from lth_keras.tensorboard import events, network_events

_STEM = "events.out.tfevents"
_UNFINISHED = ".unfinished"


def folder_of(paths, trial, name):
    """A network's folder: trials of one network are neighbours in the run selector."""
    return paths.tensorboard / name / f"trial_{trial:02d}"


def event_path(folder, suffix=""):
    """A new name for an event file; readers take files in the order of their names."""
    return folder / f"{_STEM}.{time.time_ns() // 1000:017d}{suffix}"


def unfinished_path(folder):
    """A new name for the file of a network in training."""
    return event_path(folder, _UNFINISHED)


def is_written(folder):
    """Whether the network has its finished file."""
    return any(not path.name.endswith(_UNFINISHED) for path in _files(folder))


def _files(folder):
    """The event files in a folder, by name; none where a link leads to it."""
    return [folder / name for name in opening.entries(folder) if name.startswith(f"{_STEM}.")]


def finish(paths, header, trial, name):
    """Writes a stored network's event file and takes its unfinished ones away."""
    folder = folder_of(paths, trial, name)
    started = [path for path in _files(folder) if path.name.endswith(_UNFINISHED)]
    noted = {}
    for path in started:
        if opening.is_file(path):
            noted |= _noted(events.decode(path))
    content = events.encode(network_events.network(paths, header, trial, name, noted))
    files.write_bytes(event_path(folder), content)
    _remove(started)


def are_written(paths, wanted):
    """Whether each stored one of `wanted`, [(trial, name)], and the run itself have their file."""
    return is_written(_run_folder(paths)) and all(
        is_written(folder_of(paths, trial, name)) for trial, name in wanted
        if network_folder.is_done(paths.network(trial, name)))


def write_missing(paths, header, wanted):
    """Event files of the stored ones of `wanted`, [(trial, name)], that have none; and how many.

    None that exists is touched: neither a finished one, nor that of a network in training.
    """
    count = 0
    for trial, name in wanted:
        folder = folder_of(paths, trial, name)
        done = network_folder.is_done(paths.network(trial, name))
        if done and not _files(folder):
            finish(paths, header, trial, name)
            count += 1
    return count


def write_run(paths):
    """Writes what belongs to the run as a whole: the dashboard's columns, and the texts so far.

    The texts are the operative configuration and the summary's table, where they exist.
    """
    folder = _run_folder(paths)
    before = _files(folder)
    now = time.time()
    columns = events.hparams_columns(network_events.HPARAMS, network_events.METRICS)
    of_run = [*events.opening(now), events.event(columns, now)]
    if opening.exists(paths.operative_config):
        config = files.read_text(paths.operative_config)
        # Four spaces before a line make it code in Markdown.
        indented = "\n".join(f"    {line}" for line in config.splitlines())
        of_run.append(events.event(events.text("operative_config", indented), now))
    if opening.exists(paths.summary_md):
        table = files.read_text(paths.summary_md)
        of_run.append(events.event(events.text("summary", table), now))
    files.write_bytes(event_path(folder), events.encode(of_run))
    _remove(before)


def _remove(paths):
    for path in paths:
        with files.writing(path):
            opening.remove(path)


def _run_folder(paths):
    return paths.tensorboard / "run"


def _noted(of_network):
    """{step: Noted} from the events of an unfinished file."""
    noted = {}
    for event in of_network:
        if event.HasField("summary"):
            values = {value.tag: value for value in event.summary.value}
            norm = values.get(network_events.GRADIENT_NORM)
            known = norm is not None and len(norm.tensor.float_val)
            noted[event.step] = network_events.Noted(
                event.wall_time, norm.tensor.float_val[0] if known else None)
    return noted
