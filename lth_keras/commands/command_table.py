"""Every command with its flags, in one table: parsing, help and shell completion read it.

Nothing here imports a command: `--help` must not wait for TensorFlow.
"""

import dataclasses
import shutil
import textwrap

from absl import flags as absl_flags

from lth_keras.program import installing, program

_NARROWEST, _WIDEST = 60, 120  # Columns of the help text.


@dataclasses.dataclass(frozen=True)
class Flag:
    """A flag of a command.

    Attributes:
      name: without dashes.
      text: its description in the help.
      kind: 'string', 'integer', 'float', 'bool', 'list' (commas), 'multi' (given several times).
      default: its value where it is not given.
      value: the text after '=' in the help: 'F', 'DIR'; None for a flag that is on or off.
      shown: its spelling in the help, if it is not '--name=VALUE'.
      least: the smallest value of a number; None where any is taken.
    """

    name: str
    text: str
    kind: str = "string"
    default: object = None
    value: str | None = None
    shown: str | None = None
    least: int | None = None

    @property
    def spelling(self):
        """'--gin_file=F', as the help shows it."""
        return self.shown or f"--{self.name}" + (f"={self.value}" if self.value else "")

    @property
    def expected(self):
        """'a whole number, at least 1', for an error; None where it takes no number."""
        numbers = {"integer": "a whole number", "float": "a number"}
        least = "" if self.least is None else f", at least {self.least}"
        return f"{numbers[self.kind]}{least}" if self.kind in numbers else None

    def define(self, values):
        """Adds the flag to absl's `values`."""
        _DEFINE[self.kind](self.name, self.default, self.text, flag_values=values)


_DEFINE = {
    "string": absl_flags.DEFINE_string, "integer": absl_flags.DEFINE_integer,
    "float": absl_flags.DEFINE_float, "bool": absl_flags.DEFINE_bool,
    "list": absl_flags.DEFINE_list, "multi": absl_flags.DEFINE_multi_string,
}


@dataclasses.dataclass(frozen=True)
class Command:
    """A command of the program.

    Attributes:
      name: 'export'; its code is in `<name>_command.py`.
      usage: its arguments in short, after the name of the program.
      text: its description.
      flags: `Flag`s, without --output_dir, which every command has.
      arguments: (name, description) of its arguments besides flags.
    """

    name: str
    usage: str
    text: str
    flags: tuple = ()
    arguments: tuple = ()

    def help(self, width):
        """Its part of the help text, in lines of at most `width` columns."""
        start = f"usage: {program()} "
        first = textwrap.wrap(
            f"{start}{self.usage}", width, subsequent_indent=" " * len(start),
            break_long_words=False, break_on_hyphens=False)
        about = textwrap.wrap(self.text, width, initial_indent="  ", subsequent_indent="  ",
                              break_on_hyphens=False)
        rows = [*self.arguments, *((flag.spelling, flag.text) for flag in self.flags), OUTPUT_ROW]
        return "\n".join([*first, *about, *_two_columns(rows, width)]) + "\n"


OUTPUT_DIR = Flag("output_dir", "where runs live; the default is runs", default="runs", value="DIR")
OUTPUT_ROW = (OUTPUT_DIR.spelling, OUTPUT_DIR.text)
_RUN = ("RUN", "a run's folder, or its name under --output_dir")
_DATA_DIR = Flag("data_dir", "where TFDS data sets are prepared", value="DIR")
_GIN_PARAM = "a binding that wins over the files: --gin_param='{}'"
_TRUST = Flag("trust", "import the modules that the run's configuration names, from the working "
              "directory: they are code, see docs/security.md", "bool", False)

TRAIN = Command(
    "train", "--gin_file=F [--gin_param=B]… [--output_dir=runs] [--data_dir=D] [--workers=N] "
    "[--ray_address=A]",
    "Runs the experiment, or goes on with it where it stopped. A file that binds Sweep.axes makes "
    "a run for each combination of their values, and a comparison of them.",
    (
        Flag("gin_file", "the experiment: a file, or the name of one that comes along (see "
             "experiments); given again, a file whose bindings win", "multi", [], "F"),
        Flag("gin_param", _GIN_PARAM.format("Experiment.trials = 1"), "multi", [], "B"),
        _DATA_DIR,
        Flag("checkpoint_minutes", "least time between checkpoints within a network; the default "
             "is 5", "float", 5, "M", least=0),
        Flag("workers", "trains N networks at a time, in processes that share this machine's "
             "cores; more than one needs Ray: " + installing("cluster"), "integer", None, "N",
             least=1),
        Flag("ray_address", "trains on the Ray cluster at this address, or 'auto', with the same "
             "--output_dir on every node; see docs/cluster.md", value="A"),
        Flag("cluster_hosts", "all workers of Experiment.distribution = @MultiWorkerMirrored(); "
             "see docs/distribution.md", value="HOSTS", shown="--cluster_hosts=host:port,…"),
        Flag("cluster_index", "which of --cluster_hosts this is, from 0", "integer", None, "I",
             least=0),
        Flag("accept_other_versions", "go on with a run that was begun with other versions of the "
             "software", "bool", False),
    ),
)
LIST = Command(
    "list", "list [--output_dir=runs]",
    "The runs there: name, state, how far, data, and the ticket of the best validation metric "
    "(accuracy, where the task is classification), with its test metric.")
