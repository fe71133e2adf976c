"""How the user calls this program, so that the commands in messages work where they are read."""

import pathlib
import sys

_ENTRY_POINT = "lth-keras"
_SCRIPT = "run.py"


def program() -> str:
    """'lth-keras' or 'python run.py': what a command begins with.

    The entry point and `python -m lth_keras` are the command of an installed package, run.py is
    that of a clone. In any other program, such as one of the user's own, and in Ray's processes, it
    is run.py where the package lies beside one.
    """
    called = pathlib.Path(sys.argv[0] if sys.argv else "")
    if called.name in (_ENTRY_POINT, f"{_ENTRY_POINT}.exe"):
        return _ENTRY_POINT
    if called.name == "__main__.py" and called.parent.name == "lth_keras":
        return _ENTRY_POINT
    return f"python {_SCRIPT}" if called.name == _SCRIPT or _is_clone() else _ENTRY_POINT


def installing(extra: str = "") -> str:
    """The command that installs what is missing.

    Args:
      extra: 'cluster' or 'export', the packages of requirements-EXTRA.txt; '' means those that
        every run needs.
    """
    if not _is_clone():  # An installed package has no requirements files beside it.
        return f"pip install 'lth_keras[{extra}]'" if extra else "pip install lth_keras"
    file = f"requirements-{extra}.txt" if extra else "requirements.txt"
    return f"pip install -r {file} -c constraints.txt"


def _is_clone():
    return (pathlib.Path(__file__).resolve().parent.parent / _SCRIPT).is_file()
