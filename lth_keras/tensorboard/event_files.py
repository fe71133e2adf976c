"""The trials' event files: their names, which are finished, and writing those that are missing.

A network in training writes to a file that ends in `.unfinished`. When the network is stored,
its finished file is written whole, from the store, and the unfinished ones go: whatever was
interrupted and done again in between, one file remains, and it says what metrics.csv says.
"""

import time

from lth_keras import files
from lth_keras.store import network_folder
from lth_keras.tensorboard import events, network_events

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


def event_paths(folder):
    """The event files in a folder, in the order of their names, unfinished ones among them."""
    return sorted(folder.glob(f"{_STEM}.*"))


def finished_path(folder):
    """The finished event file in a folder; None where there is none."""
    # An empty one is what a power cut left.
    finished = [path for path in event_paths(folder)
                if not path.name.endswith(_UNFINISHED) and path.stat().st_size]
    return finished[-1] if finished else None


def unfinished_path(folder):
    """A new name for the file of a network in training."""
    return event_path(folder, _UNFINISHED)


def is_written(folder):
    """Whether the network has its finished file."""
    return finished_path(folder) is not None


def finish(paths, header, trial, name):
    """Writes a stored network's event file and takes its unfinished ones away."""
    folder = folder_of(paths, trial, name)
    started = [path for path in event_paths(folder) if path.name.endswith(_UNFINISHED)]
    noted = {}
    for path in started:
        noted |= _noted(events.decode(path))
    content = events.encode(network_events.network(paths, header, trial, name, noted))
    files.write_bytes(event_path(folder), content, flush=False)
    for path in started:
        path.unlink(missing_ok=True)


def write_missing(paths, header, wanted):
    """Event files of the stored ones of `wanted`, [(trial, name)], that have none; and how many.

    None that exists is touched: neither a finished one, nor that of a network in training.
    """
    count = 0
    for trial, name in wanted:
        folder = folder_of(paths, trial, name)
        done = network_folder.is_done(paths.network(trial, name))
        if done and not any(path.stat().st_size for path in event_paths(folder)):
            finish(paths, header, trial, name)
            count += 1
    return count


def move_earlier(paths):
    """Moves what earlier versions wrote: they had the trials' files under `tensorboard/`."""
    for folder in sorted(paths.tensorboard.glob("*/trial_*")):
        place = paths.tensorboard_trials / folder.relative_to(paths.tensorboard)
        if not place.exists():
            with files.writing(place):
                place.parent.mkdir(parents=True, exist_ok=True)
                folder.rename(place)


def _noted(of_network):
    """{step: Noted} from the events of an unfinished file."""
    noted = {}
    for event in of_network:
        if event.HasField("summary"):
            noted[event.step] = network_events.Noted(
                event.wall_time, events.scalars_in(event).get(network_events.GRADIENT_NORM))
    return noted
