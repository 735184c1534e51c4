"""PMML documents as ONNX: the operations of pmml/arithmetic.py as nodes of a graph, and trees as ai.onnx.ml's TreeEnsembleRegressor, which tells at which leaf a row ends."""

import numpy
import onnx
from onnx import helper
from pmml.document import refuse
from pmml.fields import MISSING, Scope

from conversion import rows
from conversion.graph import OPSETS, Graph, onnx_type, value_of
from conversion.trees import Forest

OPPOSITE = {"lessThan": "greaterOrEqual", "lessOrEqual": "greaterThan", "greaterThan": "lessOrEqual", "greaterOrEqual": "lessThan", "equal": "notEqual", "notEqual": "equal"}
TIMES_LARGER = 20  # than the document a tree may become, at least of a thousand nodes


def operation(name, **attributes):
    return lambda self, *values: self.graph.add(name, *values, **attributes)


class GraphArithmetic:
    def __init__(self, graph, document, ports):
        self.graph, self.document, self.numbers, self.columns = graph, document, {}, {}
        self.ports = {port["name"]: port for port in ports}
        first = self.input(document.active[0])
        self.zeros = self.multiply(graph.cast(self.missing(first), "FP64"), self.number(0))

    def number(self, value):
        key = numpy.float64(value).tobytes()
        if key not in self.numbers:
            self.numbers[key] = self.graph.constant(numpy.array([[value]], float))
        return self.numbers[key]

    def flag(self, value):
        return self.graph.constant(numpy.array([[value]], bool))

    def table(self, values):
        return self.graph.constant(numpy.asarray(values, float))

    def input(self, name):
        """A column [N,1] of doubles; of texts their numbers in the document's vocabulary."""
        if name not in self.columns:
            value, port = name, self.ports[name]
            if port["datatype"] == "BYTES":
                known = list(self.document.vocabulary) or [""]
                value = self.graph.add("LabelEncoder", name, domain="ai.onnx.ml", keys_strings=["", *(text for text in known if text)],
                                       values_floats=[MISSING, *(self.document.vocabulary[text] for text in known if text)], default_float=-1.0)
            self.columns[name] = self.graph.add("Reshape", self.graph.cast(value, "FP64"), self.graph.constant(numpy.array([-1, 1])))
        return self.columns[name]

    add, subtract, multiply, divide, power = map(operation, ("Add", "Sub", "Mul", "Div", "Pow"))
    less, less_equal, equal = map(operation, ("Less", "LessOrEqual", "Equal"))
    both, either, negate, choose = map(operation, ("And", "Or", "Not", "Where"))
    exp, log, sqrt, absolute, floor, ceil, missing = map(operation, ("Exp", "Log", "Sqrt", "Abs", "Floor", "Ceil", "IsNaN"))
    least, most = map(operation, ("Min", "Max"))

    def tanh(self, value):
        """ONNX Runtime has it in single precision alone."""
        twice = self.exp(self.multiply(self.number(2), value))
        return self.subtract(self.number(1), self.divide(self.number(2), self.add(twice, self.number(1))))

    def atan(self, value):
        return self.graph.cast(self.graph.add("Atan", self.graph.cast(value, "FP32")), "FP64")

    def single(self, value):
        return self.graph.cast(self.graph.cast(value, "FP32"), "FP64")

    def concat(self, values):
        return self.graph.add("Concat", *(self.add(value, self.zeros) for value in values), axis=1)

    def column(self, table, number):
        return self.graph.add("Gather", table, self.graph.constant(numpy.array([number])), axis=1)

    def total(self, table):
        return self.graph.add("ReduceSum", table, self.graph.constant(numpy.array([1])), keepdims=1)

    def folded(self, table):
        return self.graph.add("ReduceSum", table, self.graph.constant(numpy.array([1])), keepdims=0)

    def largest(self, table):
        return self.graph.add("ReduceMax", table, self.graph.constant(numpy.array([1])), keepdims=1)

    def peak(self, table):
        return self.graph.add("ReduceMax", table, self.graph.constant(numpy.array([1])), keepdims=0)

    def place_of_largest(self, table):
        finite = self.choose(self.missing(table), self.number(-numpy.inf), table)
        return self.graph.cast(self.graph.add("ArgMax", finite, axis=1, keepdims=1), "FP64")

    def deepened(self, table):
        return self.graph.add("Unsqueeze", table, self.graph.constant(numpy.array([2])))

    def one_hot(self, places, count):
        return self.graph.cast(self.equal(self.deepened(places), self.graph.constant(numpy.arange(count, dtype=float).reshape(1, 1, -1))), "FP64")

    def stack(self, tables):
        axis = self.graph.constant(numpy.array([1]))
        return self.graph.add("Concat", *(self.graph.add("Unsqueeze", self.add(table, self.zeros), axis) for table in tables), axis=1)

    def last_of(self, table):
        return self.graph.add("Gather", table, self.graph.constant(numpy.array(-1)), axis=2)

    def classes_of(self, table, count):
        return self.graph.add("Gather", table, self.graph.constant(numpy.arange(count)), axis=2)

    def gather(self, table, places):
        return self.graph.add("Gather", self.table(table), self.graph.cast(places, "INT64"), axis=0)

    def leaves(self, trees, scope):
        features, forest = Features(scope), Forest("BRANCH_LEQ", len(trees))
        for group, tree in enumerate(trees):
            forest.add(Growing(tree, features).nodes, group)
        columns = features.columns or [self.zeros]
        return self.graph.cast(forest.sums(self.graph, self.concat(columns)), "FP64")


