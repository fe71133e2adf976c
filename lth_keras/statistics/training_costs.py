"""The cost of each network and of the search for its mask, in updates and in FLOPs.

All of it follows from what a run stores: which kernels there are and how often each is applied to
an example (run.json), how many of its weights a network kept and for how many updates (done.json),
and which networks it was made from.
"""

import math
import posixpath

import pandas as pd

from lth_keras.paths import round_name
from lth_keras.statistics.intervals import mean_interval

# A multiplication and an addition.
_FLOPS = 2
COLUMNS = ("updates", "training_flops", "inference_multiply_adds")
SUMMARY_COLUMNS = (
    "updates_mean", *(f"{name}_{end}" for name in COLUMNS[1:] for end in (
        "mean", "ci_low", "ci_high")))


def training_costs(header, facts):
    """A row for each stored network: what it cost to have it, and what one example costs with it.

    A training update takes three products with each kernel: forward, the gradient of its inputs,
    and the gradient of the kernel itself; each multiplies and adds once for each weight that takes
    part, at each place where the kernel is applied, for each example of the batch (Evci et al.,
    "Rigging the Lottery", ICML 2020, appendix H). A pruned weight takes part in none of them: this
    is the work of a machine that skips every zero. Where scores are trained, all weights of a
    kernel take part in its gradient; where pruned weights are frozen and not zero, all take part
    in the other two. Biases, activations, normalisation, the optimizer, evaluations and the few
    gradients that a criterion asks for are not counted.

    The cost of a network is that of its own training and that of every network that it was made
    from: a ticket's has all rounds in which its mask was found.

    Args:
      header: run.json.
      facts: {(trial, name): done.json} of the stored networks.

    Returns:
      A DataFrame with trial, variant, round, unit and `COLUMNS`; `found_first` tells whether other
      networks had to be trained before. Costs are NaN where run.json has no kernels.
    """
    book = _Book(header, facts)
    rows = [
        {"trial": trial, "variant": each["variant"], "round": each["round"], "unit": name,
         **book.row(trial, name)}
        for (trial, name), each in facts.items()
    ]
    return pd.DataFrame(
        rows, columns=["trial", "variant", "round", "unit", *COLUMNS, "found_first"])


def with_costs(summary, costs):
    """A summary with `SUMMARY_COLUMNS` appended: means over trials, intervals by Student's t.

    Args:
      summary: what `summarise` gives.
      costs: what `training_costs` gives. If no cost is known, nothing is appended.
    """
    if costs["training_flops"].isna().all():
        return summary
    groups = dict(iter(costs.groupby(["variant", "round"])))
    rows = []
    for key in zip(summary["variant"], summary["round"], strict=True):
        row = dict.fromkeys(SUMMARY_COLUMNS, math.nan)
        if key in groups:
            row["updates_mean"] = mean_interval(groups[key]["updates"])[0]
            for name in COLUMNS[1:]:
                ends = (f"{name}_mean", f"{name}_ci_low", f"{name}_ci_high")
                row |= dict(zip(ends, mean_interval(groups[key][name]), strict=True))
        rows.append(row)
    added = pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS), index=summary.index, dtype=float)
    return pd.concat([summary, added], axis=1)


def pareto(points):
    """Which points are on the front: no other point costs at most as much and has at least as much
    value.

    Args:
      points: [(cost, value)], lower cost and higher value being better; NaN is never on the front.

    Returns:
      A list of bools.
    """
    def beaten(cost, value):
        return any(
            other_cost <= cost and other_value >= value and (other_cost, other_value) != (
                cost, value)
            for other_cost, other_value in points)

    return [not math.isnan(cost) and not math.isnan(value) and not beaten(cost, value)
            for cost, value in points]


