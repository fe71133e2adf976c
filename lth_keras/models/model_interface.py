"""From the model that a function built to the one that is trained: one input, one output.

All code after this file works with models that have one input array, [batch, …], and one output, in
the form that the task takes. Any other model is joined to the data by a few TensorFlow operations;
its layers and their names stay as they are.
"""

import dataclasses

from lth_keras.compat import keras, tf
from lth_keras.errors import ConfigurationError


@dataclasses.dataclass(frozen=True)
class ModelInterface:
    """Where a model and the data meet.

    Attributes:
      inputs: `data.InputFields` where an example has several arrays; else None.
      output: the name of the output that the labels are for, of a model with several.
      one_for_two: whether one logit may stand for two classes.
      as_written: whether to keep the inputs and the logits that its function gave it.
      all_outputs: whether to keep its outputs too, those that no labels are for.
    """

    inputs: object = None
    output: str | None = None
    one_for_two: bool = False
    as_written: bool = False
    all_outputs: bool = False


def joined(model, interface, input_shape, outputs, name):
    """The model with one input and one output, the task's; unchanged where it already is such a
    model.

    Args:
      model: as the function built it.
      interface: `ModelInterface`.
      input_shape: of one example; of several arrays, of the packed row.
      outputs: shape of one example's outputs.
      name: the function's, for messages.

    Raises:
      ConfigurationError: inputs or outputs are not those that the data ask for.
    """
    if interface.all_outputs:
        return model
    model = _of_one_output(model, interface.output, name)
    if interface.as_written:
        return model
    if interface.inputs is not None:
        model = _of_packed_inputs(model, interface.inputs, name)
    elif len(model.inputs) != 1:
        raise ConfigurationError(
            f"the model {name} has {len(model.inputs)} inputs, {', '.join(model.input_names)}, and "
            "an example of the data is one array; give a tuple or a dict of arrays as x"
        )
    else:
        _check_input(model.inputs[0].shape, input_shape, name)
    shape = model.output_shape
    if interface.one_for_two and outputs[-1] == 2 and _fits(shape, (None, *outputs[:-1], 1)):
        return _model(model, as_two_logits(model.outputs[0]))
    if not _fits(shape, (None, *outputs)):
        raise ConfigurationError(
            f"the model {name} has outputs of shape {shape}; expected {(None, *outputs)}, as "
            "the labels and the task ask for: for classification logits, without softmax"
        )
    return model


def as_two_logits(outputs):
    """[…, 2] of one logit z [..., 1], the second class's: softmax of (0, z) is the sigmoid of z."""
    return tf.pad(outputs, [[0, 0]] * (len(outputs.shape) - 1) + [[1, 0]])


def _fits(shape, expected):
    """Whether a model's output shape is the expected one; an axis that is None fits any size."""
    return isinstance(shape, tuple) and len(shape) == len(expected) and all(
        size in (None, side) for size, side in zip(shape, expected, strict=True))


def _check_input(taken, input_shape, name):
    if not tf.TensorShape([None, *input_shape]).is_compatible_with(taken):
        raise ConfigurationError(
            f"the model {name} takes inputs of shape {tuple(taken)}, and an example of the data "
            f"has the shape {input_shape}; expected {(None, *input_shape)}: "
            "keras.Input(input_shape) takes the shape that the function is given"
        )


def _model(model, outputs):
    return keras.Model(model.inputs[0] if len(model.inputs) == 1 else model.input, outputs,
                       name=model.name)


def _of_one_output(model, output, name):
    if output is None and len(model.outputs) == 1:
        if isinstance(model.output, (list, tuple, dict)):
            return _model(model, model.outputs[0])
        return model
    named = dict(zip(
        sorted(model.output) if isinstance(model.output, dict) else model.output_names,
        model.outputs, strict=True))
    if output not in named:
        wrong = "which one the labels are for is not said" if output is None else (
            f"none of them is {output!r}")
        raise ConfigurationError(
            f"the model {name} has the outputs {', '.join(named)}, and {wrong}; expected one of "
            "them as Experiment.output (find_ticket(…, output=…))"
        )
    return _model(model, named[output])


def _of_packed_inputs(model, inputs, name):
    names = list(model.input_names)
    if len(names) != len(inputs.fields) or (inputs.form == "dict" and set(names) != {
            field.name for field in inputs.fields}):
        raise ConfigurationError(
            f"the model {name} has the inputs {', '.join(names)}, and an example has "
            f"{', '.join(field.name for field in inputs.fields)}; expected as many, in the same "
            "order or, for a dict, called the same"
        )
    order = {field.name: field for field in inputs.fields}
    fields = [order[each] for each in names] if inputs.form == "dict" else inputs.fields
    packed = keras.Input((inputs.size,), name="packed_inputs")
    tensors = []
    for tensor, field in zip(model.inputs, fields, strict=True):
        if not tf.TensorShape([None, *field.shape]).is_compatible_with(tensor.shape):
            raise ConfigurationError(
                f"the model {name} takes {tuple(tensor.shape)} as its input {field.name}, and the "
                f"data have {(None, *field.shape)}"
            )
        part = tf.reshape(packed[:, field.start : field.stop], (-1, *field.shape))
        tensors.append(part if field.dtype == "float32" else tf.cast(part, field.dtype))
    nested = tf.nest.pack_sequence_as(model.input, tensors)
    return keras.Model(packed, model.call(nested), name=model.name)
