"""A reporter for tests: it prints nothing and keeps all that it was told."""


class SilentReporter:
    """A reporter in place of the display.

    Attributes:
      started: labels of the jobs whose training began.
      skipped: labels of the jobs that were stored already.
      reached: {label: what the display says that a finished job's network reached}.
      lines: the lines for a person: why jobs were skipped or lost, and notes.
    """

    def __init__(self):
        self.started, self.skipped, self.lines, self.reached = [], [], [], {}

    def job_started(self, label, *_):
        self.started.append(label)

    def job_finished(self, label, reached=None, seconds=None):
        self.reached[label] = reached

    def job_skipped(self, label, steps, why):
        self.skipped.append(label)
        self.lines.append(f"{label}: {why}")

    def job_lost(self, label, why):
        self.lines.append(f"{label}: {why}")

    def note(self, text):
        self.lines.append(text)

    def __getattr__(self, name):
        return lambda *_, **__: None
