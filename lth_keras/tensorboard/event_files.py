"""The trials' event files: their names, which of them are finished, and writing missing ones.

A network in training writes to a file that ends in `.unfinished`. When the network is stored, its
finished file is written from the stored files, and the unfinished ones are removed. So one file
remains after any interruption, and it agrees with metrics.csv.
"""

import os
import time

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.drawn_events import is_drawn, read_drawn, write_drawn
from lth_keras.tensorboard import event_contents, event_protocol

_STEM = "events.out.tfevents"
_UNFINISHED = ".unfinished"


def folder_of(paths, trial, name):
    """The folder of one trial of a network: trials are neighbours in the run selector."""
    return paths.tensorboard_trials / name / f"trial_{trial:02d}"


def event_path(folder, suffix="", seconds=None):
    """A name for an event file; readers take files in the order of their names.

    Args:
      folder: where it is to be.
      suffix: the end of the name.
      seconds: since 1970; None is now, which makes a new name.
    """
    microseconds = time.time_ns() // 1000 if seconds is None else round(seconds * 1e6)
    return folder / f"{_STEM}.{microseconds:017d}{suffix}"


def unfinished_path(folder):
    """A new name for the file of a network in training."""
    return event_path(folder, _UNFINISHED)


def is_written(folder):
    """Whether the network has its finished file, unchanged."""
    return is_drawn(folder)


def event_paths(folder):
    """The event files in a folder, sorted by name; none if the folder is a link."""
    return [folder / name for name in opening.entries(folder) if name.startswith(f"{_STEM}.")]


def finish(paths, header, trial, name):
    """Writes a stored network's event file and removes its unfinished ones.

    A file that existed before gets the same times again, and so the same bytes.
    """
    folder = folder_of(paths, trial, name)
    started = [path for path in event_paths(folder) if path.name.endswith(_UNFINISHED)]
    finished = [path for path in event_paths(folder) if path not in started]
    drawn = None if started else drawn_before(folder, finished)
    if drawn is None:
        path, stored, noted = event_path(folder), _time_of(paths.network(trial, name)), {}
        for each in started:
            noted |= _noted(decoded(each))
    else:
        path, stored, noted = drawn
    files.write_bytes(path, event_protocol.encode(
        event_contents.network(paths, header, trial, name, noted, stored)))
    # drawn.json has the file's times, so that each of the two can be made from the other.
    write_drawn(folder, path.name, stored, {
        step: (each.wall_time, each.gradient_norm)
        for step, each in _noted(decoded(path)).items()})
    remove(each for each in (*started, *finished) if each != path)


def drawn_before(folder, finished):
    """(path, when it was stored, {step: Noted}) of the finished file; None without one."""
    try:
        drawn = read_drawn(folder)
    except RunError:
        drawn = None
    if drawn is not None:
        return folder / drawn["file"], drawn["stored"], {
            int(step): event_contents.Noted(*values) for step, values in drawn["noted"].items()}
    of_network = decoded(finished[-1]) if finished else []
    if not of_network:
        return None
    return finished[-1], of_network[-1].wall_time, _noted(of_network)


def _time_of(folder):
    with opening.opened(folder / network_folder.DONE) as file:
        return os.fstat(file.fileno()).st_mtime


def decoded(path):
    """The events of a file; none where there is no file."""
    return event_protocol.decode(path) if opening.is_file(path) else []


def write_missing(paths, header, networks):
    """Writes the event files of stored `networks`, [(trial, name)], that have none.

    It changes no file that exists, neither a finished one nor that of a network in training.

    Returns:
      The names of the networks for which a file was written.
    """
    names = set()
    for trial, name in networks:
        folder = folder_of(paths, trial, name)
        done = network_folder.is_done(paths.network(trial, name))
        is_going_on = any(path.name.endswith(_UNFINISHED) for path in event_paths(folder))
        if done and not is_going_on and not is_drawn(folder):
            finish(paths, header, trial, name)
            names.add(name)
    return names


def remove(paths):
    """Removes event files that have been replaced."""
    for path in paths:
        with files.writing(path):
            opening.remove(path)


def _noted(of_network):
    """{step: Noted} from the events of a file, finished or not."""
    noted = {}
    for event in of_network:
        if event.HasField("summary"):
            values = event_protocol.scalars_in(event)
            if not any(tag.startswith("loss/") for tag in values):
                continue  # Of a finished file: histograms have the time of storing.
            noted[event.step] = event_contents.Noted(
                event.wall_time, values.get(event_contents.GRADIENT_NORM))
    return noted
