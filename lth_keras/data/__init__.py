"""The data of an experiment: data sources, checks, splits, normalisation, the cache on disk."""

from lth_keras.data.arrays import from_arrays
from lth_keras.data.data_source import DataSource
from lth_keras.data.dataset import Dataset
from lth_keras.data.input_fields import has_fields, input_fields
from lth_keras.data.loaded_data import LoadedData, fallback_warning

__all__ = [
    "DataSource", "Dataset", "LoadedData", "fallback_warning", "from_arrays", "has_fields",
    "input_fields",
]
