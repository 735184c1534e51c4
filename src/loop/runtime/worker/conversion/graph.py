"""ONNX graphs in the making: what a model takes at one end, what it gives at the other."""

import numpy
import onnx
import onnx.compose
from onnx import helper
from worker import MODEL, NUMBERS, Unfit

OPSETS = {"": 18, "ai.onnx.ml": 3}


class Graph:
    """An ONNX graph in the making. Names of its own begin with "cairn/", so that they are no column's."""

    def __init__(self):
        self.nodes, self.constants, self.opsets = [], [], dict(OPSETS)

    def name(self):
        return f"cairn/{len(self.nodes) + len(self.constants)}"

    def add(self, operator, *inputs, domain="", **attributes):
        output = self.name()
        self.nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **attributes))
        return output

    def constant(self, values):
        self.constants.append(onnx.numpy_helper.from_array(numpy.asarray(values), self.name()))
        return self.constants[-1].name

    def cast(self, value, datatype):
        return self.add("Cast", value, to=onnx_type(datatype))

    def take(self, model, inputs):
        """The nodes of another model, whose inputs are these values; gives its outputs."""
        graph = onnx.compose.add_prefix(model, "model/").graph
        self.opsets.update((one.domain, one.version) for one in model.opset_import)
        for value, name in zip(inputs, [one.name for one in graph.input], strict=True):
            self.nodes.append(helper.make_node("Identity", [value], [name]))
        self.nodes.extend(graph.node)
        self.constants.extend(graph.initializer)
        return [one.name for one in graph.output]


def onnx_type(datatype):
    if datatype == "BYTES":
        return onnx.TensorProto.STRING
    return helper.np_dtype_to_tensor_dtype(numpy.dtype(NUMBERS[datatype]))


def value_of(port_name, datatype, shape):
    return helper.make_tensor_value_info(port_name, onnx_type(datatype), [None if size < 0 else size for size in shape])


def columns_of(graph, ports, real):
    """Each input column as [N,1]: numbers as `real`, texts as they are."""
    column = graph.constant(numpy.array([-1, 1]))
    return [graph.add("Reshape", port["name"] if port["datatype"] == "BYTES" else graph.cast(port["name"], real), column) for port in ports]


def matrix_of(graph, ports, real):
    if len(ports[0]["shape"]) == 2:
        return graph.cast(ports[0]["name"], real)
    return graph.add("Concat", *columns_of(graph, ports, real), axis=1)


def finished(graph, model, ports, given):
    """The model's outputs out of what is `given` for each function of the estimator."""
    function = model.pyfunc.metadata.flavors.get("python_function", {}).get("predict_fn", "predict")
    outputs = []
    for name, datatype, shape in model.outputs:
        value = given.get("predict_proba" if name == "probabilities" and not name == model.bare else function)
        if value is None or (name != model.bare and name != "probabilities"):
            raise Unfit(MODEL, f"its output '{name}' is none that the converter knows")
        shaped = graph.add("Reshape", value, graph.constant(numpy.array([-1, *shape[1:]])))
        graph.nodes.append(helper.make_node("Identity" if datatype == "BYTES" else "Cast", [shaped], [name],
                                            **({} if datatype == "BYTES" else {"to": onnx_type(datatype)})))
        outputs.append(value_of(name, datatype, shape))
    inputs = [value_of(port["name"], port["datatype"], port["shape"]) for port in ports]
    whole = helper.make_graph(graph.nodes, "converted by Cairn", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid(domain, version) for domain, version in graph.opsets.items()]
    return helper.make_model(whole, opset_imports=opsets, ir_version=8, producer_name="cairn")