REPORT = Command(
    "report", "report RUN [RUN…] [--margin=M] [--to=DIR]",
    "Tables, figures and report.html again from what is stored, of a run that is finished, still "
    "going or cut off. Several runs make a comparison, which --to says where to write.",
    (
        Flag("margin", "how much worse still counts as matching, in the metric's unit: of accuracy "
             "0.002 is 0.2 points; the default is the experiment's own", "float", None, "M"),
        Flag("to", "where the comparison goes", value="DIR"),
    ), (_RUN,))
VERIFY = Command(
    "verify", "verify RUN [--repair]",
    "Checks every stored file against its checksum, and every invariant of masks and weights.",
    (Flag("repair", "move what is damaged into RUN/set_aside, so that the next run does it again",
          "bool", False),), (_RUN,))
ANALYZE = Command(
    "analyze", "analyze RUN [--gin_file=F]… [--only=M,…] [--data_dir=D]",
    "Geometry of the networks of a run. Results go beside it, into RUN/analysis, and what is "
    "stored there already is not done again.",
    (
        Flag("gin_file", "the measures, such as gin/analysis/insights.gin; without one, the quick "
             "ones", "multi", [], "F"),
        Flag("gin_param", _GIN_PARAM.format("Hessian.positive = 100"), "multi", [], "B"),
        _TRUST,
        Flag("only", "only the measures of these names", "list", [], "M,…"),
        _DATA_DIR,
    ), (_RUN,))
EXPORT = Command(
    "export", "export RUN --variant=ticket@06 --to=DIR [--trial=1] [--format=A,B] …",
    "Writes a network for use elsewhere, reloads it in a fresh process and checks it.",
    (
        Flag("variant", "which network: ticket@06, full, round_03, …", value="NAME"),
        Flag("to", "the folder to make; it must not exist", value="DIR"),
        Flag("trial", "which trial; the default is 1", "integer", 1, "N", least=1),
        Flag("format", "of saved_model, keras, keras3, onnx, tflite, tflite_float16, "
             "tflite_int8, tflite_sparse, ticket (masks and rewind point); the default is "
             "saved_model,keras,tflite,ticket", "list", None, "A,B"),
        Flag("input", "uint8: SavedModel, ONNX and TFLite take raw images; float: normalised "
             "floats; the default is uint8 where the data are", value="FORM"),
        Flag("weights", "trained (the default) or untrained: those that training started from",
             default="trained", value="WHICH"),
        Flag("compact", "removes units whose weights are all gone: a smaller dense network", "bool",
             False),
        Flag("latency", "leaves out the comparison with the dense network", "bool",
             True, shown="--nolatency"),
        Flag("gin_param", "where the run's data are now: --gin_param=\"Dataset.name = "
             "'npz:FILE'\"", "multi", [], "B"),
        Flag("gin_file", "a file of yours that imports the module of the run's data function, or "
             "of its task", "multi", [], "F"),
        _TRUST,
        _DATA_DIR,
    ), (_RUN,))
EXPERIMENTS = Command(
    "experiments", "experiments [NAME]",
    "The experiments that come along: what each reproduces, and how long it takes. With NAME, "
    "prints that gin file.", arguments=(("NAME", "such as mnist_lt: --gin_file=mnist_lt runs it"),))
DOCTOR = Command(
    "doctor", "doctor [--data_dir=D]",
    "Says of Python, versions, GPU, XLA, cores, memory, disk, data sets and Ray: fine, or what to "
    "do. On a GPU it trains 20 steps and compares them with the CPU's.", (_DATA_DIR,))
COMPLETION = Command(
    "completion", "completion bash|zsh",
    "Prints a script that completes commands, flags and experiments in the shell: "
    "source <(lth-keras completion bash).")

# The order is that of the help. Training has no name on the command line.
COMMANDS = {command.name: command for command in (
    LIST, REPORT, EXPORT, ANALYZE, VERIFY, EXPERIMENTS, DOCTOR, COMPLETION)}


def help_text(command=None, width=None):
    """The help of one `Command`, or of all: in as many columns as the terminal has."""
    width = width or min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    shown = [command] if command else [TRAIN, *COMMANDS.values()]
    return "\n".join(each.help(width) for each in shown)


def _two_columns(rows, width):
    left = min(max(len(name) for name, _ in rows), 22) + 2
    for name, text in rows:
        lines = textwrap.wrap(text, width - left - 2, break_long_words=False,
                              break_on_hyphens=False)
        if len(name) > left - 2:
            yield f"  {name}"
        else:
            yield f"  {name:<{left}}{lines.pop(0)}"
        yield from (" " * (left + 2) + line for line in lines)
