"""The shape of a set of weights: moments, modes, distances, and the family that fits. SciPy."""

import math

import numpy as np
from scipy import ndimage, signal, stats

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
# A family counts as fitting where its CDF is nowhere further off than this. With tens of
# thousands of weights every test of fit rejects every family: what matters is by how much.
FIT = 0.02
# For speed. The values are taken evenly from the sorted ones, so that nothing is random.
_FITTED_VALUES = 2000


def describe(values):
    """Moments, quantiles and number of modes of `values` [n], as a dict."""
    values = np.asarray(values, float)
    row = {
        "count": values.size, "mean": float(values.mean()), "std": float(values.std()),
        "skewness": float(stats.skew(values)), "kurtosis": float(stats.kurtosis(values)),
        "smallest_magnitude": float(np.abs(values).min()), "modes": modes(values),
    }
    return row | {
        f"q{int(100 * share):02d}": float(q)
        for share, q in zip(QUANTILES, np.quantile(values, QUANTILES), strict=True)
    }


def modes(values, prominence=0.05):
    """Number of peaks of the kernel density estimate with Silverman's rule-of-thumb bandwidth.

    h = 0.9·min(σ, IQR/1.34)·n^(−1/5) (Silverman 1986, eq. 3.31), on 1,024 bins; a peak counts that
    stands out by at least `prominence` of the highest.
    """
    values = np.asarray(values, float)
    iqr = float(np.subtract(*np.quantile(values, (0.75, 0.25))))
    spread = min(s for s in (float(values.std()), iqr / 1.34) if s > 0) if np.ptp(values) else 0.0
    if not spread:
        return 1
    h = 0.9 * spread * values.size ** -0.2
    counts, edges = np.histogram(
        values, 1024, range=(values.min() - 4 * h, values.max() + 4 * h))
    smooth = ndimage.gaussian_filter1d(counts.astype(float), h / (edges[1] - edges[0]))
    peaks, _ = signal.find_peaks(smooth, prominence=prominence * smooth.max())
    return max(1, len(peaks))


def standardised(values):
    """`values` [n] with mean 0 and variance 1; None where they are all equal."""
    values = np.asarray(values, float)
    return (values - values.mean()) / values.std() if values.std() > 0 else None


def distances(ours, theirs):
    """Wasserstein-1 and Kolmogorov–Smirnov distances of two samples, as they are and standardised.

    Standardised samples have mean 0 and variance 1: what is left is the difference of shape.
    """
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    values = {
        "wasserstein": float(stats.wasserstein_distance(ours, theirs)),
        "ks": float(stats.ks_2samp(ours, theirs, method="asymp").statistic),
    }
    a, b = standardised(ours), standardised(theirs)
    if a is not None and b is not None:
        values["shape_wasserstein"] = float(stats.wasserstein_distance(a, b))
        values["shape_ks"] = float(stats.ks_2samp(a, b, method="asymp").statistic)
    return values


class _TwoSided:
    """A family for magnitudes beyond a gap around zero, either sign as likely as the other.

    A gap below a hundredth of the spread counts as no gap: any large sample has a smallest value.
    """

    def __init__(self, family):
        self._family = family

    def fit(self, values):
        gap = np.abs(values).min() * (1 - 1e-6)
        return self._family.fit(
            np.abs(values), floc=gap if gap > 0.01 * values.std() else 0.0)

    def logpdf(self, values, *parameters):
        return self._family.logpdf(np.abs(values), *parameters) - math.log(2)

    def cdf(self, values, *parameters):
        return 0.5 + 0.5 * np.sign(values) * self._family.cdf(np.abs(values), *parameters)


FAMILIES = {
    "uniform": stats.uniform, "normal": stats.norm, "laplace": stats.laplace,
    "logistic": stats.logistic, "student_t": stats.t,
    "gap + exponential, two-sided": _TwoSided(stats.expon),
    "gap + half-normal, two-sided": _TwoSided(stats.halfnorm),
    "gap + gamma, two-sided": _TwoSided(stats.gamma),
    "gap + Weibull, two-sided": _TwoSided(stats.weibull_min),
}


def fit(values):
    """The family with the lowest AIC by maximum likelihood, and how far off it is.

    Returns:
      A dict: family ('none' where the best one's Kolmogorov–Smirnov distance is above `FIT`),
      best_family, best_ks, best_aic, parameters.
    """
    values = np.sort(np.asarray(values, float))
    if values.size > _FITTED_VALUES:
        values = values[np.linspace(0, values.size - 1, _FITTED_VALUES).astype(int)]
    # Fitted in units of the spread: optimizers stop too early at weights of a thousandth.
    scale = values.std() or 1.0
    values = values / scale
    best = None
    for name, family in FAMILIES.items():
        try:
            parameters = family.fit(values)
        except (stats.FitError, ValueError, RuntimeError):
            continue
        likelihood = float(np.sum(family.logpdf(values, *parameters)))
        aic = 2 * len(parameters) - 2 * likelihood
        if math.isfinite(aic) and (best is None or aic < best["best_aic"]):
            ks = stats.kstest(values, lambda x, f=family, p=parameters: f.cdf(x, *p)).statistic
            best = {"best_family": name, "best_ks": float(ks), "best_aic": aic,
                    "parameters": " ".join(f"{each:.4g}" for each in parameters),
                    "fitted_in_units_of": float(scale)}
    if best is None:
        return {"family": "none", "best_family": "none", "best_ks": math.nan}
    return {"family": best["best_family"] if best["best_ks"] <= FIT else "none", **best}
