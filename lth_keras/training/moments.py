"""Which variables of an optimizer are the moments of which weight."""


def build_with_moments(optimizer, variables):
    """Builds a Keras optimizer for `variables`; {id(variable): [its moments]}.

    The moments are found by identity and not by name: Keras names them after their variables, and
    layers of two nested models may have one name.
    """
    moments = {id(variable): [] for variable in variables}
    add = optimizer.add_variable_from_reference

    def add_and_note(model_variable, *arguments, **options):
        moment = add(model_variable, *arguments, **options)
        moments[id(model_variable)].append(moment)
        return moment

    optimizer.add_variable_from_reference = add_and_note
    try:
        optimizer.build(variables)
    finally:
        del optimizer.add_variable_from_reference
    return moments