class Features:
    """What trees ask for: fields, and predicates that are no comparison of one field, each once."""

    def __init__(self, scope):
        self.scope, self.columns, self.places = scope, [], {}

    def place(self, key, make):
        if key not in self.places:
            self.places[key] = len(self.columns)
            self.columns.append(make(self.scope))
        return self.places[key]


class Growing:
    """One tree of PMML, whose nodes have any number of children and three truths, as nodes of two branches."""

    def __init__(self, tree, features):
        self.tree, self.features = tree, features
        self.nodes, self.waiting, self.known = [], [], {}
        count = self.count(tree.root)
        most = max(1000, TIMES_LARGER * count)
        start = ("root", tree.root, 0)
        self.slot(start, frozenset())
        while self.waiting:
            number, (kind, node, turn), present = self.waiting.pop()
            self.nodes[number] = self.asked(kind, node, turn, present)
            if len(self.nodes) > most:
                refuse(tree.element, f"becomes more than {most} nodes of ONNX")

    @staticmethod
    def count(root):
        count, waiting = 0, [root]
        while waiting:
            count += 1
            waiting += waiting.pop().children
        return count

    def slot(self, place, present):
        """The number of a new node for what is to be done there."""
        self.nodes.append(None)
        place = self.settled(place)
        if place[0] == "end":
            self.nodes[-1] = float(place[1])
        else:
            self.waiting.append((len(self.nodes) - 1, place, present))
        return len(self.nodes) - 1

    def settled(self, place):
        """Past predicates that are always the same: an end, or a predicate to ask."""
        while place[0] != "end":
            kind, node, turn = place
            if kind == "root":
                always, yes, no = node.predicate.always, ("at", node, 0), ("end", self.tree.nothing, 0)
            elif not node.children:
                return ("end", node.outcome, 0)
            elif turn == len(node.children):
                return ("end", self.tree.after_none(node), 0)
            else:
                always, yes, no = node.children[turn].predicate.always, ("at", node.children[turn], 0), ("at", node, turn + 1)
            if always is None:
                return place
            place = yes if always else no
        return place

    def ways(self, kind, node, turn):
        """Where it goes when the predicate is true, false, and unknown."""
        if kind == "root":
            nothing = ("end", self.tree.nothing, 0)
            return ("at", node, 0), nothing, nothing
        after = ("at", node, turn + 1)
        unknown = after
        if self.tree.missing != "none":
            unknown = self.tree.after_unknown(node)
            unknown = ("end", unknown, 0) if isinstance(unknown, int) else ("at", unknown, 0)
        own, following = node.children[turn].predicate, node.children[turn + 1].predicate if turn + 1 < len(node.children) else None
        if following and own.operator and following.field is own.field and following.constant == own.constant and OPPOSITE.get(own.operator) == following.operator:
            after = ("at", node.children[turn + 1], 0)
        return ("at", node.children[turn], 0), after, unknown

    def asked(self, kind, node, turn, present):
        predicate = node.predicate if kind == "root" else node.children[turn].predicate
        yes, no, unknown = map(self.settled, self.ways(kind, node, turn))
        feature, threshold, mode, turned = self.comparison(predicate)
        with_it = present | {feature}
        if feature not in present and unknown not in (yes, no):
            again = self.slot((kind, node, turn), with_it)
            return (feature, numpy.inf, again, self.slot(unknown, present), False, "BRANCH_LEQ")
        missing_is_true = feature not in present and unknown == yes
        true, false = self.slot(yes, present if missing_is_true else with_it), self.slot(no, with_it if missing_is_true else present)
        if turned:
            return (feature, threshold, false, true, not missing_is_true and feature not in present, mode)
        return (feature, threshold, true, false, missing_is_true, mode)

    def comparison(self, predicate):
        """Feature, threshold, mode, and whether the branches are turned: all but equality is asked as "not larger than", of neighbours where need be."""
        if predicate.operator is None:
            return self.features.place(predicate.key, predicate.of), 0.5, "BRANCH_LEQ", True
        feature, constant = self.features.place(predicate.field, predicate.field.value), predicate.constant
        if predicate.operator in ("lessThan", "greaterOrEqual"):
            constant = float(numpy.nextafter(constant, -numpy.inf))
        return feature, constant, "BRANCH_EQ" if predicate.operator in ("equal", "notEqual") else "BRANCH_LEQ", predicate.operator in ("greaterThan", "greaterOrEqual", "notEqual")


