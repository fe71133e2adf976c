"""A headless chromium of the system, driven through Debian's chromium-driver."""

import json
import pathlib
import shutil
import time

import pytest

_HERE = pathlib.Path(__file__).resolve().parent
_AXE = _HERE / "node_modules" / "axe-core" / "axe.min.js"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# Elements inside shadow roots too: there Bokeh keeps its plots and what hovering shows.
_FIND_ALL = """
function findAll(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  for (const each of root.querySelectorAll("*"))
    if (each.shadowRoot) found.push(...findAll(each.shadowRoot, selector));
  return found;
}
"""


def start():
    """A `Page` in a new browser; skips the test where something is missing, and names it."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if browser is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    if driver is None:
        pytest.skip("no chromedriver on this machine: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--disable-background-networking", "--disable-component-update",
                 "--no-first-run", "--window-size=1280,900", "--disable-quic", "--disable-sync",
                 # A request to a host fails at once, and is seen all the same.
                 "--host-resolver-rules=MAP * ~NOTFOUND"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    # The driver is named, so selenium looks for none and asks no host for one.
    opened = webdriver.Chrome(options, webdriver.ChromeService(driver))
    opened.set_script_timeout(120)
    return Page(opened)


class Page:
    """One tab of a browser.

    Args:
      driver: selenium's.
    """

    def __init__(self, driver):
        self.driver = driver

    def open(self, path):
        """Opens a file; what it asks for from here on is in `requests`."""
        self.requests()
        self.driver.get(path.as_uri())

    def set_width(self, width, height=900):
        """Shows the page as on a screen of so many pixels, which may be narrower than a window."""
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})

    def set_scheme(self, scheme):
        """What the reader's system prefers: "light" or "dark"."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def run(self, script, *arguments):
        """What a script in the page returns; `findAll(root, selector)` sees shadow roots too."""
        return self.driver.execute_script(_FIND_ALL + script, *arguments)

    def hover(self, x, y):
        """Moves the mouse to a place of the window, in pixels."""
        self.driver.execute_cdp_cmd(
            "Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})

    def wait_for(self, look, seconds=10):
        """What `look()` gives once that is not empty; its last answer when time is up."""
        end = time.monotonic() + seconds
        while not (found := look()) and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def requests(self):
        """The addresses asked for since this was last called."""
        events = [json.loads(each["message"])["message"]
                  for each in self.driver.get_log("performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]

    def errors(self):
        """What the page's scripts complained of since this was last called."""
        return [each["message"] for each in self.driver.get_log("browser")
                if each["level"] == "SEVERE"]

    def accessibility_errors(self):
        """What axe-core finds against WCAG 2.2, levels A and AA: [rule: where], or skips."""
        if not _AXE.exists():
            pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")
        self.driver.execute_script(_AXE.read_text("utf-8"))
        found = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1];
            const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
            axe.run(document, {runOnly: tags}).then(done, error => done({error: String(error)}));
        """)
        assert "error" not in found, found["error"]
        assert found["passes"], "axe-core checked nothing"
        return [f"{rule['id']} ({rule['impact']}): {each['target']} {each['failureSummary']}"
                for rule in found["violations"] for each in rule["nodes"]]
