"""How a spectrum's table and summary say whether an eigenvalue was skipped."""

import math

COLUMNS = ("put_in", "largest_beside", "residual_beside", "search_steps")


def columns(pairs, end):
    """{column: value}, the same for all rows of an end of a spectrum.

    Args:
      pairs: `Eigenpairs`.
      end: 'positive' or 'negative'.

    Returns:
      `put_in`: how many skipped pairs the search found; the rows contain them.
      `largest_beside`: the most extreme value that the search met beside all pairs.
      `residual_beside`: how far an eigenvalue can be from that value.
      `search_steps`: Lanczos steps of the search. The last three are NaN if no search was made.
    """
    sign, search = 1 if end == "positive" else -1, pairs.search
    values = (math.nan,) * 3 if search is None else (
        sign * search.value, search.residual, search.steps)
    return dict(zip(COLUMNS, (pairs.put_in, *values), strict=True))


def facts(pairs, end):
    """{key: value} for done.json."""
    steps = None if pairs.search is None else pairs.search.steps
    return {f"{end}_complete": int(pairs.complete.sum()), f"{end}_put_in": pairs.put_in,
            f"{end}_search_steps": steps}


def statement(leading):
    """A sentence on whether an eigenvalue was skipped, and how that was checked.

    Args:
      leading: a table's rows of one end.
    """
    spectra = leading.assign(complete=leading.complete.astype(bool)).groupby(["trial", "network"])
    whole, put_in = spectra.complete.all(), spectra.put_in.first()
    text = ("that no eigenvalue was skipped was checked by a Lanczos iteration of its own, from a "
            "random start orthogonal to all pairs found: it finds nothing above the last value "
            f"listed in {int(whole.sum())} of {len(whole)} spectra")
    if (put_in > 0).any():
        text += (f"; {int(put_in.sum())} eigenvalues of {int((put_in > 0).sum())} spectra had been "
                 "skipped at first, were found by this, and are listed")
    if not whole.all():
        trial, network = whole[~whole].index[0]
        text += (f"; NOT certain is {network} of trial {trial}, from the rank on where `complete` "
                 "is False")
    return text
