"""Rows to prove a conversion on: the example logged with the model, and rows at the very thresholds of its trees, where a rounded threshold shows."""

import struct

import numpy
import onnx
import worker
from onnx import helper

MOST_SPLITS = 400


def comes_from(graph, value, matrix):
    """Whether it is the matrix itself, but for its type."""
    makers = {output: node for node in graph.node for output in node.output}
    while value != matrix:
        maker = makers.get(value)
        if maker is None or maker.op_type not in ("Cast", "Identity"):
            return False
        value = maker.input[0]
    return True


def attributes_of(node):
    values = {one.name: helper.get_attribute_value(one) for one in node.attribute}
    return {name.removesuffix("_as_tensor"): onnx.numpy_helper.to_array(value) if name.endswith("_as_tensor") else value for name, value in values.items()}


def rows_at_splits(node, width):
    """For some splits of the trees, rows that arrive there, and lie at the threshold and right beside it."""
    tree = attributes_of(node)
    names = ("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_truenodeids", "nodes_falsenodeids", "nodes_modes")
    nodes = {(one[0], one[1]): one for one in zip(*(tree[name] for name in names))}
    splits, waiting = [], [(place, {}) for place in nodes if place[1] == 0]
    while waiting:
        place, bounds = waiting.pop()
        number, _, feature, value, yes, no, mode = nodes[place]
        if mode == b"LEAF":
            continue
        low, high = bounds.get(feature, (-numpy.inf, numpy.inf))
        splits.append((feature, value, bounds))
        waiting += [((number, yes), bounds | {feature: (low, min(high, value))}), ((number, no), bounds | {feature: (max(low, value), high)})]
    rows = []
    for feature, value, bounds in splits[::max(1, len(splits) // MOST_SPLITS)]:
        row = numpy.zeros(width)
        for other, (low, high) in bounds.items():
            row[other] = high if numpy.isinf(low) else low + 1 if numpy.isinf(high) else low + (high - low) / 2
        single, double = numpy.float32(value), numpy.float64(value)
        beside = [numpy.nextafter(one, type(one)(end)) for one in (single, double) for end in (-numpy.inf, numpy.inf)]
        for near in (double, single, *beside):
            row[feature] = near
            rows.append(row.copy())
    return rows


def rows_at_thresholds(made, width, missing):
    rows = []
    for _, onnx_model, matrix in made:
        for node in onnx_model.graph.node:
            if node.op_type.startswith("TreeEnsemble") and matrix and comes_from(onnx_model.graph, node.input[0], matrix):
                rows += rows_at_splits(node, width)
    if missing:
        rows += [numpy.where(numpy.arange(width) == feature, numpy.nan, 0.0) for feature in range(width)]
    return numpy.array(rows).reshape(-1, width)


def texts_of(values):
    parts = []
    for value in values:
        text = None if value is None or value != value else value if isinstance(value, bytes) else str(value).encode()
        parts += [struct.pack("<I", worker.NONE if text is None else len(text)), text or b""]
    return b"".join(parts)


def tensor_of(port, values):
    if port["datatype"] == "BYTES":
        return texts_of(values)
    code = numpy.dtype(worker.NUMBERS[port["datatype"]])
    if code.kind in "iub":
        limits = (0, 1) if code.kind == "b" else (numpy.iinfo(code).min / 2, numpy.iinfo(code).max / 2)
        values = numpy.clip(numpy.floor(numpy.nan_to_num(numpy.asarray(values, float))), *limits)
    return numpy.ascontiguousarray(numpy.asarray(values).astype(code)).tobytes()


def rows_head(what, ports, columns, count):
    """Of columns in the order of the ports, or of one matrix."""
    heads, parts = [], []
    for port, values in zip(ports, columns, strict=True):
        parts.append(tensor_of(port, values))
        shape = [count] if len(port["shape"]) == 1 else [count, *numpy.shape(values)[1:]]
        heads.append({"name": port["name"], "datatype": port["datatype"], "shape": shape, "bytes": len(parts[-1])})
    return {"what": what, "rows": count, "tensors": heads}, parts


def example_of(model, ports):
    example = getattr(model.pyfunc, "input_example", None)
    if isinstance(example, worker.pandas.DataFrame) and isinstance(model.inputs, worker.Columns) and len(example):
        return rows_head("the input example", ports, [example[port["name"]].tolist() for port in ports], len(example))
    if len(ports) == 1 and len(ports[0]["shape"]) == 2 and numpy.ndim(example) == 2 and len(example):
        return rows_head("the input example", ports, [numpy.asarray(example)], len(example))
    return None


def probes_of(ports, made, missing):
    alone = len(ports[0]["shape"]) == 2
    width = ports[0]["shape"][1] if alone else len(ports)
    if width < 0 or any(port["datatype"] == "BYTES" for port in ports):
        return None
    rows = rows_at_thresholds(made, width, missing)
    return rows_head("rows at the thresholds of its trees", ports, [rows] if alone else list(rows.T), len(rows)) if len(rows) else None
