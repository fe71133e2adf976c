"""The comparison page of several runs."""

import math
import pathlib

import numpy as np
from scipy import stats

from lth_keras import files, opening
from lth_keras.errors import ConfigurationError
from lth_keras.figures import latencies, style
from lth_keras.figures.densities import density_axis, draw_by_density
from lth_keras.metric import capitalised
from lth_keras.paths import network_label
from lth_keras.report import html_page, report_tables
from lth_keras.report.latency_points import latency_points
from lth_keras.report.report_figures import Picture
from lth_keras.report.write_report import write_pictures
from lth_keras.statistics.comparisons import holm
from lth_keras.statistics.intervals import CONFIDENCE, in_common, paired_difference
from lth_keras.statistics.summary import final_column, final_test_values, trial_values
from lth_keras.store.masks_and_weights import is_unchanged
from lth_keras.store.stored_run import StoredRun

# Panels side by side.
_MOST_PANELS = 3


def write_comparison(roots, to):
    """Writes `comparison.html`, its tables and its figure into the folder `to`.

    Args:
      roots: the runs' folders; the others are compared with the first.
      to: a folder, made if need be.

    Returns:
      The page's path.

    Raises:
      ConfigurationError: one of them is no run, or is judged by another metric.
    """
    to = pathlib.Path(to)
    runs = [StoredRun.load(root) for root in roots]
    _check_one_metric(runs)
    shown = [table for table in (beside(runs), differences(runs)) if table.rows]
    with style.settings():
        pictures = _pictures(runs)
    write_pictures(to / "figures", pictures)
    texts = {"comparison.md": report_tables.markdown, "comparison.tex": report_tables.latex}
    for name, text in texts.items():
        files.write_text(to / name, "\n".join(map(text, shown)))
    files.write_text(to / "comparison.html", html_page.render(
        "comparison.html.j2", runs=runs, tables=shown, pictures=pictures))
    return to / "comparison.html"


def _check_one_metric(runs):
    for run in runs:
        if run.metric.label != runs[0].metric.label:
            raise ConfigurationError(
                f"{run.paths.root} is judged by {run.metric.label} and {runs[0].paths.root} by "
                f"{runs[0].metric.label}; expected runs of one metric beside each other"
            )


def beside(runs):
    """Final test metric of every network, a column per run."""
    metric, cells = runs[0].metric, {}
    stem = final_column(metric)
    for place, run in enumerate(runs):
        for row in run.summary.to_dict("records"):
            if row["variant"] != "imp":
                ends = (row[f"{stem}_{end}"] for end in ("mean", "ci_low", "ci_high"))
                value = report_tables.interval(*ends, metric.scale, metric.digits)
                cells.setdefault((row["variant"], row["round"]), {})[place] = (
                    f"{100 * row['density']:.3g} %: {value}")
    return report_tables.Table(
        "beside", f"Final test {metric.label}", ["network", *map(_name, runs)],
        [[network_label(*key),
          *(row.get(place, report_tables.NOTHING) for place in range(len(runs)))]
         for key, row in cells.items()],
        "The share of weights kept, then the mean over trials with its 95 % interval by "
        "Student's t.",
    )


def differences(runs):
    """Each network of the later runs minus the same network of the first.

    Paired by trial where runs share trials, by Welch's t test where they share none.
    """
    first, *others = runs
    metric = first.metric
    theirs, compared = final_test_values(first.metrics, metric), []
    for run in others:
        pairs = shared_trials(run, first)
        for key, ours in final_test_values(run.metrics, metric).items():
            if key[0] != "imp" and key in theirs:
                compared.append((run, key, *_difference(ours, theirs[key], pairs)))
    corrected = holm([each[-1] for each in compared])
    rows = [
        [network_label(*key), _name(run),
         report_tables.interval(difference, low, high, metric.scale, metric.digits, "+"),
         report_tables.p_value(p), report_tables.p_value(p_holm), test]
        for (run, key, test, difference, low, high, p), p_holm in zip(
            compared, corrected, strict=True)
    ]
    return report_tables.Table(
        "differences", f"Final test {metric.words} minus that in {_name(first)}",
        ["network", "run", report_tables.difference_heading(metric), "p", "p (Holm)", "test"], rows,
        "Paired: the two runs share trials (equal seed, data and initial weights), and the shared "
        "ones are paired by Student's t test with its 95 % interval. Welch: they share none, and "
        "it is Welch's t test for unequal variances. Without a spread, or with one trial, there "
        "is no test. Holm's correction over all rows.",
    )


def shared_trials(ours, theirs):
    """{trial of ours: trial of theirs} of the trials that start from equal weights.

    A trial's seed derives from the experiment's seed alone. Runs that differ only in a learning
    rate, for instance, start from equal weights and see the data in equal order. Networks of two
    architectures can have equal seeds and share nothing: hence the initial weights themselves are
    compared, byte by byte.

    Args:
      ours, theirs: `StoredRun`s.
    """
    if ours.header["data"]["fingerprint"] != theirs.header["data"]["fingerprint"]:
        return {}
    place = {seed: trial for trial, seed in enumerate(theirs.header["trial_seeds"], 1)}
    return {
        trial: place[seed] for trial, seed in enumerate(ours.header["trial_seeds"], 1)
        if seed in place and _are_equal(
            ours.paths.initial(trial), theirs.paths.initial(place[seed]))
    }


