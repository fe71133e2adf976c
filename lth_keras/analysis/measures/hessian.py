"""Hessian spectra of stored solutions: eigenvalues, trace, density, basin (Insights, fig. 5)."""

import dataclasses

import gin
import numpy as np

from lth_keras.analysis import eigenpairs, skipped_eigenvalues, spectrum
from lth_keras.analysis.field_checks import (
    levels_there,
    number,
    one_of,
    optional_levels,
    optional_positive,
    positive,
    texts,
)
from lth_keras.analysis.flat_weights import KeptSubspace
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.analysis.network_references import references
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts
from lth_keras.paths import safe_name


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Hessian(Measure):
    """Spectrum of ∇²L at networks of a run.

    Attributes:
      networks: what to measure: patterns of network names, or references like 'round_05|round_06';
        '{L}' stands for each pruned round (the Insights paper's level), '{P}' for the one before.
      levels: the rounds that '{L}' stands for; None for all.
      restrict: 'mask', over the weights that the network's mask keeps, biases among them; or
        'all' trainable weights.
      positive, negative: how many eigenvalues of either end; 0 for none.
      tolerance: at which Lanczos stops, relative to the eigenvalue; eigenvalues that differ by less
        count as equal.
      accept: largest residual / |eigenvalue| at which a pair is counted as converged.
      trace_samples: vectors of Hutchinson's estimator, at least 2 for its standard error; 0 for no
        trace.
      density_samples: vectors of stochastic Lanczos quadrature; 0 for no density.
      density_steps: its Lanczos steps.
      split: of the data.
      examples: how many of it; all where there are no more, and for None.
      batch_size: examples at a time.
      l2: λ of an L2 term λ/2·‖w‖²; it moves every eigenvalue by λ.
      seed: of every random vector, and of the choice of examples.
      name: the folder.
    """

    question = (
        "How curved is the loss at the solutions? Smaller eigenvalues are a wider basin.")
    captions = {
        "eigenvalues": "The leading eigenvalues in their order.",
        "eigenvalues_by_level": MEAN_LINES,
        "density": "Where the eigenvalues lie, smoothed.",
    }

    networks: tuple = ("round_{P}|round_{L}", "round_{L}")
    levels: tuple | None = None
    restrict: str = "mask"
    positive: int = 20
    negative: int = 0
    tolerance: float = 1e-4
    accept: float = 0.01
    trace_samples: int = 0
    density_samples: int = 0
    density_steps: int = 60
    split: str = "train"
    examples: int | None = 10_000
    batch_size: int = 1000
    l2: float = 0.0
    seed: int = 0
    name: str = "hessian"

    def __post_init__(self):
        texts(self, "networks")
        one_of(self, "restrict", ("mask", "all"))
        positive(self, "positive", "negative", "trace_samples", "density_samples", "seed", least=0)
        positive(self, "density_steps", "batch_size")
        optional_positive(self, "examples")
        optional_levels(self)
        if self.trace_samples == 1:
            raise ConfigurationError(
                "Hessian.trace_samples is 1; expected 0 for no trace, or at least 2: one vector "
                "gives no standard error"
            )
        if not (self.positive or self.negative or self.trace_samples):
            raise ConfigurationError(
                "Hessian.positive, negative and trace_samples are all 0; expected at least one "
                "that is not"
            )
        for name in ("tolerance", "accept", "l2"):
            number(self, name, 0)

    def check(self, run):
        """The levels are the run's, and the split has examples."""
        levels_there(self, run)
        run.available(self.split)

    def pieces(self, run):
        """A piece for each trial and network."""
        pieces = []
        for trial in run.trials:
            for reference, pruned in references(run, trial, self.networks, self.levels):
                name = safe_name(reference.replace("|", "_on_").replace(":", "_"))
                pieces.append(Piece(f"trial_{trial:02d}-{name}", trial, (reference,),
                                   {"level": pruned}))
        return pieces

    def measure(self, run, piece):
        """A row for each eigenvalue; trace, density and log-volume as facts and arrays."""
        network = run.network(piece.trial, piece.references[0])
        surface = run.surface(network.arguments, self.split, self.examples, self.seed,
                              self.batch_size, self.l2)
        surface.load(network.weights)
        if self.restrict == "mask":
            space = KeptSubspace(surface.trainable.kept(network.masks))
        else:
            space = KeptSubspace(np.ones(surface.trainable.size, bool))
        product = space.operator(surface.product)
        loss, error = surface.value(network.weights)
        gradient = space.restrict(surface.gradient())
        about = {"trial": piece.trial, "network": piece.references[0],
                 "level": piece.arguments["level"]}
        facts = {**about, "dimension": space.size, "loss": loss, "error": error,
                 "gradient_norm": float(np.linalg.norm(gradient))}
        rows, arrays = [], {}
        for end, count in (("positive", self.positive), ("negative", self.negative)):
            if not count:
                continue
            pairs = eigenpairs.leading(
                product, space.size, min(count, space.size - 1), end, self.tolerance, self.seed)
            good = pairs.converged(self.accept)
            facts |= {f"{end}_products": pairs.products, f"{end}_converged": int(good.sum()),
                      f"{end}_found": len(good), **skipped_eigenvalues.facts(pairs, end)}
            arrays[f"{end}_values"], arrays[f"{end}_residuals"] = pairs.values, pairs.residuals
            rows += [
                {**about, "end": end, "index": i + 1, "eigenvalue": value, "residual": residual,
                 "converged": bool(ok), "complete": bool(whole),
                 **skipped_eigenvalues.columns(pairs, end)}
                for i, (value, residual, ok, whole) in enumerate(
                    zip(pairs.values, pairs.residuals, good, pairs.complete, strict=True))
            ]
            if end == "positive":
                facts["log_volume"] = spectrum.log_volume(pairs.values)
        if self.trace_samples:
            facts["trace"], facts["trace_se"] = spectrum.trace(
                product, space.size, self.trace_samples, self.seed)
            rows.append({**about, "end": "trace", "eigenvalue": facts["trace"],
                         "residual": facts["trace_se"]})
        if self.density_samples:
            nodes, weights = spectrum.quadrature(
                product, space.size, self.density_steps, self.density_samples, self.seed)
            arrays |= {"nodes": nodes, "node_weights": weights}
        arrays["summary"] = np.array([space.size, loss, error, facts["gradient_norm"]])
        return Findings(rows, arrays, facts)

    def account(self, run, table, arrays):
        """Spectra of up to six networks, and by level the new minimum beside the projected one."""
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        over = "kept weights" if self.restrict == "mask" else "all weights"
        figures, statements = {}, []
        leading = table[table.end == "positive"].copy()
        if not leading.empty:
            bad = int((~leading.converged.astype(bool)).sum())
            statements.append(
                f"{len(leading) - bad} of {len(leading)} positive eigenpairs have a residual of at "
                f"most {self.accept:g}·|λ|; the largest is "
                f"{(leading.residual / leading.eigenvalue.abs()).max():.2g}·|λ|")
            statements.append(skipped_eigenvalues.statement(leading))
            figures["eigenvalues"] = _draw_spectra(leading, title, over)
            levels, by_level = _by_level(leading)
            if by_level is not None:
                figures["eigenvalues_by_level"] = _draw_levels(levels, title, over)
                statements += _verdicts(by_level)
        density = {piece: each for piece, each in arrays.items() if "nodes" in each}
        if density:
            figures["density"] = _draw_density(density, title)
        summary = _summary(table, arrays)
        statements.append(
            "log-volumes are −½ Σ ln λ over the leading positive eigenvalues alone: all other "
            "directions, and the factor that is common to equally many, are left out")
        statements.append(
            f"derivatives are over {run.examples_text(self.split, self.examples)}")
        return Account(figures, statements, summary)


