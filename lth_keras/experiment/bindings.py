"""gin's texts of one run, kept when gin's global state goes on to another run's."""

import gin


class Bindings:
    """What `config.gin` and `operative_config.gin` hold.

    Attributes:
      config: every binding, as it is when this is made.
      operative: the bindings used so far, defaults included.
    """

    def __init__(self):
        self.config = gin.config_str()
        self.operative = ""
        self.note(gin.operative_config_str())

    def note(self, operative):
        """Takes a later operative configuration, of this process or of another one's."""
        # Parts count as used when they are first called: in one process the text only grows.
        if len(operative) > len(self.operative):
            self.operative = operative
