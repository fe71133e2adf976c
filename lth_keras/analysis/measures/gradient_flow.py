"""Gradient norms by layer, and singular values of the input-output Jacobian."""

import dataclasses
import math

import gin
import numpy as np
import pandas as pd

from lth_keras.analysis import retrain
from lth_keras.analysis.field_checks import positive, texts
from lth_keras.analysis.measure import MEAN_LINES, Account, Findings, Measure, Piece
from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts
from lth_keras.statistics.intervals import mean_interval

# Bytes that the Jacobians of one network take at most. Their number and the time that their
# singular values take are bounded with them: one of images by pixels may have 600 MB.
_MOST_BYTES = 2**28
_GRADIENT = "gradient_norm", "gradient norm"
_SINGULAR = "largest_singular_value", "largest singular value, Jacobian"


@gin.configurable
@dataclasses.dataclass(frozen=True)
class GradientFlow(Measure):
    """Gradients and Jacobians at the start of training, and at later steps.

    Gradient norms are over kept weights, of the mean loss. Singular values are of ∂logits/∂input
    at single examples; their geometric and arithmetic means and the largest are kept, as means
    over examples. They are left out where inputs are looked up, as tokens are, so that there is no
    derivative, and where one example's Jacobian takes more than 256 MiB.

    Attributes:
      networks: patterns of network names.
      at: durations from the start of each network's training; beyond '0ep' it is trained again,
        and compared with what is stored where the last of them is the training's end.
      split: of the data.
      examples: how many the gradients are taken over; all if there are fewer.
      jacobians: how many examples' Jacobians are taken; no more than take 256 MiB.
      batch_size: examples at a time.
      name: the folder.
    """

    question = "How well do gradients pass through the networks?"
    captions = {"at_start": MEAN_LINES, "through_training": MEAN_LINES}

    networks: tuple = ("round_*", "full", "ticket@*", "random_*", "reinit@*", "remask@*")
    at: tuple = ("0ep",)
    split: str = "train"
    examples: int = 5000
    jacobians: int = 100
    batch_size: int = 1000
    name: str = "gradient_flow"

    def __post_init__(self):
        texts(self, "networks", "at")
        positive(self, "examples", "jacobians", "batch_size")
        for each in self.at:
            Duration.parse(each, "GradientFlow.at")

    def check(self, run):
        """Every network trained for as long as `at` asks, unless it diverged."""
        run.available(self.split)
        for trial in run.trials:
            for name in run.matching(trial, self.networks, with_diverged=True):
                facts = run.facts(trial, name)
                length = facts["steps"] - facts["start_step"]
                beyond = [each for each in self.at if run.context.steps(each) > length]
                if beyond and not facts["diverged"]:
                    raise ConfigurationError(
                        f"GradientFlow.at has {beyond[0]!r}, and {name} of trial {trial} trained "
                        f"for {length / run.context.steps_per_epoch:g} epochs ({length} updates); "
                        "expected durations within it, or GradientFlow.networks that train longer"
                    )

    def pieces(self, run):
        """A piece for each trial and network that has a step to look at."""
        return [
            Piece(f"trial_{trial:02d}-{name}", trial, (name, f"{name}:start"))
            for trial in run.trials
            for name in run.matching(trial, self.networks, with_diverged=True)
            if self._steps(run, run.facts(trial, name))
        ]

    def _steps(self, run, facts):
        """The steps of `at`, ascending; of a network that diverged those before its end."""
        steps = {facts["start_step"] + run.context.steps(each) for each in self.at}
        end = facts["steps"] - bool(facts["diverged"])
        return sorted(step for step in steps if step <= end)

    def measure(self, run, piece):
        """A row for each step and layer; layer 'all' has the Jacobian's figures too."""
        name = piece.references[0]
        facts, start = run.facts(piece.trial, name), run.network(piece.trial, f"{name}:start")
        first, steps = facts["start_step"], self._steps(run, facts)
        if steps == [first]:
            path, difference = retrain.TrainedPath(steps, [start.weights]), None
        else:
            path, difference = retrain.again(run, piece.trial, name, steps)
        count = run.available(self.split, self.examples)
        surface = run.surface(start.arguments, self.split, count, batch_size=self.batch_size)
        rows, arrays = [], {}
        for step, weights in zip(path.steps, path.weights, strict=True):
            surface.load(weights)
            kept = surface.trainable.kept(start.masks)
            gradient = surface.gradient() * kept
            about = {"trial": piece.trial, "unit": name, "variant": facts["variant"],
                     "round": facts["round"], "density": facts["density"],
                     "epoch": (step - first) / run.context.steps_per_epoch,
                     retrain.COLUMN: difference}
            rows += [
                {**about, "layer": key, "gradient_norm": float(np.linalg.norm(part)),
                 "gradient_rms": float(np.linalg.norm(part) / np.sqrt(max(1, counted.sum())))}
                for (key, part), counted in zip(
                    surface.trainable.unflatten(gradient).items(),
                    surface.trainable.unflatten(kept).values(), strict=True)]
            taken = self._taken(run)
            jacobians = surface.input_jacobians(taken) if taken else None
            # Of a network that diverges the weights may be no numbers before that is noticed.
            finite = jacobians is not None and np.isfinite(jacobians).all()
            values = np.linalg.svd(jacobians, compute_uv=False) if finite else None
            if values is not None:
                arrays[f"singular_values/{step}"] = values
            rows.append({
                **about, "layer": "all", "gradient_norm": float(np.linalg.norm(gradient)),
                "gradient_rms": float(np.linalg.norm(gradient) / np.sqrt(kept.sum())),
                **_singular_values(values),
            })
        return Findings(rows, arrays)

    def _taken(self, run):
        """Of how many examples the Jacobians are taken; 0 where one of them is too large."""
        asked = min(self.jacobians, run.available(self.split, self.examples))
        return min(asked, _MOST_BYTES // (4 * math.prod(_jacobian_shape(run))))

    def account(self, run, table, arrays):
        """By density, one line for each variant: gradient norm and largest singular value."""
        title = f"{run.title}, {charts.trials_text(table.trial.nunique())}"
        whole = table[(table.layer == "all") & (table.epoch == 0)]
        shown = _shown(whole)
        figure, panels = charts.panels(len(shown), title=f"At the start of training: {title}")
        for axes in panels:
            charts.log_scale(axes, "x")
            charts.log_scale(axes, "y")
        for index, (variant, rows) in enumerate(whole.groupby("variant", sort=False)):
            for axes, (column, _) in zip(panels, shown, strict=True):
                charts.mean_line(axes, rows, "density", column, index, variant)
        for axes, (_, text) in zip(panels, shown, strict=True):
            axes.invert_xaxis()
            charts.label(axes, "density", text, legend=axes is panels[0])
        figures = {"at_start": figure}
        if table.epoch.nunique() > 1:
            figures["through_training"] = _draw_training(table, title)
        rows = []
        for (name, epoch), group in table[table.layer == "all"].groupby(["unit", "epoch"]):
            row = {"unit": name, "epoch": epoch}
            for column in ("gradient_norm", "largest_singular_value", "geometric_singular_value"):
                mean, low, high = mean_interval(group[column].to_numpy())
                row |= {column: mean, f"{column}_ci_low": low, f"{column}_ci_high": high}
            rows.append(row)
        statements = [
            *_statements(whole),
            f"gradients are over {run.examples_text(self.split, self.examples)}",
            *self._about_jacobians(run, table[table.layer == "all"]),
            *(retrain.statements(table) if table.epoch.max() > 0 else []),
        ]
        return Account(figures, statements, pd.DataFrame(rows))

    def _about_jacobians(self, run, whole):
        """What is not as asked for, if anything."""
        taken, outputs = self._taken(run), _jacobian_shape(run)
        most, asked = f"{_MOST_BYTES >> 20} MiB", min(
            self.jacobians, run.available(self.split, self.examples))
        if not taken:
            return [f"there are no singular values: one example's Jacobian has {outputs[0]:,} × "
                    f"{outputs[1]:,} numbers and takes more than {most}"]
        if whole[_SINGULAR[0]].isna().all():
            return ["there are no singular values: the networks look their inputs up, as tokens, "
                    "so that outputs have no derivative by inputs"]
        if taken < asked:
            return [f"singular values are over {taken} examples and not the {asked} asked for: "
                    f"more Jacobians would take more than {most}"]
        return []


def _jacobian_shape(run):
    return math.prod(run.data.output_shape), math.prod(run.data.input_shape)


def _singular_values(values):
    """The columns of singular values [examples, k]; None gives none."""
    names = (_SINGULAR[0], "mean_singular_value", "geometric_singular_value")
    if values is None:
        return dict.fromkeys(names, math.nan)
    geometric = np.exp(np.log(np.maximum(values, 1e-30)).mean(-1))
    return dict(zip(names, map(float, (
        values[:, 0].mean(), values.mean(), geometric.mean())), strict=True))


def _shown(whole):
    """The columns that are drawn, with their names."""
    return (_GRADIENT,) if whole[_SINGULAR[0]].isna().all() else (_GRADIENT, _SINGULAR)


def _draw_training(table, title):
    whole = table[table.layer == "all"]
    columns = _shown(whole)
    figure, panels = charts.panels(len(columns), title=f"Through training: {title}")
    charts.log_scale(panels[0], "y")
    names = list(whole.unit.unique())
    shown = [names[i] for i in np.unique(np.linspace(0, len(names) - 1, 7).astype(int))]
    for axes, (column, text) in zip(panels, columns, strict=True):
        for index, name in enumerate(shown):
            charts.mean_line(axes, whole[whole.unit == name], "epoch", column, index, name)
        charts.label(axes, "epoch", text, legend=axes is panels[0])
    return figure


def _statements(whole):
    means = whole.groupby("unit")[["gradient_norm", "largest_singular_value"]].mean()
    dense = next((each for each in ("round_00", "full") if each in means.index), None)
    if dense is None or len(means) < 2:
        return []
    ratios = means.div(means.loc[dense]).drop(index=dense)
    lowest = ratios.gradient_norm.idxmin()
    said = (f"lowest gradient norm at the start: {lowest}, {ratios.gradient_norm[lowest]:.3g} "
            "times the dense network's")
    singular = ratios.largest_singular_value[lowest]
    if not np.isnan(singular):
        said += f"; its largest singular value is {singular:.3g} times the dense one's"
    return [said]
