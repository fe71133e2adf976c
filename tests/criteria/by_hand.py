"""Small networks for which scores can be worked out by hand."""

import numpy as np

from lth_keras import criteria
from lth_keras.compat import keras
from lth_keras.data import from_arrays
from lth_keras.training import Saliency

INITIAL = np.array([[1.0, -2.0], [3.0, -0.5]], np.float32)
FINAL = np.array([[-1.5, 0.5], [2.0, -4.0]], np.float32)


def criterion_inputs(masks=None, network=None, seed=0, weights=FINAL):
    """`CriterionInputs` of a layer whose four weights were INITIAL and are now `weights`."""
    return criteria.CriterionInputs(
        weights={"fc/kernel": weights, "fc/bias": np.ones(2, np.float32)},
        initial={"fc/kernel": INITIAL, "fc/bias": np.zeros(2, np.float32)},
        masks=masks or {"fc/kernel": np.ones((2, 2), bool)},
        generator=np.random.Generator(np.random.Philox(seed)), network=network,
    )


def check_scores(criterion, expected):
    """Asserts what a criterion makes of INITIAL and FINAL: exact, and nothing for the bias."""
    scores = criterion.scores(criterion_inputs())
    assert list(scores) == ["fc/kernel"]
    np.testing.assert_array_equal(scores["fc/kernel"], np.array(expected, np.float32))


# One layer, one example x = (1, 2) of class 0, and weights that give both logits 0: p = (½, ½).
X = np.array([[1.0, 2.0]], np.float32)
W = np.array([[2.0, 4.0], [-1.0, -2.0]], np.float32)


def saliency(model, keys, x, y=(0,), batch_size=4):
    """`Saliency` of a model on two examples `x`; all have the class `y` if one is given."""
    examples = np.repeat(x, 2, axis=0)  # the labels 0 and 1 both have to be there
    data = from_arrays(examples, np.array([0, 1]), examples, np.array([0, 1]))
    if len(y) == 1:  # …but training on class y only is what can be done by hand
        data.labels[:] = y[0]
    return Saliency(lambda: model, keys, data, batch_size)


def one_layer():
    """Two inputs, two outputs, no bias."""
    inputs = keras.Input((2,))
    return keras.Model(inputs, keras.layers.Dense(2, use_bias=False, name="fc")(inputs))


def probe(weights, masks=None, **arguments):
    """The probe of `one_layer` with these weights."""
    masks = masks or {"fc/kernel": np.ones((2, 2), bool)}
    made = saliency(one_layer(), ["fc/kernel"], X, **arguments)
    return made.probe({"fc/kernel": weights}, masks, np.random.default_rng(0))
