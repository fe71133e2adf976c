"""Whether Ray is installed, which only several workers need."""

import importlib.util

from lth_keras.errors import ConfigurationError


def require_ray(flag):
    """Checks that Ray is installed.

    Args:
      flag: the flag that needs it.

    Raises:
      ConfigurationError: it is not.
    """
    if importlib.util.find_spec("ray") is None:
        raise ConfigurationError(
            f"{flag} needs Ray, which is not installed; pip install -r requirements-cluster.txt "
            "-c constraints.txt, or give --workers=1"
        )
