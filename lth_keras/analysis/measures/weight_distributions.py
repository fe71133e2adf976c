"""Distributions of the non-zero weights: their shape, and how far it is the same everywhere."""

import dataclasses
import pathlib

import gin
import numpy as np

from lth_keras import opening
from lth_keras.analysis import weight_shapes as shapes
from lth_keras.analysis.field_checks import texts
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.analysis.shape_comparison import quantile_figure, shape_test
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts
from lth_keras.paths import RunPaths
from lth_keras.store import network_folder
from lth_keras.store.masks_and_weights import read_masks, read_start, read_weights, start_file

_KEPT_VALUES = 2000
# Fewer weights have no shape that could be measured.
_LEAST = 20


@gin.configurable
@dataclasses.dataclass(frozen=True)
class WeightDistributions(Measure):
    """Kept kernel weights at the start and at the end of each network's training.

    The Distributions paper asks whether D_n's shape is universal: distances to D_θ (θ_0's kernels)
    and, with `others`, to the same network in other runs are given standardised as well. With
    `others` a figure sets their quantiles against this run's, and a test over trials says whether
    the sparsest network's shape differs between runs by more than between trials.

    Attributes:
      networks: patterns of network names; of fewer than 20 kept weights nothing is measured.
      others: directories of other runs: of another data set, another network.
      name: the folder.
    """

    question = "How are the kept weights distributed, before training and after?"
    captions = {
        "distance_to_initial": MEAN_LINES,
        "quantiles": "Means over trials of standardised quantiles. On the dashed line the shapes "
                     "are the same.",
    }

    networks: tuple = ("round_*",)
    others: tuple = ()
    name: str = "weight_distributions"

    def __post_init__(self):
        texts(self, "networks")
        if not isinstance(self.others, (tuple, list)) \
                or not all(isinstance(each, str) for each in self.others):
            raise ConfigurationError(
                f"WeightDistributions.others is {self.others!r}; expected directories of runs")
        names = [pathlib.Path(each).name for each in self.others]
        if len(set(names)) < len(names):
            raise ConfigurationError(
                f"WeightDistributions.others is {self.others!r}; expected directories of different "
                "names, because the table's columns are named for them")

    def check(self, run):
        """Every other run is one, and has some of the networks."""
        networks = [(trial, name) for trial in run.trials
                 for name in run.matching(trial, self.networks)]
        for other in self.others:
            paths = RunPaths(other)
            if not opening.is_file(paths.run_json):
                raise ConfigurationError(
                    f"WeightDistributions.others has {other!r}; expected the directory of a run, "
                    "with its run.json")
            if networks and not any(_is_there(paths, *each) for each in networks):
                raise ConfigurationError(
                    f"WeightDistributions.others has {other!r}, which has none of the networks "
                    f"{', '.join(sorted({name for _, name in networks}))}; expected a run with "
                    "some")

    def pieces(self, run):
        """A piece for each trial and network that has enough weights."""
        return [
            Piece(f"trial_{trial:02d}-{name}", trial, (name, f"{name}:start", "initial"),
                  files=tuple(path for other in self.others
                              for path in _sources(RunPaths(other), trial, name)))
            for trial in run.trials for name in run.matching(trial, self.networks)
            if _number_of_weights(run.facts(trial, name)) >= _LEAST
        ]

    def measure(self, run, piece):
        """A row for each layer, and for all together, at 'start' and 'end'; families for 'all'."""
        name = piece.references[0]
        facts = run.facts(piece.trial, name)
        initial = run.network(piece.trial, "initial")
        rows, arrays = [], {}
        for when, reference in (("start", f"{name}:start"), ("end", name)):
            network = run.network(piece.trial, reference)
            layers = {key: network.weights[key][mask] for key, mask in network.masks.items()}
            layers["all"] = np.concatenate(list(layers.values()))
            theta = {key: initial.weights[key].ravel() for key in initial.masks}
            theta["all"] = np.concatenate(list(theta.values()))
            for layer, values in layers.items():
                if values.size < _LEAST:
                    continue
                row = {"trial": piece.trial, "unit": name, "variant": facts["variant"],
                       "round": facts["round"], "when": when, "layer": layer,
                       **shapes.describe(values)}
                if layer == "all":
                    row |= shapes.fit(values)
                row |= {f"to_initial_{key}": value for key, value in
                        shapes.distances(values, theta[layer]).items()}
                for other in self.others:
                    other_values = _other(RunPaths(other), piece.trial, name, when, layer)
                    if other_values is not None:
                        if layer == "all":
                            arrays[_of(other, when)] = _thinned(other_values)
                        row |= {f"to_{pathlib.Path(other).name}_{key}": value for key, value in
                                shapes.distances(values, other_values).items()}
                rows.append(row)
                arrays[f"{when}/{layer}"] = _thinned(values)
        return Findings(rows, arrays)

    def account(self, run, table, arrays):
        """Densities of the first trial's networks, and distances to D_θ by level."""
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        figures = {"densities": self._draw_densities(run, table, arrays)}
        rounds = table[table.unit.str.startswith("round_")]
        if rounds["round"].nunique() > 1:
            figure, panels = charts.panels(2, title=f"Distance of shape from D_θ: {title}")
            layers = [each for each in table.layer.unique()][:6]
            for panel, when in zip(panels, ("start", "end"), strict=True):
                for index, layer in enumerate(layers):
                    rows = rounds[(rounds.when == when) & (rounds.layer == layer)]
                    charts.mean_line(panel, rows, "round", "to_initial_shape_ks", index, layer)
                charts.whole_ticks(panel)
                panel.set_ylim(bottom=0)
                charts.label(panel, "level", "Kolmogorov–Smirnov, standardised",
                             f"kept weights at the {when} of training", legend=when == "start")
            figures["distance_to_initial"] = figure
        statements = []
        for when in ("start", "end"):
            rows = table[(table.when == when) & (table.layer == "all")]
            last = rows[rows["round"] == rows["round"].max()]
            fitted = last.best_family.mode().iloc[0]
            statements.append(
                f"{when}, level {int(last['round'].iloc[0])}, all layers: "
                f"{last.modes.mean():.2g} modes, kurtosis {last['kurtosis'].mean():.2g}; best "
                f"family {fitted} at a KS distance of {last.best_ks.mean():.3f}, which "
                f"{'counts' if (last.family != 'none').mean() > 0.5 else 'does not count'} as a "
                f"fit (at most {shapes.FIT})")
        others = [column for column in table if column.endswith("shape_ks")
                  and not column.startswith("to_initial")]
        for column in others:
            statements.append(f"{column}: mean {table[column].mean():.3f} over all rows")
        self._compare(run, table, arrays, figures, statements)
        keep = ["trial", "unit", "when", "layer", "count", "std", "kurtosis", "modes", "family",
                "best_family", "best_ks", "to_initial_ks", "to_initial_shape_ks", *others]
        return Account(figures, statements, table[keep])

    def _compare(self, run, table, arrays, figures, statements):
        """Adds a figure and statements: is the sparsest network's shape that of other runs?"""
        last = table[table["round"] == table["round"].max()].unit.iloc[0]
        pieces = [values for name, values in arrays.items() if name.partition("-")[2] == last]

        def of(key):
            return {when: [each[key(when)] for each in pieces if key(when) in each]
                    for when in ("start", "end")}

        ours = of(lambda when: f"{when}/all")
        others = {pathlib.Path(other).name: of(lambda when, other=other: _of(other, when))
                  for other in self.others}
        others = {name: theirs for name, theirs in others.items() if theirs["start"]}
        if not others:
            return
        figures["quantiles"] = quantile_figure(
            ours, others, f"Shape of {last} in other runs: {run.title}", run.title)
        for name, theirs in others.items():
            for when in ("start", "end"):
                found = shape_test(ours[when], theirs[when])
                if found is not None:
                    statements.append(
                        f"{when}, {last}, shape in {name}: Kolmogorov–Smirnov distance "
                        f"{found.between:.3f} between the runs, {found.within:.3f} between trials "
                        f"of one run; permutation test over trials: p = {found.p:.2g}")

    def _draw_densities(self, run, table, arrays):
        trial = table.trial.min()
        names = list(dict.fromkeys(table[table.trial == trial].unit))
        shown = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, 4).astype(int))]
        figure, panels = charts.panels(
            2, title=f"Kept weights of all layers: {run.title}, trial {trial}")
        for panel, when in zip(panels, ("start", "end"), strict=True):
            for index, name in enumerate(shown):
                values = arrays[f"trial_{trial:02d}-{name}"].get(f"{when}/all")
                counts, edges = np.histogram(values, 80, density=True)
                panel.stairs(counts, edges, color=charts.colour(index), label=name)
            panel.locator_params(axis="x", nbins=6)
            charts.label(panel, "weight", "density", f"at the {when} of training",
                         legend=when == "start")
        return figure


