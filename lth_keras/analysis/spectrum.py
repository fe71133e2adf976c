"""Estimates of a Hessian's whole spectrum from random vectors: its trace and its density."""

import math

import numpy as np


def trace(product, size, samples, seed=0):
    """(trace, standard error) by Hutchinson's estimator: the mean of zᵀHz over z in {±1}^size.

    Args:
      product: v [size] -> H v.
      size: dimension.
      samples: number of vectors, at least 2.
      seed: of the vectors.
    """
    generator = np.random.default_rng(seed)
    products = []
    for _ in range(samples):
        signs = generator.choice(np.array([-1, 1], np.float32), size)
        products.append(float(np.dot(signs.astype(np.float64), product(signs))))
    return float(np.mean(products)), float(np.std(products, ddof=1) / math.sqrt(samples))


def lanczos(product, size, steps, generator):
    """Quadrature nodes and weights of the spectral measure of one random unit vector.

    Lanczos with full reorthogonalisation (twice is enough); nodes are the eigenvalues of the
    tridiagonal matrix, weights the squared first entries of its eigenvectors (Golub & Welsch).

    Returns:
      (nodes, weights), each [steps] or shorter where an invariant subspace was met.
    """
    basis = np.zeros((min(steps, size), size), np.float32)
    start = generator.standard_normal(size)
    basis[0] = start / np.linalg.norm(start)
    diagonal, off = [], []
    for i in range(len(basis)):
        vector = np.asarray(product(basis[i]), np.float64)
        diagonal.append(float(basis[i] @ vector))
        for _ in range(2):
            vector -= basis[: i + 1].T @ (basis[: i + 1] @ vector.astype(np.float32))
        norm = float(np.linalg.norm(vector))
        if i + 1 == len(basis) or norm <= 1e-6 * max(map(abs, diagonal)):
            break
        off.append(norm)
        basis[i + 1] = vector / norm
    tridiagonal = np.diag(diagonal) + np.diag(off, 1) + np.diag(off, -1)
    nodes, vectors = np.linalg.eigh(tridiagonal)
    return nodes, vectors[0] ** 2


def quadrature(product, size, steps, samples, seed=0):
    """Stochastic Lanczos quadrature of the spectral density (Ghorbani et al. 2019, 1901.10159).

    Returns:
      (nodes, weights) of all the samples together; the weights sum to 1.
    """
    generator = np.random.default_rng(seed)
    runs = [lanczos(product, size, steps, generator) for _ in range(samples)]
    return (
        np.concatenate([nodes for nodes, _ in runs]),
        np.concatenate([weights for _, weights in runs]) / samples,
    )


def density(nodes, weights, points=512, width=0.01):
    """The quadrature as a curve: each node a Gaussian of `width` times the nodes' range.

    Returns:
      (eigenvalues, density), each [points].
    """
    spread = max(float(np.ptp(nodes)), 1e-12)
    sigma = width * spread
    grid = np.linspace(nodes.min() - 4 * sigma, nodes.max() + 4 * sigma, points)
    kernel = np.exp(-0.5 * ((grid[:, None] - nodes) / sigma) ** 2)
    return grid, kernel @ weights / (sigma * math.sqrt(2 * math.pi))


def log_volume(values):
    """−½ Σ ln λ over the positive `values`: the log-volume of the basin, up to a constant.

    The set where the quadratic model of the loss rises by at most ε is an ellipsoid whose
    half-axes are √(2ε/λ). Left out: the factor of ε and of the unit ball, which is the same for
    equally many eigenvalues, and every direction that is not among them.
    """
    values = np.asarray(values, float)
    return float(-0.5 * np.sum(np.log(values[values > 0])))
