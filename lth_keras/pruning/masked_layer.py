"""TFMOT's wrapper for all layers, also those with padding masks, several inputs or parts."""

from lth_keras.compat import PruneLowMagnitude, keras, tf


class MaskedLayer(PruneLowMagnitude):
    """TFMOT's wrapper around any layer; it calls the layer as Keras does.

    TFMOT calls only the method `call` of a layer. Keras does more around it: it passes padding
    masks on, casts to half precision, adds activity regularizers, and tells parts whether they are
    in training. This wrapper masks the weights with TFMOT's own code, and then calls the layer
    itself.

    Args:
      layer: a plain layer; one with parts has to be built.
      schedule: the `RewindingSchedule`.
      find: function of the built layer that gives the variables to mask.
    """

    def __init__(self, layer, schedule, find):
        def get_prunable_weights():
            return find(layer)

        get_prunable_weights.is_chosen_here = True
        layer.get_prunable_weights = get_prunable_weights
        # Kernel and mask stay in float32. The layer casts its inputs itself.
        super().__init__(
            layer, pruning_schedule=schedule, dtype=layer.variable_dtype, autocast=False)
        self._name = f"prune_low_magnitude_{layer.name}"
        # The layer has put padding masks on its outputs before Keras asks for them.
        self._supports_masking = self._compute_output_and_mask_jointly = True

    def call(self, inputs, *others, **options):
        """Masks the weights; then the layer's outputs."""
        if options.pop("training", None):
            self.pruning_step.assign_add(1)
            self.add_update(self.pruning_obj.conditional_mask_update())
        self.add_update(self.pruning_obj.weight_mask_op())
        mask = options.pop("mask", None)
        if mask is not None and self.layer._expects_mask_arg:
            options["mask"] = mask
        return self.layer(inputs, *others, **options)

    def compute_mask(self, inputs, mask=None):
        """The layer's own."""
        return self.layer.compute_mask(inputs, mask)


def build_like(twin, layer):
    """Builds a copy of a layer: calls it once with the inputs of the layer's first call.

    For layers with parts: their variables exist only after all parts were called.
    """
    if not layer.inbound_nodes:
        return
    node = layer.inbound_nodes[0]

    def fresh(value):
        if getattr(value, "_keras_history", None) is None:
            return value
        return keras.Input(batch_shape=value.shape, dtype=value.dtype)

    arguments, options = tf.nest.map_structure(fresh, (node.call_args, node.call_kwargs))
    twin(*arguments, **options)
