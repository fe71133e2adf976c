"""Times exported networks against each other in one process; a program of its own.

`python time_exports.py PLAN.json`: the plan lists {"name", "format", "path", "input"}. The networks
take turns, so that other load on the machine affects all of them equally. Prints JSON:
{"seconds": {name: {batch: [median seconds per call of each turn]}}, "others": the mean number of
cores that other programs used meanwhile, or null where the system does not say}.
"""

import json
import os
import statistics
import sys
import time

import numpy as np

TURNS = 7
SECONDS_PER_TURN = 0.15
SHORTEST = 100e-6  # Seconds between two readings of the clock, when calls may follow each other.


def runner(entry, images, threads=None):
    """A function without arguments that predicts `images` and waits for the result.

    `threads` is for TFLite, None as many as there are cores; the others take what they find.
    """
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
    interpreter = Interpreter(model_path=entry["path"], num_threads=threads or os.cpu_count())
    where = interpreter.get_input_details()[0]["index"]
    interpreter.resize_tensor_input(where, images.shape)
    interpreter.allocate_tensors()
    # Once: copying the input from Python is no work of the network.
    interpreter.set_tensor(where, images)
    return interpreter.invoke


def turn(run, cold=None):
    """The median seconds of a call; with an array `cold`, larger than the processor's caches, that
    array is read before each call, so that the network's weights come from memory."""
    times, end, calls = [], time.perf_counter() + SECONDS_PER_TURN, 1
    while not times or time.perf_counter() < end:
        if cold is not None:
            cold.sum()
        began = time.perf_counter()
        for _ in range(calls):
            run()
        times.append((time.perf_counter() - began) / calls)
        # Reading the clock takes a share of a microsecond, which would be seen in a short call.
        if cold is None and times[-1] * calls < SHORTEST:
            calls *= 2
    # Of the first few fewer calls were made at once, which is nothing to the median.
    return statistics.median(times)


def processor_seconds():
    """(seconds that all cores worked, that this process did, wall clock); None but on Linux."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, *others = map(int, file.readline().split()[1:8])
    except (OSError, ValueError):
        return None
    worked = (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")
    return worked, time.process_time(), time.perf_counter()


def used_by_others(before, after):
    """Cores that other programs used between two `processor_seconds`, on average; or None."""
    if before is None or after is None:
        return None
    worked, own, elapsed = (late - early for early, late in zip(before, after))
    return max(0.0, (worked - own) / max(elapsed, 1e-9))


def main():
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    results = {entry["name"]: {} for entry in plan["networks"]}
    threads = plan.get("threads")
    cold = np.ones(plan["cold"] // 8) if plan.get("cold") else None
    generator, before = np.random.default_rng(0), processor_seconds()
    for batch in plan["batches"]:
        raw = generator.integers(0, 256, (batch, *plan["input_shape"]))
        images = {"uint8": raw.astype(np.uint8), "float": (raw / 255).astype(np.float32)}
        runs = {
            entry["name"]: runner(entry, images[entry["input"]], threads)
            for entry in plan["networks"]
        }
        for run in runs.values():
            run(), run()
        times = {name: [] for name in runs}
        for _ in range(TURNS):
            for name, run in runs.items():
                times[name].append(turn(run, cold))
        for name in runs:
            results[name][str(batch)] = times[name]
    print(json.dumps({"seconds": results, "others": used_by_others(before, processor_seconds())}))


if __name__ == "__main__":
    main()
