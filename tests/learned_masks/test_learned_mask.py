"""What a learned mask may be configured as, and what its class has to give."""

import pytest

from lth_keras.errors import ConfigurationError
from lth_keras.learned_masks import EdgePopup, LearnedMask, Supermask
from lth_keras.training import SGD


@pytest.mark.parametrize("make, problem", [
    (lambda: EdgePopup(optimizer="sgd"), "EdgePopup.optimizer is 'sgd'; expected"),
    (lambda: EdgePopup(scaled=1), "EdgePopup.scaled is 1; expected True or False"),
    (lambda: Supermask(keep="all"), "Supermask.keep is 'all'; expected 'round' or 'likely'"),
    (lambda: Supermask(rescale="yes"), "Supermask.rescale is 'yes'; expected True or False"),
    (lambda: Supermask(optimizer=SGD), "Supermask.optimizer is <class"),
])
def test_wrong_values_are_refused_in_one_line(make, problem):
    with pytest.raises(ConfigurationError) as raised:
        make()
    # What follows on a second line is gin's own: where it was called from.
    assert str(raised.value).startswith(problem)


@pytest.mark.parametrize("method, arguments", [
    ("first_scores", ((2, 2), 1, None)), ("gate", (None, 1, None)), ("score_gradient", (0, 0)),
    ("final_masks", ({}, {})),
])
def test_a_class_that_lacks_a_method_says_which(method, arguments):
    class Nothing(LearnedMask):
        pass

    with pytest.raises(NotImplementedError, match=f"Nothing has no method {method}"):
        getattr(Nothing(), method)(*arguments)
