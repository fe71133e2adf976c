"""300 malformed experiments, flags and run directories: one clear line each, nothing altered."""

import contextlib
import hashlib
import pathlib
import random
import shutil

import gin
import pytest

from lth_keras import files
from lth_keras.commands import configuration
from lth_keras.commands.main import main
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import execute, prepare
from tests.reporters import SilentReporter

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILE = ROOT / "gin" / "smoke" / "mnist_lt.gin"
TINY = (
    "Dataset.train_examples = 100", "Dataset.test_examples = 50", "Experiment.batch_size = 20",
    "Experiment.duration = '1ep'", "RewindingSchedule.rounds = 1", "ROUNDS = (1,)",
    "Experiment.trials = 1", "Experiment.variants = [@ticket/Variant()]",
)
VALUES = (
    "None", "-1", "0", "1.5", "nan", "True", "''", "'x'", "'5'", "'5epochs'", "[]", "{}",
    "(1, 'a')",
    "[1, [2]]", "@Dataset", "@Dataset()", "@nothing()", "%NOTHING", "1e400", "'../../etc'",
    "'a/b c'", "'Ünïcode'", "{'a': 1}", "lambda: 1", "__import__('os')", "'\\x00'", "10**9",
)
BINDINGS = (
    "Experiment.trials", "Experiment.batch_size", "Experiment.duration", "Experiment.model",
    "Experiment.optimizer", "Experiment.imp", "Experiment.variants", "Experiment.seed",
    "RewindingSchedule.rounds", "RewindingSchedule.rate", "RewindingSchedule.rates",
    "RewindingSchedule.scope", "RewindingSchedule.rewind_to", "IMP.duration", "IMP.criterion",
    "Adam.learning_rate", "Adam.l2", "Dataset.name", "Dataset.validation", "Dataset.std",
    "ticket/Variant.name", "ticket/Variant.rounds", "ticket/Variant.mask", "EmpiricalDraw.pool",
    "ticket/Variant.duration", "Adam.beta_1", "Experiment.published", "Experiment.never_prune",
)
# Bindings with any value: each is refused, or gives a valid experiment.
GIN_CASES = [f"{name} = {value}" for name in BINDINGS for value in VALUES]
BROKEN_LINES = (
    "Experiment.trials", "= 3", "Experiment.trials = = 3", "include 'gin/nothing.gin'", "include",
    "import nothing_of_that_name", "Experiment..trials = 3", "@@", "%", "ROUNDS = (1,", "'", "\\",
    "Experiment.trials = 3 4", "x/y/z.w = 1", "import os; os.abort()",
)
FLAGS = (
    ["--gin_file"], ["--gin_file="], ["--gin_file=/"], ["--gin_file=a\nb"],
    ["--gin_file=" + "x" * 5000],
    ["--gin_param=a"], ["--nothing"], ["--output_dir"], ["--checkpoint_minutes=a"],
    ["--checkpoint_minutes=-1"], ["nothing"], ["verify"], ["verify", "a", "b"],
    ["verify", "nothing"],
    ["verify", "--repair"], ["verify", "\x00"], ["list", "a"],
    ["list", "--output_dir=/nowhere/at/all"],
    ["report"], ["report", "nothing"], ["report", "x" * 300], ["export"], ["export", "nothing"],
    ["export", "nothing", "--variant=ticket@01", "--to=x"], ["--checkpoint_minutes=nan"],
    ["analyze"], ["analyze", "nothing"],
    ["analyze", ""], [""], ["--", "--"], ["run"],
)


def one_line(capsys, status):
    said = capsys.readouterr().err
    assert status in (1, 2)
    assert said.startswith("error: ") and said.count("\n") == 1 and "Traceback" not in said, said


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    experiment = configuration.read([str(GIN_FILE)], TINY)
    prepared = prepare(experiment, tmp_path_factory.mktemp("runs"))
    execute(prepared, SilentReporter())
    gin.clear_config()
    return prepared.context.paths


def bytes_of(root):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


