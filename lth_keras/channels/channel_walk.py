"""The walk through a model's graph that finds which channels go together."""

import dataclasses

from lth_keras.channels import join_rules, kernel_rules, shape_rules
from lth_keras.channels.channel_labels import ChannelLabels, Channels
from lth_keras.compat import keras

# The role of an axis of a variable for the channels that lie along it.
MAKES, READS, CARRIES = "makes", "reads", "carries"

# The shape of a nested model's input is noted under this word and its number: 'input 0'.
INPUT = "input "

_RULES = kernel_rules.RULES | shape_rules.RULES | join_rules.RULES


@dataclasses.dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer, as its rule sees it.

    Attributes:
      walk: the `ChannelWalk`.
      layer: the plain layer.
      path: its name, with those of nested models before it.
      inputs: `Channels` of each input tensor; None of a tensor without an axis of known size.
      shapes: the shape of each input tensor.
      output_shapes: the shape of each output tensor.
      node: Keras's record of the call.
    """

    walk: object
    layer: object
    path: str
    inputs: list
    shapes: list
    output_shapes: list
    node: object

    def whole(self, reason):
        """All channels of the inputs stay, and so do those of the outputs, for this reason."""
        text = f"{self.path} ({type(self.layer).__name__}) {reason}"
        for channels in self.inputs:
            if channels is not None:
                self.walk.labels.keep_whole(channels.labels, text)
        return [self.walk.whole(shape, text) for shape in self.output_shapes]

    def last(self):
        """Labels along the last axis of the only input; None where its channels lie elsewhere."""
        (channels,), (shape,) = self.inputs, self.shapes
        at_last = channels is not None and channels.axis == len(shape) - 1
        return channels.labels if at_last else None

    def made(self, count, what="", axis=-1):
        """`Channels` that this layer makes, along an axis of its only output."""
        (shape,) = self.output_shapes
        return Channels(axis % len(shape), self.walk.of_layer(self.path, what, count))

    def variable(self, name, axis, labels, role):
        """Notes that the channels `labels` lie along an axis of one of the layer's variables."""
        self.walk.note(f"{self.path}/{name}", axis, labels, role)

    def size(self, field, labels, make=None):
        """Notes that an argument of the layer counts the channels `labels`.

        Args:
          field: the argument in its configuration.
          labels: the channels.
          make: function (kept, value) -> value, of bool [channels] and the argument's value; None
            for their number.
        """
        self.walk.sizes.setdefault(self.path, {})[field] = labels, make


class ChannelWalk:
    """What one walk through a plain model finds.

    Args:
      model: a plain functional or Sequential model.

    Attributes:
      labels: `ChannelLabels`.
      axes: {(key, axis): (labels, role)} of the model's variables.
      sizes: {path: {field: (labels, make)}}: what `Call.size` noted.
    """

    def __init__(self, model):
        self.labels = ChannelLabels()
        self.axes = {}
        self.sizes = {}
        self._made = {}
        inputs = [self.whole(tensor.shape, "the model's input") for tensor in model.inputs]
        for channels in self._model(model, inputs, ""):
            if channels is not None:
                self.labels.keep_whole(channels.labels, "the model's output")

    def whole(self, shape, reason):
        """`Channels` along a tensor's last axis of known size that stay; None without such."""
        if len(shape) < 2 or shape[-1] is None:
            return None
        labels = self.labels.fresh(shape[-1])
        self.labels.keep_whole(labels, reason)
        return Channels(len(shape) - 1, labels)

    def of_layer(self, path, what, count):
        """The labels of what a layer makes: the same at each of its calls."""
        if (path, what) not in self._made:
            self._made[path, what] = self.labels.fresh(count)
        return self._made[path, what]

    def note(self, key, axis, labels, role):
        """Ties the channels along an axis of a variable to those known there."""
        if (key, axis) in self.axes:
            self.labels.tie(self.axes[key, axis][0], labels)
        else:
            self.axes[key, axis] = labels, role

    def _model(self, model, inputs, prefix):
        """`Channels` of the model's outputs."""
        known = {id(tensor): channels
                 for tensor, channels in zip(model.inputs, inputs, strict=True)}
        for depth in sorted(model._nodes_by_depth, reverse=True):
            for node in model._nodes_by_depth[depth]:
                if node.is_input:
                    continue
                outputs = keras_tensors(node.outputs)
                found = self._call(node, [known[id(each)] for each in node.keras_inputs], prefix)
                known.update(zip(map(id, outputs), found, strict=True))
        return [known[id(tensor)] for tensor in model.outputs]

    def _note_inputs(self, model, inputs, path):
        """Notes the widths of a nested model's inputs, which its configuration holds."""
        for place, channels in enumerate(inputs):
            if channels is not None:
                noted = self.sizes.setdefault(path, {})
                labels, _ = noted.setdefault(f"{INPUT}{place}", (channels.labels, None))
                self.labels.tie(labels, channels.labels)
                noted[f"{INPUT}{place}"] = labels, _input_shape(
                    tuple(model.inputs[place].shape), channels.axis)

    def _call(self, node, inputs, prefix):
        layer, path = node.layer, f"{prefix}{node.layer.name}"
        if isinstance(layer, keras.Model):
            self._note_inputs(layer, inputs, path)
            return self._model(layer, inputs, f"{path}/")
        call = Call(self, layer, path, inputs, [tuple(each.shape) for each in node.keras_inputs],
                    [tuple(each.shape) for each in keras_tensors(node.outputs)], node)
        # Exact classes only: a subclass of the user's own may do anything.
        rule = _RULES.get(type(layer))
        if rule is None:
            return call.whole("is a layer whose channels are not known")
        if getattr(layer, "data_format", None) == "channels_first":
            return call.whole("has channels first")
        if getattr(layer, "_activity_regularizer", None) is not None:
            return call.whole("has an activity regularizer")
        return rule(call)


def _input_shape(shape, axis):
    return lambda kept, _: tuple(
        int(kept.sum()) if place == axis else size for place, size in enumerate(shape))


def keras_tensors(outputs):
    """The tensors of a node's outputs, in order."""
    if isinstance(outputs, (list, tuple)):
        return [tensor for each in outputs for tensor in keras_tensors(each)]
    if isinstance(outputs, dict):
        return [tensor for key in sorted(outputs) for tensor in keras_tensors(outputs[key])]
    return [outputs]
