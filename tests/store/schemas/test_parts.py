"""`checked`: any value at any key is taken, or refused with one line."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lth_keras.errors import RunError
from lth_keras.store.schemas import NetworkFacts, RunHeader, checked
from tests.json_places import places

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-2**70, 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner,
                                                                max_size=3), max_leaves=6)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("schema", [RunHeader, NetworkFacts], ids=lambda schema: schema.__name__)
def test_any_value_at_any_key(schema, stored, data):
    content = copy.deepcopy(stored[schema])
    all_places = list(places(content))
    parent, key = all_places[data.draw(st.integers(0, len(all_places) - 1))]
    if isinstance(parent, dict) and data.draw(st.booleans()):
        key = data.draw(st.text(max_size=8))
    parent[key] = data.draw(ANYTHING)
    try:
        assert checked(schema, content, "file.json") is content
    except RunError as error:
        assert str(error).startswith("file.json is not what this program writes: ")
        assert "\n" not in str(error)


def test_a_key_with_a_line_break_is_named_in_one_line(stored):
    content = copy.deepcopy(stored[NetworkFacts])
    content["kept_weights"] = {"fc1\n\x1b[2J" + "x" * 900: 1}
    with pytest.raises(RunError, match=r"kept_weights\.fc1\\n\\x1b") as caught:
        checked(NetworkFacts, content, "file.json")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize("schema", [RunHeader, NetworkFacts], ids=lambda schema: schema.__name__)
def test_each_key_that_is_needed_is_missed(schema, stored):
    needed = [name for name, field in schema.model_fields.items() if field.is_required()]
    assert len(needed) > 5
    for name in needed:
        content = {key: value for key, value in stored[schema].items() if key != name}
        with pytest.raises(RunError, match=name):
            checked(schema, content, "file.json")
