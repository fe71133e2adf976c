"""What each network of a run is, in words made from its configuration."""

_MASKS = {
    "KeepAll": "all weights", "FoundMask": "the ticket's mask",
    "ShuffledMask": "the ticket's mask, shuffled within each layer",
    "PrunedMask": "pruned at once", "ChainedMask": "pruned on from its own round before",
}
_WEIGHTS = {
    "InitialWeights": "the initial weights",
    "RewoundWeights": "the weights of the rewind point",
    "FreshDraw": "a fresh draw from the initializers",
    "EmpiricalDraw": "a draw from the ticket's distribution of {source} weights",
    "SignedDraw": "a fresh draw with the initial weights' signs",
    "TrainedWeights": "trained weights, not set back",
}
_NARROWER = "a narrower dense network with as many weights"


def descriptions(run):
    """[(variant, what it keeps and starts from)] of the variants that are stored.

    Args:
      run: `StoredRun`.
    """
    stored = run.variants()
    return [
        (variant["name"], _described(variant))
        for variant in run.header["configuration"].get("variants", [])
        if variant["name"] in stored
    ]


def _described(variant):
    mask, weights = variant["mask"], variant["weights"]
    # A rule of the user's own is told by its name.
    keeps = _MASKS.get(mask["class"], mask["class"])
    if mask.get("criterion"):
        keeps += f" by {mask['criterion']['class']}"
    if variant["architecture"]["class"] == "MatchedWidth":
        keeps = _NARROWER
    starts = _WEIGHTS.get(weights["class"], weights["class"])
    return f"{keeps}; starts from {starts.format(source=weights.get('source'))}"
