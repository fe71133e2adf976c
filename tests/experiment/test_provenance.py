"""The facts of run.json about versions, machine and data."""

import re

import numpy as np

from lth_keras.data import from_arrays
from lth_keras.experiment import provenance


def test_versions_of_what_can_change_a_number():
    versions = provenance.versions()
    assert re.fullmatch(r"3\.\d+\.\d+\S*", versions["python"])
    assert {"lth_keras", "commit", "tensorflow", "tf_keras", "numpy"} <= set(versions)
    assert provenance.installed().items() >= {("numpy", versions["numpy"])}


def test_the_time_is_utc_to_the_second():
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", provenance.now())


def test_facts_of_the_data():
    inputs, labels = np.zeros((6, 2), np.float32), np.arange(6) % 3
    data = from_arrays(inputs, labels, inputs, labels, validation=3, name="mine")
    facts = provenance.data_facts(data, {"batch_size": (64, 3)})
    assert facts["examples"] == {"train": 3, "validation": 3, "test": 6}
    assert (facts["name"], facts["classes"], facts["input_shape"]) == ("mine", 3, [2])
    assert facts["fallback_changes"] == {"batch_size": [64, 3]}
    assert facts["fallback_reason"] is None and facts["fingerprint"] == data.fingerprint
