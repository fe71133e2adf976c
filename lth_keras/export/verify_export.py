"""Checks an exported network where it is: `python verify.py [FORMAT …]` in its folder.

Needs Python and the packages that the card names for each format; not the toolkit.
For each format: the files are those that the card names (SHA-256), the network predicts what it
predicted when it was exported, and has exactly the promised number of non-zero weights.
Prints a line of JSON for each format; exit status 0 if all is as promised, 3 if not.
"""

import argparse
import collections
import hashlib
import json
import os
import pathlib
import sys

import numpy as np

BATCH = 256
BROKEN = 3  # Not 1 or 2, with which Python itself ends.


class Broken(Exception):
    """The export is not what its card says."""


def check_files(folder, entry):
    for name, checksum in entry["files"].items():
        path = folder / name
        if not path.is_file():
            raise Broken(f"{name} is missing")
        if hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
            raise Broken(f"{name} is not the file that was exported (SHA-256)")


def in_batches(run, images):
    return np.concatenate([
        np.asarray(run(images[first : first + BATCH])) for first in range(0, len(images), BATCH)
    ])


def saved_model(path, name):
    """(function images -> outputs, [(size, non-zero)] of its weights)."""
    import tensorflow as tf

    loaded = tf.saved_model.load(str(path))
    network = loaded.signatures["serving_default"]
    # A signature keeps its variables only as long as the object that they were loaded with.
    weights = [counted(variable.numpy()) for variable in loaded.parameters.values()]
    return (lambda images, keep=loaded: network(images=tf.constant(images))[name]), weights


def keras(path, name):
    del name
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    import tensorflow as tf
    import tf_keras

    model = tf_keras.models.load_model(str(path), compile=False)
    run = tf.function(
        lambda images: model(images, training=False),
        input_signature=[tf.TensorSpec([None, *model.input_shape[1:]], tf.float32)],
    )
    return (lambda images: run(tf.constant(images))), [counted(w.numpy()) for w in model.weights]


def keras3(path, name):
    del name
    import keras

    model = keras.saving.load_model(str(path), compile=False)
    run = model.predict_on_batch
    return run, [counted(np.asarray(weight)) for weight in model.get_weights()]


def onnx(path, name):
    import onnx
    import onnxruntime

    weights = [onnx.numpy_helper.to_array(each) for each in onnx.load(str(path)).graph.initializer]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return (lambda images: session.run([name], {"images": images})[0]), [
        counted(each) for each in weights]


def tflite(path, name):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter

    constants = Interpreter(model_path=str(path))
    weights = []
    for tensor in constants.get_tensor_details():
        try:
            values = constants.get_tensor(tensor["index"])
        except ValueError:
            continue  # Not a constant: it has no values before anything is computed.
        # A sparse tensor's values are only those that are stored; its shape is the dense one.
        if len(tensor["shape"]) > 1 and values.dtype != np.uint8:
            weights.append((int(np.prod(tensor["shape"])), int(np.count_nonzero(values))))
    network = Interpreter(model_path=str(path)).get_signature_runner("serving_default")
    return (lambda images: network(images=images)[name]), weights


def counted(values):
    return int(values.size), int(np.count_nonzero(values))


READERS = {
    "saved_model": saved_model, "keras": keras, "keras3": keras3, "onnx": onnx, "tflite": tflite,
    "tflite_float16": tflite, "tflite_int8": tflite, "tflite_sparse": tflite,
}


def check_counts(entry, weights):
    """The kernels' counts, matched by size: names do not survive every format."""
    promised = collections.defaultdict(list)
    for layer in entry["nonzero"]:
        promised[layer["size"]].append((layer["most"], layer["least"], layer["key"]))
    total = 0
    for size, layers in promised.items():
        counts = sorted(count for each, count in weights if each == size)
        if len(counts) < len(layers):
            raise Broken(f"it has {len(counts)} kernels of {size} weights; {len(layers)} promised")
        # More weights have that size than there are kernels: others, of a normalisation, are never
        # pruned. The closest counts are taken for the kernels.
        counts = counts if len(counts) == len(layers) else closest(counts, layers)
        for count, (most, least, key) in zip(counts, sorted(layers), strict=True):
            if not least <= count <= most:
                expected = most if least == most else f"{least} to {most}"
                raise Broken(f"{key} has {count} non-zero weights; promised: {expected}")
            total += count
    return total


def closest(counts, layers):
    chosen, rest = [], list(counts)
    for most, _, _ in sorted(layers):
        best = min(rest, key=lambda count: abs(count - most))
        rest.remove(best)
        chosen.append(best)
    return chosen


def check_predictions(entry, card, run, data):
    raw, labels = data["images"], data["labels"]
    expected = data[f"outputs_{entry['input']}"]
    images = raw
    if entry["input"] == "float":
        how = card["input"]["preprocessing"]
        mean, std = (np.asarray(how[name], np.float32) for name in ("mean", "std"))
        images = (np.asarray(raw, np.float32) * np.float32(how["scale"]) - mean) / std
    outputs = in_batches(run, images)
    if outputs.shape != expected.shape:
        raise Broken(f"it gives outputs {outputs.shape}; expected {expected.shape}")
    difference = float(np.max(np.abs(outputs - expected)))
    limit = entry["tolerance"] * max(1.0, float(np.max(np.abs(expected))))
    # Another processor may add in another order: so large a difference is allowed.
    slack = 0.0 if data["exact"] else 1e-4 * max(1.0, float(np.max(np.abs(expected))))
    if not difference <= limit + slack:
        raise Broken(
            f"an output differs by {difference:.3g}; at most {limit + slack:.3g} is allowed")
    result = {"examples": len(labels),
              "measured_on": measured_on(len(labels), card["data"]["examples"]["test"]),
              "largest_difference": difference,
              "bit_for_bit": bool(np.array_equal(outputs, expected))}
    return result | check_metric(entry, card["output"], data, outputs, expected)


