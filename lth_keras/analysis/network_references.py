"""References from templates: '{L}' and '{P}' stand for rounds, '*' and '?' for any characters."""

from lth_keras.paths import round_name


def is_one(template):
    """Whether a template names one network, and not one of each round or all of a pattern."""
    return not any(sign in template for sign in "{*?")


def references(run, trial, templates, levels=None):
    """The references that a trial has networks for.

    Args:
      run: `AnalyzedRun`.
      trial: from 1.
      templates: references, patterns of them, or references with '{L}' for each pruned round and
        '{P}' for the round before it.
      levels: the rounds that '{L}' stands for; None for all.

    Returns:
      [(reference, round)]; the round is None if the template names a single network.
    """
    wanted = [number for number in run.pruned_rounds(trial) if levels is None or number in levels]
    named = []
    for template in templates:
        if "{" in template:
            for number in wanted:
                named.append((template.replace("{L}", round_name(number)[6:]).replace(
                    "{P}", round_name(number - 1)[6:]), number))
        elif not is_one(template):
            named += [(name, run.facts(trial, name)["round"])
                      for name in run.matching(trial, (template,))]
        elif run.exists(trial, template):
            named.append((template, None))
    return named


def joined(run, trial, first, second):
    """The lines between two templates in a trial: networks of the same round are joined.

    Where a template is a single network, it is joined with each network of the other one.

    Returns:
      ([(start, end, round)], [reference without a partner]).
    """
    starts, ends = (
        [each for each in references(run, trial, (template,)) if run.exists(trial, each[0])]
        for template in (first, second))
    alike = is_one(first) or is_one(second)
    lines = {}
    for start, own in starts:
        for end, other in ends:
            # Two patterns may share networks. No network is joined with itself, no pair twice.
            if start != end and (alike or own == other):
                lines.setdefault(frozenset((start, end)), (
                    start, end, own if other is None else other))
    met = {each for line in lines for each in line}
    return list(lines.values()), [
        name for name, _ in dict.fromkeys(starts + ends) if name not in met]
