"""The report's section on geometry: the stored results of `run.py analyze`."""

import dataclasses
import io
import math

import pandas as pd

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.paths import safe_name
from lth_keras.program import program
from lth_keras.report.report_figures import Picture
from lth_keras.report.report_tables import NOTHING, Table, interval
from lth_keras.store.beside_networks import SUMMARY, read_summary

_MOST_ROWS = 16
_PNG_BEGINS, _PNG_ENDS = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"


@dataclasses.dataclass(frozen=True)
class Geometry:
    """The stored result of one measure.

    Attributes:
      name: its folder in analysis/.
      question: the question that it answers; '' where none is stored.
      statements: sentences.
      table: the first rows of its short table, or None.
      pictures: `Picture`s.
      problem: why the result cannot be read, or None.
    """

    name: str
    question: str = ""
    statements: tuple = ()
    table: Table | None = None
    pictures: tuple = ()
    problem: str | None = None


def stored_geometry(paths):
    """A `Geometry` for each stored measure, sorted by name; () without any.

    A result that cannot be read does not stop the report: its `problem` names the reason.
    """
    root = paths.analysis
    return tuple(
        _read(root / name) for name in opening.entries(root) if opening.is_folder(root / name))


def _read(folder):
    name = folder.name
    if not opening.exists(folder / SUMMARY):
        return Geometry(
            name, problem=f"the analysis was not finished; `{program()} analyze` goes on")
    try:
        summary = read_summary(folder)
        statements = tuple(str(each) for each in summary["statements"])
        question, captions = str(summary["question"]), dict(summary["captions"])
        pictures = tuple(_picture(folder, file, captions) for file in summary["figures"]
                         if file.endswith(".png"))
        table = _table(folder) if "summary.csv" in summary["tables"] else None
    # Another program, or a full disk, may have written anything into these files.
    except (RunError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return Geometry(
            name, problem=f"its summary is damaged; `{program()} analyze` makes it again from the "
            "pieces that are stored")
    return Geometry(name, question, statements, table, pictures)


def _picture(folder, file, captions):
    if safe_name(file) != file:
        raise ValueError(f"{file!r} is no name of a figure")
    png, stem = files.read_bytes(folder / file), file.removesuffix(".png")
    # Its header, whose width decides its size on the page, begins with four bytes for its length.
    if not (png.startswith(_PNG_BEGINS) and png[12:16] == b"IHDR" and png.endswith(_PNG_ENDS)):
        raise ValueError(f"{file} is no whole PNG")
    # The hyphen keeps this name apart from those of the run's own figures, which have none.
    return Picture(
        f"analysis-{folder.name}-{stem}", _words(stem).capitalize(),
        " ".join(each for each in (
            str(captions.get(stem, "")), f"File: analysis/{folder.name}/{file}") if each),
        png, b"")


def _table(folder):
    frame = pd.read_csv(io.StringIO(files.read_text(folder / "summary.csv")),
                        keep_default_na=False, na_values=[""])  # A network may be called 'null'.
    columns = [name for name in frame if not _is_end(name, frame)]
    rows = [
        [_cell(row, name) for name in columns]
        for row in frame.head(_MOST_ROWS).to_dict("records")
    ]
    where = f"analysis/{folder.name}/summary.csv"
    note = f"File: {where}."
    if len(frame) > len(rows):
        note = f"The first {len(rows)} of {len(frame)} rows; all are in {where}."
    if len(columns) < len(frame.columns):
        note = "In brackets the 95 % interval over trials. " + note
    return Table(f"table-{folder.name}", folder.name, [_words(name) for name in columns], rows,
                 note)


def _is_end(name, frame):
    return any(name == f"{other}{end}" for other in frame for end in ("_ci_low", "_ci_high"))


def _cell(row, name):
    value = row[name]
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return NOTHING
    ends = (row.get(f"{name}_ci_low", math.nan), row.get(f"{name}_ci_high", math.nan))
    digits = None
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        whole = value.is_integer() and math.isnan(ends[0])
        # Four significant digits: accuracies differ in their third and fourth.
        digits = 0 if whole else max(0, 3 - math.floor(math.log10(abs(value) or 1)))
    return interval(value, *ends, digits=digits)


def _words(name):
    return name.replace("_", " ")
