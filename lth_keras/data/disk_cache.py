"""The cache of decoded examples: memory-mapped files in folders that are named for the content.

As in FFCV (Leclerc et al. 2023), the slow work, to find, decode and resize pictures, is done once.
Afterwards an example is a range of bytes at a known place.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import shutil

import numpy as np

from lth_keras import files
from lth_keras.data.rows_on_disk import RowsOnDisk
from lth_keras.data.sources.opened_source import SPLITS, same_form
from lth_keras.errors import ConfigurationError, RunError

# Increase it when the layout changes, or the bytes that the same content gives.
_FORMAT = 2
# {what the file system says of a file: its SHA-256}.
_hashed = {}
_INPUTS, _ABOUT = "inputs.bin", "about.json"
# Bytes that must stay free: for labels, the index, and other programs.
_SPARE_BYTES = 64 * 2**20


def default_folder():
    """LTH_KERAS_CACHE, else lth_keras under XDG_CACHE_HOME or ~/.cache."""
    own = os.environ.get("LTH_KERAS_CACHE")
    above = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return pathlib.Path(own or pathlib.Path(above) / "lth_keras").expanduser()


class DiskCache:
    """Decoded examples of any number of data sets, each in a folder that is named for its content.

    Several processes may read and fill one cache at a time: one writes a set, the others wait for
    it. A folder gets its name only when it is complete; what a killed process has left is made
    again.

    Args:
      folder: of the cache; it is made if it is missing.
      console: a rich Console for messages; None prints nothing.
    """

    def __init__(self, folder, console=None):
        self.folder = pathlib.Path(folder)
        self._console = console

    def entry(self, source, settings, prepare, made=None, check=None):
        """A source's decoded examples; they are made if they are not in the cache.

        Args:
          source: `OpenedSource`.
          settings: all other values that the bytes depend on, as JSON.
          prepare: function (split, inputs) -> inputs to store, for each part.
          made: function that gives the `OpenedSource` to read, if it is not `source` itself but
          made from it.
          check: function that raises the error of what can be known before `prepare`; it is called
            only where the examples have to be made.

        Returns:
          `Entry`.

        Raises:
          ConfigurationError: there is no room, the folder cannot be written, or the source's
            examples are wrong. Nothing is left on disk then.
        """
        about = [_FORMAT, source.content(), settings]
        key = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()[:32]
        place = self.folder / key
        entry = _opened(place)
        if entry is not None:
            return entry
        with self._writing():
            self.folder.mkdir(parents=True, exist_ok=True)
            with _locked(self.folder / f"{key}.lock", self._waiting(source.name)):
                # Another process may have made it in the meantime.
                entry = _opened(place)
                if entry is None:
                    if check is not None:
                        check()
                    entry = self._made(place, source if made is None else made(), prepare)
                return entry

    def _made(self, place, source, prepare):
        partial = place.with_name(f"{place.name}.partial")
        for old in (partial, place):  # It was interrupted while it was made, or is damaged.
            shutil.rmtree(old, ignore_errors=True)
        partial.mkdir()
        try:
            about = self._write(partial, source, prepare)
            files.write_sealed_json(partial / _ABOUT, about)
            os.replace(partial, place)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        return _opened(place)

    def _write(self, partial, source, prepare):
        form, sizes, labels = None, {}, {}
        splits = [split for split in SPLITS if split in source.sizes]
        total = sum(source.sizes.values())
        with open(partial / _INPUTS, "wb") as file, self._progress(source.name, total) as advance:
            for split in splits:
                parts = []
                for inputs, part_labels in source.read(split):
                    inputs = np.ascontiguousarray(prepare(split, inputs))
                    own = inputs.dtype, inputs.shape[1:]
                    if form is None:
                        form = own
                        self._check_room(source.name, total, inputs[:1].nbytes)
                    same_form(source.name, split, form, own, sum(map(len, parts)))
                    file.write(inputs.data)
                    parts.append(np.asarray(part_labels))
                    advance(len(inputs))
                labels[split] = np.concatenate(parts)
                sizes[split] = len(labels[split])
            file.flush()
            os.fsync(file.fileno())
        arrays = {f"y_{split}": values for split, values in labels.items()}
        arrays.update({f"w_{split}": np.asarray(each) for split, each in source.weights.items()})
        files.write_npz(partial / "labels.npz", arrays)
        attachments = source.attachments()
        for name, content in attachments.items():
            files.write_bytes(partial / "attachments" / name, content)
        return {
            "name": source.name, "sizes": sizes, "dtype": form[0].str, "shape": list(form[1]),
            "num_classes": source.num_classes,
            "label_names": None if source.label_names is None else list(source.label_names),
            "attachments": sorted(attachments), "checksums": _checksums(partial),
        }

    def _check_room(self, name, examples, row_bytes):
        needed, free = examples * row_bytes, shutil.disk_usage(self.folder).free
        if self._console is not None:
            self._console.print(
                f"{name}: {examples:,} examples are decoded once into {self.folder}: "
                f"{_amount(needed)}; {_amount(free)} are free there", highlight=False)
        if needed + _SPARE_BYTES > free:
            raise ConfigurationError(
                f"'{name}' takes {_amount(needed)} on disk and {_amount(free)} are free for the "
                "cache; expected more: make room, or bind Dataset.cache_dir to a folder elsewhere"
            )

    @contextlib.contextmanager
    def _progress(self, name, total):
        if self._console is None:
            yield lambda count: None
            return
        from rich import progress

        columns = [progress.TextColumn("{task.description}"), progress.BarColumn(),
                   progress.MofNCompleteColumn(), progress.TimeRemainingColumn()]
        with progress.Progress(*columns, console=self._console, transient=True) as display:
            task = display.add_task(name, total=total)
            yield lambda count: display.advance(task, count)

    def _waiting(self, name):
        def say():
            if self._console is not None:
                self._console.print(f"{name}: another process decodes it; waiting for it",
                                    highlight=False)
        return say

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except OSError as error:
            raise ConfigurationError(
                f"the cache folder {self.folder} cannot be written ({error.strerror or error}); "
                "expected room and the right to: bind Dataset.cache_dir to another folder"
            ) from error
        except RunError as error:
            raise ConfigurationError(
                f"the cache folder {self.folder} cannot be written ({str(error)[:120]}); bind "
                "Dataset.cache_dir to another folder"
            ) from error


class Entry:
    """One set's decoded examples, whole.

    Attributes:
      place: its folder.
      name, num_classes, label_names: as the `OpenedSource`'s.
      inputs, labels, weights: {split: `RowsOnDisk`}, {split: array}, {split: array} or empty.
      attachments: {file name: bytes}.
    """

    def __init__(self, place, about):
        self.place = place
        self.name, self.num_classes = about["name"], about["num_classes"]
        self.label_names = about["label_names"] and tuple(about["label_names"])
        shape = (sum(about["sizes"].values()), *about["shape"])
        self.inputs, at = {}, 0
        for split in SPLITS:
            if split in about["sizes"]:
                stop = at + about["sizes"][split]
                self.inputs[split] = RowsOnDisk(
                    place / _INPUTS, about["dtype"], shape, np.arange(at, stop))
                at = stop
        stored = files.read_npz(place / "labels.npz")
        self.labels = {split: stored[f"y_{split}"] for split in self.inputs}
        self.weights = {
            split: stored[f"w_{split}"] for split in self.inputs if f"w_{split}" in stored}
        self.attachments = {
            name: (place / "attachments" / name).read_bytes() for name in about["attachments"]}


def noted(path, question, answer):
    """The result of `answer()`, stored beside a file of the cache.

    For results that need a pass over all examples, such as their fingerprint.

    Args:
      path: of the cache's file.
      question: text that the result depends on, beside the file's content.
      answer: function that gives a string.
    """
    digest = hashlib.sha256(question.encode()).hexdigest()[:32]
    place = pathlib.Path(path).parent / "noted" / f"{digest}.json"
    with contextlib.suppress(RunError):
        return files.read_sealed_json(place)["answer"]
    answered = answer()
    with contextlib.suppress(RunError):  # This user may only read the cache.
        files.write_sealed_json(place, {"answer": answered})
    return answered


def _opened(place):
    """The `Entry` in a folder; None where it is missing or has changed."""
    try:
        about = files.read_sealed_json(place / _ABOUT)
        if about["checksums"] != _checksums(place, about["checksums"]):
            return None
        return Entry(place, about)
    except (RunError, OSError, KeyError):
        return None


def _checksums(place, only=None):
    """{file: SHA-256} of a folder; with `only` of those files, where they are there."""
    paths = {str(path.relative_to(place)): path
             for path in sorted(place.rglob("*")) if path.is_file()}
    return {name: _digest(path) for name, path in paths.items() if only is None or name in only}


def _digest(path):
    """SHA-256 of a file, computed once in a process while the file stays as it is."""
    status = path.stat()
    stamp = status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
    if stamp not in _hashed:
        with open(path, "rb") as file:
            _hashed[stamp] = hashlib.file_digest(file, "sha256").hexdigest()
    return _hashed[stamp]


@contextlib.contextmanager
def _locked(path, waiting):
    with open(path, "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def _amount(size):
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{max(1, round(size / 1e6)):,} MB"
