"""Whether the numbers of run.json fit each other: sizes, counts, rounds, steps."""

from lth_keras.durations import Duration
from lth_keras.errors import ConfigurationError
from lth_keras.metric import Metric, check_margin
from lth_keras.paths import variant_and_round
from lth_keras.store.schemas.parts import size_of


def check_counts(header):
    """Checks the numbers of a `RunHeader` against each other.

    Raises:
      ValueError: two of them contradict each other; it says which.
    """
    _check_sizes(header)
    _check_kept(header)
    _check_groups(header)
    _check_rounds(header)
    if "test" not in header.data.examples:
        raise ValueError("data.examples has no 'test'")
    names = [metric.name for metric in header.metrics]
    if len(set(names)) < len(names):
        raise ValueError("metrics names one twice")
    if header.published:
        _check_published(header)
    try:
        check_margin(header.margin, header.metrics[0], "margin")
    except ConfigurationError as error:
        raise ValueError(str(error)) from error


def _check_published(header):
    # SciPy takes a second to import, for which `--help` must not wait.
    from lth_keras.statistics.summary import measures

    columns = measures(Metric(**header.metrics[0].model_dump()))
    for figure in header.published:
        if figure.metric not in columns:
            raise ValueError(f"published has metric {figure.metric!r}, which no summary has")


def _check_sizes(header):
    """Each prunable kernel is a variable, and has as many weights as that."""
    for key, size in header.prunable_weights.items():
        sides = header.variables.get(key)
        if sides is None:
            raise ValueError(f"prunable_weights has {key!r}, which is none of the variables")
        if size_of(sides) != size:
            raise ValueError(
                f"prunable_weights.{key} is {size}; its variable has {size_of(sides)} weights")
    if not header.prunable_weights:
        raise ValueError("prunable_weights names no kernel")


def _check_kept(header):
    """No round keeps more weights than there are, or more than the round before."""
    total, sizes = sum(header.prunable_weights.values()), header.prunable_weights
    known = [each for each in header.kept_by_round if each is not None]
    if not known or known[0] > total or _rises(known):
        raise ValueError(f"kept_by_round is {known!r:.80}, of {total} prunable weights")
    of_layers = header.kept_by_round_and_layer
    if of_layers is not None:
        _check_rows("kept_by_round_and_layer", of_layers, header.kept_by_round, sizes)


def _check_groups(header):
    groups = header.groups
    if groups is None:
        return
    if not groups.sizes or not all(groups.sizes.values()):
        raise ValueError("groups.sizes names no groups, or none of a kernel")
    kept = groups.kept_by_round
    if len(kept) != len(header.kept_by_round) or kept[0] > sum(groups.sizes.values()) \
            or _rises(kept):
        raise ValueError(f"groups.kept_by_round is {kept!r:.80}, of "
                         f"{sum(groups.sizes.values())} groups and {len(header.kept_by_round)} "
                         "rounds")
    if groups.kept_by_round_and_row is not None:
        _check_rows("groups.kept_by_round_and_row", groups.kept_by_round_and_row, kept,
                    groups.sizes)


def _check_rows(name, rows, totals, sizes):
    if len(rows) != len(totals):
        raise ValueError(f"{name} has {len(rows)} rounds; expected {len(totals)}")
    for round, (row, total) in enumerate(zip(rows, totals, strict=True)):
        if set(row) != set(sizes) or any(row[key] > sizes[key] for key in row):
            raise ValueError(f"{name} at round {round} has other kernels, or keeps more than all")
        if total is not None and sum(row.values()) != total:
            raise ValueError(f"{name} at round {round} adds up to {sum(row.values())}, not {total}")


def _check_rounds(header):
    """Networks are of rounds that there are, and rounds are no shorter than the rewind point."""
    rounds = len(header.kept_by_round)
    for _, name in header.units:
        try:
            _, round = variant_and_round(name)
        except ValueError:
            round = rounds
        if round >= rounds:
            raise ValueError(f"units names {name!r}, and there are {rounds - 1} rounds of pruning")
    steps = Duration.parse(header.round_duration).steps(header.steps_per_epoch)
    if header.rewind_step > steps:
        raise ValueError(f"rewind_step is {header.rewind_step}, and a round has {steps} steps")


def _rises(counts):
    return any(later > before for before, later in zip(counts, counts[1:], strict=False))
