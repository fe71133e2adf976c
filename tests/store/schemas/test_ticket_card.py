"""ticket.json: its two files, and keys for people that may be missing."""

import pytest

from lth_keras.errors import RunError
from lth_keras.store.schemas import TicketCard, checked

CARD = {"format": 1, "step": 0, "files": {"masks.npz": "0" * 64, "weights.npz": "0" * 64}}


def test_the_least_that_a_ticket_has():
    checked(TicketCard, CARD, "ticket.json")


@pytest.mark.parametrize("change, said", [
    ({"files": {"masks.npz": "0" * 64}}, "expected \\['masks.npz', 'weights.npz'\\]"),
    ({"files": CARD["files"] | {"code.py": "0" * 64}}, "files has"),
    ({"step": -1}, "step"), ({"format": 0}, "format"), ({"more": 1}, "more"),
])
def test_anything_else_is_refused(change, said):
    with pytest.raises(RunError, match=said):
        checked(TicketCard, CARD | change, "ticket.json")
