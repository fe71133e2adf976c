"""Names the variables of a model of either Keras as the files of a run do."""

from lth_keras.keras3.library import KERAS_3, TF_KERAS, is_keras3
from lth_keras.keras3.rebuilt import rebuild
from lth_keras.variables import named_variables


def named_variables_of(model):
    """{'layer/kernel': variable} of a plain model of tf_keras or Keras 3.

    A Keras 3 model's variables have the names of those that they become in tf_keras.

    Raises:
      ConfigurationError: a layer of a Keras 3 model has no counterpart.
    """
    if not is_keras3(model):
        return named_variables(model)
    twin, pairs = rebuild(model, KERAS_3, TF_KERAS)
    theirs = {id(new): old for old, new in pairs}
    return {key: theirs[id(variable)] for key, variable in named_variables(twin).items()}
