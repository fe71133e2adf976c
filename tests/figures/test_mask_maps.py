"""Maps of masks, read off the drawn figures."""

import numpy as np

from lth_keras.figures import mask_maps, style


def test_pixels_are_relative_to_their_mean():
    plane = np.array([[0.0, 0.2], [0.4, 0.2]])
    with style.settings():
        figure = mask_maps.pixel_maps([(1, 0.2, plane), (2, 0.1, plane / 2)], "made up")
    shown = [panel.images[0].get_array() for panel in figure.axes[:2]]
    np.testing.assert_allclose(shown[0], [[0, 1], [2, 1]])
    np.testing.assert_allclose(shown[1], shown[0])
    assert [panel.get_title() for panel in figure.axes[:2]] == ["round 01, 20 %", "round 02, 10 %"]


def test_kernels_have_one_scale_and_unused_panels_are_hidden():
    planes = [(f"layer {index}", np.full((2, 3), index / 10)) for index in range(5)]
    with style.settings():
        figure = mask_maps.kernel_maps(planes, "made up", 3)
    visible = [panel for panel in figure.axes if panel.get_visible() and panel.images]
    assert len(visible) == 5 and len(figure.axes) == 8 + 1  # Two rows of four, and the scale.
    assert {panel.images[0].get_clim() for panel in visible} == {(0.0, 0.4)}
    assert "round 03" in figure.get_suptitle()


def test_without_a_map_there_is_no_figure():
    assert mask_maps.pixel_maps([], "made up") is mask_maps.kernel_maps([], "made up", 0) is None
