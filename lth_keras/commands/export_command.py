"""`python run.py export RUN`: writes a network or a ticket for use elsewhere, and checks it."""

import pathlib

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lth_keras.commands.find_run import find_run
from lth_keras.console.sentences import wrapped
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric
from lth_keras.paths import safe_name
from lth_keras.plain_text import plain
from lth_keras.program import program
from lth_keras.store.export_cards import keep_card


def main(flags, arguments):
    """Exports and prints the table of sizes. Returns the exit status."""
    if len(arguments) != 1:
        raise ConfigurationError(
            f"export takes one run, {len(arguments)} were given; expected export RUN "
            "--variant=ticket@06 --to=DIR, each flag with '='"
        )
    for name in ("variant", "to"):
        if not getattr(flags, name):
            raise ConfigurationError(
                f"--{name} was not given; expected export RUN --variant=ticket@06 --to=DIR"
            )
    paths = find_run(arguments[0], flags.output_dir)
    # These come after the cheap checks, because they import TensorFlow.
    from lth_keras.commands.stored_config import load_own_data
    from lth_keras.experiment import provenance
    from lth_keras.export import ExportOptions, size_table
    from lth_keras.export import network_export as exports

    chosen = {"formats": tuple(flags.format)} if flags.format is not None else {}
    options = ExportOptions(input_form=flags.input, weights=flags.weights, compact=flags.compact,
                            latency=flags.latency, **chosen)
    stored = exports.network_to_export(paths.root, flags.trial, flags.variant, flags.to)
    data = load_own_data(paths, stored.header, flags.data_dir, flags.gin_file, flags.gin_param,
                         flags.trust)
    if data is None:
        data = exports.load_data(stored.header, flags.data_dir)
    card = exports.export_stored(stored, data, flags.to, options, provenance.machine())
    keep_card(paths, safe_name(pathlib.Path(flags.to).resolve().name), card)
    console = Console(markup=False)
    console.print(_table(card, size_table([card])))
    test, metric = card["data"]["examples"]["test"], Metric(**card["output"]["metrics"][0])
    reached = card[metric.name].get("test")  # A bare ticket is not a network, and has no test
    # metric.
    checked = "without building a model: " if reached is None else (
        f"on {test:,} test examples: test {metric.words} {metric.text(reached)}"
        f"{metric.shown_unit}, ")
    report = f"`{program()} report {arguments[0]}`"
    failed = (card["compaction"] or {}).get("failed")
    for sentence in (
        f"checked in a fresh process {checked}{card['totals']['nonzero']:,} non-zero weights",
        *([plain(f"this network cannot be compacted: {failed}")] if failed else []),
        f"written to {flags.to}; see README.md there, and {report} for sizes in the report",
    ):
        console.print(wrapped(sentence, console.width, (flags.to, report)), highlight=False,
                      soft_wrap=True)
    return 0


def _table(card, rows):
    """A row for each format. A ratio of speeds stands where the export's README claims one."""
    from lth_keras.export.latency_lines import faster

    table = Table(title=Text(plain(card["title"])))
    for column in ("format", "bytes", "gzipped", "of dense", "speed, 1", "256", "outputs"):
        table.add_column(column, no_wrap=True)
    for row in rows.to_dict("records"):
        entry = card["formats"][row["format"]]
        cells = [row["format"], f"{row['bytes']:,}", f"{row['bytes_gzipped']:,}"]
        if "dense" in entry:
            cells.append(f"{100 * row['gzipped_of_dense']:.1f} %")
            # Elsewhere a ratio would only be noise: a masked dense file computes all its zeros.
            claimed = faster(card, row["format"])
            cells += [f"{row[f'dense_ms_batch_{batch}'] / row[f'ms_batch_{batch}']:.2f}×"
                      if claimed else "–" for batch in (1, 256)]
        else:
            cells += ["", "", ""]
        checked = entry["verified"]
        cells.append("" if "bit_for_bit" not in checked else "equal"
                     if checked["bit_for_bit"] else f"±{checked['largest_difference']:.1g}")
        table.add_row(*cells)
    return table
