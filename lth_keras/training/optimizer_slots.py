"""An optimizer's moments, each with the variable that it belongs to."""


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
