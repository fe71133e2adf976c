"""Models of the matrix that take images, volumes, signals or vectors."""

from matrix_case import case, labelled_pixels, numbers

from lth_keras.compat import keras, tf

L = keras.layers
_IMAGE, _VECTOR = numbers(8, 8, 2), numbers(6)


def _classifier(inputs, x, classes):
    x = L.GlobalAveragePooling2D()(x) if len(x.shape) == 4 else L.Flatten()(x)
    return keras.Model(inputs, L.Dense(classes, name="output")(x))


@case(_VECTOR, kernels={"fc/kernel", "output/kernel"})
def perceptron(shape, classes):
    return keras.Sequential([
        keras.Input(shape), L.Dense(5, "relu", name="fc"), L.Dropout(0.3),
        L.Dense(classes, name="output")])


@case(_VECTOR)
def residual_sum_of_operators(shape, classes):
    inputs = keras.Input(shape)
    x = L.Dense(5, "relu")(inputs)
    return _classifier(inputs, x + 0.5 * L.Dense(5)(x), classes)


@case(_VECTOR)
def highway(shape, classes):
    inputs = keras.Input(shape)
    gate = L.Dense(6, "sigmoid")(inputs)
    x = L.Add()([L.Multiply()([gate, L.Dense(6, "relu")(inputs)]),
                 L.Multiply()([1.0 - gate, inputs])])
    return _classifier(inputs, x, classes)


@case(_VECTOR)
def regularised(shape, classes):
    return keras.Sequential([
        keras.Input(shape),
        L.Dense(5, "elu", kernel_regularizer="l2", activity_regularizer="l1"),
        L.UnitNormalization(), L.GaussianNoise(0.1), L.Dense(classes, activity_regularizer="l2")])


@case(_VECTOR, kernels={"block/fc/kernel", "head/block/fc/kernel", "head/output/kernel"})
def nested_models(shape, classes):
    block = keras.Sequential([keras.Input(shape), L.Dense(6, "relu", name="fc")], name="block")
    again = keras.Sequential([keras.Input((6,)), L.Dense(6, "relu", name="fc")], name="block")
    inner = keras.Input((6,))
    head = keras.Model(inner, L.Dense(classes, name="output")(again(inner)), name="head")
    inputs = keras.Input(shape)
    return keras.Model(inputs, head(block(inputs)))


@case(_IMAGE)
def lenet(shape, classes):
    return keras.Sequential([
        keras.Input(shape), L.Conv2D(3, 3, activation="tanh"), L.MaxPooling2D(), L.Flatten(),
        L.Dense(6, "tanh"), L.Dense(classes)])


@case(_IMAGE)
def residual_network(shape, classes):
    inputs = keras.Input(shape)
    x = L.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    y = L.ReLU()(L.BatchNormalization()(x))
    y = L.Conv2D(4, 3, padding="same", use_bias=False)(y)
    return _classifier(inputs, L.Add()([x, L.BatchNormalization()(y)]), classes)


@case(_IMAGE)
def densely_connected(shape, classes):
    inputs = x = keras.Input(shape)
    for _ in range(2):
        x = L.Concatenate()([x, L.Conv2D(2, 3, padding="same", activation="relu")(x)])
    return _classifier(inputs, L.GroupNormalization(2)(x), classes)


@case(_IMAGE)
def inception(shape, classes):
    inputs = keras.Input(shape)
    towers = [L.Conv2D(2, size, padding="same", activation="relu")(inputs) for size in (1, 3, 5)]
    return _classifier(inputs, L.Concatenate()(towers), classes)


@case(_IMAGE)
def squeeze_and_excite(shape, classes):
    inputs = keras.Input(shape)
    x = L.Conv2D(4, 3, activation="relu")(inputs)
    scale = L.Dense(4, "sigmoid")(L.Dense(2, "relu")(L.GlobalAveragePooling2D(keepdims=True)(x)))
    return _classifier(inputs, L.Multiply()([x, scale]), classes)


@case(_IMAGE, kernels={"separable/pointwise_kernel", "output/kernel"})
def separable(shape, classes):
    inputs = keras.Input(shape)
    x = L.SeparableConv2D(4, 3, name="separable")(inputs)
    return _classifier(inputs, L.DepthwiseConv2D(3, name="depthwise")(x), classes)


@case(_IMAGE, also_prune=("separable", "depthwise"), kernels={
    "separable/pointwise_kernel", "separable/depthwise_kernel", "depthwise/depthwise_kernel",
    "output/kernel"})
def depthwise_on_request(shape, classes):
    return separable(shape, classes)


@case(_IMAGE)
def locally_connected(shape, classes):
    inputs = keras.Input(shape)
    return _classifier(inputs, L.LocallyConnected2D(2, 3, activation="relu")(inputs), classes)