def measured_on(here, tested):
    """The examples of these values, in words; the card's values are over the whole test set."""
    if here == tested:
        return f"all {tested:,} test examples"
    return f"{here:,} of {tested:,} test examples; what card.json says is over all {tested:,}"


def check_metric(entry, output, data, outputs, expected):
    kind, name = output["kind"], output["metrics"][0]["name"]
    if kind not in METRICS:
        return {}  # For a user's own task only the outputs are compared.
    labels = data["labels"]
    weights = np.ones(len(labels)) if "weights" not in data else data["weights"]
    now, was = (METRICS[kind](output, labels, each, weights) for each in (outputs, expected))
    share = output["metrics"][0]["is_share"]
    allowed = entry["metric_tolerance"] + 0.5 / labels.size if share else (
        (entry["metric_tolerance"] + 1e-3) * max(abs(was), 1e-9))
    if not abs(now - was) <= allowed:
        raise Broken(f"its {name} is {now:.4f} and was {was:.4f} when it was exported")
    result = {name: now}
    if kind in ("classes", "tokens"):
        result["same_predictions"] = float(np.mean(outputs.argmax(-1) == expected.argmax(-1)))
    return result


def weighted_mean(values, weights):
    weights = np.broadcast_to(
        weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim)), values.shape)
    return float(np.sum(values * weights) / np.sum(weights)) if np.sum(weights) else 0.0


def kept_weights(output, labels, weights):
    """Weights of the positions: 0 where the label is the one to ignore."""
    weights = np.broadcast_to(
        weights.reshape(weights.shape + (1,) * (labels.ndim - weights.ndim)), labels.shape)
    return weights if output["ignore_label"] is None else weights * (
        labels != output["ignore_label"])


def accuracy(output, labels, outputs, weights):
    return weighted_mean(outputs.argmax(-1) == labels, kept_weights(output, labels, weights))


def accuracy_of_answers(output, labels, outputs, weights):
    return weighted_mean((outputs > 0) == (labels == 1), weights)


def mean_absolute_error(output, labels, outputs, weights):
    predicted = outputs * np.asarray(output["std"]) + np.asarray(output["mean"])
    return weighted_mean(np.abs(predicted - labels), weights)


def perplexity(output, labels, outputs, weights):
    kept = kept_weights(output, labels, weights)
    shifted = np.asarray(outputs, np.float64) - outputs.max(-1, keepdims=True)
    known = np.where(kept != 0, labels, 0)[..., None].astype(np.int64)
    own = np.take_along_axis(shifted, known, -1)[..., 0]
    return float(np.exp(weighted_mean(np.log(np.exp(shifted).sum(-1)) - own, kept)))


METRICS = {"classes": accuracy, "yes_no": accuracy_of_answers, "numbers": mean_absolute_error,
           "tokens": perplexity}


def check_ticket(folder, entry):
    masks = np.load(folder / "ticket/masks.npz")
    weights = np.load(folder / "ticket/weights.npz")
    promised = {layer["key"]: layer for layer in entry["nonzero"]}
    if set(masks.files) != set(promised):
        raise Broken(f"it has masks of {masks.files}; promised: {sorted(promised)}")
    total = 0
    for key, layer in promised.items():
        kept = int(np.count_nonzero(masks[key]))
        alive = int(np.count_nonzero(weights[key][~masks[key].astype(bool)]))
        if kept != layer["most"] or masks[key].size != layer["size"] or alive:
            raise Broken(f"{key} keeps {kept} weights, {alive} pruned ones are not zero; promised: "
                         f"{layer['most']} and 0")
        total += kept
    return total


def check_format(folder, card, name, data):
    entry = card["formats"][name]
    check_files(folder, entry)
    if name == "ticket":
        return {"nonzero": check_ticket(folder, entry)}
    try:
        run, weights = READERS[name](folder / entry["path"], card["output"]["name"])
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise Broken(f"it cannot be read: {str(error).splitlines()[0]}") from error
    return {"nonzero": check_counts(entry, weights), **check_predictions(entry, card, run, data)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("formats", nargs="*", help="such as saved_model; without: all")
    parser.add_argument("--data", help="an .npz of examples and outputs; without: check.npz")
    parser.add_argument("--exact", action="store_true", help="allow no other machine's rounding")
    arguments = parser.parse_args()
    folder = pathlib.Path(__file__).resolve().parent
    card = json.loads((folder / "card.json").read_text("utf-8"))
    with np.load(arguments.data or folder / "check.npz") as archive:
        data = {**archive, "exact": arguments.exact}
    status = 0
    for name in arguments.formats or list(card["formats"]):
        if name not in card["formats"]:
            result = {"ok": False, "reason": f"the export has {', '.join(card['formats'])}"}
        else:
            try:
                result = {"ok": True, **check_format(folder, card, name, data)}
            except Broken as reason:
                result = {"ok": False, "reason": str(reason)}
        status = status if result["ok"] else BROKEN
        print(json.dumps({"format": name, **result}), flush=True)
    if any(module.split(".")[0] == "lth_keras" for module in sys.modules):
        print(json.dumps({"format": "all", "ok": False, "reason": "lth_keras was imported"}))
        status = BROKEN
    return status


if __name__ == "__main__":
    sys.exit(main())
