"""A small residual network, some milliseconds a row, over 32 connections: requests that wait run together, beside the same server with
`max_batch_size: 1`. Both versions went the whole way into production; every prediction is logged."""

import json
import logging

import numpy
import onnx
import pandas
from mlflow.models import infer_signature
from onnx import TensorProto, helper, numpy_helper

import measure
import serving

SIDE, CHANNELS, BLOCKS = 8, (64, 128, 256, 512), 3
FEATURES = [f"f{i}" for i in range(SIDE * SIDE)]
CONNECTIONS, REQUESTS = 32, 1500


class Network:
    """Residual blocks of 3 × 3 convolutions over one channel of 8 × 8, averaged into one probability."""

    def __init__(self):
        self.chance, self.nodes, self.weights = numpy.random.default_rng(0), [], []

    def weight(self, *shape):
        name = f"w{len(self.weights)}"
        values = self.chance.normal(size=shape) * (2 / numpy.prod(shape[1:])) ** 0.5
        self.weights.append(numpy_helper.from_array(values.astype(numpy.float32), name))
        return name

    def node(self, kind, inputs, **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        return name

    def convolution(self, given, channels, out, size, stride):
        around = [size // 2] * 4
        return self.node("Conv", [given, self.weight(out, channels, size, size)], kernel_shape=[size, size], pads=around, strides=[stride, stride])

    def block(self, given, channels, out, stride):
        inner = self.node("Relu", [self.convolution(given, channels, out, 3, stride)])
        passed = given if (channels, stride) == (out, 1) else self.convolution(given, channels, out, 1, stride)
        return self.node("Relu", [self.node("Add", [self.convolution(inner, out, out, 3, 1), passed])])

    def model(self):
        self.weights.append(numpy_helper.from_array(numpy.array([-1, 1, SIDE, SIDE], dtype=numpy.int64), "shape"))
        last, channels = self.node("Reshape", ["X", "shape"]), 1
        for out in CHANNELS:
            for block in range(BLOCKS):
                stride = 2 if block == 0 and out != CHANNELS[0] else 1
                last, channels = self.block(last, channels, out, stride), out
        flat = self.node("Flatten", [self.node("GlobalAveragePool", [last])])
        total = self.node("MatMul", [flat, self.weight(channels, 1)])
        self.nodes.append(helper.make_node("Sigmoid", [total], ["probability"]))
        given = helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, len(FEATURES)])
        answer = helper.make_tensor_value_info("probability", TensorProto.FLOAT, [None, 1])
        graph = helper.make_graph(self.nodes, "residual", [given], [answer], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model


def table():
    chance = numpy.random.default_rng(1)
    features = pandas.DataFrame(chance.normal(size=(600, len(FEATURES))).astype(numpy.float32), columns=FEATURES)
    return features.assign(id=range(len(features)), y=(features["f0"] > 0).astype(int))


class Project(serving.Project):
    """The benchmark's project with this model's columns, and a gate that asks for no more than an answer."""

    def __init__(self, folder, batching):
        folder.mkdir()
        super().__init__(folder)
        text = (folder / "cairn.yaml").read_text()
        before, rest = text.split("        f0:")
        columns = "".join(f"        {name}: {{type: number, nullable: false}}\n" for name in FEATURES)
        after = rest[rest.index("        y:"):]
        text = before + columns + after
        text = text.replace("{name: better than the heuristic, metric: log_loss, against: heuristic}", "{name: answers, latency_p99_ms: 10000}")
        (folder / "cairn.yaml").write_text(text + (f"  batching: {json.dumps(batching)}\n" if batching else ""))


def measured(folder, batching):
    # A network of its own: logging moves the weights out of the one it is given.
    project, rows, model = Project(folder, batching), table(), Network().model()
    signature = infer_signature(rows[FEATURES].head(3), numpy.zeros((3, 1), dtype=numpy.float32))
    project.accept()
    row = [float(value) for value in rows[FEATURES].iloc[0]]
    asked = {"inputs": [{"name": "X", "datatype": "FP32", "shape": [1, len(row)], "data": row}]}
    (folder / "infer.json").write_text(json.dumps(asked))
    with measure.cairn_up(folder) as (_, uri):
        project.promote(uri, rows, model, signature)
        path = f"/v2/models/{serving.MODEL}/infer"
        alone = measure.load(uri, path, folder / "infer.json", 100, connections=1)
        measure.load(uri, path, folder / "infer.json", REQUESTS // 10, connections=CONNECTIONS)
        found = measure.load(uri, path, folder / "infer.json", REQUESTS, connections=CONNECTIONS)
        pace = project.cairn("serving")["pace"]
    return alone, found, pace


def main():
    logging.getLogger("mlflow").setLevel(logging.ERROR)
    report = measure.Report()
    with measure.workspace() as folder:
        alone, each, _ = measured(folder / "each", {"max_batch_size": 1})
        _, together, pace = measured(folder / "together", None)
    print(f"one row by itself {alone['p50_ms']:.1f} ms; {pace}", flush=True)
    ratio = together["per_second"] / each["per_second"]
    report.line("residual network, 32 connections, together", f"{together['per_second']:,.0f}/s", f"{each['per_second']:,.0f}/s", ">= 1.5 x", ratio >= 1.5,
                f"{ratio:.2f} x; the peer is this server, each request by itself")
    # Nobody waits for others; whoever comes waits for one run that is under way, and is in the next.
    report.line("  99 % answered within", f"{together['p99_ms']:.0f} ms", f"{each['p99_ms']:.0f} ms", "<= peer", together["p99_ms"] <= each["p99_ms"])
    report.end()


if __name__ == "__main__":
    main()
