"""report.json: the checksums of all files of a report, so that a change is noticed."""

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.store import vouched
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.schemas import ReportSeal, checked


def write_seal(paths, made_of, written):
    """Writes report.json.

    Args:
      paths: `RunPaths`.
      made_of: the run's state, and checksums of what the report's numbers come from.
      written: paths of the report's files.
    """
    content = {"made_of": made_of, "files": {
        str(path.relative_to(paths.root)): vouched.digest(path) for path in written}}
    files.write_sealed_json(
        paths.report_seal, checked(ReportSeal, content, paths.report_seal))


def read_seal(paths):
    """The contents of report.json; None where there is none.

    Raises:
      RunError: it was altered.
    """
    if not opening.exists(paths.report_seal):
        return None
    return checked(ReportSeal, files.read_sealed_json(paths.report_seal), paths.report_seal)


def is_whole(paths, made_of):
    """Whether the report was made of `made_of`, and each of its files is unchanged."""
    try:
        seal = read_seal(paths)
    except RunError:
        return False
    return seal is not None and seal["made_of"] == made_of and all(
        is_unchanged(paths.root / name, checksum) for name, checksum in seal["files"].items())
