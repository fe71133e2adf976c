"""The checks of the devices: a GPU that TensorFlow does not see, and its numbers."""

import numpy as np

from lth_keras.doctor import devices
from lth_keras.doctor.check import FINE, NOTE, WRONG


def test_a_driver_without_a_gpu_in_tensorflow_is_wrong(monkeypatch):
    monkeypatch.setattr(devices, "_has_driver", lambda: True)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert devices._gpu([]).verdict == WRONG
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert devices._gpu([]).verdict == NOTE


def test_numbers_of_two_devices_are_compared(monkeypatch):
    trained = devices._trained("CPU:0")
    monkeypatch.setattr(devices, "_trained", lambda device: trained)
    assert devices._same_numbers().verdict == FINE
    results = {"CPU:0": trained, "GPU:0": [trained[0] + np.float32(0.1), *trained[1:]]}
    monkeypatch.setattr(devices, "_trained", results.get)
    assert devices._same_numbers().verdict == WRONG
    results["GPU:0"] = [np.full_like(trained[0], np.nan), *trained[1:]]
    assert devices._same_numbers().verdict == WRONG
