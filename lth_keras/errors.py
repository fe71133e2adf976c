"""The two ways in which a person's input or machine, and not our code, stops a run."""


class ConfigurationError(Exception):
    """The command or the configuration is wrong; nothing was trained or written.

    The message is one line: what was wrong, its value, what was expected, what to do.
    The command line ends with exit status 2.
    """


class RunError(Exception):
    """The run cannot go on; what is stored stays good. Exit status 1.

    The message is one line that says why and what to do.
    """
