"""Models of the matrix that take sequences, several inputs, or have layers of their own."""

from matrix_case import CASES, TAGS, case, numbers, pair, several, tagged, tokens

from lth_keras.compat import keras, tf

L = keras.layers
_LENGTH, _WORDS = 6, 12


def _embedded(inputs, width=4, **options):
    return L.Embedding(_WORDS, width, mask_zero=True, name="words", **options)(inputs)


def _recurrent(layer):
    """A function that builds a classifier of padded tokens around one recurrent layer."""

    def build(shape, classes):
        inputs = keras.Input(shape)
        x = layer()(_embedded(inputs))
        return keras.Model(inputs, L.Dense(classes, name="output")(x))

    return build


def _enter(name, layer, kernels):
    build = _recurrent(layer)
    build.__name__ = name
    case(tokens(_LENGTH), kernels={"output/kernel", *kernels})(build)


def _cell(path):
    return {f"{path}/kernel", f"{path}/recurrent_kernel"}


_enter("simple_recurrent", lambda: L.SimpleRNN(4, name="rnn"), _cell("rnn/cell"))
_enter("gated_recurrent", lambda: L.GRU(4, name="gru", dropout=0.2), _cell("gru/cell"))
_enter("long_short_term", lambda: L.LSTM(4, name="lstm", recurrent_dropout=0.2),
       _cell("lstm/cell"))
_enter("bidirectional", lambda: L.Bidirectional(L.SimpleRNN(3), name="both"),
       _cell("both/forward_layer/cell") | _cell("both/backward_layer/cell"))
_enter("stacked_cells", lambda: L.RNN([L.SimpleRNNCell(3), L.GRUCell(4)], name="stack"),
       _cell("stack/cell/cells_0") | _cell("stack/cell/cells_1"))


@case(tagged(_LENGTH), task=TAGS, kernels={"output/kernel", *_cell("lstm/cell")})
def lstm_tagger_with_padding(shape, classes):
    inputs = keras.Input(shape)
    x = L.LSTM(4, return_sequences=True, name="lstm")(_embedded(inputs))
    return keras.Model(inputs, L.Dense(classes, name="output")(x))


@case(tokens(_LENGTH), kernels={"inner/layer/kernel", "output/kernel"})
def time_distributed_bag_of_words(shape, classes):
    inputs = keras.Input(shape)
    x = L.TimeDistributed(L.Dense(4, "relu"), name="inner")(_embedded(inputs))
    return keras.Model(inputs, L.Dense(classes, name="output")(L.GlobalAveragePooling1D()(x)))


@case(numbers(3, 6, 6, 1), kernels={"output/kernel", "frames/layer/kernel", *_cell("rnn/cell")})
def frames(shape, classes):
    inputs = keras.Input(shape)
    x = L.TimeDistributed(L.Conv2D(2, 3), name="frames")(inputs)
    x = L.SimpleRNN(4, name="rnn")(L.TimeDistributed(L.Flatten())(x))
    return keras.Model(inputs, L.Dense(classes, name="output")(x))


@case(numbers(3, 5, 5, 1), kernels={"output/kernel", *_cell("film/cell")})
def convolutional_recurrent(shape, classes):
    inputs = keras.Input(shape)
    x = L.ConvLSTM2D(2, 3, name="film")(inputs)
    return keras.Model(inputs, L.Dense(classes, name="output")(L.Flatten()(x)))


@case(numbers(_LENGTH, 3))
def states_handed_on(shape, classes):
    inputs = keras.Input(shape)
    x, state = L.SimpleRNN(4, return_sequences=True, return_state=True)(inputs)
    x = L.SimpleRNN(4)(L.Conv1D(3, 2)(x), initial_state=state)
    return keras.Model(inputs, L.Dense(classes)(x))


@case(tokens(_LENGTH), also_prune=("words",), kernels={"words/embeddings", "output/kernel"})
def embedding_by_name(shape, classes):
    inputs = keras.Input(shape)
    return keras.Model(
        inputs, L.Dense(classes, name="output")(L.GlobalAveragePooling1D()(_embedded(inputs))))


def _attending(x, name, **options):
    y = L.MultiHeadAttention(2, 3, dropout=0.1, name=name)(x, x, **options)
    return L.LayerNormalization()(L.Add()([x, y]))


_ATTENTION = {f"attention/{part}/kernel" for part in ("query", "key", "value", "output")}


