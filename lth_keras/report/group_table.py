"""The report's table of groups: what each round keeps, in weights and in groups."""

import numpy as np

from lth_keras.paths import round_name
from lth_keras.report.report_tables import Table


def groups(run):
    """What the rounds of IMP keep, in weights and in groups; no rows where a group is a weight.

    Args:
      run: `StoredRun`.
    """
    header = run.header.get("groups")
    name = f"{header['name']}s" if header else "groups"
    rows = []
    for round in run.rounds("imp") if header else ():
        stored = [facts for facts in run.facts.values()
                  if facts["variant"] == "imp" and facts["round"] == round]
        kept = {key: np.mean([facts["kept_groups"][key] for facts in stored])
                for key in header["sizes"]}
        rows.append([
            round_name(round), _percent(np.mean([facts["density"] for facts in stored])),
            _percent(sum(kept.values()) / sum(header["sizes"].values())),
            *(_percent(kept[key] / size) for key, size in header["sizes"].items())])
    return Table(
        "groups", f"Weights and {name} kept in each round: {run.subject}",
        ["round", "weights (%)", f"{name} (%)", *(f"{key} (%)" for key in header["sizes"])]
        if header else [],
        rows,
        f"The schedule counts {name}: {header['granularity'] if header else ''}. A column for "
        f"each kernel or set of {name} with a rate of its own; means over trials.",
    )


def _percent(share):
    return f"{100 * share:.3g}"
