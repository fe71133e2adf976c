"""One self-contained HTML page from a template: pictures are embedded, no other file is loaded."""

import base64
import functools
import struct

import jinja2

from lth_keras.figures.style import dots_per_inch
from lth_keras.plain_text import plain
from lth_keras.report.settings_in_words import spelt


def render(template, **values):
    """The page that a template of this package makes of `values`."""
    return _environment().get_template(template).render(**values)


@functools.cache
def _environment():
    """Jinja's environment; a template is compiled once in a process."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lth_keras.report", "templates"),
        autoescape=jinja2.select_autoescape(default=True, default_for_string=True),
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, finalize=_shown,
    )
    environment.filters["embedded"] = _embedded
    environment.filters["inches"] = _inches
    environment.filters["spelt"] = spelt
    return environment


def _shown(value):
    """A value as text, with control characters written out."""
    return plain(value) if type(value) is str else value


def _inches(png):
    # The header of every PNG begins with its width, at this place.
    return struct.unpack(">I", png[16:20])[0] / dots_per_inch()


def _embedded(png):
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
