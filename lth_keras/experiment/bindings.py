"""Keeps gin's texts of one run, because gin's global state may change to another run's."""

import gin


class Bindings:
    """The contents of `config.gin` and `operative_config.gin`.

    Attributes:
      config: all bindings at the time when this object is made.
      operative: the bindings used so far, defaults included.
    """

    def __init__(self):
        self.config = gin.config_str()
        self.operative = ""
        self.note(gin.operative_config_str())

    def note(self, operative):
        """Takes a later operative configuration, of this process or of another one."""
        # gin adds a part at its first call, so that within a process the text only grows.
        if len(operative) > len(self.operative):
            self.operative = operative
