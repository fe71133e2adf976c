"""Whether Ray is installed, which only several workers need."""

import importlib.util

from lth_keras.errors import ConfigurationError
from lth_keras.program import installing


def require_ray(flag):
    """Checks that Ray is installed.

    Args:
      flag: the flag that needs it.

    Raises:
      ConfigurationError: it is not.
    """
    if importlib.util.find_spec("ray") is None:
        raise ConfigurationError(
            f"{flag} needs Ray, which is not installed; "
            f"{installing('cluster')}, or give --workers=1"
        )
