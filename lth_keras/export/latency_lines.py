"""Sizes and latencies of an export as Markdown, and what they say of its zeros."""

from lth_keras.export.formats import EXPORT_FORMATS
from lth_keras.store.export_cards import BATCHES, was_busy

_NAMES = {"dense": "dense", "matched": "of its size"}


def size_lines(card):
    """Two tables, of bytes and of milliseconds a call, and what to make of them.

    Args:
      card: an export's card.
    """
    lines = ["| format | bytes | of dense | gzipped | of dense |", "|" + " --- |" * 5]
    for name, entry in card["formats"].items():
        dense, cells = entry.get("dense"), [name]
        for size in ("bytes", "bytes_gzipped"):
            share = f"{100 * entry[size] / dense[size]:.1f} %" if dense else "-"
            cells += [f"{entry[size]:,}", share]
        lines.append(f"| {' | '.join(cells)} |")
    if card.get("timing"):
        lines += ["", *_latency_lines(card)]
    return lines


def faster(card, name):
    """Whether one of its formats is faster than the dense network by more than noise.

    It has to have a reason to be: the format skips the zeros that there are, or the network has
    fewer parameters than the dense one. And at some batch the slower quartile of its turns has to
    lie under the faster one of the dense network's, with a median at least 1.2 times as fast.
    """
    entry = card["formats"][name]
    if "dense" not in entry or not _can_be_faster(card, name):
        return False
    return any(
        entry["quartiles"][batch][1] < entry["dense"]["quartiles"][batch][0]
        and entry["dense"]["seconds"][batch] > 1.2 * entry["seconds"][batch]
        for batch in BATCHES)


def _can_be_faster(card, name):
    skips = name in EXPORT_FORMATS and EXPORT_FORMATS[name].skips_zeros
    return _is_smaller(card) or (skips and card["totals"]["density"] < 1)


def _is_smaller(card):
    """Whether it has fewer parameters than the dense network: compacted, or built narrower."""
    done = card["compaction"]
    removed = (done is not None and done["applied"]
               and done["parameters_after"] < done["parameters_before"])
    # Cards of before do not say how many the dense network has.
    dense = max(entry["dense"].get("parameters", 0) for entry in card["formats"].values()
                if "dense" in entry)
    return removed or card["totals"]["parameters"] < dense


def _latency_lines(card):
    timing, machine = card["timing"], card["machine"]
    beside = ["dense", *(["matched"] if timing["matched"] else [])]
    headings = ["format", *(f"ms, batch {batch}{which}" for batch in BATCHES
                            for which in ("", *(f", {_NAMES[each]}" for each in beside)))]
    lines = [f"| {' | '.join(headings)} |", "|" + " --- |" * len(headings)]
    for name, entry in card["formats"].items():
        if "dense" in entry:
            cells = [_milliseconds(each, batch) for batch in BATCHES
                     for each in (entry, *(entry[which] for which in beside))]
            lines.append(f"| {' | '.join([name, *cells])} |")
    text = ("Milliseconds of one call: the median over turns, in brackets their quartiles. The "
            "networks took turns in each of "
            f"{timing['processes']} processes on {machine['processor']}, {machine['cores']} cores. "
            "Dense: round 0's network of the same run.")
    if timing["matched"]:
        text += f" Of its size: `{timing['matched']}`, a dense network with as many weights."
    lines += ["", text]
    if was_busy(timing):
        used = "an unknown share" if timing["others"] is None else f"{timing['others']:.1f}"
        lines += ["", f"**The machine was busy**: other programs used {used} of its cores "
                  "meanwhile. Compare within a row, or measure again."]
    # A dense network of the full size has nothing that could make it faster.
    judged = card["totals"]["density"] < 1 or _is_smaller(card)
    return lines + (["", _verdict(card)] if judged else [])


def _milliseconds(entry, batch):
    low, high = entry["quartiles"][batch]
    return f"{1e3 * entry['seconds'][batch]:.3f} [{1e3 * low:.3f}, {1e3 * high:.3f}]"


def _verdict(card):
    """What the latencies say of the network's zeros, or of its smaller size."""
    timed = [name for name, entry in card["formats"].items() if "dense" in entry]
    masked = [name for name in timed if not _can_be_faster(card, name)]
    gains = [name for name in timed if faster(card, name)]
    unclear = [name for name in timed if name not in masked and name not in gains]
    lines = []
    if gains:
        lines.append("Faster than the dense network, beyond the spread of the turns: "
                     f"{'; '.join(_gains(card, name) for name in gains)}.")
    if unclear:
        lines.append("Not clearly faster than the dense network: "
                     f"{'; '.join(_gains(card, name) for name in unclear)}.")
    if masked:
        lines.append(f"No speed from zeros: {', '.join(masked)}. There a zero is multiplied like "
                     "any other number, and a difference to the dense network is noise.")
    return " ".join(lines)


def _gains(card, name):
    entry = card["formats"][name]
    return f"{name} (" + ", ".join(
        f"{entry['dense']['seconds'][batch] / entry['seconds'][batch]:.2f}× at batch {batch}"
        for batch in BATCHES) + ")"
