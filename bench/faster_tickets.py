"""How much faster a ticket is: blocks, units and single weights in stock LiteRT, beside dense.

    python -m bench.faster_tickets                     # masks by magnitude on untrained networks
    python -m bench.faster_tickets RUN:ticket@10 …     # tickets of runs, beside their dense network

Speed does not depend on what the weights are, only on where the zeros lie: without a run, each
network is pruned by ten rounds of 20 % at its initialisation. One thread; calls of one example; the
networks take turns in each of several processes. Prints a table in Markdown: medians of a call and
their quartiles over turns; first of calls in a row, the weights in the processor's caches, then of
calls that find them in memory, as an application does that asks now and then.
"""

import argparse
import pathlib
import tempfile

import numpy as np

from lth_keras import files
from lth_keras.channels import ChannelGroups, unit_rows
from lth_keras.compat import keras, tf
from lth_keras.criteria import prune_layerwise
from lth_keras.export import fresh_processes, stored_network
from lth_keras.export.compaction import compact
from lth_keras.granularity import Blocks, Units, Weights
from lth_keras.pruning import RewindingSchedule, prunable_weights
from lth_keras.variables import named_variables

# Hidden units: LeNet-300-100 (LeCun et al. 1998), and one that a cache hardly holds.
NETWORKS = {"784-300-100-10": (300, 100), "784-1024-1024-10": (1024, 1024)}
ROUNDS = {"26 %": 6, "11 %": 10, "5 %": 13}
# More than the caches of a core, and of most processors.
_COLD = 256 * 2**20
GRANULARITIES = {"weights": Weights(), "blocks (4, 1)": Blocks((4, 1)), "units": Units()}


def build(hidden, seed=0):
    """A dense network of ten classes on 784 inputs."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential([
        keras.Input((784,)), *(keras.layers.Dense(units, "relu") for units in hidden),
        keras.layers.Dense(10)])


def prune(model, granularity, round):
    """Sets to zero what magnitude prunes of a model at once, to the counts of `round`."""
    weights, variables = prunable_weights(model), named_variables(model)
    grouping = granularity.grouping(weights, lambda: unit_rows(
        ChannelGroups(model, {weight.key for weight in weights}), weights))
    masks = {weight.key: np.ones(weight.shape, bool) for weight in weights}
    scores = {key: np.abs(variables[key].numpy()) for key in masks}
    schedule = RewindingSchedule(round, 0.2, granularity=granularity)
    kept = prune_layerwise(grouping.pool(scores, masks), grouping.alive(masks),
                           schedule.layer_counts(grouping.rows, round))
    for key, mask in grouping.expand(kept, masks).items():
        variables[key].assign(variables[key].numpy() * mask)
    return sum(int(mask.sum()) for mask in grouping.expand(kept, masks).values()) / sum(
        weight.size for weight in weights)


def write(model, path, sparse):
    """Writes a model as TFLite in float32."""
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.EXPERIMENTAL_SPARSITY] if sparse else []
    files.write_bytes(path, converter.convert())


def made_up(folder):
    """Yields (network, what it is, its density, shape of an example, file) of untrained networks
    under each granularity."""
    for name, hidden in NETWORKS.items():
        path = folder / f"{name}_dense.tflite"
        write(build(hidden), path, sparse=False)
        yield name, "dense", 1.0, (784,), path
        for words, round in ROUNDS.items():
            for kind, granularity in GRANULARITIES.items():
                model = build(hidden)
                density = prune(model, granularity, round)
                if isinstance(granularity, Units):
                    model = compact(model).model
                path = folder / f"{name}_{kind}_{round}.tflite"
                write(model, path, sparse=not isinstance(granularity, Units))
                yield name, f"{kind}, {words}", density, (784,), path


def stored(folder, wanted):
    """The same of networks of runs, each after the dense network of its run."""
    dense = set()
    for place, each in enumerate(wanted):
        run, _, name = each.rpartition(":")
        networks = [name] if run in dense else ["round_00", name]
        dense.add(run)
        for which in networks:
            network = stored_network.find(run, 1, which)
            model = stored_network.build(network.config, network.trained)
            density = sum(mask.sum() for mask in network.masks.values()) / sum(
                mask.size for mask in network.masks.values())
            # Without a unit the blocks behind it no longer begin at multiples of four.
            units = (network.header.get("groups") or {}).get("name") == "unit"
            if units:
                model = compact(model).model
            path = folder / f"{place}_{which}.tflite"
            write(model, path, sparse=density < 1 and not units)
            yield pathlib.Path(run).name, which, density, model.input_shape[1:], path


def table(entries, processes):
    """Lines of Markdown; the first network of each name is what the others are compared with."""
    timings = {shape: [
        fresh_processes.time_networks(
            [{"name": str(path), "format": "tflite", "path": str(path), "input": "float",
              "output": ""} for *_, theirs, path in entries if theirs == shape],
            list(shape), batches=(1,), processes=processes, threads=1, cold=cold)
        for cold in (0, _COLD)] for shape in dict.fromkeys(entry[3] for entry in entries)}
    lines = ["| network | kept | bytes | of dense | µs, in a row | times faster | µs, from memory "
             "| times faster |", "| --- |" + " ---: |" * 7]
    dense = {}
    for name, what, density, shape, path in entries:
        size = path.stat().st_size
        seconds = [timing.seconds(str(path))["1"] for timing in timings[shape]]
        base, base_size = dense.setdefault(name, (seconds, size))
        cells = [f"{name}: {what}", f"{100 * density:.1f} %", f"{size:,}",
                 f"{100 * size / base_size:.1f} %"]
        for timing, median, of_dense in zip(timings[shape], seconds, base, strict=True):
            low, high = timing.quartiles(str(path))["1"]
            cells += [f"{1e6 * median:.1f} [{1e6 * low:.1f}, {1e6 * high:.1f}]",
                      f"{of_dense / median:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    used = " and ".join("?" if timing.others is None else f"{timing.others:.2f}"
                        for each in timings.values() for timing in each)
    return [*lines, "", f"{processes} processes each; other programs used {used} cores meanwhile."]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("networks", nargs="*", metavar="RUN:NETWORK")
    parser.add_argument("--processes", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        entries = list(stored(folder, arguments.networks) if arguments.networks
                       else made_up(folder))
        print("\n".join(table(entries, arguments.processes)))


if __name__ == "__main__":
    main()
