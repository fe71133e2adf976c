"""Pictures of all sizes are brought to one."""

import numpy as np

from tests.data import own_data


def test_pictures_of_all_sizes_are_brought_to_one(tmp_path):
    from PIL import Image

    own_data.write_images(tmp_path / "pets", size=(8, 8))
    wide = np.zeros((8, 24, 3), np.uint8)
    wide[:, 6:18] = 200  # What is kept: the middle of it.
    Image.fromarray(wide).save(tmp_path / "pets" / "train" / "cat" / "0.png")
    data = own_data.from_both_storages(f"images:{tmp_path}/pets", image_size=(4, 4))
    assert data.images.shape == (24, 4, 4, 3)
    assert np.all(data.images[0] == 200)
    # Bilinear with the mean over what falls into a pixel, not the nearest: noise gets smoother.
    assert data.images[1:].std() < 60 < own_data.arrays()["x_train"].std()
