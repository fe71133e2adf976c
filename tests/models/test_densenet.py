"""`densenet`: its sizes, what is refused."""

import pytest

from lth_keras import models
from lth_keras.errors import ConfigurationError
from tests.models.sizes import check_sizes

IMAGE = (32, 32, 3)


@pytest.mark.parametrize("arguments, prunable, conv, trainable", [
    # Huang et al. 2017, table 2: 1.0M, 7.0M; DenseNet-BC 0.8M.
    ({}, 1_001_616, 997_136, 1_019_722),
    ({"depth": 100}, 6_862_416, 6_850_736, 6_979_642),
    ({"depth": 100, "bottleneck": True}, 745_164, 741_744, 769_162),
])
def test_sizes_are_the_literatures(arguments, prunable, conv, trainable):
    check_sizes(models.densenet, arguments, IMAGE, prunable, conv, trainable)


@pytest.mark.parametrize("arguments, message", [
    ({"depth": 41}, "densenet.depth is 41; expected 3n"),
    ({"depth": 43, "bottleneck": True}, "densenet.depth is 43; expected 6n"),
    ({"growth": 0}, "densenet.growth is 0"),
])
def test_refused(arguments, message):
    with pytest.raises(ConfigurationError, match=message):
        models.build(models.densenet, IMAGE, 10, **arguments)
