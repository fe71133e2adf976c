"""How often a kernel is applied to one example."""

import pytest

from lth_keras.compat import keras, tf
from lth_keras.pruning import RewindingSchedule, kernel_table
from lth_keras.pruning.kernel_positions import positions

L = keras.layers


@pytest.mark.parametrize("shape, layer, expected", [
    ((5,), L.Dense(3), 1),
    ((7, 5), L.Dense(3), 7),  # Once at each of seven places.
    ((8, 6, 2), L.Conv2D(3, 3), 6 * 4),  # At each place of the output.
    ((8, 6, 2), L.Conv2D(3, 3, strides=2, padding="same"), 4 * 3),
    ((9, 2), L.LSTM(4), 9),  # At each step, though there is one output.
    ((None, 2), L.Dense(4), 1),  # An axis without a fixed length counts once.
    ((4, 4, 2), L.Conv2DTranspose(3, 4, strides=4), 4 * 4),  # At each place of its input.
    ((9, 2), L.LocallyConnected1D(3, 3), 1),  # Each place has weights of its own.
    # Channels first: 8 × 6 places of the output, and 4 × 4 of a transposed one's input.
    ((2, 8, 6), L.Conv2D(3, 1, data_format="channels_first"), 8 * 6),
    ((2, 8, 6), L.SeparableConv2D(3, 1, data_format="channels_first"), 8 * 6),
    ((2, 4, 4), L.Conv2DTranspose(3, 2, strides=2, data_format="channels_first"), 4 * 4),
    ((5, 2, 8, 6), L.TimeDistributed(L.Conv2D(3, 1, data_format="channels_first")), 5 * 8 * 6),
    ((5, 4, 4, 2), L.TimeDistributed(L.Conv2DTranspose(3, 2, strides=2)), 5 * 4 * 4),
    ((5, 9, 2), L.TimeDistributed(L.LocallyConnected1D(3, 3)), 5),
    # What the kernel has not: the 7 places; and nothing, where each place has a matrix of its own.
    ((7, 5), L.EinsumDense("abc,cde->abde", (7, 4, 8)), 7),
    ((7, 5), L.EinsumDense("abc,bcd->abd", (7, 3)), 1),
    ((7, 5), L.EinsumDense("abc,cd->ad", 3), 7),  # The sum over 7 places comes after the products.
    ((6, 7, 5), L.EinsumDense("...x,xy->...y", 3), 6 * 7),
    ((5, 6, 7), L.EinsumDense("ab...,bc->ac...", 3), 6 * 7),
    ((4, 7, 5), L.TimeDistributed(L.EinsumDense("abc,cde->abde", (7, 4, 8))), 4 * 7),
    # At each place of each step's output, though only the last step's is given.
    ((5, 8, 6, 2), L.ConvLSTM2D(3, 3), 5 * 6 * 4),
    ((5, 2, 8, 6), L.ConvLSTM2D(3, 3, data_format="channels_first", return_sequences=True),
     5 * 6 * 4),
    ((5, 8, 2), L.Bidirectional(L.ConvLSTM1D(3, 3, return_state=True)), 5 * 6),
    ((8, 6, 2), L.SpectralNormalization(L.Conv2DTranspose(3, 2, strides=2)), 8 * 6),
])
def test_positions(shape, layer, expected):
    inputs = keras.Input(shape)
    counts = positions(keras.Model(inputs, layer(inputs)))
    found = {count for key, count in counts.items() if key.endswith("kernel")}
    assert found == {expected}, counts


@pytest.mark.parametrize("key", [None, (100, 6)])
def test_attention_reads_queries_keys_and_values_at_their_own_places(key):
    query, value = keras.Input((4, 5)), keras.Input((100, 3))
    layer = L.MultiHeadAttention(2, 3, name="across")
    inputs = [query, value] + ([keras.Input(key)] if key else [])
    counts = positions(keras.Model(inputs, layer(query, value=value, **(
        {"key": inputs[2]} if key else {}))))
    assert {key: count for key, count in counts.items() if key.endswith("kernel")} == {
        "across/query/kernel": 4, "across/key/kernel": 100, "across/value/kernel": 100,
        "across/output/kernel": 4}


