"""The event files of a whole run: the dashboards' columns and charts, and its texts."""

import contextlib
import time

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.drawn_events import is_drawn, read_drawn, write_drawn
from lth_keras.tensorboard import event_contents, event_files, event_protocol, mean_events


def write_run(paths):
    """Writes the event files of the whole run, with the texts that exist so far.

    One is for the means and one for the trials, because users open the folders separately.
    """
    header = network_folder.header(paths)
    for folder, of_trials in zip(_folders(paths), (False, True)):
        _write(folder, [
            event_protocol.hparams_columns(*event_contents.hparams_columns(header, of_trials)),
            *([] if of_trials else _charts_and_texts(paths, header))])


def are_written(paths):
    """Whether the event files of the whole run are there, unchanged."""
    return all(is_drawn(folder) for folder in _folders(paths))


def _write(folder, summaries):
    before = event_files.event_paths(folder)
    drawn = event_files.drawn_before(folder, before)
    if drawn is not None:
        path, then, _ = drawn
        content = _encoded(summaries, then)
        if files.sha256_of(content) in _checksums(folder, path):
            # Its content would be the same: it keeps its time, also if it has to be written again.
            files.write_bytes(path, content)
            write_drawn(folder, path.name, then, {})
            event_files.remove(each for each in before if each != path)
            return
    path, now = event_files.event_path(folder), time.time()
    files.write_bytes(path, _encoded(summaries, now))
    write_drawn(folder, path.name, now, {})
    event_files.remove(before)


def _encoded(summaries, when):
    return event_protocol.encode([
        *event_protocol.opening(when),
        *(event_protocol.event(summary, when) for summary in summaries)])


def _checksums(folder, path):
    """Checksums of the run's event file: the recorded one and its own."""
    checksums = {files.sha256(path)} if opening.is_file(path) else set()
    with contextlib.suppress(RunError):
        checksums.add((read_drawn(folder) or {}).get("checksum"))
    return checksums


def _charts_and_texts(paths, header):
    """Summaries of the charts with bands, of the operative configuration and of the tables."""
    if header["trials"] > 1:
        yield mean_events.layout(header)
    if opening.exists(paths.operative_config):
        config = files.read_text(paths.operative_config)
        # Four spaces before a line make it code in Markdown.
        yield event_protocol.text(
            "operative_config", "\n".join(f"    {line}" for line in config.splitlines()))
    if opening.exists(paths.summary_md):
        yield event_protocol.text("summary", files.read_text(paths.summary_md))


def _folders(paths):
    return paths.tensorboard / "run", paths.tensorboard_trials / "run"
