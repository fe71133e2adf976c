"""Any value at any key of a run's sealed JSON files, with every seal and checksum made to fit."""

import copy
import random

from lth_keras import files
from lth_keras.errors import RunError
from lth_keras.store.fingerprints import configuration_digest
from lth_keras.store.schemas import (
    AnalysisSummary,
    ExportCard,
    NetworkFacts,
    PieceFacts,
    ReportSeal,
    RunHeader,
    checked,
)
from lth_keras.store.schemas.facts_counts import problem_with
from tests.hostile import damages
from tests.json_places import places

# A file of each form; networks with what only some have: an own start, other architectures, …
FORMS = {
    "run.json": RunHeader, "report.json": ReportSeal, "exports/exported.json": ExportCard,
    "analysis/mask_overlap/summary.json": AnalysisSummary,
    "analysis/mask_overlap/trial_01/done.json": PieceFacts,
    "trial_01/round_00/done.json": NetworkFacts, "trial_01/round_02/done.json": NetworkFacts,
    "trial_01/reinit@02/done.json": NetworkFacts,
}
_NAMES = ("round_00", "round_02", "ticket@02", "full", "rewind", "imp", "fc1/kernel", "initial",
          "x", "", "9ep", "999999999it", "0it", "test", "Dataset", "dense", "2026-01-01")


def sealed_contents(root):
    """{file: content without its seal} of the files in `FORMS`."""
    return {name: files.read_sealed_json(root / name) for name in FORMS}


def altered(contents, name, chance):
    """A copy of a file's content with one place altered, by a value of its type or any other."""
    content = copy.deepcopy(contents[name])
    # A key of the top first: most places of run.json lie in the model's configuration.
    top = chance.choice(list(content))
    inside = [(content, top)]
    if isinstance(content[top], (dict, list)):
        inside += places(content[top])
    parent, key = chance.choice(inside)
    how = chance.random()
    if how < 0.12:
        del parent[key]
    elif how < 0.25:
        parent[key] = chance.choice(damages.VALUES)
    else:
        parent[key] = _fitting(parent[key], chance)
    return content


def refusal(contents, name, content):
    """Why the schemas refuse a content, one line; None where they take it.

    Args:
      contents: of the other files, as `sealed_contents` gives them.
      name: of the file.
      content: its altered content.
    """
    try:
        checked(FORMS[name], content, name)
    except RunError as error:
        return str(error)
    if FORMS[name] is NetworkFacts:
        return problem_with(contents["run.json"], content)
    if name == "run.json":
        return next(filter(None, (
            problem_with(content, facts) for other, facts in contents.items()
            if FORMS[other] is NetworkFacts)), None)
    return None


def taken(contents, seed):
    """(file, altered content) that the schemas take: the first after a seed."""
    chance = random.Random(seed)
    while True:
        name = chance.choice(["run.json", *FORMS])
        content = altered(contents, name, chance)
        if content != contents[name] and refusal(contents, name, content) is None:
            return name, content


def put(run, name, content):
    """Writes an altered content, and makes everything vouch for it: checksums, digests, seals."""
    files.write_sealed_json(run / name, content)
    header = files.read_sealed_json(run / "run.json")
    done = sorted(run.glob("trial_*/*/done.json"))
    for path in done:
        facts = files.read_sealed_json(path)
        facts["made_from"]["configuration"] = configuration_digest(header["configuration"])
        facts["made_from"]["data"] = header["data"]["fingerprint"]
        files.write_sealed_json(path, facts)
    header["networks"] = {
        str(path.parent.relative_to(run)): files.sha256(path) for path in done}
    files.write_sealed_json(run / "run.json", header)


def _fitting(value, chance):
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return chance.choice(
            [0, 1, 2, 3, -1, 7, value + 1, value - 1, 2**31, 2**53 + 1, 2**63 - 1])
    if isinstance(value, float):
        return chance.choice([0.0, 1.0, -1.0, 0.5, 1e308, 1e-320, value * 2, 3, float("nan")])
    if isinstance(value, str):
        return chance.choice(_NAMES)
    if isinstance(value, list):
        return chance.choice([[], value + value, value[:-1], value[::-1], [value]])
    if isinstance(value, dict):
        return _other_object(dict(value), chance)
    return chance.choice([0, 1, "x", "round_00", [], {}, 0.5, True])


def _other_object(value, chance):
    how = chance.randrange(4)
    if how == 0:
        return {}
    if how == 1:
        return value | {"more": 1}
    if value:
        key = chance.choice(list(value))
        taken_out = value.pop(key)
        if how == 2:
            value[f"{key}_"] = taken_out
    return value