@case(tokens(_LENGTH), kernels={*_ATTENTION, "wide/kernel", "narrow/kernel", "output/kernel"})
def bert_like_encoder(shape, classes):
    inputs = keras.Input(shape)
    x = _embedded(inputs) + L.Embedding(_LENGTH, 4, name="places")(tf.range(tf.shape(inputs)[1]))
    x = _attending(L.LayerNormalization()(x), "attention")
    y = L.Dense(4, name="narrow")(L.Dense(8, "gelu", name="wide")(x))
    x = L.LayerNormalization()(L.Add()([x, y]))
    return keras.Model(inputs, L.Dense(classes, name="output")(x[:, 0]))


@case(tagged(_LENGTH), task=TAGS, kernels={*_ATTENTION, "output/kernel"})
def causal_language_model(shape, classes):
    inputs = keras.Input(shape)
    x = _attending(_embedded(inputs), "attention", use_causal_mask=True)
    return keras.Model(inputs, L.Dense(classes, name="output")(x))


@case(several(question=tokens(_LENGTH), picture=numbers(5, 4)))
def cross_attention_of_two_inputs(shapes, classes):
    question = keras.Input(shapes["question"], dtype="int32", name="question")
    picture = keras.Input(shapes["picture"], name="picture")
    x = L.MultiHeadAttention(2, 3)(_embedded(question), picture)
    x = L.GlobalAveragePooling1D()(x)
    return keras.Model({"question": question, "picture": picture}, L.Dense(classes)(x))


@case(pair(numbers(6), numbers(6)), kernels={"tower/a/kernel", "tower/b/kernel", "output/kernel"})
def siamese(shapes, classes):
    tower = keras.Sequential(
        [keras.Input(shapes[0]), L.Dense(5, "relu", name="a"), L.Dense(4, name="b")], name="tower")
    one, other = keras.Input(shapes[0]), keras.Input(shapes[1])
    apart = tf.abs(tower(one) - tower(other))
    return keras.Model([one, other], L.Dense(classes, name="output")(apart))


@case(pair(numbers(5), tokens(4)))
def wide_and_deep(shapes, classes):
    wide, deep = keras.Input(shapes[0]), keras.Input(shapes[1], dtype="int32")
    x = L.Dense(4, "relu")(L.Flatten()(L.Embedding(_WORDS, 3)(deep)))
    return keras.Model([wide, deep], L.Dense(classes)(L.Concatenate()([wide, x])))


@case(numbers(_LENGTH, 4))
def attention_without_weights(shape, classes):
    inputs = keras.Input(shape)
    query, value = L.Dense(4)(inputs), L.Dense(4)(inputs)
    x = L.Concatenate()([L.Attention()([query, value]), L.AdditiveAttention()([query, value])])
    return keras.Model(inputs, L.Dense(classes)(L.GlobalMaxPooling1D()(x)))


class Bottleneck(L.Dense):
    """A subclass of a built-in layer."""


class Feedforward(L.Layer):
    """A layer made of built-in layers."""

    def __init__(self, width, **options):
        super().__init__(**options)
        self.width = width
        self.inner = [L.Dense(2 * width, "relu"), L.Dense(width)]
        self.dropout = L.Dropout(0.2)

    def call(self, inputs, training=None):
        x = inputs
        for layer in self.inner:
            x = layer(x)
        return inputs + self.dropout(x, training=training)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


class Bilinear(L.Layer):
    """A custom layer with a matrix that it names as prunable."""

    def build(self, shape):
        self.form = self.add_weight("form", (shape[-1], shape[-1]))

    def call(self, inputs):
        return inputs * tf.matmul(inputs, self.form)

    def get_prunable_weights(self):
        return [self.form]


@case(numbers(6), custom=(Bottleneck,), kernels={"narrow/kernel", "output/kernel"})
def subclass_of_dense(shape, classes):
    return keras.Sequential([
        keras.Input(shape), Bottleneck(3, name="narrow"), L.Dense(classes, name="output")])


@case(numbers(_LENGTH, 4), custom=(Feedforward,), kernels={
    "block/inner_0/kernel", "block/inner_1/kernel", "output/kernel"})
def layer_made_of_layers(shape, classes):
    inputs = keras.Input(shape)
    x = L.Flatten()(Feedforward(4, name="block")(inputs))
    return keras.Model(inputs, L.Dense(classes, name="output")(x))


@case(numbers(6), custom=(Bilinear,), kernels={"bilinear/form", "output/kernel"})
def layer_that_says_what_to_prune(shape, classes):
    return keras.Sequential([
        keras.Input(shape), Bilinear(name="bilinear"), L.Dense(classes, name="output")])


assert CASES
