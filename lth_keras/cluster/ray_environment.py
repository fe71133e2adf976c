"""What Ray reads from the environment when it starts, and the token that its services ask for."""

import os
import secrets

_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray gives its workers a low priority (niceness 15); these get that of a serial run.
    "RAY_worker_niceness": "0",
    # A worker that asked for no GPU sees none.
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "1",
}


def set_environment(is_local):
    """Sets what Ray reads, where the user has not set it.

    Ray's services listen on every address of the machine, and Ray 2.60 has no setting against
    that; who can talk to them can have code run. So a pool on this machine has them ask for a
    token, a new one for each process, which goes to Ray's processes by the environment.

    Args:
      is_local: whether Ray is started here, and not found at an address.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if is_local and "RAY_AUTH_MODE" not in os.environ:
        os.environ["RAY_AUTH_MODE"] = "token"
        if not {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"} & set(os.environ):
            os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)