def test_attention_that_says_itself_what_it_reads():
    class Own(L.MultiHeadAttention):
        def call(self, inputs):
            return super().call(inputs, inputs)

        def _build_from_signature(self, query, value=None, key=None):
            super()._build_from_signature(query, query, key)

    inputs = keras.Input((6, 7, 5))  # Two axes of places.
    counts = positions(keras.Model(inputs, Own(2, 3, name="own")(inputs)))
    assert {counts[f"own/{part}/kernel"] for part in ("query", "key", "value", "output")} == {42}


def test_a_model_that_is_applied_at_each_step():
    inner = keras.Sequential([L.Conv2D(3, 3, name="conv"), L.Flatten(), L.Dense(2, name="fc")])
    inner.build((None, 8, 6, 2))
    inputs = keras.Input((5, 8, 6, 2))
    model = keras.Model(inputs, L.TimeDistributed(inner, name="steps")(inputs))
    assert positions(model) == {"steps/layer/conv/kernel": 5 * 6 * 4, "steps/layer/fc/kernel": 5}
    assert {row.kernel: row.positions for row in kernel_table(model, RewindingSchedule(1))} == {
        "layer/conv/kernel": 5 * 6 * 4, "layer/fc/kernel": 5}


def test_what_is_looked_up_inside_another_layer_is_no_product():
    class Places(L.Layer):
        def __init__(self, **options):
            super().__init__(**options)
            self.words, self.at = L.Embedding(9, 4, name="words"), L.Embedding(7, 4, name="at")
            self.mix = L.Dense(4, name="mix")

        def call(self, inputs):
            return self.mix(self.words(inputs) + self.at(tf.range(7)))

    inputs = keras.Input((7,))
    model = keras.Model(inputs, L.Dense(2, name="fc")(Places(name="places")(inputs)))
    assert positions(model)["places/mix/kernel"] == 7
    rows = {row.kernel: row.positions for row in kernel_table(model, RewindingSchedule(1))}
    assert rows["words/embeddings"] == rows["at/embeddings"] == 0 < rows["mix/kernel"]
    inputs = keras.Input((5, 7))
    many = keras.Model(inputs, L.TimeDistributed(L.Embedding(9, 4), name="steps")(inputs))
    assert [row.positions for row in kernel_table(many, RewindingSchedule(1))] == [0]


def test_each_call_in_the_model_counts_and_none_outside_it():
    layer, inputs = L.Dense(3, name="shared"), keras.Input((7, 3))
    model = keras.Model(inputs, layer(layer(inputs)))
    layer(keras.Input((5, 3)))
    assert positions(model)["shared/kernel"] == 2 * 7


def test_a_nested_model_counts_at_each_of_its_calls():
    inner = keras.Sequential([L.Dense(3, name="fc"), L.Dense(3, name="last")], name="inner")
    middle_inputs = keras.Input((3,))
    middle = keras.Model(middle_inputs, inner(inner(middle_inputs)), name="middle")
    inputs = keras.Input((3,))
    outputs = L.Dense(2, name="head")(middle(middle(inner(inputs))))
    counts = positions(keras.Model(inputs, outputs))
    assert counts == {
        "inner/fc/kernel": 1, "inner/last/kernel": 1, "middle/inner/fc/kernel": 4,
        "middle/inner/last/kernel": 4, "head/kernel": 1}


def test_a_layer_without_weights_may_give_anything():
    inputs = keras.Input((4,))
    parts = L.Lambda(lambda x: (x, (x, x)))(inputs)
    model = keras.Model(inputs, L.Dense(2, name="head")(parts[1][0]))
    assert positions(model) == {"head/kernel": 1}
