"""One network as events: the mean over its trials, and how far the trials lie apart.

They are made from the trials' events alone, so that equal trials always give equal events.
"""

import numpy as np

from lth_keras.metric import metrics_of
from lth_keras.statistics.intervals import mean_intervals
from lth_keras.tensorboard import event_contents, event_protocol

_LOW, _HIGH = "interval_low", "interval_high"


def interval_tags(tag):
    """(lower, upper): the tags of the ends of the 95 % interval of the mean of a tag."""
    return f"trials/{tag}/{_LOW}", f"trials/{tag}/{_HIGH}"


def mean(of_trials, header, facts):
    """The events of a network over its trials.

    Scalars are means, with the ends of the mean's 95 % interval from two trials on. Histograms
    and images are those of the first trial. A step's time is the first trial's too.

    Args:
      of_trials: [[event]], what `event_contents.network` gave for each trial; not empty.
      header: what run.json holds.
      facts: what done.json says of the first trial's network.

    Returns:
      A list of events, complete: from the file's opening to the end of its hparams row.
    """
    first = of_trials[0]
    began, ended = first[0].wall_time, first[-1].wall_time
    name = facts["unit"]
    values = event_contents.hyperparameters(facts, of_trials=False)
    row = event_protocol.hparams(values, began, name)
    scalars = [event for event in first if event_protocol.scalars_in(event)]
    if len(of_trials) > 1:
        times = {event.step: event.wall_time for each in of_trials[::-1]
                 for event in each if event_protocol.scalars_in(event)}
        summaries = _means([_by_step(each) for each in of_trials], sorted(times), header)
        scalars = [event_protocol.event(summary, times[step], step)
                   for step, summary in summaries.items()]
    return [
        *event_protocol.opening(began), event_protocol.event(row, began), *scalars,
        *(event for event in first if event_protocol.is_of_weights(event)),
        event_protocol.event(event_protocol.hparams_end(ended, not facts["diverged"]), ended),
    ]


def layout(header):
    """A summary with a chart for each mean that has a band, for the Custom Scalars dashboard."""
    categories = {}
    # The dashboard shows the charts of a category from the last to the first.
    for tag in reversed(event_contents.tags(metrics_of(header))):
        measure, split = tag.split("/")
        chart = f"{split} {measure}: mean and 95 % interval over trials"
        categories.setdefault(measure, {})[chart] = (tag, *interval_tags(tag))
    return event_protocol.margin_charts(dict(reversed(categories.items())))


def _by_step(of_trial):
    """{step: {tag: number}} of a trial."""
    return {event.step: values for event in of_trial
            if (values := event_protocol.scalars_in(event))}


def _means(of_trials, steps, header):
    """{step: summary} of the means and of the ends of their intervals."""
    tags = list(dict.fromkeys(tag for each in of_trials for row in each.values() for tag in row))
    values = np.array([
        [[each.get(step, {}).get(tag, np.nan) for tag in tags] for step in steps]
        for each in of_trials])
    means, lows, highs = (
        each.reshape(len(steps), len(tags))
        for each in mean_intervals(values.reshape(len(of_trials), -1)))
    with_band = event_contents.tags(metrics_of(header))
    summaries = {}
    for step, *at_step in zip(steps, means, lows, highs):
        row = {}
        for tag, middle, low, high in zip(tags, *at_step):
            row[tag] = middle
            if tag in with_band:
                row |= zip(interval_tags(tag), (low, high))
        summaries[step] = event_protocol.scalars(
            {tag: value for tag, value in row.items() if not np.isnan(value)})
    return summaries
