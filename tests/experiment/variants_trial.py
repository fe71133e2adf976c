"""The files of the one trial of gin/smoke/variants.gin, and what each of its variants is."""

import numpy as np

from lth_keras import files
from lth_keras.store import network_folder
from lth_keras.store.masks_and_weights import read_masks, read_start_masks


class Stored:
    """The files of the run's one trial."""

    def __init__(self, prepared):
        self.context = prepared.context
        self.trial = prepared.context.paths.trial(1)
        self.initial = files.read_npz(self.trial / "initial.npz")
        self.rewind = files.read_npz(self.trial / "rewind.npz")

    def masks(self, job):
        return read_masks(self.trial / job)

    def first_masks(self, job):
        return read_start_masks(self.context.paths, 1, job)

    def start(self, job):
        """The weights that a job's training began from."""
        return files.read_npz(self.trial / job / "initial.npz")

    def trained(self, job):
        return files.read_npz(self.trial / job / "weights.npz")

    def facts(self, job):
        return network_folder.facts(self.trial / job)

    def kernels(self):
        return list(self.masks("round_00"))


def same(left, right):
    assert left.keys() == right.keys()
    for key in left:
        np.testing.assert_array_equal(left[key], right[key], err_msg=key)


def surviving(run, job):
    """{key: the non-zero start weights of a job}."""
    kept = run.masks(job)
    return {key: run.start(job)[key][kept[key]] for key in kept}


# One row a variant: its mask ('found', 'shuffled', 'ones', 'own'), and the step it starts from.
FORMS = {
    "ticket": ("found", 10), "reinit": ("found", 0), "reinit_trained": ("found", 0),
    "reinit_layer": ("found", 0), "reinit_trained_layer": ("found", 0),
    "reinit_histogram": ("found", 0), "pruned_d0": ("found", 0), "random_reinit": ("found", 0),
    "same_sign": ("found", 0), "same_sign_constant": ("found", 0),
    "remask": ("shuffled", 0), "remask_trained": ("shuffled", 0), "random_ticket": ("shuffled", 10),
    "random_mask": ("shuffled", 0),
    "full_dn": ("ones", 0), "dense_matched": ("narrow", 0), "dense_matched_trained": ("narrow", 0),
    "small_dense_random": ("narrow", 0), "dense_sparse_dense": ("ones", 10),
    "one_shot": ("layer counts", 10), "fine_tune": ("layer counts", None),
    "lr_rewind": ("layer counts", 10),
    "edge_popup": ("layer counts", 0), "edge_popup_constant": ("layer counts", 0),
    "edge_popup_fresh": ("layer counts", 0), "supermask": ("layer counts", 0),
    "supermask_constant": ("layer counts", 0), "supermask_fresh": ("layer counts", 0),
    "frozen_pruned": ("found", 10),
    "random_erk": ("total", 0), "random_uniform": ("total", 0),
    "set": ("total", 0), "rigl": ("total", 0), "snfs": ("total", 0),
    "gradual": ("layer counts", 0),
    "snip": ("total", 0), "grasp": ("total", 0), "synflow": ("total", 0),
}
