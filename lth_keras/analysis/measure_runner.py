"""Measuring a run: piece by piece, each stored once it is done; then table, figures, summary."""

import dataclasses
import json
import time

import numpy as np
import pandas as pd

from lth_keras import files, opening
from lth_keras.analysis.stored_pieces import (
    ARRAYS,
    ROWS,
    piece_arrays,
    piece_facts,
    piece_rows,
)
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.figures import charts, style
from lth_keras.paths import safe_name
from lth_keras.store import network_folder
from lth_keras.store.beside_networks import SUMMARY
from lth_keras.store.schemas import AnalysisSummary, PieceFacts, checked


def run_measure(measure, run, say=print):
    """Does every piece that is not stored yet, then the table, the figures and the summary.

    Args:
      measure: `Measure`.
      run: `AnalyzedRun`.
      say: called with a line about each piece.

    Returns:
      The folder.

    Raises:
      ConfigurationError: the run cannot have what it asks for, or pieces are stored that were
        measured with other settings.
      RunError: the run has no network that the measure needs, or a stored piece is not its own.
    """
    measure.check(run)
    folder = run.paths.analysis / safe_name(measure.name)
    settings, pieces = measure.settings(), distinct(measure.pieces(run))
    if not pieces:
        raise RunError(
            f"{measure.name}: {run.paths.root} has none of the networks that it asks for; it has "
            + (_networks(run, run.trials[0]) if run.trials else "no finished network"))
    _check_settings(measure, folder, settings)
    done, stored = [folder / piece.name for piece in pieces], []
    for piece, place in zip(pieces, done, strict=True):
        sources = {each: run.signature(piece.trial, each) for each in piece.references}
        sources |= {str(path): files.sha256(path) for path in piece.files}
        if _is_current(place, sources):
            say(f"{measure.name} {piece.name}: stored already")
            stored.append(place)
        else:
            began = time.perf_counter()
            network_folder.begin(place)
            findings = measure.measure(run, piece)
            _store(place, findings, {
                "measure": type(measure).__name__, "settings": settings, "sources": sources,
                "seconds": round(time.perf_counter() - began, 2),
            })
            say(f"{measure.name} {piece.name}: {time.perf_counter() - began:.1f} s")
    try:
        write_account(measure, run, folder, done)
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        if not stored:  # It has just written them all itself.
            raise
        raise _not_its_own(measure, stored[0], error) from error
    return folder


def distinct(pieces):
    """The pieces, each once, and each with a name of its own.

    A network or a line may be asked for twice, once by its name and once by a pattern. Names of
    folders are cut off where networks have long names: a later piece then gets a name with a digest
    of what it measures.
    """
    found, known = {}, []
    for piece in pieces:
        if piece in known:
            continue
        known.append(piece)
        if piece.name in found:
            what = json.dumps([piece.trial, piece.references, piece.arguments], default=repr)
            digest = files.sha256_of(what.encode())[:8]
            piece = dataclasses.replace(piece, name=f"{piece.name}-{digest}")
        found[piece.name] = piece
    return list(found.values())


def _networks(run, trial):
    """A trial's finished networks in words, with those that diverged said to be so."""
    diverged = run.diverged(trial)
    return ", ".join(f"{name} (diverged)" if name in diverged else name
                     for name in run.network_names(trial))


def _not_its_own(measure, place, error):
    """The `RunError` for a stored piece that the measure could not read: only the measure knows
    which columns and arrays it writes."""
    return RunError(
        f"what is stored in {place} is not what {type(measure).__name__} writes "
        f"({type(error).__name__}: {' '.join(str(error).split())[:200]}); move {place.parent} out "
        "of the run and give the same command again, which measures anew"
    )


def write_account(measure, run, folder, places):
    """Writes table, figures and summary from the stored pieces."""
    table = pd.concat([piece_rows(place) for place in places], ignore_index=True)
    arrays = {place.name: piece_arrays(place) for place in places}
    files.write_text(folder / "table.csv", table.to_csv(index=False))
    drawn = []
    with style.settings():
        account = measure.account(run, table, arrays)
        for name, figure in account.figures.items():
            drawn += charts.save(figure, folder / name)
    text = [f"# {measure.name}: {run.title}", "", *(f"- {each}" for each in account.statements)]
    if account.table is not None:
        files.write_text(folder / "summary.csv", account.table.to_csv(index=False))
        text += ["", _markdown(account.table)]
    text += ["", *(f"![{name}]({name}.png)" for name in account.figures)]
    files.write_text(folder / "summary.md", "\n".join(text).rstrip() + "\n")
    tables = ["table.csv", *(["summary.csv"] if account.table is not None else [])]
    content = {
        "measure": type(measure).__name__, "name": measure.name, "title": run.title,
        "data": run.data.name, "question": measure.question,
        "captions": {name: measure.caption(name) for name in account.figures},
        "statements": account.statements, "figures": drawn,
        "tables": tables, "pieces": [place.name for place in places],
        "settings": measure.settings(),
        "files": {name: files.sha256(folder / name) for name in [*drawn, *tables, "summary.md"]},
    }
    path = folder / SUMMARY
    files.write_sealed_json(path, checked(AnalysisSummary, content, path))


def _check_settings(measure, folder, settings):
    for name in opening.entries(folder):
        if not network_folder.is_done(folder / name):
            continue
        stored = piece_facts(folder / name)["settings"]
        for key in sorted(stored.keys() | settings.keys()):
            if stored.get(key) != settings.get(key):
                raise ConfigurationError(
                    f"{folder} was measured with {key} = {stored.get(key)!r}, not "
                    f"{settings.get(key)!r}; give {type(measure).__name__}.name another value, or "
                    "remove the folder"
                )


def _is_current(place, sources):
    return network_folder.is_done(place) and piece_facts(place)["sources"] == sources


def _store(place, findings, facts):
    names = [ROWS]
    files.write_text(place / ROWS, pd.DataFrame(findings.rows).to_csv(index=False))
    if findings.arrays:
        names.append(ARRAYS)
        files.write_npz(place / ARRAYS, findings.arrays)
    network_folder.finish(place, names, {**facts, **findings.facts}, PieceFacts)


def _markdown(table):
    def cell(value):
        if isinstance(value, (float, np.floating)):
            return f"{value:.4g}"
        return str(value).replace("|", "\\|")

    lines = [list(table.columns), ["---"] * len(table.columns),
             *([cell(each) for each in row] for row in table.itertuples(index=False))]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