class _Book:
    """Computes the costs of one run's networks."""

    def __init__(self, header, facts):
        self._header, self._facts = header, facts
        self._batch = header["configuration"]["batch_size"]
        rows = header.get("kernels", [])
        self._kernels = None
        if rows and all("positions" in row for row in rows):
            self._kernels = {f"{row['layer']}/{row['kernel']}": row for row in rows}

    def row(self, trial, name):
        """{column: value} of one network."""
        facts = self._facts[trial, name]
        try:
            before, rewound = self._before(trial, name)
        except KeyError:
            return {**dict.fromkeys(COLUMNS, math.nan), "found_first": None}
        trained = {*before, facts.get("equal_to") or name}
        updates = sum(self._updates(trial, each) for each in trained)
        flops = sum(self._training(trial, each) for each in trained)
        if rewound and round_name(0) not in trained:
            # θ_k is k updates of the dense network.
            steps = self._header["rewind_step"]
            updates += steps
            flops += _FLOPS * 3 * self._batch * steps * self._products(facts, {})
        return {
            "updates": updates, "training_flops": float(flops),
            "inference_multiply_adds": float(self._products(facts, self._acting(facts))),
            "found_first": bool(before - {name, facts.get("equal_to")}),
        }

    def _before(self, trial, name):
        """The networks whose training a network needs, and whether it needs the rewind point.

        Raises:
          KeyError: one of them is not stored.
        """
        needed, rewound, seen, waiting = set(), False, set(), [(name, False)]
        while waiting:
            unit, with_training = waiting.pop()
            if with_training:
                needed.add(unit)
            if unit in seen:
                continue
            seen.add(unit)
            for file in self._facts[trial, unit]["made_from"]["files"]:
                source, _, part = posixpath.normpath(posixpath.join(unit, file)).rpartition("/")
                if not source or source == "distributions":
                    rewound |= part.startswith("rewind")
                else:
                    # A mask that was found in training cannot exist without that training.
                    found_in_training = "mean_kept" in self._told(trial, source) or bool(
                        self._facts[trial, source].get("mask_updates"))
                    waiting.append((source, part != "masks.npz" or found_in_training))
        return needed, rewound

    def _told(self, trial, name):
        return self._facts[trial, name].get("told", {})

    def _updates(self, trial, name):
        facts = self._facts[trial, name]
        return facts["steps"] - facts["start_step"]

    def _training(self, trial, name):
        """FLOPs of a network's own training."""
        facts, told = self._facts[trial, name], self._told(trial, name)
        dense = self._products(facts, {})
        if facts.get("mask_updates"):
            return _FLOPS * self._batch * self._changing(facts, dense)
        kept = self._products(facts, told.get("mean_kept") or facts["kept_weights"])
        if "mean_kept" in told:
            products = 2 * kept + dense
        elif facts.get("pruned") == "initial":
            products = 2 * dense + kept
        else:
            products = 3 * kept
        return _FLOPS * self._batch * self._updates(trial, name) * products

    def _changing(self, facts, dense):
        """Products for one example, summed over the updates of a training whose masks changed."""
        changed, stop = facts["mask_updates"], facts["steps"]
        total, left = 0, changed["updates"]
        kept = [(each["from_step"], self._products(facts, each["weights"]))
                for each in changed["kept"]]
        ends = [step for step, _ in kept[1:]] + [stop]
        for (begin, sparse), end in zip(kept, ends, strict=True):
            own = dense if changed["dense_moments"] else sparse
            total += (end - begin) * (2 * sparse + own)
        if changed["dense_gradients"]:
            # Each update takes the gradients of all kernels for a batch, which is then trained on:
            # forward and backward once more, as Evci et al. count it. Counts that stay the same
            # are listed once, so that not each update has an entry of its own.
            per_update = [2 * sparse + dense for _, sparse in kept]
            total += sum(per_update[:left]) + max(0, left - len(per_update)) * per_update[-1]
        return total

    def _acting(self, facts):
        return {} if facts.get("pruned") == "initial" else facts["kept_weights"]

    def _products(self, facts, kept):
        """Multiplications with kernels for one example; kernels not in `kept` count whole."""
        if self._kernels is None:
            return math.nan
        shapes = facts.get("variables") or {}
        total = 0
        for key, row in self._kernels.items():
            shape = shapes[key][1:] if key in shapes else row["shape"]
            total += row["positions"] * kept.get(key, math.prod(shape))
        return total
