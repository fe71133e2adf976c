"""A program, not a test: trains on one and on two logical CPU devices, and prints how they differ.

TensorFlow's devices are fixed when it first computes, hence a process of its own.
"""

import json
import pathlib
import sys

import gin
import numpy as np

from lth_keras import files, models, pruning
from lth_keras.commands import configuration
from lth_keras.compat import keras, tf
from lth_keras.data import from_arrays
from lth_keras.errors import ConfigurationError
from lth_keras.experiment import execute, prepare
from lth_keras.store.masks_and_weights import read_masks
from lth_keras.training import (
    Adam,
    CropAndFlip,
    DataOrder,
    LayerChance,
    Mirrored,
    OneDevice,
    Trainer,
    TrainState,
)
from lth_keras.variables import named_variables, snapshot

ROOT = pathlib.Path(__file__).resolve().parents[2]
GIN_FILES = [str(ROOT / "gin" / "smoke" / "mnist_lt.gin"),
             str(ROOT / "gin" / "pieces" / "short.gin")]
PARAMS = (
    "Experiment.variants = [@ticket/Variant()]", "ROUNDS = (3,)", "RewindingSchedule.rounds = 3",
    "Experiment.duration = '6it'", "IMP.duration = '6it'", "Dataset.name = 'mnist_5k'",
    "Experiment.jit = False",
)
BATCH = 8


class Quiet:
    def __getattr__(self, name):
        return lambda *_, **__: None


def network(input_shape, num_classes):
    x = inputs = keras.Input(input_shape)
    regularizer = keras.regularizers.L2(1e-2)
    x = keras.layers.Conv2D(4, 3, activation="relu", kernel_regularizer=regularizer, name="conv")(x)
    x = keras.layers.Flatten()(x)
    return keras.Model(inputs, keras.layers.Dense(num_classes, name="output")(x))


def examples():
    generator = np.random.default_rng(0)

    def split(count):
        labels = np.arange(count) % 3
        noise = generator.normal(size=(count, 6, 6, 1)).astype(np.float32)
        return noise + labels[:, None, None, None], labels

    return from_arrays(*split(70), *split(13), validation=7, name="tiny", mean=0.5, std=2.0)


def trained(data, distribution):
    plain = models.build_seeded(network, data.input_shape, data.num_outputs, 1)
    generator = np.random.default_rng(2)
    masks = {
        weight.key: generator.random(weight.shape) < 0.5
        for weight in pruning.prunable_weights(plain)
    }
    trainer = Trainer(plain, pruning.RewindingSchedule(3), Adam(1e-2, l2=1e-3), data, BATCH, 5,
                      CropAndFlip(1), False, replicas=distribution.start())
    start = TrainState(snapshot(named_variables(plain)), masks)
    trainer.load(start)
    totals = trainer.train(DataOrder(4, data.train_size, BATCH), 100, 3)
    state = trainer.state()
    return {
        "weights": state.weights, "totals": totals, "step": state.step,
        "evaluations": [*trainer.evaluate("test"), *trainer.evaluate("validation")],
        "moved": max(
            np.abs(state.weights[key] - start.weights[key]).max() for key in start.weights),
        "traces": trainer.trace_counts(),
    }


def replicas_masks():
    """For each of three steps the dropout masks of both replicas: [2, 64] of 0 and 1."""
    inputs = keras.Input((64,))
    x = keras.layers.Dense(64, name="fc")(inputs)
    replicas = Mirrored().start()
    with replicas.scope():
        # Wrapped, because replicas take turns within a pass where masks are applied.
        model = pruning.wrap(
            keras.Model(inputs, keras.layers.Dropout(0.5)(x)), pruning.RewindingSchedule(3))
        chance = LayerChance(model)

    def replica(seed):
        number = tf.distribute.get_replica_context().replica_id_in_sync_group
        own = tf.random.experimental.stateless_fold_in(seed, tf.cast(number, tf.int32))
        with chance.at(own):
            return model(tf.ones([1, 64]), training=True)

    step = tf.function(lambda seed: replicas.strategy.run(replica, (seed,)))
    return [
        [(each.numpy()[0] != 0).astype(int).tolist() for each in
         replicas.strategy.experimental_local_results(step(tf.constant([7, index])))]
        for index in range(3)]


def experiment(distribution):
    gin.clear_config()
    return configuration.read(
        GIN_FILES, [*PARAMS, f"Experiment.distribution = @{distribution}()"])


def refused(action):
    try:
        action()
    except ConfigurationError as error:
        return str(error)
    return None


def main(output):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    data = examples()
    one, two = trained(data, OneDevice("CPU:1")), trained(data, Mirrored())
    experiments = {}
    for name in ("OneDevice", "Mirrored"):
        prepared = prepare(experiment(name), f"{output}/{name}")
        execute(prepared, Quiet())
        experiments[name] = prepared
    paths = [experiments[name].context.paths for name in ("OneDevice", "Mirrored")]
    masks = [
        {f"{index}/{key}": mask for index in range(4)
         for key, mask in read_masks(each.network(1, f"round_{index:02d}")).items()}
        for each in paths
    ]
    run_json = json.loads(paths[1].run_json.read_text("utf-8"))

    def changed_midway():
        # As if it had been stopped on two devices, and was to go on with one.
        stored = files.read_sealed_json(paths[1].run_json)
        files.write_sealed_json(paths[1].run_json, {**stored, "state": "stopped"})
        execute(prepare(experiment("OneDevice"), f"{output}/Mirrored"), Quiet())

    plain = models.build_seeded(network, data.input_shape, data.num_outputs, 1)

    def trainer(batch, jit):
        Trainer(plain, pruning.RewindingSchedule(3), Adam(), data, batch, jit=jit,
                replicas=Mirrored(("CPU:0", "/device:CPU:1")).start())

    print(json.dumps({
        "weights": max(float(np.abs(one["weights"][key] - two["weights"][key]).max())
                       for key in one["weights"]),
        "totals": float(np.abs(one["totals"] - two["totals"]).max()),
        "evaluations": float(np.abs(np.subtract(one["evaluations"], two["evaluations"])).max()),
        "moved": float(two["moved"]), "step": two["step"], "traces": two["traces"],
        "runs": [each.root.name for each in paths],
        "masks": all((masks[0][key] == masks[1][key]).all() for key in masks[0]),
        "kept": [sum(int(mask.sum()) for key, mask in masks[1].items() if key[0] == str(index))
                 for index in range(4)],
        "distribution": run_json["distribution"], "replicas_masks": replicas_masks(),
        "refused": {
            "batch": refused(lambda: trainer(9, False)), "jit": refused(lambda: trainer(8, True)),
            "midway": refused(changed_midway),
        },
    }))


if __name__ == "__main__":
    main(sys.argv[1])
