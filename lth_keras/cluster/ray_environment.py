"""What Ray reads from the environment when it is imported, and the token its services ask for."""

import os
import secrets
import sys

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray gives its workers a low priority (niceness 15); these get that of a serial run.
    "RAY_worker_niceness": "0",
    # A worker without a GPU in its request sees none.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
}


def set_environment(is_local):
    """Sets Ray's environment variables, except those that the user has set. Before `import ray`.

    Ray's services listen on every address of the machine, and Ray 2.60 has no setting against
    that; whoever reaches them can run code. So a pool on this machine makes them ask for a token,
    a new one for each process, which Ray's own processes get with the environment. Ray reads the
    token when it is imported: a program that imported Ray before has to set its own.

    Args:
      is_local: whether Ray is started here, and not found at an address.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if is_local and "RAY_AUTH_MODE" not in os.environ and "ray" not in sys.modules:
        os.environ["RAY_AUTH_MODE"] = "token"
        if not {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(os.environ):
            os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
