"""`AsTicket`: the ratio of the ticket's layers."""

from lth_keras.layer_densities import AsTicket
from tests.layer_densities.lenet import LENET


def test_by_hand():
    ticket = dict(zip(LENET, (700, 500, 300)))
    assert AsTicket().counts(LENET, 1_500, lambda: ticket) == ticket
    twice = {key: 2 * count for key, count in ticket.items()}
    assert AsTicket().counts(LENET, 1_500, lambda: twice) == ticket
