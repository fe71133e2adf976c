"""Checks of the data: the sets on this machine, and whether others can be downloaded."""

import os
import pathlib

from lth_keras.data.connectivity import unreachable_host
from lth_keras.data.embedded import EMBEDDED
from lth_keras.doctor.check import NOTE, WRONG, Check


def data_sets(data_dir=None, reachable=lambda: unreachable_host(()) is None):
    """The `Check`s of embedded data, prepared data and the network.

    Args:
      data_dir: --data_dir; None means TFDS_DATA_DIR, else TFDS's default.
      reachable: function that says whether data can be downloaded; tests replace it.
    """
    checks = [Check("embedded data", ", ".join(EMBEDDED))]
    folder = pathlib.Path(
        data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets").expanduser()
    prepared = sorted({
        info.parent.parent.name for info in folder.glob("*/*/dataset_info.json")
    } | {info.parent.parent.parent.name for info in folder.glob("*/*/*/dataset_info.json")})
    if prepared:
        checks.append(Check("prepared data", f"{', '.join(prepared)} in {folder}"))
    elif data_dir and not folder.is_dir():
        checks.append(Check("prepared data", f"{folder} is no folder", WRONG,
                            "name the folder that holds mnist/3.0.1/ and so on"))
    else:
        checks.append(Check("prepared data", f"none in {folder}", NOTE,
                            "what is not prepared is downloaded, or give --data_dir"))
    if reachable():
        checks.append(Check("downloads", "the host of TFDS's data answers"))
    else:
        checks.append(Check("downloads", "the host of TFDS's data does not answer", NOTE,
                            "only embedded and prepared data can be used: BUILD.md, Without a "
                            "network"))
    return checks
