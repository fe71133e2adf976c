"""Loss, gradient and Hessian against a Hessian that TensorFlow forms densely."""

import numpy as np
import pytest

from lth_keras.analysis import eigenpairs
from lth_keras.analysis.flat_weights import KeptSubspace
from lth_keras.analysis.loss_surface import LossSurface
from lth_keras.compat import keras, tf
from lth_keras.data import from_arrays
from lth_keras.tasks import Regression
from lth_keras.variables import named_variables, snapshot


@pytest.fixture(scope="module")
def network():
    """A 6-5-4-3 network with smooth units, its surface, and its Hessian formed densely."""
    keras.utils.set_random_seed(4)
    model = keras.Sequential([
        keras.layers.Dense(5, "tanh", name="a"), keras.layers.Dense(4, "tanh", name="b"),
        keras.layers.Dense(3, name="c")])
    model.build((None, 6))
    generator = np.random.default_rng(0)
    images = generator.standard_normal((50, 6)).astype(np.float32)
    labels = generator.integers(0, 3, 50).astype(np.int32)
    data = from_arrays(images, labels, images[:5], labels[:5])
    weights = snapshot(named_variables(model))
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels, model(images)))
        gradient = tf.concat([
            tf.reshape(each, [-1]) for each in inner.gradient(loss, model.trainable_variables)], 0)
    rows = outer.jacobian(gradient, model.trainable_variables)
    dense = np.concatenate([row.numpy().reshape(len(gradient), -1) for row in rows], 1)
    twin = keras.models.clone_model(model)
    surface = LossSurface(twin, images, labels, data, batch_size=16, jit=True)
    surface.load(weights)
    decayed = LossSurface(
        keras.models.clone_model(model), images, labels, data, batch_size=50, l2=0.5)
    return surface, dense.astype(float), weights, gradient.numpy(), float(loss), decayed


def test_loss_and_gradient_over_uneven_batches(network):
    surface, _, weights, gradient, loss, _ = network
    assert surface.value(weights)[0] == pytest.approx(loss, rel=1e-6)
    np.testing.assert_allclose(surface.gradient(), gradient, rtol=1e-4, atol=1e-7)


def test_where_the_outputs_are_no_numbers_neither_is_the_error():
    images = np.ones((4, 2), np.float32)
    data = from_arrays(images, np.arange(4.0), images, np.arange(4.0), task=Regression())
    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1, name="a")])
    surface, weights = LossSurface(model, images, data.labels[:4], data), snapshot(
        named_variables(model))
    assert surface.value(weights)[1] > 0
    # Lower is better: 0 would be the best network of all.
    assert np.isnan(surface.value({key: each * np.nan for key, each in weights.items()})).all()


def test_top_20_eigenvalues_of_a_dense_hessian(network):
    surface, dense, *_ = network
    size = surface.trainable.size
    assert size == dense.shape[0] == 74
    expected = np.linalg.eigvalsh((dense + dense.T) / 2)[::-1][:20]
    leading = eigenpairs.leading(surface.product, size, 20, tolerance=1e-6)
    np.testing.assert_allclose(leading.values, expected, rtol=1e-4)


def test_restriction_to_a_mask(network):
    surface, dense, weights, *_ = network
    generator = np.random.default_rng(1)
    masks = {key: generator.random(array.shape) < 0.6 for key, array in weights.items()
             if key.endswith("kernel")}
    kept = surface.trainable.kept(masks)
    assert 0 < kept.sum() < kept.size
    part = dense[np.ix_(kept, kept)]
    expected = np.linalg.eigvalsh((part + part.T) / 2)[::-1][:20]
    space = KeptSubspace(kept)
    leading = eigenpairs.leading(space.operator(surface.product), space.size, 20, tolerance=1e-6)
    np.testing.assert_allclose(leading.values, expected, rtol=1e-4)


def test_l2_moves_every_eigenvalue(network):
    surface, _, weights, _, _, decayed = network
    decayed.load(weights)
    ones = np.ones(surface.trainable.size, np.float32)
    np.testing.assert_allclose(decayed.product(ones) - surface.product(ones), 0.5, rtol=1e-4)


