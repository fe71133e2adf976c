"""Networks as functions `(input_shape, num_classes, width) -> Keras model`, one family a file."""

from lth_keras.models.alexnet import alexnet_small
from lth_keras.models.building import build, build_keras3, build_seeded
from lth_keras.models.causal_convolutions import causal_convolutions
from lth_keras.models.conv import conv_2, conv_4, conv_6
from lth_keras.models.densenet import densenet
from lth_keras.models.initialization import fan_in_uniform, glorot_normal, glorot_uniform, he_normal
from lth_keras.models.lenet import lenet_5, lenet_300_100
from lth_keras.models.model_interface import ModelInterface, as_two_logits
from lth_keras.models.normalization import batch_normalization
from lth_keras.models.pixelwise import pixelwise
from lth_keras.models.residual_mlp import residual_mlp
from lth_keras.models.resnet import resnet
from lth_keras.models.token_transformer import token_transformer
from lth_keras.models.vgg import vgg_16, vgg_19
from lth_keras.models.vision_transformer import vision_transformer
from lth_keras.models.width import closest_width, scaled

__all__ = [
    "ModelInterface", "alexnet_small", "as_two_logits", "batch_normalization", "build",
    "build_keras3", "build_seeded", "causal_convolutions", "closest_width", "conv_2", "conv_4",
    "conv_6", "densenet", "fan_in_uniform", "glorot_normal", "glorot_uniform", "he_normal",
    "lenet_300_100", "lenet_5", "pixelwise", "residual_mlp", "resnet", "scaled",
    "token_transformer", "vgg_16", "vgg_19", "vision_transformer",
]