def written(model, ports):
    """The document as ONNX."""
    graph, document = Graph(), model.document
    on = GraphArithmetic(graph, document, ports)
    result = document.result(Scope(on))
    if result.value is not None:
        given = {"predictions": on.add(result.value, on.zeros)}
    else:
        classes = document.model.classes
        labels = [*classes.labels, document.nothing()]
        labels = numpy.array(labels, object) if document.datatype() == "BYTES" else numpy.array(labels, float)
        place = on.choose(on.missing(result.label), on.number(len(labels) - 1), on.add(result.label, on.zeros))
        given = {"predictions": graph.add("Gather", graph.constant(labels), graph.cast(place, "INT64")), "probabilities": on.add(result.probabilities, on.zeros)}
    outputs = []
    for name, datatype, shape in model.outputs:
        shaped = graph.add("Reshape", given[name], graph.constant(numpy.array(shape)))
        graph.nodes.append(helper.make_node("Identity", [shaped], [name]) if datatype == "BYTES" else helper.make_node("Cast", [shaped], [name], to=onnx_type(datatype)))
        outputs.append(value_of(name, datatype, shape))
    inputs = [value_of(port["name"], port["datatype"], port["shape"]) for port in ports]
    used = {name for node in graph.nodes for name in node.input}
    whole = helper.make_graph(graph.nodes, "converted by Cairn", inputs, outputs, [one for one in graph.constants if one.name in used])
    return helper.make_model(whole, opset_imports=[helper.make_opsetid(*one) for one in OPSETS.items()], ir_version=8, producer_name="cairn")


def columns_in(ports, given):
    """Of rows by field, those of every port; what the document does not take is blank."""
    count = len(next(iter(given.values())))
    return [given.get(port["name"], [None if port["datatype"] == "BYTES" else 0.0] * count) for port in ports], count


def proof_rows(model, ports):
    document, whole = model.document, [("rows put together of the document's own constants", model.document.probes())]
    if document.verified:
        whole.insert(0, ("the document's own verification rows", document.verified))
    if model.example is not None and hasattr(model.example, "columns"):
        whole.insert(0, ("the input example", {port["name"]: model.example[port["name"]].tolist() for port in ports}))
    return [rows.rows_head(what, ports, *columns_in(ports, given)) for what, given in whole]


def convert(model, ports):
    made = written(model, ports)
    onnx.checker.check_model(made)
    return [("the elements of its PMML document, one for one", made, None)], proof_rows(model, ports)
