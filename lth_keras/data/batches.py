"""Whether the elements of a user's `tf.data.Dataset` are single examples or batches of them.

A picture with its mask, or a sentence with its tags, has the same leading axes as a batch of
pictures with their classes. Where the shapes alone do not say which it is, the dataset's own graph
does: it has the operation `batch`, or it has not.
"""

from lth_keras.compat import tf
from lth_keras.errors import ConfigurationError

_BATCH = {"BatchDataset", "BatchDatasetV2", "ParallelBatchDataset", "PaddedBatchDataset",
          "PaddedBatchDatasetV2", "MapAndBatchDataset", "RebatchDataset", "RebatchDatasetV2"}
_UNBATCH = {"UnbatchDataset"}
# Their elements are rows of arrays, or records of files.
_SOURCES = {"TensorSliceDataset", "RangeDataset", "TFRecordDataset", "TFRecordDatasetV2",
            "TextLineDataset", "FixedLengthRecordDataset", "FixedLengthRecordDatasetV2"}
# Their elements come from the first dataset that they read, one for one.
_SAME = {"MapDataset", "ParallelMapDataset", "ParallelMapDatasetV2", "PrefetchDataset",
         "ShuffleDataset", "ShuffleDatasetV2", "ShuffleDatasetV3", "ShuffleAndRepeatDataset",
         "ShuffleAndRepeatDatasetV2", "TakeDataset", "SkipDataset", "CacheDataset",
         "CacheDatasetV2", "RepeatDataset", "OptionsDataset", "FilterDataset", "ShardDataset",
         "ModelDataset", "AssertCardinalityDataset", "IgnoreErrorsDataset",
         "FinalizeDataset", "Identity"}
# Their elements come from several datasets.
_SEVERAL = {"ZipDataset", "ConcatenateDataset"}
# Their elements come from datasets that a function makes, which is this attribute.
_BY_FUNCTION = {"FlatMapDataset": "f", "InterleaveDataset": "f", "ParallelInterleaveDataset": "f",
                "ParallelInterleaveDatasetV2": "f", "ParallelInterleaveDatasetV3": "f",
                "ParallelInterleaveDatasetV4": "f", "GroupByWindowDataset": "reduce_func"}


def in_batches(dataset, which, inputs, labels, weights=None, seen=False):
    """Whether the elements are batches.

    Args:
      dataset: the `tf.data.Dataset`.
      which: the name of the caller's argument, for the error.
      inputs: shapes of the inputs of one element.
      labels: shape of its labels.
      weights: shape of its weights, or None.
      seen: whether the shapes are those of the first element, which the dataset does not declare.

    Raises:
      ConfigurationError: both are possible.
    """
    if weights is not None:
        return weights.rank == 1  # One number for each example.
    if not labels.rank or not _may_be_batches(inputs, labels):
        return False
    graph = graph_of(dataset)
    said = None if graph is None else _Graph(graph).kind()
    if said == "source" and (seen or labels[0] is None):
        said = None  # A function that reads whole files, for example.
    if said is None:
        raise ConfigurationError(
            f"{which} is a tf.data.Dataset of examples {inputs[0]} with labels {labels}: each may "
            f"be a batch or a single example; say which: {which}.unbatch() if they are batches, "
            f"{which}.batch(1) if they are single examples"
        )
    return said == "batch"


def _may_be_batches(inputs, labels):
    if len(inputs) == 1 and inputs[0].rank == 1:
        return False  # An example has at least one axis, so that a batch has two.
    return all(each.rank and each[0] == labels[0] for each in inputs)


def graph_of(dataset):
    """The dataset's `GraphDef`; None where it cannot be read."""
    try:
        graph = tf.raw_ops.DatasetToGraphV2(
            input_dataset=tf.data.experimental.to_variant(dataset), strip_device_assignment=True)
        return tf.compat.v1.GraphDef.FromString(graph.numpy())
    except (tf.errors.OpError, ValueError, TypeError):
        return None


class _Graph:
    """Follows a dataset's graph from its end to the operation that decides."""

    def __init__(self, graph):
        self._functions = {each.signature.name: each for each in graph.library.function}
        self._nodes = {node.name: node for node in graph.node}
        self._ends = [node.input[0] for node in graph.node if node.op == "_Retval"]

    def kind(self):
        """'batch', 'unbatch', 'source' (rows or records), or None where nothing decides."""
        return self._agreed([self._of(end, self._nodes) for end in self._ends])

    def _of(self, output, nodes):
        node = nodes.get(output.split(":")[0])
        if node is None:
            return None  # An argument of a function.
        if node.op in _BATCH:
            return "batch"
        if node.op in _UNBATCH:
            return "unbatch"
        if node.op in _SOURCES:
            return "source"
        if node.op in _SAME:
            return self._of(node.input[0], nodes)
        if node.op in _SEVERAL:
            return self._agreed([self._of(each, nodes) for each in node.input])
        function = self._functions.get(
            node.attr[_BY_FUNCTION[node.op]].func.name) if node.op in _BY_FUNCTION else None
        if function is None:
            return None
        inner = {each.name: each for each in function.node_def}
        return self._agreed([self._of(each, inner) for each in function.ret.values()])

    @staticmethod
    def _agreed(kinds):
        return kinds[0] if kinds and len(set(kinds)) == 1 else None
