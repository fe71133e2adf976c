"""What a function was given before it is called: it decides numbers, as the function's source does.

The places: values around it (its closure), bindings of gin, defaults of its arguments, and the
object that it is a method of. `functools.partial` has places of its own, which are not here.
"""

import inspect

import gin


def given_values(function):
    """{place: {name: value}, or the value of 'self'}; a place where nothing was given is left out.

    Args:
      function: anything that can be called.
    """
    plain = inspect.unwrap(function)
    owner = getattr(function, "__self__", None)
    places = {"bindings": gin_bindings(function), "closure": closure(plain),
              "defaults": _own_defaults(plain)}
    is_method = inspect.ismethod(function) or inspect.isbuiltin(function)
    return {
        **({"self": owner} if is_method and not inspect.ismodule(owner) else {}),
        **{place: values for place, values in places.items() if values}}


def closure(function):
    """{name: value} of what a function takes from the functions around it; {} of any other object.

    Unlike `inspect.getclosurevars` it leaves out a name that has no value yet.
    """
    function = getattr(function, "__func__", function)
    if not inspect.isfunction(function):
        return {}
    return {
        name: cell.cell_contents
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True)
        if _is_filled(cell)
    }


def gin_bindings(function):
    """{argument: value} that gin gives a function, also by the scope of a reference; else {}.

    References in the bindings are resolved, as gin does it at each call.
    """
    scope = None
    for each in wrappings(function):
        if _of_gin(each):  # The wrapper that gin makes of '@scope/function'.
            scope = scope or closure(each).get("scope_components")
        try:
            if scope is None:
                return dict(gin.get_bindings(each))
            with gin.config_scope(list(scope)):
                return dict(gin.get_bindings(each))
        except (ValueError, TypeError):
            continue  # It is not a configurable of gin, but what it wraps may be one.
    return {}


def wrappings(function):
    """The function, what it wraps (by `functools.wraps`), and so on to the plain function."""
    outer = []
    plain = inspect.unwrap(function, stop=outer.append)  # None, which append gives, is no stop.
    return [*outer, plain]


def _of_gin(function):
    return inspect.isfunction(function) and function.__globals__.get("__name__") == "gin.config"


def _own_defaults(function):
    """Defaults of a function that a function makes; the source has those of any other function."""
    function = getattr(function, "__func__", function)
    if not inspect.isfunction(function) or "<locals>" not in function.__qualname__:
        return {}
    return {each.name: each.default for each in inspect.signature(function).parameters.values()
            if each.default is not each.empty}


def _is_filled(cell):
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True
