"""A PMML document as a model that Cairn's worker runs and its converter writes as ONNX: what it takes, what it gives, and its own rows to be held against."""

import os
import random

import numpy
import worker
from worker import INPUT, MODEL, Unfit

from pmml import fields, models
from pmml.arithmetic import Arithmetic
from pmml.document import number, parse, refuse
from pmml.fields import MISSING, Names, Scope, Typed, Vocabulary

COLUMNS = {"string": "string", "boolean": "boolean", "integer": "long", "float": "float", "double": "double"}
PROBES = 2000


class Document:
    def __init__(self, data):
        root = parse(data)
        root.only("version schemaLocation baseVersion", f"Header MiningBuildTask DataDictionary TransformationDictionary {models.MODELS}")
        found = root.all(*models.MODELS.split())
        if len(found) != 1:
            refuse(root, f"holds {len(found)} models" + ("" if found else ": there is none of " + ", ".join(models.MODELS.split())))
        self.element, self.vocabulary = found[0], Vocabulary()
        dictionary = (root.one("DataDictionary") or refuse(root, "has no DataDictionary")).only("numberOfFields", "DataField")
        self.fields = {one.need("name"): one.only("name displayName optype dataType isCyclic", "Value Interval") for one in dictionary.children}
        schema = self.element.one("MiningSchema") or refuse(self.element, "has no MiningSchema")
        self.usage = {one.need("name"): one for one in schema.all("MiningField")}
        self.active = [name for name, one in self.usage.items() if one.get("usageType", "active") == "active"]
        if not self.active:
            refuse(schema, "names no active field")
        self.invalid, names = [], Names(self.vocabulary)
        for name in self.active:
            names[name] = models.treated(self.usage[name], names, self.input(name, names))
        fields.add_derived(root.one("TransformationDictionary"), names)
        self.model = models.build(self.element, names, self.classes(names))
        for name, one in self.outermost_outputs().items():
            if one.get("feature") == "transformedValue" and one.get("isFinalResult") != "false":
                refuse(one, f"makes the answer '{name}' out of the model's: the outermost model's predicted value and probabilities are given, and nothing else")
        self.outputs = self.model.outputs()
        self.verified = self.verify()

    def outermost_outputs(self):
        output = self.element.one("Output")
        return {one.need("name"): one for one in output.all("OutputField")} if output else {}

    def kind(self, name):
        return fields.kind_of(self.fields[name]) if name in self.fields else refuse(self.usage[name], f"names the field '{name}', which the DataDictionary has not")

    def input(self, name, names):
        """A field as it comes in: what stands for a missing value is none, and what is not valid is treated as the MiningField says."""
        kind, element, usage = self.kind(name), self.fields[name], self.usage[name]
        raw = Typed(kind, (lambda scope: scope.on.single(scope.on.input(name))) if kind == "float" else lambda scope: scope.on.input(name))
        values = {}
        for one in element.all("Value"):
            one.only("value displayValue property")
            values.setdefault(one.choice("property", "valid invalid missing", "valid"), []).append(names.constant(one, kind, one.need("value")))
        intervals = element.all("Interval")
        treatment = usage.choice("invalidValueTreatment", "returnInvalid asIs asMissing asValue", "returnInvalid")
        instead = names.constant(usage, kind, usage.need("invalidValueReplacement")) if treatment == "asValue" else MISSING
        if usage.get("missingValueTreatment") == "returnInvalid":
            refuse(usage, "has missingValueTreatment='returnInvalid', which is not read here")

        def present(scope):
            value = raw.value(scope)
            return scope.on.choose(fields.is_in(scope.on, value, values["missing"]), scope.on.number(MISSING), value) if "missing" in values else value

        def is_invalid(scope):
            on, value = scope.on, present(scope)
            bad = fields.is_in(on, value, values.get("invalid", []))
            if "valid" in values or intervals:
                good = fields.is_in(on, value, values.get("valid", []))
                for interval in intervals:
                    good = on.either(good, fields.within(on, value, interval))
                bad = on.either(bad, on.negate(good))
            return on.both(bad, on.negate(on.missing(value)))

        if not intervals and not {"valid", "invalid"} & values.keys() or treatment == "asIs":
            return Typed(kind, present)
        if treatment == "returnInvalid":
            self.invalid.append(is_invalid)
            return Typed(kind, present)
        return Typed(kind, lambda scope: scope.on.choose(is_invalid(scope), scope.on.number(instead), present(scope)))

    def classes(self, names):
        """Of a classification, in order: numbers by size, texts by letter."""
        if self.element.get("functionName") != "classification":
            return None
        targets = [name for name, one in self.usage.items() if one.get("usageType") in ("target", "predicted")]
        if len(targets) != 1 or targets[0] not in self.fields:
            refuse(self.element, "has not exactly one target that the DataDictionary knows")
        element, kind = self.fields[targets[0]], self.kind(targets[0])
        if element.get("optype") == "ordinal":
            refuse(element, "is an ordinal target")
        texts = [one.need("value") for one in element.all("Value") if one.get("property", "valid") == "valid"] or self.mentioned(self.element)
        if kind != "string":
            texts = list({names.constant(element, kind, text): text for text in texts}.values())
        texts = sorted(set(texts)) if kind in ("string", "boolean") else sorted(texts, key=lambda text: number(element, text))
        if not texts:
            refuse(element, "is a target without classes")
        labels = [number(element, text) for text in texts] if kind in ("integer", "float", "double") else texts
        return models.Classes(targets[0], kind, [names.constant(element, kind, text) for text in texts], labels)

    def mentioned(self, element):
        found = {"ScoreDistribution": [element.get("value")], "RegressionTable": [element.get("targetCategory")], "Node": [element.get("score")]}.get(element.tag, [])
        if element.tag == "Segment" and element.one(*models.MODELS.split()) and element.one(*models.MODELS.split()).get("functionName") != "classification":
            return []
        return [text for text in found if text is not None] + [text for child in element.children for text in self.mentioned(child)]

    def result(self, scope):
        """The outermost model's, without that of rows with invalid values."""
        result = self.model.result(scope)
        for is_invalid in self.invalid:
            result = result.without(scope.on, is_invalid(scope))
        return result

    def scope(self, columns):
        """Of values by name: numbers, or texts, of which "" and None are missing."""
        coded = {}
        for name in self.active:
            if self.kind(name) == "string":
                coded[name] = [MISSING if text is None or text != text or text == "" else float(self.vocabulary.get(text, -1)) for text in columns[name]]
            else:
                coded[name] = columns[name]
        return Scope(Arithmetic({name: numpy.asarray(values, float).reshape(-1, 1) for name, values in coded.items()}))

    def answers(self, columns):
        scope = self.scope(columns)
        with numpy.errstate(all="ignore"):
            result, count = self.result(scope), len(scope.on.zeros)
        if result.value is not None:
            return {"predictions": numpy.broadcast_to(result.value, (count, 1))[:, 0].astype(float)}
        label = numpy.broadcast_to(result.label, (count, 1))[:, 0]
        labels = numpy.array([*self.model.classes.labels, self.nothing()], object if self.datatype() == "BYTES" else worker.NUMBERS[self.datatype()])
        places = numpy.where(numpy.isnan(label), len(labels) - 1, label).astype(int)
        return {"predictions": labels[places], "probabilities": numpy.broadcast_to(result.probabilities, (count, len(labels) - 1)).astype(float)}

    def datatype(self):
        kind = self.model.classes.kind if self.model.classifies else "double"
        return {"integer": "INT64", "float": "FP64", "double": "FP64"}.get(kind, "BYTES")

    def nothing(self):
        """What stands for the class of a row without prediction: no class of the model."""
        if self.datatype() == "INT64":
            return min([0.0, *self.model.classes.labels]) - 1
        return "" if self.datatype() == "BYTES" else MISSING

    def verify(self):
        """The rows that its exporter put into it must give what the exporter says. How many there are."""
        table = self.element.one("ModelVerification")
        if table is None:
            return None
        table.only("recordCount fieldCount", "VerificationFields InlineTable")
        due = {one.need("field"): one.only("field column precision zeroThreshold") for one in table.one("VerificationFields").children}
        rows = [fields.cells(row) for row in table.one("InlineTable").children]
        if not rows:
            return None

        def column(name, read, missing):
            cell = due[name].get("column", name).rsplit(":", 1)[-1] if name in due else name
            return [read(row[cell]) if row.get(cell, "") != "" else missing for row in rows]

        given = {name: column(name, str, "") if self.kind(name) == "string" else column(name, lambda text, name=name: Names(self.vocabulary).constant(self.fields[name], self.kind(name), text), MISSING)
                 for name in self.active}
        scope = self.scope(given)
        for name, one in due.items():
            target = self.model.classes.target if self.model.classifies else next((key for key, use in self.usage.items() if use.get("usageType") in ("target", "predicted")), None)
            output = self.outputs.get(name) or (Typed(self.model.classes.kind, self.model.labels) if self.model.classifies else Typed("double", lambda rows: self.model.result(rows).value))
            if name in self.outputs or name == target:
                self.held(one, output, scope, column(name, str, None))
        return given

    def held(self, one, output, scope, due):
        precision, zero = number(one, one.get("precision", "1E-6")), number(one, one.get("zeroThreshold", "1E-16"))
        with numpy.errstate(all="ignore"):
            got = numpy.broadcast_to(output.value(scope), (len(due), 1))[:, 0]
        for row, text in enumerate(due):
            if text is None:
                continue
            code = Names(self.vocabulary).constant(one, output.kind, text)
            value = float(got[row])
            same = value == code or (output.kind in ("double", "float") and (abs(value - code) <= max(precision, 1e-12) * abs(code) or max(abs(value), abs(code)) <= zero))
            if not same:
                raise Unfit(INPUT, f"row {row + 1} of its own ModelVerification is to give {text} for '{one.need('field')}' and gives {value} here")

    def constants(self):
        """By field, values that its predicates ask for, and what lies right beside them."""
        found = {name: set() for name in self.active}

        def collect(element):
            name = element.get("field", element.get("name"))
            if name in found:
                texts = [element.get(key) for key in ("value", "leftMargin", "rightMargin", "orig") if element.get(key) is not None]
                for child in element.children:
                    texts += fields.words(child) if child.tag == "Array" else [child.get(key) for key in ("value", "orig") if child.get(key) is not None]
                    texts += [margin for interval in child.all("Interval") for margin in interval.attributes.values()]
                found[name].update(texts)
            for child in element.children:
                collect(child)

        for name in self.active:
            found[name].update(one.get("value") for one in self.fields[name].all("Value"))
        collect(self.element)
        return found

    def probes(self):
        """Rows put together at random out of the document's own constants, their neighbours in single and double precision, missing values and a text it does not know."""
        draw, columns = random.Random(1), {}
        for name, texts in self.constants().items():
            if self.kind(name) == "string":
                choices = [*sorted(texts), "", "none that it knows"]
            else:
                choices = [0.0, 1.0, MISSING] + ([] if self.kind(name) == "boolean" else [-2.0])
                for text in sorted(texts):
                    try:
                        value = Names(self.vocabulary).constant(self.element, self.kind(name), text)
                    except Unfit:
                        continue
                    if self.kind(name) in ("integer", "boolean"):
                        choices += [value] if self.kind(name) == "boolean" else [value - 1, value, value + 1]
                        continue
                    choices += [value, *(float(numpy.nextafter(kind(value), kind(end))) for kind in (numpy.float32, numpy.float64) for end in (-numpy.inf, numpy.inf))]
            columns[name] = [draw.choice(choices) for _ in range(PROBES)]
        return columns


