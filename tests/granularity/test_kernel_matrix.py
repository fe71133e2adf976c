"""`KernelMatrix`: where each weight of a kernel lies, by hand."""

import numpy as np

from lth_keras.granularity.kernel_matrix import KernelMatrix
from tests.granularity.kernels import kernel


def coordinates(weight):
    """(matrix, row, column) of each weight, in the order of memory."""
    matrix = KernelMatrix.of(weight)
    return matrix, np.stack([np.broadcast_to(each, weight.shape).ravel() for each in (
        matrix.place, matrix.input, matrix.output)], axis=1).tolist()


def test_a_dense_kernel_is_one_matrix():
    matrix, found = coordinates(kernel("fc/kernel", (2, 3)))
    assert (matrix.places, matrix.inputs, matrix.outputs) == (1, 2, 3)
    assert found == [[0, row, column] for row in range(2) for column in range(3)]


def test_a_convolution_is_one_for_each_place_of_its_window():
    matrix, found = coordinates(kernel("conv/kernel", (2, 2, 1, 2), "conv"))
    assert (matrix.places, matrix.inputs, matrix.outputs) == (4, 1, 2)
    assert found == [[place, 0, column] for place in range(4) for column in range(2)]


def test_heads_times_their_size_are_the_outputs_of_attentions_query():
    query = kernel("query/kernel", (2, 2, 3), input_axes=(0,), output_axes=(1, 2))
    matrix, found = coordinates(query)
    assert (matrix.places, matrix.inputs, matrix.outputs) == (1, 2, 6)
    assert found == [[0, row, column] for row in range(2) for column in range(6)]
