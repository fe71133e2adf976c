"""Makes and reads TensorBoard's protocol buffers and files of them, without TensorFlow."""

import contextlib
import io

import numpy as np
from google.protobuf.message import DecodeError
from PIL import Image
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import metadata as custom_scalar_metadata
from tensorboard.plugins.histogram import metadata as histogram_metadata
from tensorboard.plugins.hparams import api_pb2, plugin_data_pb2, summary_v2
from tensorboard.plugins.hparams import metadata as hparams_metadata
from tensorboard.plugins.scalar import metadata as scalar_metadata
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.util import tensor_util

from lth_keras import opening as file_opening
from lth_keras.tensorboard import records

_FILE_VERSION = "brain.Event:2"
_BUCKETS = 60
_HISTOGRAM = histogram_metadata.create_summary_metadata("", "")
_SCALAR = scalar_metadata.create_summary_metadata("", "")


def encode(events):
    """The bytes of an event file, or of a part of one, that holds `events` in this order."""
    # Deterministic, because maps have no order: equal events must give equal bytes.
    return records.encode([event.SerializeToString(deterministic=True) for event in events])


def decode(path):
    """The events of a file; a last record that is incomplete is left out."""
    whole = []
    with contextlib.suppress(DecodeError):
        for content in records.decode(file_opening.read_bytes(path)):
            whole.append(event_pb2.Event.FromString(content))
    return whole


def opening(wall_time):
    """The first events of a file; the session start makes readers drop earlier events."""
    start = event_pb2.SessionLog(status=event_pb2.SessionLog.START)
    return [
        event_pb2.Event(wall_time=wall_time, file_version=_FILE_VERSION),
        event_pb2.Event(wall_time=wall_time, step=0, session_log=start),
    ]


def event(summary, wall_time, step=0):
    """An event that carries a summary at a step."""
    return event_pb2.Event(wall_time=wall_time, step=step, summary=summary)


def scalars(values):
    """A summary of {tag: number}; None is left out."""
    # Not by scalar_pb, which takes ten times as long: a network has hundreds of scalars.
    return summary_pb2.Summary(value=[
        summary_pb2.Summary.Value(tag=tag, metadata=_SCALAR, tensor=tensor_pb2.TensorProto(
            dtype=types_pb2.DT_FLOAT, tensor_shape={}, float_val=[value]))
        for tag, value in values.items() if value is not None
    ])


def scalars_in(event):
    """{tag: number} of the scalars that an event carries."""
    return {value.tag: value.tensor.float_val[0] for value in event.summary.value
            if value.tensor.float_val}


def is_of_weights(event):
    """Whether an event carries a histogram or an image."""
    return any(value.HasField("image") or value.metadata.plugin_data.plugin_name == "histograms"
               for value in event.summary.value)


def histogram(tag, values):
    """A summary of the finite values in `values`, an array of any shape."""
    # Not by histogram_pb, which takes sixty bytes for each value and over ten times as long.
    values = np.asarray(values)
    values = values[np.isfinite(values)].astype(np.float64)
    buckets = np.zeros((_BUCKETS, 3))
    # Values that differ in their last bits leave no room for the edges between them.
    if values.size and np.ptp(values) > _BUCKETS * np.spacing(np.abs(values).max()):
        counts, edges = np.histogram(values, _BUCKETS)
        buckets = np.stack([edges[:-1], edges[1:], counts], axis=1)
    elif values.size:
        buckets[:, :2], buckets[-1, 2] = values[0], values.size
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(
        tag=tag, metadata=_HISTOGRAM,
        tensor=tensor_util.make_tensor_proto(buckets, dtype=np.float64))])


def text(tag, markdown):
    """A summary of a text, which TensorBoard reads as Markdown."""
    return text_pb(tag, markdown)


def image(tag, pixels):
    """A summary of uint8 pixels [height, width], as PNG."""
    height, width = pixels.shape
    encoded = summary_pb2.Summary.Image(
        height=height, width=width, colorspace=1, encoded_image_string=_png(pixels))
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag=tag, image=encoded)])


def _png(pixels):
    """The bytes of a PNG; a plane of black and white has one bit a pixel."""
    is_grey = bool(((pixels != 0) & (pixels != 255)).any())
    plane, buffer = Image.fromarray(pixels), io.BytesIO()
    # Little compression: the planes are small, and there are hundreds of them in a run.
    (plane if is_grey else plane.convert("1")).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def hparams(values, began, name):
    """A summary that opens a row of the hparams dashboard: {name: number or str}."""
    summary = summary_v2.hparams_pb(values, trial_id=name, start_time_secs=began)
    for value in summary.value:
        data = value.metadata.plugin_data
        inside = plugin_data_pb2.HParamsPluginData.FromString(data.content)
        data.content = inside.SerializeToString(deterministic=True)
    return summary


def hparams_end(ended, succeeded):
    """A summary that closes the row."""
    status = api_pb2.STATUS_SUCCESS if succeeded else api_pb2.STATUS_FAILURE
    content = plugin_data_pb2.HParamsPluginData(
        session_end_info=plugin_data_pb2.SessionEndInfo(status=status, end_time_secs=ended)
    )
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(
        tag=hparams_metadata.SESSION_END_INFO_TAG,
        metadata=hparams_metadata.create_summary_metadata(content),
        tensor=hparams_metadata.NULL_TENSOR,
    )])


def hparams_columns(names, metrics):
    """A summary with the dashboard's columns.

    Args:
      names: the hyperparameters, in order.
      metrics: {tag of a scalar: heading}.
    """
    return summary_v2.hparams_config_pb(
        [summary_v2.HParam(name) for name in names],
        [summary_v2.Metric(tag, display_name=heading) for tag, heading in metrics.items()],
    )


def margin_charts(categories):
    """A summary that lays out the Custom Scalars dashboard: lines, each with a band around it.

    Args:
      categories: {heading: {title of a chart: (tag, tag of the lower end, tag of the upper end)}}.
    """
    layout = layout_pb2.Layout(category=[
        layout_pb2.Category(title=heading, chart=[
            layout_pb2.Chart(title=title, margin=layout_pb2.MarginChartContent(series=[
                layout_pb2.MarginChartContent.Series(value=value, lower=lower, upper=upper)]))
            for title, (value, lower, upper) in charts.items()])
        for heading, charts in categories.items()])
    return summary_pb2.Summary(value=[summary_pb2.Summary.Value(
        tag=custom_scalar_metadata.CONFIG_SUMMARY_TAG,
        metadata=custom_scalar_metadata.create_summary_metadata(),
        tensor=tensor_util.make_tensor_proto(layout.SerializeToString()))])
