"""Times exported networks against each other in one process; a program of its own.

`python time_exports.py PLAN.json`: the plan lists {"name", "format", "path", "input"}. The networks
take turns, so that other load on the machine affects all of them equally. Prints JSON:
{name: {batch: median seconds per call}}.
"""

import json
import os
import statistics
import sys
import time

import numpy as np

TURNS = 7
SECONDS_PER_TURN = 0.15


def runner(entry, images):
    """A function without arguments that predicts `images` and waits for the result."""
    if entry["format"] == "saved_model":
        import tensorflow as tf

        loaded = tf.saved_model.load(entry["path"])
        network, batch = loaded.signatures["serving_default"], tf.constant(images)
        return lambda keep=loaded: network(images=batch)[entry["output"]].numpy()
    if entry["format"] == "keras":
        import tensorflow as tf
        import tf_keras

        model = tf_keras.models.load_model(entry["path"], compile=False)
        network, batch = tf.function(lambda x: model(x, training=False)), tf.constant(images)
        return lambda: network(batch).numpy()
    if entry["format"] == "keras3":
        import keras

        model = keras.saving.load_model(entry["path"], compile=False)
        return lambda: model.predict_on_batch(images)
    if entry["format"] == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(entry["path"], providers=["CPUExecutionProvider"])
        return lambda: session.run(None, {"images": images})
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter
    interpreter = Interpreter(model_path=entry["path"], num_threads=os.cpu_count())
    where = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(where, images.shape)
    interpreter.allocate_tensors()

    def invoke():
        interpreter.set_tensor(where, images)
        interpreter.invoke()

    return invoke


def turn(run):
    times, end = [], time.perf_counter() + SECONDS_PER_TURN
    while not times or time.perf_counter() < end:
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main():
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    results = {entry["name"]: {} for entry in plan["networks"]}
    generator = np.random.default_rng(0)
    for batch in plan["batches"]:
        raw = generator.integers(0, 256, (batch, *plan["input_shape"]))
        images = {"uint8": raw.astype(np.uint8), "float": (raw / 255).astype(np.float32)}
        runs = {
            entry["name"]: runner(entry, images[entry["input"]]) for entry in plan["networks"]
        }
        for run in runs.values():
            run(), run()
        times = {name: [] for name in runs}
        for _ in range(TURNS):
            for name, run in runs.items():
                times[name].append(turn(run))
        for name in runs:
            results[name][str(batch)] = statistics.median(times[name])
    print(json.dumps(results))


if __name__ == "__main__":
    main()