@pytest.mark.parametrize("arguments", FLAGS, ids=lambda each: " ".join(each)[:30])
def test_flags(arguments, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one_line(capsys, main(list(arguments)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_broken_gin_files(line, capsys, tmp_path, monkeypatch, finished):
    monkeypatch.chdir(ROOT)
    before = bytes_of(finished.root)
    file = tmp_path / "broken.gin"
    file.write_text(f"include 'gin/smoke/mnist_lt.gin'\n{line}\n", "utf-8")
    one_line(capsys, main([f"--gin_file={file}", f"--output_dir={finished.root.parent}"]))
    assert bytes_of(finished.root.parent) == before, "another run, or the finished one altered"


@pytest.mark.parametrize("content", [b"", b"\x00\xff\xfe", b"\xef\xbb\xbf", b"(" * 2000])
def test_files_that_are_no_text(content, capsys, tmp_path):
    file = tmp_path / "broken.gin"
    file.write_bytes(content)
    one_line(capsys, main([f"--gin_file={file}", f"--output_dir={tmp_path / 'runs'}"]))
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("name", BINDINGS)
def test_values_are_refused_with_a_reason_or_taken(name, tmp_path):
    taken = []
    for value in VALUES:
        gin.clear_config()
        try:
            taken.append(configuration.read(
                [str(GIN_FILE)], [*TINY, "Experiment.jit = False", f"{name} = {value}"]))
        except ConfigurationError as error:
            assert str(error).strip()
    for experiment in {id(each): each for each in (*taken[:1], *taken[-1:])}.values():
        # The other checks before anything is trained.
        with contextlib.suppress(ConfigurationError):
            prepare(experiment, tmp_path)
    assert not list(tmp_path.iterdir())


def _mutilations(seed):
    generator = random.Random(seed)

    def change(path):
        content = bytearray(path.read_bytes())
        kind = generator.randrange(5)
        if kind == 0:
            path.write_bytes(content[: generator.randrange(len(content) or 1)])
        elif kind == 1 and content:
            content[generator.randrange(len(content))] ^= 1 << generator.randrange(8)
            path.write_bytes(content)
        elif kind == 2:
            path.unlink()
        elif kind == 3:
            path.unlink()
            path.mkdir()
        else:
            path.write_bytes(generator.randbytes(50))

    return generator, change


@pytest.mark.parametrize("seed", range(60))
def test_mutilated_run_directories(seed, finished, tmp_path, capsys, undrawn):
    copy = tmp_path / finished.root.name
    shutil.copytree(finished.root, copy)
    generator, change = _mutilations(seed)
    victims = sorted(path for path in copy.rglob("*") if path.is_file() and path.name != ".lock")
    for victim in generator.sample(victims, generator.choice((1, 1, 2, 5))):
        change(victim)
    before = bytes_of(copy)
    looking = [["list", f"--output_dir={tmp_path}"], ["verify", str(copy)]]
    # Slower; of these commands only `report` writes, and only its own files.
    more = [["export", str(copy), "--variant=ticket@01", f"--to={tmp_path / 'exported'}",
             "--format=ticket", "--nolatency"],
            ["report", str(copy)]] if seed % 6 == 0 else []
    for arguments in (*looking, *more):
        answered(capsys, arguments)
        if arguments[0] != "report":
            assert {path: digest for path, digest in bytes_of(copy).items()
                    if "exports" not in path.parts} == before, arguments
    answered(capsys, ["verify", str(copy), "--repair"])
    answered(capsys, looking[0])


def answered(capsys, arguments):
    """Gives a command; it must end with status 0, or with one line that says why not."""
    status = main(arguments)
    said = capsys.readouterr()
    assert status in (0, 1, 2) and "Traceback" not in said.err + said.out
    assert (status == 0) == (said.err == ""), said
    assert said.err.count("\n") <= 1, said


@pytest.mark.parametrize("name", ["run.json", "trial_01/ticket@01/done.json"])
def test_sealed_files_without_their_contents(name, finished, tmp_path, capsys, undrawn):
    copy = tmp_path / finished.root.name
    shutil.copytree(finished.root, copy)
    files.write_sealed_json(copy / name, {})
    before = bytes_of(copy)
    answered(capsys, ["list", f"--output_dir={tmp_path}"])
    for arguments in (["verify", str(copy)], ["report", str(copy)],
                      ["export", str(copy), "--variant=ticket@01", f"--to={tmp_path / 'x'}"]):
        assert main(arguments) in (1, 2)
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1, said
    assert bytes_of(copy) == before


def test_a_lock_that_is_a_folder(finished, tmp_path, capsys, undrawn):
    copy = tmp_path / finished.root.name
    shutil.copytree(finished.root, copy)
    (copy / ".lock").unlink(missing_ok=True)
    (copy / ".lock").mkdir()
    answered(capsys, ["report", str(copy)])


def test_there_are_as_many_cases_as_promised():
    assert len(GIN_CASES) + len(BROKEN_LINES) + len(FLAGS) + 60 + 4 >= 300
