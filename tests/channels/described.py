"""Small models, and their groups of channels in words."""

from lth_keras.channels import ChannelGroups
from lth_keras.compat import keras
from lth_keras.pruning import prunable_weights

layers = keras.layers


def whole(channels):
    """{layer: why its channels stay}."""
    return {each.layer: each.why for each in channels.whole}


def before_an_output(join):
    """`ChannelGroups` of a dense layer `a` of six units, what `join` makes of it, and an output."""
    inputs = keras.Input((5,))
    x = join(layers.Dense(6, name="a")(inputs))
    return groups_of(keras.Model(inputs, layers.Dense(2, name="out")(x)))


def groups_of(model):
    """`ChannelGroups` of a plain model, all its kernels prunable."""
    return ChannelGroups(model, {weight.key for weight in prunable_weights(model)})


def described(channels):
    """{group: (units, kernels that make them, kernels that read them)}."""
    def of(group, role):
        return sorted(place.key for place in group.places if place.role == role)

    return {group.name: (group.size, of(group, "makes"), of(group, "reads"))
            for group in channels.groups}


def residual():
    """Four channels that are added to what three others make of them."""
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(4, 3, padding="same", name="a")(inputs)
    y = layers.Conv2D(3, 3, padding="same", activation="relu", name="b")(x)
    y = layers.BatchNormalization(name="bn")(layers.Conv2D(4, 3, padding="same", name="c")(y))
    x = layers.GlobalAveragePooling2D(name="pool")(layers.Add(name="add")([x, y]))
    return keras.Model(inputs, layers.Dense(2, name="out")(x))
