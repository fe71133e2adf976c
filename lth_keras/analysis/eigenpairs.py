"""Leading eigenpairs of a Hessian that can only be multiplied with vectors."""

import dataclasses

import numpy as np
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigsh

from lth_keras.errors import RunError

ENDS = {"positive": "LA", "negative": "SA"}


@dataclasses.dataclass(frozen=True)
class Eigenpairs:
    """Eigenpairs and how good they are.

    Attributes:
      values: float64 [k], the most extreme first.
      vectors: float32 [size, k], orthonormal.
      residuals: ‖H v − λ v‖ of each pair, by a product of its own. H is symmetric, so that an
        eigenvalue of it lies within the residual of λ.
      products: number of Hessian-vector products, those for the residuals not counted.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    products: int

    def converged(self, tolerance):
        """bool [k]: which residuals are at most `tolerance`·|λ|."""
        return self.residuals <= tolerance * np.abs(self.values)


def leading(product, size, count, end="positive", tolerance=1e-3, seed=0):
    """The `count` most positive, or most negative, eigenpairs.

    ARPACK's implicitly restarted Lanczos with full reorthogonalisation (Lehoucq, Sorensen, Yang
    1998) in single precision. Its own report of convergence is not used: the residual of each pair
    is computed afterwards.

    Args:
      product: v [size] -> H v.
      size: dimension.
      count: how many, less than `size`.
      end: 'positive' or 'negative'.
      tolerance: at which ARPACK stops, relative to each eigenvalue.
      seed: of the start vector.

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

    operator = LinearOperator((size, size), matvec=counted, dtype=np.float32)
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
                f"no eigenvalue converged in {products} products; ask for fewer, or raise the "
                "tolerance"
            ) from error
    used = products
    order = np.argsort(-values if end == "positive" else values)
    values, vectors = values[order].astype(np.float64), vectors[:, order]
    residuals = np.array([
        np.linalg.norm(product(vector) - np.float32(value) * vector)
        for value, vector in zip(values, vectors.T, strict=True)
    ])
    return Eigenpairs(values, vectors, residuals, used)