def _draw_spectra(leading, title, over):
    figure, (axes,) = charts.panels(1, height=2.7, title=f"Leading Hessian eigenvalues, {over}:\n"
                                    f"{title}")
    charts.log_scale(axes, "y")
    networks = list(leading.network.unique())
    shown = [networks[i] for i in np.unique(np.linspace(0, len(networks) - 1, 6).astype(int))]
    for index, network in enumerate(shown):
        rows = leading[(leading.network == network) & (leading.eigenvalue > 0)]
        means = rows.groupby("index").eigenvalue.mean()
        axes.plot(means.index, means, color=charts.colour(index), marker=charts.marker(index),
                  label=network.replace("|", " on "))
    charts.whole_ticks(axes)
    charts.label(axes, "rank", "eigenvalue", legend=False)
    charts.legend_below(figure, axes)
    return figure


def _by_level(leading):
    """The new minimum beside the projected previous one, for each trial and level.

    Args:
      leading: the table's rows of positive eigenvalues.

    Returns:
      (rows, wide): a row for each trial, level and point ('new' or 'projected') with its largest
      eigenvalue `top` and `log_product`, Σ ln λ over the ranks that both points have; the same
      with a column for each point. (None, None) where only one kind of point was measured.
    """
    rows = leading[leading.level.notna() & (leading.eigenvalue > 0)].copy()
    rows["point"] = np.where(rows.network.str.contains("|", regex=False), "projected", "new")
    if rows.point.nunique() < 2:
        return None, None
    rows["log"] = np.log(rows.eigenvalue)
    rows = _ranks_of_both(rows)
    levels = rows.groupby(["trial", "level", "point"]).agg(
        top=("eigenvalue", "max"), log_product=("log", "sum"), ranks=("index", "max"),
    ).reset_index()
    return levels, levels.pivot_table(index=["trial", "level"], columns="point",
                                      values=["top", "log_product"])


