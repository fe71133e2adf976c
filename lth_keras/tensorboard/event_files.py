"""Event files on disk: their names, which are finished, and writing those that are missing.

A network in training writes to a file that ends in `.unfinished`. When the network is stored,
its finished file is written whole, from the store, and the unfinished ones go: whatever was
interrupted and done again in between, one file remains, and it says what metrics.csv says.
"""

import contextlib
import os
import time

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.metric import metrics_of
from lth_keras.store import network_folder
from lth_keras.store.drawn_events import is_drawn, read_drawn, write_drawn
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
    """Whether the network has its finished file, as it was drawn."""
    return is_drawn(folder)


def _files(folder):
    """The event files in a folder, by name; none where a link leads to it."""
    return [folder / name for name in opening.entries(folder) if name.startswith(f"{_STEM}.")]


def finish(paths, header, trial, name):
    """Writes a stored network's event file and takes its unfinished ones away.

    One that was drawn before is drawn with the same times, and so has the same bytes.
    """
    folder = folder_of(paths, trial, name)
    started = [path for path in _files(folder) if path.name.endswith(_UNFINISHED)]
    finished = [path for path in _files(folder) if path not in started]
    drawn = None if started else _drawn_before(folder, finished)
    if drawn is None:
        path, stored, noted = event_path(folder), _time_of(paths.network(trial, name)), {}
        for each in started:
            noted |= _noted(_decoded(each))
    else:
        path, stored, noted = drawn
    files.write_bytes(path, events.encode(
        network_events.network(paths, header, trial, name, noted, stored)))
    # What the file itself says, so that either of the two can be made from the other.
    write_drawn(folder, path.name, stored, {
        step: (each.wall_time, each.gradient_norm)
        for step, each in _noted(_decoded(path)).items()})
    _remove(each for each in (*started, *finished) if each != path)


def _drawn_before(folder, finished):
    """(path, when it was stored, {step: Noted}) of the finished file; None without one."""
    try:
        drawn = read_drawn(folder)
    except RunError:
        drawn = None
    if drawn is not None:
        return folder / drawn["file"], drawn["stored"], {
            int(step): network_events.Noted(*values) for step, values in drawn["noted"].items()}
    of_network = _decoded(finished[-1]) if finished else []
    if not of_network:
        return None
    return finished[-1], of_network[-1].wall_time, _noted(of_network)


def _time_of(folder):
    with opening.opened(folder / network_folder.DONE) as file:
        return os.fstat(file.fileno()).st_mtime


def _decoded(path):
    return events.decode(path) if opening.is_file(path) else []


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
        is_going_on = any(path.name.endswith(_UNFINISHED) for path in _files(folder))
        if done and not is_going_on and not is_drawn(folder):
            finish(paths, header, trial, name)
            count += 1
    return count


def write_run(paths):
    """Writes what belongs to the run as a whole: the dashboard's columns, and the texts so far.

    The texts are the operative configuration and the summary's table, where they exist.
    """
    folder = _run_folder(paths)
    before = _files(folder)
    drawn = _drawn_before(folder, before)
    if drawn is not None:
        path, then, _ = drawn
        content = events.encode(_of_run(paths, then))
        if files.sha256_of(content) in _checksums(folder, path):
            # It says what it would say now: it stays, or comes back, with its time.
            files.write_bytes(path, content)
            write_drawn(folder, path.name, then, {})
            _remove(each for each in before if each != path)
            return
    path, now = event_path(folder), time.time()
    files.write_bytes(path, events.encode(_of_run(paths, now)))
    write_drawn(folder, path.name, now, {})
    _remove(before)


def _checksums(folder, path):
    """Of the run's event file: that which is kept of it, and its own."""
    found = {files.sha256(path)} if opening.is_file(path) else set()
    with contextlib.suppress(RunError):
        found.add((read_drawn(folder) or {}).get("checksum"))
    return found


def _of_run(paths, now):
    metric = metrics_of(network_folder.header(paths))[0]
    columns = events.hparams_columns(
        network_events.HPARAMS, network_events.hparams_metrics(metric))
    of_run = [*events.opening(now), events.event(columns, now)]
    if opening.exists(paths.operative_config):
        config = files.read_text(paths.operative_config)
        # Four spaces before a line make it code in Markdown.
        indented = "\n".join(f"    {line}" for line in config.splitlines())
        of_run.append(events.event(events.text("operative_config", indented), now))
    if opening.exists(paths.summary_md):
        table = files.read_text(paths.summary_md)
        of_run.append(events.event(events.text("summary", table), now))
    return of_run


def _remove(paths):
    for path in paths:
        with files.writing(path):
            opening.remove(path)


def _run_folder(paths):
    return paths.tensorboard / "run"


def _noted(of_network):
    """{step: Noted} from the events of a file, finished or not."""
    noted = {}
    for event in of_network:
        if event.HasField("summary"):
            values = {value.tag: value for value in event.summary.value}
            if not any(tag.startswith("loss/") for tag in values):
                continue  # Of a finished file: histograms have the time of storing.
            norm = values.get(network_events.GRADIENT_NORM)
            known = norm is not None and len(norm.tensor.float_val)
            noted[event.step] = network_events.Noted(
                event.wall_time, norm.tensor.float_val[0] if known else None)
    return noted