def _are_equal(one, other):
    return opening.is_file(other) and is_unchanged(one, files.sha256(other))


def _difference(ours, theirs, pairs):
    """(which test, difference, low, high, p) of {trial: value} of two runs."""
    if not pairs:
        return "Welch", *welch(list(ours.values()), list(theirs.values()))
    theirs = {trial: theirs[other] for trial, other in pairs.items() if other in theirs}
    count = len(in_common(ours, theirs))
    return f"paired, {count} trial{'s' if count != 1 else ''}", *paired_difference(ours, theirs)


def welch(ours, theirs):
    """(difference, low, high, p) of two means of independent trials; NaN without two on each side.

    Where neither side varies, there is a difference but no test.
    """
    ours, theirs = (np.asarray(each, float) for each in (ours, theirs))
    ours, theirs = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
    if not ours.size or not theirs.size:
        return (math.nan,) * 4
    difference = float(ours.mean() - theirs.mean())
    if min(ours.size, theirs.size) < 2 or np.ptp(ours) == np.ptp(theirs) == 0:
        return difference, math.nan, math.nan, math.nan
    result = stats.ttest_ind(ours, theirs, equal_var=False)
    low, high = result.confidence_interval(CONFIDENCE)
    return difference, float(low), float(high), float(result.pvalue)


def _pictures(runs):
    shown = [run for run in runs if run.rounds("ticket")]
    if not shown:
        return []
    return [_tickets_picture(runs, shown), *_controls_picture(shown), *_latency_picture(runs)]


def _controls_picture(runs):
    """The tickets of each run beside their controls, a panel for each run; [] without controls."""
    metric, last = runs[0].metric, [
        [variant for variant in run.variants() if variant != "imp"] for run in runs]
    names = list(dict.fromkeys(name for names in last for name in names))
    if len(runs) < 2 or not set(names) - {"full", "ticket"}:
        return []
    across = min(_MOST_PANELS, len(runs))
    down = -(-len(runs) // across)
    figure, axes = style.new(
        down, across, style.PAGE, 0.7 + 2.4 * down, "Tickets and their controls", sharey=True)
    styles = style.variant_styles(names)
    for place, panel in enumerate(axes.flat):
        if place >= len(runs):
            panel.set_visible(False)
            continue
        summary = runs[place].summary
        densities = set(100 * summary.loc[summary["variant"].isin(last[place]), "density"])
        values = trial_values(runs[place].metrics, metric)
        for variant, beside in style.side_by_side(last[place], _of_tickets(summary)).items():
            draw_by_density(panel, summary[summary["variant"] == variant], final_column(metric),
                            variant, styles[variant], metric, values, beside)
        density_axis(panel, densities)
        panel.set_title(runs[place].name)
    axes[0, 0].set_ylabel(f"final test {metric.label}")
    style.legend(axes[0, 0])
    return [Picture(
        "controls", "Tickets and their controls",
        "A panel for each run: lines are means over trials, bands their 95 % interval, or from one "
        "trial to the other where there are two; small points the trials. Where the dense network "
        "of the ticket's size lies as high as the ticket, that small network is all that pruning "
        "found.", *style.encode(figure))]


def _latency_picture(runs):
    points = [point for run in runs for point in latency_points(run, run.name)]
    figure = latencies.metric_by_latency(points, "", runs[0].metric)
    return [] if figure is None else [Picture(
        "latencies", f"{capitalised(runs[0].metric.words)} against measured latency",
        "Each exported network in its fastest float32 format; batch 1. Compare latencies that "
        "were measured on one machine. 'busy': other programs used it meanwhile.",
        *style.encode(figure))]


def _tickets_picture(runs, shown):
    """The tickets of all runs against density."""
    figure, axes = style.new(
        1, 1, 5.0, 3.6, "Tickets against weights kept", f"{len(shown)} runs")
    panel, densities, metric = axes[0, 0], set(), runs[0].metric
    styles = style.variant_styles([f"run {place}" for place in range(len(shown))])
    for run, options in zip(shown, styles.values(), strict=True):
        for variant in ("full", "ticket"):
            rows = run.summary[run.summary["variant"] == variant]
            draw_by_density(panel, rows, final_column(metric), f"{_name(run)}: {variant}", {
                **options, "linestyle": "-" if variant == "ticket" else ":"}, metric,
                trial_values(run.metrics, metric))
            densities |= set(100 * rows["density"])
    density_axis(panel, densities)
    panel.set_ylabel(f"final test {metric.label}")
    panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=1)
    return Picture(
        "tickets", "Tickets against density",
        "Lines are means over trials, bands their 95 % interval, or from one trial to the other "
        "where there are two; small points the trials, level lines the full networks.",
        *style.encode(figure))


def _of_tickets(summary):
    return summary.loc[summary["variant"] == "ticket", "density"]


def _name(run):
    count = run.trials
    return f"{run.header['run']} ({run.data}, {count} trial{'s' if count != 1 else ''})"
