"""What each network of a run is, in the words that its rules gave to run.json."""


def descriptions(run):
    """[(variant, what it keeps and starts from)] of the variants that are stored.

    Args:
      run: `StoredRun`.
    """
    stored = run.variants()
    return [
        (variant, text) for variant, text in run.header.get("variants", {}).items()
        if variant in stored
    ]
