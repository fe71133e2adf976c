"""Checks the files of a run that belong to no network: tables, report, analyses, export cards."""

from lth_keras import files, opening
from lth_keras.errors import RunError
from lth_keras.store import network_folder
from lth_keras.store.drawn_events import check_drawn
from lth_keras.store.export_cards import card_files, read_card
from lth_keras.store.findings import Finding
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.report_seal import read_seal
from lth_keras.store.schemas import AnalysisSummary, PieceFacts, checked

SUMMARY = "summary.json"


def check_beside(paths, header):
    """`Finding`s about all files that are drawn or measured from a run's networks.

    Args:
      paths: `RunPaths`.
      header: run.json; {} where it is damaged.
    """
    tables = _tables(paths, header)
    return [*tables, *_report(paths, {each.path for each in tables}), *_analyses(paths),
            *_cards(paths), *check_drawn(paths)]


def read_summary(folder):
    """summary.json of a measure; it and all files that it vouches for are checked.

    Raises:
      RunError: a file is damaged, or the summary has no seal.
    """
    path = folder / SUMMARY
    summary = checked(AnalysisSummary, files.read_sealed_json(path), path)
    for name, checksum in summary["files"].items():
        if not is_unchanged(folder / name, checksum):
            raise RunError(f"{folder / name} is missing or not what {SUMMARY} says it is")
    return summary


def _tables(paths, header):
    findings = []
    for name, checksum in header.get("tables", {}).items():
        if not opening.exists(paths.root / name):
            findings.append(Finding(name, "is missing", ()))
        elif not is_unchanged(paths.root / name, checksum):
            findings.append(Finding(name, "has another checksum than run.json says", (name,)))
    return findings


def _report(paths, known):
    """`Finding`s about the report, which the training command or `report` then writes anew."""
    seal = paths.report_seal.name
    try:
        content = read_seal(paths)
    except RunError as error:
        return [Finding(seal, str(error), (seal,))]
    findings = []
    for name, checksum in (content or {"files": {}})["files"].items():
        if name in known:
            continue
        if not opening.exists(paths.root / name):
            findings.append(Finding(name, "is missing, and is part of the report", (seal,)))
        elif not is_unchanged(paths.root / name, checksum):
            findings.append(
                Finding(name, f"has another checksum than {seal} says", (name, seal)))
    return findings


def _analyses(paths):
    findings, root = [], paths.root / "analysis"
    for measure in opening.entries(root):
        for piece in opening.entries(root / measure):
            place = f"analysis/{measure}/{piece}"
            if network_folder.is_done(paths.root / place):
                findings += _piece(paths, place)
        if opening.exists(root / measure / SUMMARY):
            try:
                read_summary(root / measure)
            except RunError as error:
                place = f"analysis/{measure}/{SUMMARY}"
                findings.append(Finding(place, str(error), (place,)))
    return findings


def _piece(paths, place):
    try:
        facts = network_folder.facts(paths.root / place, PieceFacts)
    except RunError as error:
        return [Finding(f"{place}/{network_folder.DONE}", str(error), (place,))]
    return [
        Finding(f"{place}/{name}", "is missing or has another checksum than done.json says",
                (place,))
        for name, checksum in facts["files"].items()
        if not is_unchanged(paths.root / place / name, checksum)
    ]


def _cards(paths):
    findings = []
    for path in card_files(paths):
        try:
            read_card(path)
        except RunError as error:
            name = f"{paths.exports.name}/{path.name}"
            findings.append(Finding(name, str(error), (name,)))
    return findings
