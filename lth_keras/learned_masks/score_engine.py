"""The compiled update of scores: the weights are frozen, the gates between them are trained."""

from lth_keras.compat import tf
from lth_keras.training.engine import Engine

# Augmentation and the layers' own chance draw from the same seed of the step; gates draw others.
_GATES = 2**21


class ScoreEngine(Engine):
    """An `Engine` that trains scores; the model's own variables hold weight × gate × scale.

    Args:
      rule: `LearnedMask`.
      layers: a `ScoredLayer` for each prunable weight.
      others: the arguments of `Engine`; its optimizer is built for the scores.
    """

    def __init__(self, rule, layers, *others):
        self._rule, self._layers = rule, layers
        super().__init__(*others)

    def _update(self, images, labels, weights, seed):
        for place, layer in enumerate(self._layers):
            own = tf.random.experimental.stateless_fold_in(seed, _GATES + place)
            gate = self._rule.gate(layer.scores, layer.count, own)
            kept = tf.reduce_sum(gate)
            layer.gates_kept.assign_add(tf.cast(kept, tf.int64))
            scale = self._rule.scale(float(layer.size), tf.maximum(kept, 1.0))
            layer.kernel.assign(layer.weight * gate * scale)
            layer.scale = scale
        return super()._update(images, labels, weights, seed)

    def _apply(self, gradients, variables):
        """Passes the kernels' gradients on to the scores, and updates these."""
        by_kernel = {id(v): g for g, v in zip(gradients, variables, strict=True)}
        passed = []
        for layer in self._layers:
            gradient = by_kernel[id(layer.kernel)] * layer.weight * layer.scale
            passed.append(self._rule.score_gradient(layer.scores, gradient))
        scores = [layer.scores for layer in self._layers]
        if self._l2:
            passed = [g + self._l2 * s for g, s in zip(passed, scores, strict=True)]
        self._optimizer.apply_gradients(zip(passed, scores, strict=True), **self._apply_options)
        for layer in self._layers:
            layer.scores.assign(self._rule.after_update(layer.scores, layer.count))
