"""The optimizer's moments of each kernel: which they are, and what masks do to them."""

from lth_keras.compat import tf


def build_with_slots(optimizer, variables):
    """Builds a Keras optimizer for `variables`; {id(variable): [its moments]}.

    The moments are found by identity and not by name: Keras names them after their variables, and
    layers of two nested models may have one name.
    """
    slots = {id(variable): [] for variable in variables}
    add = optimizer.add_variable_from_reference

    def add_and_note(model_variable, *arguments, **options):
        slot = add(model_variable, *arguments, **options)
        slots[id(model_variable)].append(slot)
        return slot

    optimizer.add_variable_from_reference = add_and_note
    try:
        optimizer.build(variables)
    finally:
        del optimizer.add_variable_from_reference
    return slots


def mask_moments(slots, masks):
    """Multiplies the moments of each kernel with its mask.

    Moments restored from a rewind point were those of a denser network: a pruned weight must not
    move on their momentum.

    Args:
      slots: {key: [the optimizer's moments]}.
      masks: {key: mask variable}.
    """
    for key, mask in masks.items():
        for slot in slots[key]:
            if slot.shape == mask.shape:
                slot.assign(slot * mask)


def forget(slots, known):
    """Sets the moments of one kernel to zero where `known`, a bool array, is False."""
    for slot in slots:
        if slot.shape == known.shape:
            slot.assign(tf.where(known, slot, tf.zeros([], slot.dtype)))
