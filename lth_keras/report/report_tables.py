"""The report's tables: the same texts as HTML cells, Markdown and LaTeX."""

import dataclasses
import math

from lth_keras.metric import ACCURACY
from lth_keras.paths import network_label, round_name
from lth_keras.plain_text import in_markdown, plain
from lth_keras.statistics.comparisons import SIGNIFICANCE, significance
from lth_keras.statistics.published import compare, is_share
from lth_keras.statistics.summary import best_column, final_column, stop_column
from lth_keras.store.export_cards import BATCHES, count, size_table

NOTHING = "–"


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
      key: a short name.
      title: shown above it.
      headings: one for each column; the first column names the row.
      rows: lists of strings, each as long as `headings`.
      note: shown below it: what a reader needs to know.
    """

    key: str
    title: str
    headings: list
    rows: list
    note: str

    @property
    def heading(self):
        """The title without the subject, which a page shows once."""
        return self.title.partition(": ")[0]


def results(summary, subject, metric=ACCURACY):
    """The results of each variant; the rounds of IMP are left out."""
    rows = [
        _result(row, metric) for row in summary.to_dict("records") if row["variant"] != "imp"]
    name, unit = metric.short.removesuffix(" %"), " (%)" if metric.is_share else ""
    highest = "highest" if metric.higher_is_better else "lowest"
    return Table(
        "results", f"What each network reached: {subject}",
        ["network", "kept (%)", "trials", f"final test {name}{unit}",
         f"best mean {name}{unit} @ epoch", "early stop (step)", f"{name} at early stop{unit}",
         "final train loss"],
        rows, _legend(metric) +
        "Means over trials, in brackets their 95 % interval by Student's t. The best mean is the "
        f"{highest} mean over trials at any epoch, chosen on the test set as the papers do. Early "
        "stop: the step of the lowest validation loss.",
    )


def rounds(summary, subject, metric=ACCURACY):
    """The results of each round of IMP."""
    rows = [
        _result(row, metric) for row in summary.to_dict("records") if row["variant"] == "imp"]
    table = results(summary, subject, metric)
    return dataclasses.replace(
        table, key="rounds", title=f"The rounds of iterative pruning: {subject}", rows=rows)


def differences(comparisons, subject, margin, metric=ACCURACY):
    """Each variant against ticket and full."""
    rows = [
        [network_label(row["variant"], row["round"]), row["reference"], str(row["trials"]),
         interval(row["difference"], row["ci_low"], row["ci_high"], metric.scale, metric.digits,
                  "+"),
         p_value(row["p"]), p_value(row["p_holm"]), significance(row) or NOTHING,
         number(row["effect_size"], 2),
         row["matching"] or NOTHING]
        for row in comparisons.to_dict("records")
    ]
    other = "below" if metric.higher_is_better else "above"
    return Table(
        "differences", f"Differences of final test {metric.words}: {subject}",
        ["network", "minus", "trials", difference_heading(metric), "p", "p (Holm)",
         "different?", "d_z", "matching"],
        rows,
        "Paired by trial; in brackets the 95 % interval by Student's t. p: two-sided paired "
        "t test; p (Holm): corrected over all comparisons with the same reference. Different: "
        f"clear where p (Holm) < {SIGNIFICANCE}, else it may be chance; the star marks intervals "
        "that exclude 0: among so many comparisons one such may be chance too. d_z: Cohen's "
        "effect size of paired differences, mean over standard deviation. Matching: yes where "
        f"the interval lies wholly {metric.better_than(margin)} (the non-inferiority margin), "
        f"no where it lies wholly {other}, open where these trials cannot tell. There is "
        "neither interval nor test where all trials differ by the same amount and not by 0.",
    )


def published(summary, figures, subject, metric=ACCURACY):
    """Published figures, ours, and whether ours is within the tolerance."""
    rows = []
    for verdict in compare(summary, figures):
        figure = verdict.published
        scale, digits = (100, 2) if is_share(figure.metric, metric) else (1, None)
        low, high = (show(scale * bound, digits) for bound in figure.bounds())
        ours = NOTHING if verdict.ours is None else interval(
            verdict.ours, *(verdict.ci or (math.nan, math.nan)), scale, digits)
        rows.append([
            network_label(figure.variant, figure.round), figure.metric.replace("_", " "),
            show(scale * figure.value, digits), f"{low} to {high}", ours,
            {True: "within", False: "outside", None: "not measured"}[verdict.within],
            figure.source,
        ])
    return Table(
        "published", f"Published figures and ours: {subject}",
        ["network", "measure", "published", "expected", "ours", "verdict", "source"], rows,
        ("Accuracies in per cent. " if metric == ACCURACY else _legend(metric))
        + "Expected: the published figure with the tolerance that the experiment's gin file "
        "states.",
    )


def difference_heading(metric):
    """'difference (points)': with the unit that differences of the metric have."""
    unit = metric.difference_unit.strip()
    return f"difference ({unit})" if unit else "difference"


def _legend(metric):
    """The meaning of short headings that need an explanation."""
    if metric == ACCURACY:
        return ""
    better = "higher" if metric.higher_is_better else "lower"
    return f"{metric.short}: {metric.label}, {better} is better. "


def exports(cards):
    """Size and speed of the run's exported networks, a row for each format."""
    rows = [
        [row["network"], row["format"], f"{row['bytes']:,}", f"{row['bytes_gzipped']:,}",
         _share(row.get("gzipped_of_dense")), f"{100 * row['density']:.1f}",
         f"{row['parameters']:,}", count(row["flops"]), count(row["effective_flops"]),
         *(_milliseconds(row, batch) for batch in BATCHES)]
        for row in size_table(cards).to_dict("records")
    ]
    return Table(
        "exports", "Exports: size and speed",
        ["network", "format", "bytes", "gzipped", "of dense, gzipped (%)", "density (%)",
         "parameters", "FLOPs", "effective FLOPs",
         *(f"ms, batch {batch}: ours / dense" for batch in BATCHES)],
        rows,
        "Latencies of an export and of the dense network were measured in the same processes, in "
        "turns; compare them within a row. Effective FLOPs leave out multiplications by zero, "
        "which these runtimes do all the same, but for sparse TFLite where zeros lie in blocks of "
        "four inputs: unstructured sparsity makes files smaller, not faster.",
    )


