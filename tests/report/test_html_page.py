"""Pages from templates: what a run says is text, and pictures are inside."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from lth_keras.figures.style import dots_per_inch
from lth_keras.report import html_page


@pytest.mark.parametrize("duration, words", [
    ("1ep", "1 epoch"), ("20ep", "20 epochs"), ("1it", "1 iteration"),
    ("50000it", "50,000 iterations")])
def test_durations_are_spelt(duration, words):
    assert html_page.spelt(duration) == words


def test_a_picture_is_embedded_and_as_wide_as_it_says():
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((5, 80), np.uint8)).save(buffer, "png")
    png = buffer.getvalue()
    assert html_page._inches(png) == 80 / dots_per_inch()
    begin, _, encoded = html_page._embedded(png).partition(",")
    assert begin == "data:image/png;base64" and base64.b64decode(encoded) == png


def test_control_characters_are_written_out_and_numbers_stay_numbers():
    assert html_page._shown("a\x1b[31mb") != "a\x1b[31mb" and "\x1b" not in html_page._shown("\x1b")
    assert html_page._shown(3) == 3 and html_page._shown("plain") == "plain"