class PmmlModel:
    """As worker.Model, of a folder whose flavour pmml names the document ("data")."""

    pyfunc = chance = None

    def __init__(self, folder):
        metadata = worker.mlflow.models.Model.load(folder)
        path = os.path.realpath(os.path.join(folder, str(metadata.flavors["pmml"].get("data", "model.pmml"))))
        if not path.startswith(os.path.realpath(folder) + os.sep):
            raise Unfit(MODEL, "its MLmodel names a document that is not in its folder")
        with open(path, "rb") as file:
            self.document = Document(file.read())
        self.inputs = worker.Columns(self.columns_of(metadata.get_input_schema()))
        self.example = metadata.load_input_example(folder) if metadata.saved_input_example_info else None
        classes = self.document.model.classes
        self.outputs, self.bare = [("predictions", self.document.datatype(), [-1])], "predictions"
        if classes:
            self.outputs.append(("probabilities", "FP64", [-1, len(classes.codes)]))

    def columns_of(self, schema):
        kinds = {name: self.document.kind(name) for name in self.document.active}
        if schema is None:
            return [(name, COLUMNS[kind]) for name, kind in kinds.items()]
        if schema.is_tensor_spec():
            raise Unfit(MODEL, "its signature has tensors, and a PMML document takes columns")
        columns = [(str(name), getattr(kind, "name", str(kind))) for name, kind in zip(schema.input_names(), schema.input_types())]
        for name, kind in kinds.items():
            given = dict(columns).get(name)
            if given is None:
                raise Unfit(MODEL, f"its signature lacks the field '{name}', which its document takes")
            if (given == "string") != (kind == "string") or given in ("binary", "datetime"):
                raise Unfit(MODEL, f"its signature has the column '{name}' of the type {given}, and its document takes {kind}")
        return columns

    def answer(self, rows):
        return self.document.answers({name: rows[name].tolist() for name in self.document.active}), self.bare

    run = worker.Model.run