def markdown(table):
    """A table as Markdown, title and note included."""
    lines = [
        f"### {in_markdown(table.title)}", "",
        "| " + " | ".join(map(in_markdown, table.headings)) + " |",
        "| --- |" + " ---: |" * (len(table.headings) - 1),
        *("| " + " | ".join(map(in_markdown, row)) + " |" for row in table.rows),
        "", in_markdown(table.note), "",
    ]
    return "\n".join(lines)


def latex(table):
    """A table as a LaTeX float; needs the packages booktabs and graphicx.

    A table wider than the line is scaled down to it.
    """
    lines = [
        r"\begin{table}", r"  \centering\footnotesize",
        f"  \\caption{{{_tex(table.title)}. {_tex(table.note)}}}",
        r"  \resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        r"  \begin{tabular}{l" + "r" * (len(table.headings) - 1) + "}", r"    \toprule",
        "    " + " & ".join(map(_tex, table.headings)) + r" \\", r"    \midrule",
        *("    " + " & ".join(map(_tex, row)) + r" \\" for row in table.rows),
        r"    \bottomrule", r"  \end{tabular}}", r"\end{table}", "",
    ]
    return "\n".join(lines)


def _share(value):
    return NOTHING if value is None or math.isnan(value) else f"{100 * value:.1f}"


def _milliseconds(row, batch):
    ours, dense = row.get(f"ms_batch_{batch}"), row.get(f"dense_ms_batch_{batch}")
    if ours is None or math.isnan(ours):
        return NOTHING
    return f"{ours:.3f} / {dense:.3f}"


def interval(value, low, high, scale=1, digits=2, sign=""):
    """'98.20 [98.11, 98.29]'; without the brackets where there is no interval."""
    if math.isnan(value):
        return NOTHING
    text = show(scale * value, digits, sign)
    if math.isnan(low):
        return text
    return f"{text} [{show(scale * low, digits, sign)}, {show(scale * high, digits, sign)}]"


def number(value, digits, sign=""):
    """A number with so many decimals, with a true minus sign."""
    return NOTHING if math.isnan(value) else show(value, digits, sign)


def show(value, digits, sign=""):
    """A number with `digits` decimals; None means three significant digits."""
    text = f"{value:{sign}.3g}" if digits is None else f"{value:{sign}.{digits}f}"
    if "e-" in text:
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", "−")


def p_value(value):
    """A p value, or '<0.001'."""
    if math.isnan(value):
        return NOTHING
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _name(row):
    return round_name(row["round"]) if row["variant"] == "imp" else network_label(
        row["variant"], row["round"])


def _result(row, metric):
    trials = str(row["trials"])
    if row["diverged"]:
        trials += f" ({row['diverged']} diverged)"
    best, column = NOTHING, best_column(metric)
    if not math.isnan(row[column]):
        best = (f"{show(metric.scale * row[column], metric.digits)} @ "
                f"{row[f'{column}_epoch']:.4g}")
    return [
        _name(row), f"{100 * row['density']:.3g}", trials,
        _over_trials(row, final_column(metric), metric.scale, metric.digits), best,
        _over_trials(row, "early_stop_step", 1, 0),
        _over_trials(row, stop_column(metric), metric.scale, metric.digits),
        _over_trials(row, "train_loss_final", 1, None),
    ]


def _over_trials(row, stem, scale, digits):
    return interval(
        *(row[f"{stem}_{end}"] for end in ("mean", "ci_low", "ci_high")), scale, digits)


_TEX = {
    "\\": r"\textbackslash{}", "%": r"\%", "_": r"\_", "#": r"\#", "&": r"\&", "$": r"\$",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$",
    ">": "$>$", "−": "$-$", "–": "--",
}


def _tex(text):
    return "".join(_TEX.get(letter, letter) for letter in plain(text))