@case(_IMAGE, kernels={"conv/kernel", "output/kernel"})
def slopes_of_prelu(shape, classes):
    inputs = keras.Input(shape)
    return _classifier(inputs, L.PReLU()(L.Conv2D(3, 3, name="conv")(inputs)), classes)


@case(numbers(9, 2))
def signals(shape, classes):
    inputs = keras.Input(shape)
    x = L.Conv1D(4, 3, dilation_rate=2, activation="swish")(inputs)
    return _classifier(inputs, L.SeparableConv1D(4, 3)(x), classes)


@case(numbers(4, 4, 4, 1))
def volumes(shape, classes):
    inputs = keras.Input(shape)
    return _classifier(inputs, L.Conv3D(2, 2, activation="relu")(inputs), classes)


@case(labelled_pixels(8, 8, 1))
def u_net(shape, classes):
    inputs = keras.Input(shape)
    fine = L.Conv2D(3, 3, padding="same", activation="relu")(inputs)
    deep = L.Conv2D(4, 3, padding="same", activation="relu")(L.MaxPooling2D()(fine))
    x = L.Concatenate()([fine, L.Conv2DTranspose(3, 2, strides=2)(deep)])
    x = L.Conv2D(3, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, L.Conv2D(classes, 1, name="logits")(x))


@case(numbers(6, 4), kernels={"tokens/kernel", "channels/kernel", "output/kernel"})
def mixer(shape, classes):
    inputs = keras.Input(shape)
    x = L.EinsumDense("btc,ts->bsc", (shape[0], None), bias_axes="s", name="tokens")(inputs)
    x = L.LayerNormalization(axis=[1, 2])(x)
    x = L.EinsumDense("btc,cd->btd", (None, 5), name="channels", activation="gelu")(x)
    return _classifier(inputs, x, classes)


@case(numbers(6, classes=2), kernels={"fc/kernel", "output/kernel"})
def one_output_for_two_classes(shape, classes):
    assert classes == 2
    return keras.Sequential([
        keras.Input(shape), L.Dense(4, "relu", name="fc"), L.Dense(1, name="output")])


@case(_VECTOR, output="task", kernels={"trunk/kernel", "task/kernel"})
def auxiliary_head(shape, classes):
    inputs = keras.Input(shape)
    x = L.Dense(5, "relu", name="trunk")(inputs)
    return keras.Model(inputs, {"task": L.Dense(classes, name="task")(x),
                                "age": L.Dense(1, name="age")(x)})


@case(_IMAGE)
def random_preprocessing(shape, classes):
    inputs = keras.Input(shape)
    x = L.Rescaling(0.5)(L.RandomFlip("horizontal")(inputs))
    return _classifier(inputs, L.Conv2D(3, 3)(L.ZeroPadding2D()(x)), classes)


def _application(name, side, **options):
    def build(shape, classes):
        network = getattr(keras.applications, name)
        return network(input_shape=shape, classes=classes, weights=None, classifier_activation=None,
                       **options)

    build.__name__ = name
    return case(numbers(side, side, 3), heavy=True)(build)


for _name, _side, _options in (
        ("MobileNetV2", 32, {"alpha": 0.35}), ("MobileNetV3Small", 32, {"minimalistic": True}),
        ("EfficientNetB0", 32, {}), ("ResNet50V2", 32, {}), ("DenseNet121", 32, {})):
    _application(_name, _side, **_options)


@case(numbers(8, 8, 3), kernels={"head/kernel"}, never_prune=("stem", "middle"))
def frozen_backbone_with_a_new_head(shape, classes):
    inner = keras.Input(shape)
    x = L.BatchNormalization()(L.Conv2D(4, 3, name="stem")(inner))
    x = L.Conv2D(4, 3, activation="relu", name="middle")(x)
    backbone = keras.Model(inner, L.GlobalAveragePooling2D()(x), name="backbone")
    backbone.trainable = False
    inputs = keras.Input(shape)
    x = L.Dropout(0.2)(backbone(inputs, training=False))
    return keras.Model(inputs, L.Dense(classes, name="head")(x))


@case(_VECTOR, kernels={"kept/kernel", "output/kernel"})
def frozen_layer(shape, classes):
    return keras.Sequential([
        keras.Input(shape), L.Dense(5, "relu", name="kept", trainable=False),
        L.Dense(classes, name="output")])


@case(_IMAGE)
def patches_by_operators(shape, classes):
    inputs = keras.Input(shape)
    x = tf.image.extract_patches(inputs, [1, 4, 4, 1], [1, 4, 4, 1], [1, 1, 1, 1], "VALID")
    x = tf.reshape(x, (-1, 4, 32))
    x = L.Dense(6)(x)
    return _classifier(inputs, L.MultiHeadAttention(2, 3)(x, x), classes)
