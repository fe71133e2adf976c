"""A report in a real browser: sorting, hovering, widths, colours, and no other host."""

import re
import time

import pytest

from lth_keras.report import write_report
from tests.browser import chromium
from tests.made_up_runs import MadeUpRun, whole_run

pytestmark = pytest.mark.ci

_SORTED_COLUMN = """
const table = document.querySelector(arguments[0]);
const headings = [...table.tHead.rows[0].cells];
const place = headings.findIndex(each => each.innerText.includes(arguments[1]));
const cells = [...table.tBodies[0].rows].map(row => row.cells[place].innerText);
return [place, headings[place].getAttribute("aria-sort"), cells];
"""
# The last point of a curve that one can see: its place in the window, and what it holds.
_POINT = """
const figure = Object.values(Bokeh.documents)[0].roots().find(
  each => each.renderers.some(one => one.name === arguments[0]));
const view = [...Bokeh.index.roots].find(each => each.model === figure);
view.el.scrollIntoView({block: "center"});
const line = figure.renderers.find(each => each.name === arguments[0]);
const data = line.data_source.data, last = data.step.length - 1;
const place = view.canvas_view.el.getBoundingClientRect();
return {
  x: place.x + view.frame.x_scale.compute(data.step[last]),
  y: place.y + view.frame.y_scale.compute(data.mean[last]),
  step: data.step[last], mean: data.mean[last], each: data.each[last],
};
"""
_TOOLTIPS = """
return findAll(document, ".bk-tooltip-content")
  .filter(each => each.getBoundingClientRect().width).map(each => each.innerText);
"""


@pytest.fixture(scope="module")
def page():
    """A browser, once for all tests here."""
    opened = chromium.start()
    yield opened
    opened.driver.quit()


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a made-up run that is finished; its warning has a path that is long."""
    why = "'digits' is not in /a/folder/whose/name/is/long/" + "and_has_no_place_to_break" * 4
    root = whole_run(MadeUpRun(tmp_path_factory.mktemp("browser") / "run", fallback=why))
    write_report(root)
    return root / "report.html"


@pytest.fixture
def opened(page, report):
    """The report, just opened, on a wide and light screen."""
    page.set_width(1280)
    page.set_scheme("light")
    page.open(report)
    return page


def test_nothing_is_asked_of_another_host_and_no_script_fails(opened):
    opened.set_scheme("dark")
    opened.set_width(390)
    time.sleep(1)  # What a script would load late.
    asked = opened.requests()
    assert asked and [each for each in asked if each.endswith("report.html")]
    assert not [each for each in asked if not each.startswith(("file:", "data:", "blob:"))]
    assert not opened.errors()


def test_a_click_on_a_heading_sorts_and_another_turns_it_about(opened):
    table, heading = "#results ~ .scroll table", "kept"
    where, before, cells = opened.run(_SORTED_COLUMN, table, heading)
    assert before is None and len(set(cells)) > 2
    button = opened.driver.find_elements("css selector", f"{table} thead button")[where]
    for order in ("ascending", "descending"):
        button.click()
        _, stated, cells = opened.run(_SORTED_COLUMN, table, heading)
        values = [float(re.match(r"[\d.]+", cell)[0]) for cell in cells]
        assert stated == order
        assert values == sorted(values, reverse=order == "descending")


def test_a_heading_can_be_sorted_by_the_keyboard(opened):
    button = opened.driver.find_element("css selector", "#results ~ .scroll thead button")
    button.send_keys("\n")
    heading = button.find_element("xpath", "..")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert opened.run("return document.activeElement === arguments[0]", button)


def test_hovering_over_a_curve_shows_its_values(opened):
    point = opened.run(_POINT, "ticket@02")
    point = opened.run(_POINT, "ticket@02")  # Again: the first one scrolled the page.
    opened.hover(point["x"] - 3, point["y"])
    opened.hover(point["x"], point["y"])
    shown = opened.wait_for(lambda: " ".join(opened.run(_TOOLTIPS)).strip())
    assert "ticket@02" in shown
    assert f"{point['mean']:.4f}" in shown and point["each"] in shown
    assert str(point["step"]) in shown


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_does_not_scroll_sideways(opened, width):
    opened.set_width(width)
    seen, needed = opened.run(
        "return [document.documentElement.clientWidth, document.documentElement.scrollWidth]")
    assert width - 20 < seen <= width  # A window has a scroll bar.
    assert needed <= seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_accessibility_checker_finds_no_error(opened, scheme):
    opened.set_scheme(scheme)
    dark = opened.run("return matchMedia('(prefers-color-scheme: dark)').matches")
    assert dark == (scheme == "dark")
    assert opened.accessibility_errors() == []
