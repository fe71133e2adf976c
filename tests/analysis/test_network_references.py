"""Which networks a pair of templates joins."""

import pytest

from lth_keras.analysis import (
    network_references,
)


class Units:
    """Has the part of a stored run that `templates` uses."""

    def __init__(self, *names):
        self.names = names

    def network_names(self, trial):
        return list(self.names)

    def pruned_rounds(self, trial):
        return [1, 2, 3]

    def exists(self, trial, reference):
        return reference in self.names

    def facts(self, trial, name):
        return {"round": int(name[-2:])}

    def matching(self, trial, patterns):
        return [name for name in self.names if name.startswith(patterns[0].rstrip("*"))]


@pytest.mark.parametrize("names, pair, lines, alone", [
    (["a@01", "a@02", "a@03", "b@01", "b@03"], ("a@*", "b@*"),
     [("a@01", "b@01", 1), ("a@03", "b@03", 3)], ["a@02"]),
    (["a@01", "a@02", "b@02"], ("a@*", "b@*"), [("a@02", "b@02", 2)], ["a@01"]),
    (["a@01", "a@02", "full"], ("full", "a@*"), [("full", "a@01", 1), ("full", "a@02", 2)], []),
    (["a@01", "a@02", "full"], ("a@*", "full"), [("a@01", "full", 1), ("a@02", "full", 2)], []),
    (["a@02", "b@02", "b@03"], ("a@{L}", "b@{L}"), [("a@02", "b@02", 2)], ["b@03"]),
    (["a@01", "b@01"], ("a@01", "b@01"), [("a@01", "b@01", None)], []),
    (["a1@01", "a2@01"], ("a*", "a*"), [("a1@01", "a2@01", 1)], []),
])
def test_ends_of_lines_are_joined_by_round(names, pair, lines, alone):
    assert network_references.joined(Units(*names), 1, *pair) == (lines, alone)