def test_products_of_a_model_that_looks_tokens_up():
    layers, generator = keras.layers, np.random.default_rng(0)
    model = keras.Sequential([
        layers.Input((6,)), layers.Embedding(5, 3, name="e"), layers.Flatten(),
        layers.Dense(4, "tanh", name="a"), layers.Dense(3, name="b")])
    tokens, labels = generator.integers(0, 5, (20, 6)), np.arange(20) % 3
    data = from_arrays(tokens, labels, tokens, labels)
    surface = LossSurface(model, tokens, labels, data, batch_size=8, l2=0.25)
    weights = {key: generator.standard_normal(each.shape).astype(np.float32)
               for key, each in snapshot(named_variables(model)).items()}
    vector = generator.standard_normal(surface.trainable.size).astype(np.float32)
    surface.load(weights)
    product = surface.product(vector)
    steps, ends = surface.trainable.unflatten(vector), []
    for sign in (1, -1):
        surface.load({key: each + sign * 0.002 * steps[key] for key, each in weights.items()})
        ends.append(surface.gradient())
    np.testing.assert_allclose(product, (ends[0] - ends[1]) / 0.004, rtol=0.01, atol=1e-3)


class Block(keras.layers.Layer):
    """A layer of a user's own, with the normalisation inside."""

    def __init__(self, rate=0.0, **options):
        super().__init__(**options)
        self.dense = keras.layers.Dense(4, name="dense")
        self.drop = keras.layers.Dropout(rate)
        self.norm = keras.layers.BatchNormalization(name="norm")
        self.unused = keras.layers.BatchNormalization(name="unused")  # It is never built.

    def call(self, inputs, training=None):
        return self.norm(self.drop(self.dense(inputs), training=training), training=training)


def in_a_block(rate=0.0):
    """(surface, weights as a flat vector, model, images, labels) of a network around `Block`."""
    generator = np.random.default_rng(3)
    images = (2 + 3 * generator.standard_normal((30, 3))).astype(np.float32)
    labels = np.arange(30, dtype=np.int32) % 3
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), Block(rate), keras.layers.Dense(3, name="c")])
    weights = snapshot(named_variables(model))
    data = from_arrays(images, labels, images, labels)
    surface = LossSurface(model, images, labels, data, batch_size=8)
    return surface, surface.layout.flatten(weights), model, images, labels


def at_one_point(surface, point, recompute):
    nowhere = np.zeros((1, point.size), np.float32), np.zeros((1, 1))
    return float(surface.values(point, *nowhere, recompute=recompute)[0, 0])


def test_statistics_inside_a_users_layer_are_computed_anew():
    surface, point, model, images, labels = in_a_block()
    found = at_one_point(surface, point, recompute=True)
    # In training mode the whole of the examples as one batch has their own statistics.
    expected = float(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels, model(images, training=True))))
    assert found == pytest.approx(expected, rel=1e-4)
    assert at_one_point(surface, point, recompute=False) != pytest.approx(expected, rel=1e-2)


def test_statistics_of_a_network_with_noise_are_the_same_each_time():
    surface, point, *_ = in_a_block(0.5)
    twice = [at_one_point(surface, point, recompute=True) for _ in range(2)]
    assert twice[0] == twice[1] == at_one_point(in_a_block(0.5)[0], point, recompute=True)


def test_weights_that_nothing_reads_have_no_derivative():
    inputs = keras.Input((3,))
    two = keras.Model(inputs, [keras.layers.Dense(3, name="read")(inputs),
                               keras.layers.Dense(2, name="unread")(inputs)])
    outside = keras.Input((3,))
    model = keras.Model(outside, two(outside)[0])
    images, labels = np.eye(3, dtype=np.float32), np.arange(3, dtype=np.int32)
    surface = LossSurface(model, images, labels, from_arrays(images, labels, images, labels))
    for found in (surface.gradient(), surface.product(np.ones(surface.trainable.size, np.float32))):
        parts = {key.rsplit("/", 2)[-2]: part
                 for key, part in surface.trainable.unflatten(found).items() if "kernel" in key}
        assert np.any(parts["read"]) and not np.any(parts["unread"])
