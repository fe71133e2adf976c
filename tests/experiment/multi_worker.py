"""A program, not a test: one of two workers of a small experiment; may kill itself on the way."""

import os
import pathlib
import signal
import sys

from lth_keras.commands import configuration
from lth_keras.errors import ConfigurationError, RunError
from lth_keras.experiment import execute, follow, prepare

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILES = [str(ROOT / "gin" / "smoke" / "mnist_lt.gin"),
             str(ROOT / "gin" / "pieces" / "short.gin")]
# A chain of rounds from a late rewind point, a network from it, and one of another size.
PARAMS = (
    "Experiment.variants = [@ticket/Variant(), @dense_matched/Variant()]", "ROUNDS = (2,)",
    "Dataset.name = 'mnist_5k'", "Experiment.jit = False",
)


class Quiet:
    """A reporter that prints which networks were stored already."""

    def job_skipped(self, label, *_):
        print(f"stored: {label}")

    def __getattr__(self, name):
        return lambda *_, **__: None


class KillAt:
    """Ends the process, like a power cut, when it is asked for the nth time whether to stop."""

    signal_name = None

    def __init__(self, number):
        self.left = number

    def __call__(self):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return False


def main(output, hosts, index, kill_at):
    params = [
        *PARAMS, "Experiment.distribution = @MultiWorkerMirrored()",
        f"MultiWorkerMirrored.hosts = {tuple(hosts.split(','))!r}",
        f"MultiWorkerMirrored.index = {index}",
    ]
    came = []
    signal.signal(signal.SIGTERM, lambda *_: came.append(1))
    try:
        prepared = prepare(
            configuration.read(GIN_FILES, params), output, checkpoint_seconds=0,
            should_stop=KillAt(int(kill_at)))
        os.kill(os.getpid(), signal.SIGTERM)
        print(f"SIGTERM came to the program's own handler: {bool(came)}")
        if prepared.context.replicas.is_chief:
            # The commit is left out: somebody may commit between the two runs.
            execute(prepared, Quiet(), accept_other_versions=True)
        else:
            follow(prepared.context)
    except (ConfigurationError, RunError) as error:
        print(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
