"""A search for an eigenpair that was skipped, in what is orthogonal to those that were found."""

import dataclasses

import numpy as np

# Fewer steps prove nothing if the start vector has only a small part of the eigenvector.
LEAST, MOST = 24, 96


@dataclasses.dataclass(frozen=True)
class Search:
    """The largest Ritz pair of the deflated operator.

    Attributes:
      value: the Ritz value θ, a lower bound of the deflated operator's largest eigenvalue.
      residual: ‖B y − θ y‖ in exact arithmetic; an eigenvalue of B lies within it of θ.
      vector: float64 [size], its Ritz vector y, orthogonal to all that was found.
      steps: Lanczos steps, each one product.
    """

    value: float
    residual: float
    vector: np.ndarray
    steps: int


def search(product, found, bound, tolerance, seed):
    """Looks for an eigenvalue above `bound` that none of the vectors `found` belongs to.

    Lanczos with full reorthogonalisation on B = (I − VVᵀ) H (I − VVᵀ), where V are the vectors
    found, from a random start: the deflation of Parlett, "The symmetric eigenvalue problem"
    (1980), chapter 5. It ends when θ and its residual lie below the bound, so that nothing above it
    was met, or when the pair above it has converged, or after `MOST` steps. A method that knows the
    operator by products alone can be wrong: with a small probability the random start has almost
    no part of the eigenvector.

    Args:
      product: v [size] -> H v, float32.
      found: float32 [size, k], orthonormal.
      bound: the least eigenvalue whose rank is to be certain.
      tolerance: relative to the eigenvalue, at which a pair has converged.
      seed: of the start.

    Returns:
      `Search`.
    """
    size = found.shape[0]
    steps = min(MOST, size - found.shape[1])
    basis = np.zeros((steps, size), np.float32)
    start = _orthogonal(np.random.default_rng(seed).standard_normal(size), found, basis[:0])
    basis[0] = start / np.linalg.norm(start)
    diagonal, off = [], []
    for i in range(steps):
        image = np.asarray(product(basis[i]), np.float64)
        diagonal.append(float(basis[i] @ image))
        image = _orthogonal(image, found, basis[: i + 1])
        norm = float(np.linalg.norm(image))
        values, vectors = np.linalg.eigh(
            np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1))
        value, residual = float(values[-1]), norm * abs(float(vectors[-1, -1]))
        ended = norm <= 1e-6 * max(map(abs, diagonal))  # An invariant subspace was met.
        decided = value + residual < bound or (
            value > bound and residual <= tolerance * abs(value))
        if i + 1 == steps or ended or (i + 1 >= min(LEAST, steps) and decided):
            break
        off.append(norm)
        basis[i + 1] = image / norm
    vector = vectors[:, -1] @ basis[: i + 1]
    return Search(value, residual, vector / np.linalg.norm(vector), i + 1)


def _orthogonal(vector, found, basis):
    """`vector` without what lies along the columns of `found` and the rows of `basis`."""
    for _ in range(2):  # Twice is enough (Parlett, "The symmetric eigenvalue problem", 1980).
        for rows in (found.T, basis):
            vector = vector - rows.T @ (rows @ vector.astype(np.float32))
    return vector
