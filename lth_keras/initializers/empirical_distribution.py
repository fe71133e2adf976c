"""The empirical distribution of a ticket's weights: what sampled controls draw from."""


import numpy as np

from lth_keras import files, opening
from lth_keras.errors import ConfigurationError
from lth_keras.initializers.histogram import Histogram

SOURCES = ("initial", "trained")
# Under this key the file holds the histogram of all layers together; no layer has this name,
# because layers are keyed 'layer/kernel'.
_POOL = "global"


class EmpiricalDistribution:
    """D_n, the distribution of the non-zero weights of a ticket, by layer and pooled.

    From De Alwis, Maniktala and Toole, "Lottery Ticket Initialization: Exploring the Uniqueness
    of Mask Topology and Weight Distribution" (2021). Their text takes the weights of the
    initialisation, nonzero(m * theta_0); their code takes the trained weights that survived.
    Both are measured in the same way, and `source` says which one this is.

    The argument `layer` of each method is a key such as 'fc1/kernel', or None for the pool of the
    weights of all layers.

    Attributes:
      source: 'initial' or 'trained'.
      layers: the keys, sorted.
    """

    def __init__(self, values, histograms, source):
        """Use `measure` or `load`.

        Args:
          values: {layer: float32 [n]}, no zeros among them.
          histograms: {layer: Histogram}, and that of the pool under 'global'.
          source: 'initial' or 'trained'.
        """
        self.source = source
        self.layers = tuple(sorted(values))
        self._values = values
        self._histograms = histograms
        self._pool = np.concatenate([np.zeros(0, np.float32), *(values[k] for k in self.layers)])

    @classmethod
    def measure(cls, weights, masks, source, bins=512):
        """The distribution of `weights` where `masks` are 1; weights of exactly 0 are dropped.

        Args:
          weights: {'layer/kernel': array}; keys without a mask (biases) are left out.
          masks: {'layer/kernel': array of the same shape, bool or 0 and 1}.
          source: 'initial' if `weights` are the ticket's initialisation, 'trained' if they are
            its weights after training.
          bins: of a histogram, half of them for each sign. Normal weights with a gap, 28,580 of
            them, are about 0.001 (Kolmogorov-Smirnov) from their histogram of 512 bins; two
            draws of so many weights are about 0.007 apart.

        Raises:
          ConfigurationError: an argument has another form, or a weight is not finite.
        """
        if source not in SOURCES:
            raise ConfigurationError(
                f"the source of a weight distribution is {source!r}; expected 'initial' (the "
                "ticket's weights before training) or 'trained' (those that survived it)"
            )
        if not isinstance(bins, int) or bins < 2 or bins % 2:
            raise ConfigurationError(
                f"the bins of a weight distribution are {bins!r}; expected an even number from 2 "
                "on, half of them for each sign"
            )
        values = {layer: _survivors(layer, weights, masks) for layer in sorted(masks)}
        pool = np.concatenate([np.zeros(0, np.float32), *values.values()])
        histograms = {layer: Histogram.measure(kept, bins) for layer, kept in values.items()}
        histograms[_POOL] = Histogram.measure(pool, bins)
        return cls(values, histograms, source)

    @classmethod
    def load(cls, path):
        """The distribution that `save` wrote to `path`.

        Raises:
          ConfigurationError: there is no such file, or it holds something else.
          RunError: the file is damaged.
        """
        if not opening.is_file(path):
            raise ConfigurationError(
                f"there is no weight distribution at {path}; expected a file that the experiment "
                "leaves in trial_NN/distributions/: train the ticket first or correct the path"
            )
        arrays = files.read_npz(path)
        try:
            values = {
                key.removeprefix("values/"): array
                for key, array in arrays.items() if key.startswith("values/")
            }
            histograms = {
                layer: Histogram(arrays[f"edges/{layer}"], arrays[f"counts/{layer}"])
                for layer in (*values, _POOL)
            }
            return cls(values, histograms, str(arrays["source"]))
        except KeyError as error:
            raise ConfigurationError(
                f"{path} holds no weight distribution: its entry {error} is missing; expected a "
                "file from trial_NN/distributions/, not one of weights or masks"
            ) from error

    def save(self, path):
        """Writes values, histograms and source as an .npz; equal distributions, equal bytes."""
        arrays = {"source": np.array(self.source)}
        for layer, values in self._values.items():
            arrays[f"values/{layer}"] = values
        for layer, histogram in self._histograms.items():
            arrays[f"edges/{layer}"] = histogram.edges
            arrays[f"counts/{layer}"] = histogram.counts
        files.write_npz(path, arrays)

    def values(self, layer=None):
        """float32 [n], the weights that the distribution is made of.

        Raises:
          ConfigurationError: there is no such layer, or none of its weights is left.
        """
        if layer is not None and layer not in self._values:
            raise ConfigurationError(
                f"a weight distribution has no layer {layer!r}; it has {', '.join(self.layers)}; "
                "name one of them, or none for all of them together"
            )
        values = self._pool if layer is None else self._values[layer]
        if not values.size:
            place = "any layer" if layer is None else f"layer {layer!r}"
            raise ConfigurationError(
                f"there are 0 non-zero weights in {place} to sample from; expected at least 1: "
                "use a denser round's ticket, or the pool of all layers"
            )
        return values

    def histogram(self, layer=None):
        """The `Histogram` of `values(layer)`; raises as that does."""
        self.values(layer)
        return self._histograms[_POOL if layer is None else layer]

    def sample_values(self, n, rng, layer=None):
        """`n` of `values(layer)`, float32 [n], drawn by `rng` with replacement."""
        values = self.values(layer)
        return values[rng.integers(values.size, size=n)]

    def sample_histogram(self, n, rng, layer=None):
        """float32 [n] drawn by `rng` from `histogram(layer)`: new values of the same shape."""
        return self.histogram(layer).sample(n, rng)

    def distance(self, layer=None):
        """The exact distance between the two ways of sampling, from their distribution functions.

        F is that of the values, a step function; G is that of the histogram, linear in each bin.

        Returns:
          {'kolmogorov_smirnov': max |F - G|, 'wasserstein': integral of |F - G|}, the first
          between 0 and 1, the second in the unit of the weights.
        """
        histogram = self.histogram(layer)
        values = np.sort(self.values(layer).astype(np.float64))
        points = np.union1d(values, histogram.edges)
        steps = np.searchsorted(values, points, side="right") / values.size
        steps_before = np.searchsorted(values, points, side="left") / values.size
        after = steps - histogram.cdf(points)
        before = steps_before - histogram.cdf_before(points)
        # Between two points F is constant and G linear: |F - G| is largest at an end, and its
        # integral is a trapezium, or two triangles where the difference changes its sign.
        start, end, width = after[:-1], before[1:], np.diff(points)
        total = np.abs(start) + np.abs(end)
        crossing = np.divide(start**2 + end**2, total, out=np.zeros_like(total), where=total > 0)
        area = np.where(start * end < 0, crossing, total) / 2 * width
        return {
            "kolmogorov_smirnov": float(max(np.abs(after).max(), np.abs(before).max())),
            "wasserstein": float(area.sum()),
        }


def _survivors(layer, weights, masks):
    if layer not in weights:
        raise ConfigurationError(
            f"there is a mask for {layer!r} but no weights; there are weights for "
            f"{', '.join(sorted(weights)) or 'no layer'}; give the weights of the same network"
        )
    weight, mask = np.asarray(weights[layer]), np.asarray(masks[layer])
    if weight.shape != mask.shape:
        raise ConfigurationError(
            f"the mask of {layer!r} has shape {mask.shape} and its weights {weight.shape}; "
            "expected equal shapes: give weights and masks of the same network"
        )
    if not np.isin(mask, (0, 1)).all():
        raise ConfigurationError(
            f"the mask of {layer!r} holds {mask[~np.isin(mask, (0, 1))][0]!r}; expected 0 and 1"
        )
    kept = weight[mask.astype(bool)].astype(np.float32)
    if not np.isfinite(kept).all():
        raise ConfigurationError(
            f"the weights of {layer!r} hold {kept[~np.isfinite(kept)][0]}; expected finite "
            "numbers: this network diverged, take another trial or a smaller learning rate"
        )
    return kept[kept != 0]