def _ranks_of_both(rows):
    """The rows whose rank both points of their trial and level have."""
    sizes = rows.groupby(["trial", "level", "point"]).size().unstack("point")
    ranks = sizes.min(axis=1).rename("ranks").reset_index()
    rows = rows.merge(ranks, on=["trial", "level"])
    return rows[rows["index"] <= rows.ranks]


def _draw_levels(levels, title, over):
    figure, (left, right) = charts.panels(
        2, title=f"Hessian over {over} at the new minimum and the projected previous one: {title}")
    charts.log_scale(left, "y")
    names = {"new": "new minimum", "projected": "previous minimum, projected"}
    for index, (point, name) in enumerate(names.items()):
        rows = levels[levels.point == point]
        charts.mean_line(left, rows, "level", "top", index, name)
        charts.mean_line(right, rows, "level", "log_product", index, name)
    for axes, text in ((left, "largest eigenvalue"),
                       (right, f"Σ ln λ, top {int(levels.ranks.max())}")):
        charts.whole_ticks(axes)
        charts.label(axes, "level", text)
    return figure


def _verdicts(wide):
    sentences = []
    for column, text in (("top", "the largest eigenvalue"),
                         ("log_product", "the product of the leading eigenvalues")):
        smaller = int((wide[column]["new"] < wide[column]["projected"]).sum())
        sentences.append(
            f"{text} is smaller at the new minimum than at the projected previous one in "
            f"{smaller} of {len(wide)} (trial, level) pairs")
    return sentences


def _draw_density(density, title):
    figure, (axes,) = charts.panels(1, height=2.4, title=f"Spectral density: {title}")
    axes.set_yscale("log")
    pieces = sorted(density)
    shown = [pieces[i] for i in np.unique(np.linspace(0, len(pieces) - 1, 4).astype(int))]
    for index, piece in enumerate(shown):
        grid, curve = spectrum.density(density[piece]["nodes"], density[piece]["node_weights"])
        axes.plot(grid, np.maximum(curve, 1e-6), color=charts.colour(index),
                  linestyle=("-", "--", "-.", ":")[index], label=piece.replace("_on_", " on "))
    axes.set_ylim(bottom=1e-6)
    charts.label(axes, "eigenvalue", "density (1 % Gaussian)")
    return figure


def _summary(table, arrays):
    groups = table[table.end != "trace"].groupby(["trial", "network", "end"], sort=False)
    summary = groups.agg(
        count=("eigenvalue", "size"), most_extreme=("eigenvalue", lambda v: v.iloc[0]),
        last=("eigenvalue", lambda v: v.iloc[-1]), converged=("converged", "sum"),
        largest_residual=("residual", "max"), complete=("complete", "sum"),
        **{column: (column, "first") for column in skipped_eigenvalues.COLUMNS},
        log_volume=("eigenvalue", lambda v: spectrum.log_volume(v.to_numpy())),
    ).reset_index()
    traces = table[table.end == "trace"].set_index(["trial", "network"])
    if not traces.empty:
        keys = list(zip(summary.trial, summary.network, strict=True))
        summary["trace"] = [traces.eigenvalue.get(key) for key in keys]
        summary["trace_se"] = [traces.residual.get(key) for key in keys]
    return summary
