"""Models of the matrix that are written in Keras 3, and the toolkit's own transformers."""

import keras
from matrix_case import case, numbers, pair, tokens

from lth_keras import models

L = keras.layers


@case(numbers(6, 6, 2))
def keras3_convolutions(shape, classes):
    return keras.Sequential([
        keras.Input(shape), L.Conv2D(3, 3, activation="relu"), L.BatchNormalization(),
        L.SeparableConv2D(4, 2), L.LeakyReLU(0.1), L.GlobalAveragePooling2D(), L.Dropout(0.2),
        L.Dense(classes)])


@case(numbers(6), kernels={"block/inner/kernel", "fc/kernel", "output/kernel"})
def keras3_nested_sum(shape, classes):
    block = keras.Sequential([keras.Input((5,)), L.Dense(5, "gelu", name="inner")], name="block")
    inputs = keras.Input(shape)
    x = L.Dense(5, name="fc")(inputs)
    return keras.Model(inputs, L.Dense(classes, name="output")(x + block(x)))


@case(tokens(5))
def keras3_attention_with_padding(shape, classes):
    inputs = keras.Input(shape, dtype="int32")
    x = L.Embedding(12, 4, mask_zero=True)(inputs)
    x = L.Add()([x, L.MultiHeadAttention(2, 2)(x, x)])
    return keras.Model(inputs, L.Dense(classes)(L.GlobalAveragePooling1D()(x)))


@case(tokens(5))
def keras3_recurrent_with_padding(shape, classes):
    inputs = keras.Input(shape, dtype="int32")
    x = L.Embedding(12, 4, mask_zero=True)(inputs)
    return keras.Model(inputs, L.Dense(classes)(L.GRU(4, unroll=True)(x)))


@case(numbers(6), kernels={"output/kernel"}, never_prune=("frozen",))
def keras3_frozen_layer(shape, classes):
    frozen = L.Dense(5, "relu", name="frozen")
    frozen.trainable = False
    return keras.Sequential([keras.Input(shape), frozen, L.Dense(classes, name="output")])


@case(pair(numbers(4), numbers(4)))
def keras3_siamese(shapes, classes):
    inputs = [keras.Input(shape) for shape in shapes]
    twin = L.Dense(4, "relu")
    return keras.Model(inputs, L.Dense(classes)(L.Subtract()([twin(x) for x in inputs])))


@case(numbers(8, 8, 1))
def vision_transformer(shape, classes):
    return models.vision_transformer(shape, classes, patch=4, units=4, depth=1, heads=2)


@case(tokens(6))
def token_transformer(shape, classes):
    return models.token_transformer(shape, classes, units=4, depth=1, heads=2)
