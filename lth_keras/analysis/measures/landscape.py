"""Two-dimensional cuts of the loss surface, with solutions and training path marked."""

import dataclasses

import gin
import numpy as np

from lth_keras import seeds
from lth_keras.analysis import directions, eigenpairs, retrain
from lth_keras.analysis.field_checks import number, one_of, optional_positive, positive, texts
from lth_keras.analysis.flat_weights import KeptSubspace
from lth_keras.analysis.measure import Account, Findings, Measure, Piece
from lth_keras.errors import ConfigurationError
from lth_keras.figures import charts

KINDS = ("random", "plane", "hessian")


@gin.configurable
@dataclasses.dataclass(frozen=True)
class Landscape(Measure):
    """Loss and error over a square grid around stored networks, for one trial.

    Attributes:
      kind: 'random', two filter-normalised random directions (Li et al. 2018); 'plane', the plane
        through three networks; 'hessian', the two leading eigenvectors.
      networks: the first one is the centre, and all are marked; for 'plane' the first three span
        the plane.
      trial: which.
      points: along each side.
      reach: for 'random' half the side in units of the directions; for 'hessian' in units of
        1/√λ, so that the quadratic model rises by reach²/2 at the edge of either axis; for
        'plane' the margin around the networks as a share of their extent.
      path_of: a network whose training path is marked; it is trained once more for that; None: no
        path.
      path_points: how many points of it.
      split, examples, batch_size: what the loss is over; all examples where there are no more.
      recompute: recompute batch-normalisation statistics at each point.
      seed: of random directions.
      name: the folder.
    """

    question = "What does the loss look like on a plane through the networks?"

    kind: str = "random"
    networks: tuple = ("round_00",)
    trial: int = 1
    points: int = 51
    reach: float = 1.0
    path_of: str | None = None
    path_points: int = 12
    split: str = "train"
    examples: int | None = 10_000
    batch_size: int = 1000
    recompute: bool = False
    seed: int = 0
    name: str = "landscape"

    def __post_init__(self):
        one_of(self, "kind", KINDS)
        texts(self, "networks")
        positive(self, "trial", "batch_size")
        positive(self, "points", "path_points", least=2)
        optional_positive(self, "examples")
        number(self, "reach", 0)
        if self.kind == "plane" and len(self.networks) < 3:
            raise ConfigurationError(
                f"Landscape.networks is {self.networks!r}; a plane takes three networks")

    def check(self, run):
        """The split has examples."""
        run.available(self.split)

    def pieces(self, run):
        """One piece."""
        networks = tuple(self.networks) + ((self.path_of,) if self.path_of else ())
        if self.trial not in run.trials or not all(run.exists(self.trial, e) for e in networks):
            return []
        return [Piece(f"trial_{self.trial:02d}", self.trial, networks)]

    def measure(self, run, piece):
        """A row for each marked point; the grid as arrays loss and error [points, points]."""
        networks = [run.network(self.trial, each) for each in self.networks]
        centre = networks[0]
        if any(each.arguments != centre.arguments for each in networks):
            raise ConfigurationError(
                f"Landscape.networks {self.networks!r} have different architectures; they share "
                "no surface")
        surface = run.surface(centre.arguments, self.split, self.examples, self.seed,
                              self.batch_size)
        flat = [surface.layout.flatten(each.weights) for each in networks]
        axes, x, y = self._axes(surface, centre, flat)
        grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
        values = surface.values(flat[0], axes, grid, self.recompute)
        marks, difference = list(
            zip(self.networks, ["network"] * len(flat), flat, strict=True)), None
        if self.path_of:
            facts = run.facts(self.trial, self.path_of)
            steps = np.unique(np.linspace(
                facts["start_step"], facts["steps"], self.path_points).astype(int)).tolist()
            path, difference = retrain.again(run, self.trial, self.path_of, steps)
            marks += [
                (f"step {step}", "path", surface.layout.flatten(weights))
                for step, weights in zip(path.steps, path.weights, strict=True)]
        placed = directions.coordinates(np.stack([each for _, _, each in marks]), flat[0], axes)
        rows = []
        for (label, what, point), (u, v) in zip(marks, placed, strict=True):
            off = np.linalg.norm(point - flat[0] - np.array([u, v]) @ axes)
            rows.append({"trial": self.trial, "point": label, "kind": what, "x": u, "y": v,
                         "distance_from_plane": float(off),
                         retrain.COLUMN: difference if what == "path" else None})
        return Findings(rows, {
            "x": x, "y": y, "loss": values[:, 0].reshape(self.points, self.points),
            "error": values[:, 1].reshape(self.points, self.points)})

    def _axes(self, surface, centre, flat):
        """(directions [2, size], x [points], y [points])."""
        ticks = np.linspace(-1, 1, self.points)
        if self.kind == "random":
            drawn = [
                surface.layout.flatten(directions.filter_normalised(
                    centre.weights, surface.trainable.shapes,
                    seeds.generator(self.seed, "landscape", axis), centre.masks,
                    surface.unit_axes))
                for axis in "xy"]
            return np.stack(drawn), ticks * self.reach, ticks * self.reach
        if self.kind == "plane":
            axes, placed = directions.plane(*flat[:3])
            margin = self.reach * np.ptp(placed, 0).max()
            low, high = placed.min(0) - margin, placed.max(0) + margin
            return axes, *(np.linspace(a, b, self.points) for a, b in zip(low, high, strict=True))
        surface.load(centre.weights)
        space = KeptSubspace(surface.trainable.kept(centre.masks))
        pairs = eigenpairs.leading(space.operator(surface.product), space.size, 2, seed=self.seed)
        if pairs.values[1] <= 0:
            raise ConfigurationError(
                f"Landscape: {centre.reference} has no two positive eigenvalues; take another kind")
        zeros = {key: np.zeros(shape, np.float32) for key, shape in surface.layout.shapes.items()}
        axes = np.stack([
            surface.layout.flatten({**zeros, **surface.trainable.unflatten(space.embed(vector))})
            for vector in pairs.vectors.T])
        return axes, *(ticks * self.reach / np.sqrt(value) for value in pairs.values)

    def account(self, run, table, arrays):
        """Contours of the logarithm of the loss."""
        grid = next(iter(arrays.values()))
        title = f"{run.title}, trial {self.trial}:\n{self._title()}"
        figure, (axes,) = charts.panels(1, height=3.0, title=title)
        logs = np.log10(np.clip(grid["loss"], 1e-8, None))
        # A few very large values at the corners would leave no contour around the networks.
        top = np.quantile(logs, 0.98)
        filled = axes.contourf(grid["x"], grid["y"], np.clip(logs, None, top), 24, cmap="cividis")
        axes.contour(grid["x"], grid["y"], np.clip(logs, None, top), 12, colors="white",
                     linewidths=0.4, linestyles="solid", alpha=0.6)
        figure.colorbar(filled, ax=axes, label=f"log10 {self.split} loss", format="%.2g")
        path = table[table.kind == "path"]
        if not path.empty:
            axes.plot(path.x, path.y, ".-", color="white",
                      label=f"path of {self.path_of}")
        for index, row in enumerate(table[table.kind == "network"].itertuples()):
            axes.plot([row.x], [row.y], charts.marker(index), color=charts.colour(index + 1),
                      markeredgecolor="white", markersize=6, label=row.point.replace("|", " on "))
        axes.set_xlim(grid["x"].min(), grid["x"].max())
        axes.set_ylim(grid["y"].min(), grid["y"].max())
        names = {"random": ("first random direction", "second random direction"),
                 "plane": ("distance along the first axis", "distance along the second axis"),
                 "hessian": ("leading eigenvector", "second eigenvector")}[self.kind]
        charts.label(axes, *names, legend=False)
        legend = axes.legend(loc="best", frameon=True, facecolor="#444444", framealpha=0.75)
        for text in legend.get_texts():
            text.set_color("white")
        middle = grid["loss"].min()
        statements = [
            f"lowest loss on the grid {middle:.3g}, highest {grid['loss'].max():.3g}, over "
            f"{self.points}×{self.points} points",
            f"the marked points lie up to {table.distance_from_plane.max():.3g} off the plane",
            f"the loss is over {run.examples_text(self.split, self.examples)}",
            *(retrain.statements(path) if not path.empty else []),
        ]
        return Account({"landscape": figure}, statements, table)

    def _title(self):
        return {"random": "filter-normalised random directions",
                "plane": "plane through three networks",
                "hessian": "two leading Hessian directions"}[self.kind]
