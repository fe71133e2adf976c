"""What Ray reads from the environment when it starts."""

import os

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray gives its workers a low priority (niceness 15); these get that of a serial run.
    "RAY_worker_niceness": "0",
    # A worker without a GPU in its request sees none.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
}


def set_environment():
    """Sets Ray's environment variables, except those that the user has set.

    Ray's services listen on every address of the machine, and Ray 2.60 has no setting against
    that. Nor is its token set here: a driver that set one was refused by its own services.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
