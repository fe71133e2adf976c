"""Writes a stored run's tables, figures, page and TensorBoard's texts."""

import dataclasses
import json

from lth_keras import files, opening
from lth_keras.figures import bands
from lth_keras.metric import check_margin
from lth_keras.plain_text import in_markdown
from lth_keras.program import program
from lth_keras.report import (
    answer,
    cost_table,
    geometry,
    group_table,
    html_page,
    report_figures,
    report_tables,
    settings_in_words,
    verdict,
)
from lth_keras.report.interactive_curves import interactive_curves
from lth_keras.report.up_to_date import made_of
from lth_keras.statistics import comparisons
from lth_keras.statistics.summary import write_summary
from lth_keras.statistics.training_length import too_short, within_training
from lth_keras.store.export_cards import kept_cards
from lth_keras.store.report_seal import write_seal
from lth_keras.store.stored_run import StoredRun
from lth_keras.tensorboard import write_means, write_missing, write_run


def write_report(root, margin=None):
    """Writes the report of the run in `root` again, from what is stored; the run may be unfinished.

    Args:
      root: the run's folder.
      margin: the non-inferiority margin, in the metric's unit; None means the experiment's own,
        which summary.csv keeps in any case, because run.json holds its checksum.

    Returns:
      The `StoredRun`.

    Raises:
      ConfigurationError: there is no run.
      RunError: a file of it is damaged.
    """
    run = StoredRun.load(root)
    if margin is not None:
        check_margin(margin, run.metric, "--margin")
        run.header["margin"] = margin
    paths = run.paths
    differences = comparisons.comparisons(run.metrics, run.margin, run.metric)
    if not run.keeps_summary:
        write_summary(run.summary, paths.summary)
    run = dataclasses.replace(run, summary=within_training(run.summary, run.metrics))
    shown = run_tables(run, differences)
    files.write_text(paths.comparisons, differences.to_csv(index=False, lineterminator="\n"))
    files.write_text(paths.summary_md, _markdown(run, shown))
    files.write_text(paths.summary_tex, "\n".join(report_tables.latex(table) for table in shown))
    pictures = report_figures.draw(run, differences)
    drawn = write_pictures(paths.figures, pictures)
    files.write_text(paths.report, _page(run, differences, shown, pictures))
    write_seal(paths, _made_of(run), [
        paths.report, paths.comparisons, paths.summary_md, paths.summary_tex, *drawn,
        *([paths.operative_config] if opening.is_file(paths.operative_config) else [])])
    # While a process works on the run, only that process writes these files.
    if not run.is_worked_on:
        write_means(paths, run.header, again=write_missing(paths, run.header, run.networks))
        write_run(paths)
    return run


def _made_of(run):
    return made_of(run.paths, "incomplete" if run.lost else run.header["state"])


def _page(run, differences, shown, pictures):
    """The text of report.html.

    Args:
      run: `StoredRun`.
      differences: what `statistics.comparisons` gives.
      shown: `Table`s.
      pictures: `Picture`s.
    """
    sentences, verdicts = answer.answer(run, differences), verdict.round_verdicts(run, differences)
    headline, fastest = verdict.headline(verdicts), verdict.fastest(run)
    return html_page.render(
        "report.html.j2", program=program(), run=run, header=run.header, state=run.state(),
        headline=headline, verdicts=verdicts, answer=[*sentences, *([fastest] if fastest else [])],
        findings={f"{run.metric.name}_by_density": f"{headline} {sentences[0]}",
                  "forest_full": headline, "forest_ticket": sentences[1],
                  f"{run.metric.name}_curves": fastest},
        too_short=too_short(run.metrics, settings_in_words.updates_a_round(run)),
        curves=interactive_curves(run), band=bands.words(run.trials),
        rounds=settings_in_words.rounds(run), pruning=settings_in_words.pruning(run),
        took=settings_in_words.took(run), example=settings_in_words.example(run),
        folders=settings_in_words.folders(run), tables=shown, pictures=pictures,
        configuration=_configuration(run), model=_layers(run), made_of=_made_of(run),
        geometry=geometry.stored_geometry(run.paths),
        masked_example=settings_in_words.masked_example(run),
        networks=_descriptions(run), place=_place(run.paths.root),
        diverged=[(name, trial) for (trial, name), facts in run.facts.items()
                  if facts["diverged"]],
    )


def run_tables(run, comparisons):
    """The `Table`s of a run, those without a row left out."""
    made = [
        report_tables.results(run.summary, run.subject, run.metric),
        report_tables.differences(comparisons, run.subject, run.margin, run.metric),
        report_tables.published(run.summary, run.published, run.subject, run.metric),
        cost_table.costs(run),
        report_tables.rounds(run.summary, run.subject, run.metric),
        group_table.groups(run),
        report_tables.exports(kept_cards(run.paths)),
    ]
    return [table for table in made if table.rows]


def write_pictures(folder, pictures):
    """Writes each `Picture` as PNG and PDF; returns their paths."""
    written = []
    for picture in pictures:
        for kind in ("png", "pdf"):
            written.append(folder / f"{picture.name}.{kind}")
            files.write_bytes(written[-1], getattr(picture, kind))
    return written


def _descriptions(run):
    """[(variant, its masks and starting weights in words)] of the stored variants."""
    stored = run.variants()
    return [
        (variant, text) for variant, text in run.header.get("descriptions", [])
        if variant in stored
    ]


def _markdown(run, shown):
    state = run.state()
    head = f"# {in_markdown(f'{run.name}: {run.subject}')}\n\n"
    head += f"{in_markdown(state)}\n\n" if state else ""
    return head + "\n".join(report_tables.markdown(table) for table in shown)


def _configuration(run):
    path = run.paths.operative_config
    if opening.exists(path):
        return files.read_text(path)
    return json.dumps(run.header["configuration"], indent=2)


def _place(root):
    # With the default --output_dir the path works as an argument of the commands. It is never
    # absolute: a report names no folder of the machine.
    root = root.resolve()
    return f"{root.parent.name}/{root.name}".lstrip("/")


def _layers(run):
    """[(layer, kind, its arguments in words)] of the model."""
    layers = []
    for layer in run.header["configuration"]["model"].get("layers", []):
        config = layer["config"]
        facts = [
            str(config[key]) for key in ("units", "filters", "kernel_size", "activation")
            if config.get(key) is not None
        ]
        layers.append((config["name"], layer["class_name"], ", ".join(facts)))
    return layers