def _number_of_weights(facts):
    """How many weights of its kernels a network computes with."""
    return facts["prunable_weights"] if facts.get("pruned") == "initial" else sum(
        facts["kept_weights"].values())


def _of(other, when):
    """Name of the array of another run's kept weights of all layers."""
    return f"{when}/all of {pathlib.Path(other).name}"


def _thinned(values):
    """At most so many of the sorted values, evenly spaced."""
    kept = np.sort(values)
    return kept[np.linspace(0, kept.size - 1, min(kept.size, _KEPT_VALUES)).astype(int)]


def _is_there(paths, trial, name):
    return network_folder.is_done(paths.network(trial, name))


def _sources(paths, trial, name):
    """The files that hold a network's weights in another run; () where it has no such network."""
    folder = paths.network(trial, name)
    if not _is_there(paths, trial, name):
        return ()
    return folder / "masks.npz", start_file(paths, trial, name), folder / "weights.npz"


def _other(paths, trial, name, when, layer):
    """Kept weights of the network of that name in another run; None without network or layer."""
    if not _is_there(paths, trial, name):
        return None
    folder = paths.network(trial, name)
    weights = read_start(paths, trial, name) if when == "start" else read_weights(folder)
    values = {key: weights[key][mask] for key, mask in read_masks(folder).items()}
    values["all"] = np.concatenate(list(values.values()))
    return values.get(layer)
