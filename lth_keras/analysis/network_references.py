"""Networks by template: '{L}' and '{P}' for levels, patterns for units, and pairs of the two."""

from lth_keras.paths import round_name


def is_one(template):
    """Whether a template names one network, and not one of each level or all of a pattern."""
    return not any(sign in template for sign in "{*?")


def references(run, trial, templates, levels=None):
    """[(reference, level)] that a trial has: templates over its levels, patterns over its units."""
    wanted = [level for level in run.levels(trial) if levels is None or level in levels]
    found = []
    for template in templates:
        if "{" in template:
            for level in wanted:
                found.append((template.replace("{L}", round_name(level)[6:]).replace(
                    "{P}", round_name(level - 1)[6:]), level))
        elif not is_one(template):
            found += [(name, run.facts(trial, name)["round"])
                      for name in run.matching(trial, (template,))]
        elif run.exists(trial, template):
            found.append((template, None))
    return found


def joined(run, trial, first, second):
    """What a pair of templates joins in a trial: ends of the same round, or one with all.

    Returns:
      ([(start, end, level)], [reference without a partner]).
    """
    starts, ends = (
        [each for each in references(run, trial, (template,)) if run.exists(trial, each[0])]
        for template in (first, second))
    alike = is_one(first) or is_one(second)
    lines = {}
    for start, own in starts:
        for end, other in ends:
            # Two patterns may share networks: none is joined with itself, nor twice.
            if start != end and (alike or own == other):
                lines.setdefault(frozenset((start, end)), (
                    start, end, own if other is None else other))
    met = {each for line in lines for each in line}
    return list(lines.values()), [
        name for name, _ in dict.fromkeys(starts + ends) if name not in met]
