"""Leading eigenpairs of a Hessian that can only be multiplied with vectors."""

import dataclasses
import math

import numpy as np
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from lth_keras.analysis import deflation
from lth_keras.errors import RunError

ENDS = {"positive": "LA", "negative": "SA"}

# Pairs computed beyond those asked for: ARPACK skips a pair among its last ones if at all.
_EXTRA_SHARE, _EXTRA_LEAST = 0.05, 2
# A skipped pair is put in and the search is made again, at most as often.
_SEARCHES = 6


@dataclasses.dataclass(frozen=True)
class Eigenpairs:
    """Eigenpairs, how good they are, and whether one was skipped.

    Attributes:
      values: float64 [k], the most extreme first.
      vectors: float32 [size, k], orthonormal.
      residuals: ‖H v − λ v‖ of each pair, by a product of its own. H is symmetric, so that an
        eigenvalue of it lies within the residual of λ.
      products: number of Hessian-vector products, those for the residuals not counted.
      complete: bool [k]: whether no eigenvalue that is more extreme than this one was skipped, as
        far as `search` can tell.
      search: the last `deflation.Search` for a skipped pair; None where it was not made.
      put_in: how many pairs ARPACK had skipped that the searches found, and that are here now.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    products: int
    complete: np.ndarray
    search: deflation.Search | None
    put_in: int

    def converged(self, tolerance):
        """bool [k]: which residuals are at most `tolerance`·|λ|."""
        return self.residuals <= tolerance * np.abs(self.values)


def leading(product, size, count, end="positive", tolerance=1e-4, seed=0):
    """The `count` most positive, or most negative, eigenpairs.

    ARPACK's implicitly restarted Lanczos with full reorthogonalisation (Lehoucq, Sorensen, Yang
    1998) in single precision. Its own report of convergence is not used: the residual of each pair
    is computed afterwards. A residual says that a value is an eigenvalue, and not that none was
    skipped. So a few more pairs are computed than were asked for, and afterwards a Lanczos
    iteration of its own, from a random start orthogonal to all that was found, looks for what was
    skipped (`deflation.search`). What it finds is put in, and it is made again.

    Args:
      product: v [size] -> H v.
      size: dimension.
      count: how many, less than `size`.
      end: 'positive' or 'negative'.
      tolerance: at which ARPACK stops, relative to each eigenvalue; two eigenvalues that differ by
        less count as equal.
      seed: of the start vectors.

    Raises:
      RunError: not one pair converged, or a product is not finite.
    """
    products = 0

    def counted(vector):
        nonlocal products
        products += 1
        image = product(np.ravel(vector))
        if not np.all(np.isfinite(image)):
            raise RunError("a Hessian-vector product is not finite: the network has diverged")
        return image

    sign = 1 if end == "positive" else -1
    values, vectors = _arpack(counted, size, _with_extra(count, size), end, tolerance, seed)
    values, vectors, search, put_in = _with_skipped(
        lambda v: sign * counted(v), sign * values, vectors, count, tolerance, seed)
    used = products
    residuals = np.array([
        np.linalg.norm(product(vector) - np.float32(sign * value) * vector)
        for value, vector in zip(values, vectors.T, strict=True)
    ])
    bound = -math.inf if search is None else search.value + search.residual
    complete = values + tolerance * np.abs(values) >= bound
    return Eigenpairs(sign * values, vectors, residuals, used, complete, search, put_in)


def _with_skipped(product, values, vectors, count, tolerance, seed):
    """The `count` largest pairs, with those that were skipped, as far as searches find them.

    Args:
      product: v -> ±H v, so that the pairs wanted are the largest.
      values, vectors: of ±H, the largest first, `count` or more where so many converged.
      count, tolerance, seed: as `leading`'s.

    Returns:
      (values, vectors, the last `deflation.Search` or None, how many pairs were put in).
    """
    asked, put_in, search = min(count, len(values)), 0, None
    for attempt in range(_SEARCHES):
        if vectors.shape[1] >= len(vectors):
            break  # Nothing is left that could have been skipped.
        last = values[asked - 1]
        search = deflation.search(product, vectors, last, tolerance, seed + 1 + attempt)
        if search.value <= last + tolerance * abs(last):
            break
        values, vectors = _in_order(
            np.append(values, search.value),
            np.column_stack([vectors, search.vector.astype(np.float32)]), 1)
        asked, put_in = min(count, len(values)), put_in + 1
    return values[:asked], vectors[:, :asked], search, put_in


def _with_extra(count, size):
    extra = max(_EXTRA_LEAST, math.ceil(_EXTRA_SHARE * count))
    return max(1, min(count + extra, size - 1))


def _arpack(product, size, count, end, tolerance, seed):
    """(values, vectors) of ARPACK, the most extreme first: as many as converged."""
    operator = LinearOperator((size, size), matvec=product, dtype=np.float32)
    start = np.random.default_rng(seed).standard_normal(size).astype(np.float32)
    try:
        values, vectors = eigsh(
            operator, k=count, which=ENDS[end], v0=start, tol=tolerance, maxiter=60,
            ncv=min(size, max(2 * count + 1, 40)),
        )
    except ArpackNoConvergence as error:
        values, vectors = error.eigenvalues, error.eigenvectors
        if not len(values):
            raise RunError(
                "no eigenvalue converged in 60 restarts of Lanczos; ask for fewer, or raise the "
                "tolerance"
            ) from error
    return _in_order(values.astype(np.float64), vectors, 1 if end == "positive" else -1)


def _in_order(values, vectors, sign):
    order = np.argsort(-sign * values, kind="stable")
    return values[order], vectors[:, order]
