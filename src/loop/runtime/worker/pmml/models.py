"""The models of a PMML document: regressions, trees, and what is made of several of them. Each gives a result for the rows of a scope."""

import numpy

from pmml import fields
from pmml.document import number, refuse
from pmml.fields import MISSING, Typed, as_kind, expression, is_true, predicate_in

MODELS = "RegressionModel TreeModel MiningModel"
HARMLESS = "modelName functionName algorithmName isScorable mathContext"
AROUND = "MiningSchema Output ModelStats ModelExplanation Targets LocalTransformations ModelVerification"
FUNCTIONS = "regression classification"


class Result:
    """Of a regression the value [N,1]; of a classification the probabilities [N,K] and the place of the class [N,1]. No number where there is no prediction."""

    def __init__(self, value=None, probabilities=None, label=None):
        self.value, self.probabilities, self.label = value, probabilities, label

    def main(self):
        return self.label if self.value is None else self.value

    def chosen(self, on, condition, other):
        """This where the condition holds, else the other."""
        if self.value is not None:
            return Result(on.choose(condition, self.value, other.value))
        return Result(None, on.choose(condition, self.probabilities, other.probabilities), on.choose(condition, self.label, other.label))

    def without(self, on, condition):
        nothing = on.number(MISSING)
        return self.chosen(on, on.negate(condition), Result(nothing) if self.value is not None else Result(None, nothing, nothing))


class Classes:
    """Of the outermost model's target."""

    def __init__(self, target, kind, codes, labels):
        self.target, self.kind, self.codes, self.labels = target, kind, codes, labels

    def place(self, element, names, text):
        code = names.constant(element, self.kind, text)
        return self.codes.index(code) if code in self.codes else refuse(element, f"names the class '{text[:50]}', which the target has not")


class Model:
    def __init__(self, element, names, classes, attributes, children):
        element.only(f"{HARMLESS} {attributes}", f"{AROUND} {children}")
        element.choice("isScorable", "true", "true")
        element.choice("mathContext", "double float", "double")
        self.element, self.classes, self.made = element, classes, Typed(None, lambda scope: self.targeted(scope.on, self.compute(scope)))
        self.classifies = element.choice("functionName", FUNCTIONS) == "classification"
        self.names = schema_names(element, names, classes)
        fields.add_derived(element.one("LocalTransformations"), self.names)
        self.targets = read_targets(element.one("Targets"), self.classifies)

    def result(self, scope):
        return self.made.value(scope)

    def targeted(self, on, result):
        for change in self.targets:
            result = Result(change(on, result.value))
        return result

    def labels(self, scope):
        """The class itself as a value of a field."""
        value, label = scope.on.number(MISSING), self.result(scope).label
        for place, code in enumerate(self.classes.codes):
            value = scope.on.choose(scope.on.equal(label, scope.on.number(place)), scope.on.number(code), value)
        return value

    def outputs(self):
        """Its Output, as fields that others may name."""
        names, output = self.names.inner(), self.element.one("Output")
        found = {}
        for one in output.only("", "OutputField").children if output else ():
            one.only("name displayName optype dataType feature value isFinalResult targetField", " ".join(fields.EXPRESSIONS))
            field = self.output(one, names)
            kind = fields.kind_of(one, field.kind)
            found[one.need("name")] = names[one.need("name")] = as_kind(one, field, kind) if kind != field.kind else field
        return found

    def output(self, one, names):
        feature = one.choice("feature", "predictedValue probability transformedValue", "predictedValue")
        if feature == "transformedValue":
            return expression(one.one(*fields.EXPRESSIONS) or refuse(one, "has no expression"), names, one.get("dataType"))
        if feature == "predictedValue":
            return Typed(self.classes.kind, self.labels) if self.classifies else Typed("double", lambda scope: self.result(scope).value)
        if not self.classifies:
            refuse(one, "is a probability of a model without classes")
        place = self.classes.place(one, self.names, one.need("value"))
        return Typed("double", lambda scope: scope.on.column(self.result(scope).probabilities, place))


def schema_names(element, names, classes):
    """What a model sees behind its MiningSchema."""
    schema = element.one("MiningSchema") or refuse(element, "has no MiningSchema")
    inner = names.inner()
    for one in schema.only("", "MiningField").children:
        one.only("name usageType optype importance outliers lowValue highValue missingValueReplacement missingValueTreatment invalidValueTreatment invalidValueReplacement")
        usage = one.choice("usageType", "active predicted target supplementary order group frequencyWeight analysisWeight", "active")
        if usage in ("target", "predicted") and classes is not None and one.need("name") != classes.target:
            refuse(one, f"has another target than the outermost model ('{classes.target}')")
        if usage == "active":
            inner[one.need("name")] = treated(one, names, names.field(one, one.need("name")))
    return inner


def treated(one, names, field):
    """Outliers and missing values of a MiningField, once."""
    if field.treated_by is one:
        return field
    one.choice("missingValueTreatment", "asIs asMean asMode asMedian asValue", "asIs")
    outliers, changes = one.choice("outliers", "asIs asMissingValues asExtremeValues", "asIs"), []
    if outliers != "asIs":
        low, high = number(one, one.need("lowValue")), number(one, one.need("highValue"))
        ends = (low, high) if outliers == "asExtremeValues" else (MISSING, MISSING)
        changes.append(lambda on, value: on.choose(on.less(value, on.number(low)), on.number(ends[0]), on.choose(on.less(on.number(high), value), on.number(ends[1]), value)))
    if one.get("missingValueReplacement") is not None:
        code = names.constant(one, field.kind, one.get("missingValueReplacement"))
        changes.append(lambda on, value: fields.replaced(on, value, code))
    if not changes:
        return field

    def make(scope):
        value = field.value(scope)
        for change in changes:
            value = change(scope.on, value)
        return value

    made = Typed(field.kind, make)
    made.treated_by = one
    return made


def read_targets(targets, classifies):
    """What is done to a regression's value, in order."""
    changes = []
    for target in targets.only("", "Target").children if targets else ():
        target.only("field optype castInteger min max rescaleConstant rescaleFactor", "TargetValue")
        for value in target.children:
            value.only("value displayValue")
        constants = {name: number(target, target.get(name)) for name in ("min", "max", "rescaleFactor", "rescaleConstant") if target.get(name) is not None}
        if classifies and (constants or target.get("castInteger")):
            refuse(target, "changes the value of a classification")
        for name, operation in (("min", "most"), ("max", "least"), ("rescaleFactor", "multiply"), ("rescaleConstant", "add")):
            if name in constants:
                changes.append(lambda on, value, operation=operation, by=constants[name]: getattr(on, operation)(value, on.number(by)))
        if target.get("castInteger") is not None:
            cast = target.choice("castInteger", "round ceiling floor")
            changes.append({"floor": lambda on, value: on.floor(value), "ceiling": lambda on, value: on.ceil(value), "round": lambda on, value: on.floor(on.add(value, on.number(0.5)))}[cast])
    return changes


def logistic(on, value):
    return on.divide(on.number(1), on.add(on.number(1), on.exp(on.subtract(on.number(0), value))))


INVERSE = {
    "none": lambda on, value: value, "logit": logistic, "softmax": logistic, "exp": lambda on, value: on.exp(value),
    "cloglog": lambda on, value: on.subtract(on.number(1), on.exp(on.subtract(on.number(0), on.exp(value)))),
    "loglog": lambda on, value: on.exp(on.subtract(on.number(0), on.exp(on.subtract(on.number(0), value)))),
    "cauchit": lambda on, value: on.add(on.number(0.5), on.divide(on.atan(value), on.number(numpy.pi)))}


class Regression(Model):
    def __init__(self, element, names, classes):
        super().__init__(element, names, classes, "normalizationMethod modelType targetFieldName", "RegressionTable")
        self.method = element.choice("normalizationMethod", "none simplemax softmax logit cloglog loglog cauchit" if self.classifies else " ".join(INVERSE), "none")
        self.tables = [(one, self.sum_of(one)) for one in element.all("RegressionTable")]
        if not self.classifies and len(self.tables) != 1:
            refuse(element, "has not exactly one RegressionTable")
        self.places = [classes.place(one, self.names, one.need("targetCategory")) for one, _ in self.tables] if self.classifies else []
        if self.classifies and sorted(self.places) != list(range(len(classes.codes))):
            refuse(element, "has not one RegressionTable for each class of the target")
        if len(self.places) > 2 and self.method in ("logit", "cloglog", "loglog", "cauchit"):
            refuse(element, f"has normalizationMethod='{self.method}' with more than two classes, of which programs make different things")

    def sum_of(self, table):
        table.only("intercept targetCategory", "NumericPredictor CategoricalPredictor PredictorTerm")
        terms = [{"NumericPredictor": self.numeric, "CategoricalPredictor": self.categorical, "PredictorTerm": self.product}[one.tag](one) for one in table.children]
        intercept = number(table, table.get("intercept", "0"))

        def make(scope):
            value = scope.on.number(intercept)
            for term in terms:
                value = scope.on.add(value, term(scope))
            return value

        return make

    def numeric(self, one):
        one.only("name exponent coefficient")
        field = self.numbers(one, one.need("name"))
        by, exponent = number(one, one.need("coefficient")), number(one, one.get("exponent", "1"))

        def make(scope):
            value = field.value(scope)
            return scope.on.multiply(value if exponent == 1 else scope.on.power(value, scope.on.number(exponent)), scope.on.number(by))

        return make

    def numbers(self, one, name):
        field = self.names.field(one, name)
        return field if field.kind != "string" else refuse(one, f"multiplies the text '{name}'")

    def categorical(self, one):
        """A missing value counts as none of the categories."""
        field = self.names.field(one.only("name value coefficient"), one.need("name"))
        code, by = self.names.constant(one, field.kind, one.need("value")), number(one, one.need("coefficient"))
        return lambda scope: scope.on.choose(scope.on.equal(field.value(scope), scope.on.number(code)), scope.on.number(by), scope.on.number(0))

    def product(self, one):
        factors = [self.numbers(ref, ref.only("field").need("field")) for ref in one.only("name coefficient", "FieldRef").children]
        by = number(one, one.need("coefficient"))

        def make(scope):
            value = scope.on.number(by)
            for factor in factors:
                value = scope.on.multiply(value, factor.value(scope))
            return value

        return make

    def compute(self, scope):
        on, values = scope.on, [make(scope) for _, make in self.tables]
        if not self.classifies:
            return Result(INVERSE[self.method](on, values[0]))
        if self.method in ("softmax", "simplemax"):
            table = on.concat(values)
            if self.method == "softmax":
                table = on.exp(on.subtract(table, on.largest(table)))
            table = on.divide(table, on.total(table))
        else:
            values = [INVERSE[self.method](on, value) for value in values[:-1]]
            last = on.number(1)
            for value in values:
                last = on.subtract(last, value)
            table = on.concat([*values, last]) if values else last
        table = on.concat([on.column(table, self.places.index(place)) for place in range(len(self.places))])
        table = on.choose(on.missing(on.total(table)), on.number(MISSING), table)
        return Result(None, table, labelled(on, table))


def labelled(on, table):
    """The class of the largest probability, the first on a tie."""
    return on.choose(on.missing(on.total(table)), on.number(MISSING), on.place_of_largest(table))


class Node:
    def __init__(self, predicate, outcome, default):
        self.predicate, self.outcome, self.default, self.children = predicate, outcome, default, []


class Tree(Model):
    """`outcomes` are rows of a table: the value; or the probabilities, and then the place of the class. The first is that there is no prediction."""

    nothing = 0

    def __init__(self, element, names, classes):
        super().__init__(element, names, classes, "missingValueStrategy missingValuePenalty noTrueChildStrategy splitCharacteristic", "Node")
        self.missing = element.choice("missingValueStrategy", "none defaultChild lastPrediction nullPrediction", "none")
        self.last = element.choice("noTrueChildStrategy", "returnNullPrediction returnLastPrediction", "returnNullPrediction") == "returnLastPrediction"
        if number(element, element.get("missingValuePenalty", "1")) != 1:
            refuse(element, "has a missingValuePenalty, which is not read here")
        self.width = len(classes.codes) + 1 if self.classifies else 1
        self.outcomes, self.known = [(MISSING,) * self.width], {}
        self.root = self.read(element.one("Node") or refuse(element, "has no Node"))

    def read(self, top):
        made, waiting = {}, [top]
        while waiting:
            element = waiting.pop()
            element.only("id score recordCount defaultChild", f"Node ScoreDistribution Partition {fields.PREDICATES}")
            made[element] = Node(predicate_in(element, self.names), self.outcome_of(element), element.get("defaultChild"))
            waiting += element.all("Node")
        for element, node in made.items():
            node.children = [made[child] for child in element.all("Node")]
            if node.children and self.missing == "defaultChild":
                known = {child.get("id"): made[child] for child in element.all("Node") if child.get("id") is not None}
                node.default = known[node.default] if node.default in known else refuse(element, "has no defaultChild among its nodes, which the missingValueStrategy asks for")
        return made[top]

    def outcome_of(self, element):
        row = self.classes_of(element) if self.classifies else (number(element, element.get("score")),) if element.get("score") is not None else self.outcomes[0]
        if row not in self.known:
            self.known[row] = 0 if row is self.outcomes[0] else len(self.outcomes)
            if self.known[row]:
                self.outcomes.append(row)
        return self.known[row]

    def classes_of(self, element):
        distribution = element.all("ScoreDistribution")
        if not distribution:
            if element.get("score") is None:
                return self.outcomes[0]
            place = self.classes.place(element, self.names, element.get("score"))
            return (*(float(place == other) for other in range(self.width - 1)), float(place))
        chances, counts = [0.0] * (self.width - 1), [0.0] * (self.width - 1)
        for one in distribution:
            one.only("value recordCount confidence probability")
            place = self.classes.place(one, self.names, one.need("value"))
            counts[place] = number(one, one.get("recordCount", "0"))
            chances[place] = None if one.get("probability") is None else number(one, one.get("probability"))
        given = [chances[self.classes.place(one, self.names, one.need("value"))] for one in distribution]
        if None in given:
            if any(chance is not None for chance in given) or sum(counts) <= 0:
                refuse(element, "has neither probabilities for all of its ScoreDistribution nor records")
            chances = [count / sum(counts) for count in counts]
        label = chances.index(max(chances)) if element.get("score") is None else self.classes.place(element, self.names, element.get("score"))
        return (*chances, float(label))

    def after_unknown(self, node):
        """Where a row goes for which a child's predicate is unknown: the outcome, or the node whose predicate is not asked."""
        return node.default if self.missing == "defaultChild" else node.outcome if self.missing == "lastPrediction" else self.nothing

    def after_none(self, node):
        return node.outcome if self.last else self.nothing

    def compute(self, scope):
        table = grown(scope, [self])
        result = scope.on.folded(table)  # of the one tree
        if not self.classifies:
            return Result(result)
        return Result(None, scope.on.concat([scope.on.column(result, place) for place in range(self.width - 1)]), scope.on.column(result, self.width - 1))


def grown(scope, trees):
    """[N,T,W] of trees of one kind."""
    starts = numpy.cumsum([0, *(len(tree.outcomes) for tree in trees[:-1])]).astype(float).reshape(1, -1)
    rows = numpy.array([row for tree in trees for row in tree.outcomes])
    return scope.on.gather(rows, scope.on.add(scope.on.leaves(trees, scope), scope.on.table(starts)))


AGGREGATES = {True: "majorityVote weightedMajorityVote average weightedAverage", False: "sum average weightedAverage max"}


class Mining(Model):
    def __init__(self, element, names, classes):
        super().__init__(element, names, classes, "", "Segmentation")
        segmentation = (element.one("Segmentation") or refuse(element, "has no Segmentation")).only("multipleModelMethod missingPredictionTreatment missingThreshold", "Segment")
        self.method = segmentation.choice("multipleModelMethod", f"selectFirst modelChain {AGGREGATES[self.classifies]}")
        self.gaps = segmentation.choice("missingPredictionTreatment", "continue skipSegment returnMissing", "continue")
        if number(segmentation, segmentation.get("missingThreshold", "1")) != 1:
            refuse(segmentation, "has a missingThreshold, which is not read here")
        self.chain = self.method == "modelChain"
        if self.chain and self.gaps == "skipSegment" or not segmentation.children:
            refuse(segmentation, "skips segments of a chain, or has none")
        self.segments = [self.read(one) for one in segmentation.children]
        others = [model for _, _, model in self.segments if model.classifies != self.classifies]
        if others and not (self.chain and self.segments[-1][0].always and not self.segments[-1][2] in others):
            refuse(others[0].element, "does another thing than the model that it is part of")

    def read(self, segment):
        segment.only("id weight", f"{MODELS} {fields.PREDICATES}")
        model = build(segment.one(*MODELS.split()) or refuse(segment, "has no model"), self.names, self.classes)
        applies = predicate_in(segment, self.names)
        if self.chain:
            for name, field in model.outputs().items():
                self.names[name] = field if applies.always else Typed(field.kind, lambda scope, field=field: scope.on.choose(
                    is_true(scope.on, applies.of(scope)), field.value(scope), scope.on.number(MISSING)))
        return applies, number(segment, segment.get("weight", "1")), model

    def compute(self, scope):
        if self.chain:
            return self.chained(scope)
        return self.first(scope) if self.method == "selectFirst" else self.together(scope)

    def first(self, scope):
        on, result = scope.on, None
        for applies, _, model in reversed(self.segments):
            own, true = model.result(scope), is_true(on, applies.of(scope))
            result = own.without(on, on.negate(true)) if result is None else own.chosen(on, true, result)
        return result

    def chained(self, scope):
        on, result, lost = scope.on, None, scope.on.flag(False)
        for applies, _, model in self.segments:
            own, true = model.result(scope), is_true(on, applies.of(scope))
            lost = on.either(lost, on.both(true, on.missing(own.main())))
            if applies.always:
                result = own
            else:
                result = own.without(on, on.negate(true)) if result is None or model.classifies != (result.value is None) else own.chosen(on, true, result)
        return result.without(on, lost) if self.gaps == "returnMissing" else result

    def members(self, scope):
        """[N,S] of values or places of classes, [N,S,K] of probabilities, and [N,S] of who applies."""
        on, models = scope.on, [model for _, _, model in self.segments]
        if all(type(model) is Tree and not model.targets for model in models) and all(applies.always for applies, _, _ in self.segments):
            table = grown(scope, models)
            return on.last_of(table), table, None
        applied = on.concat([on.choose(is_true(on, applies.of(scope)), on.number(1), on.number(0)) for applies, _, _ in self.segments])
        results = [model.result(scope) for model in models]
        probabilities = on.stack([result.probabilities for result in results]) if self.classifies else None
        return on.concat([result.main() for result in results]), probabilities, applied

    def together(self, scope):
        on = scope.on
        main, probabilities, applied = self.members(scope)
        weights = on.table(numpy.array([[weight for _, weight, _ in self.segments]]) if self.method.startswith("weighted") else numpy.ones((1, len(self.segments))))
        counted = weights if applied is None else on.multiply(weights, applied)
        gone = on.missing(main)
        if self.gaps == "skipSegment":
            counted = on.choose(gone, on.number(0), counted)
        votes = self.method.endswith("Vote")
        lost = on.less_equal(on.total(counted), on.number(0)) if applied is not None or self.gaps == "skipSegment" else on.flag(False)
        if self.gaps == "returnMissing" or self.gaps == "continue" and not votes:
            missed = on.choose(gone, on.number(1), on.number(0))
            lost = on.either(lost, on.less(on.number(0), on.total(missed if applied is None else on.multiply(missed, applied))))
        result = self.voted(on, main, counted) if votes else self.averaged(on, probabilities, counted) if self.classifies else self.summed(on, main, gone, counted)
        return result.without(on, lost)

    def summed(self, on, main, gone, counted):
        if self.method == "max":
            return Result(on.largest(on.choose(on.both(on.less(on.number(0), counted), on.negate(gone)), main, on.number(-numpy.inf))))
        total = on.total(on.choose(gone, on.number(0), on.multiply(main, counted)))
        return Result(total if self.method == "sum" else on.divide(total, on.total(counted)))

    def averaged(self, on, probabilities, counted):
        each = on.classes_of(probabilities, len(self.classes.codes))
        each = on.choose(on.missing(each), on.number(0), each)
        table = on.divide(on.folded(on.multiply(each, on.deepened(counted))), on.total(counted))
        return Result(None, table, labelled(on, table))

    def voted(self, on, main, counted):
        """A member without a prediction votes for that there is none. On a tie the class wins that was voted for first."""
        count = len(self.classes.codes)
        each = on.one_hot(on.choose(on.missing(main), on.number(count), main), count + 1)
        table = on.folded(on.multiply(each, on.deepened(counted)))
        first = on.table(numpy.arange(len(self.segments), 0, -1).reshape(1, -1) / len(self.segments) / 2)
        winner = table
        if self.method == "majorityVote":
            winner = on.add(table, on.peak(on.multiply(each, on.deepened(on.multiply(first, counted)))))
        place = on.place_of_largest(winner)
        label = on.choose(on.equal(place, on.number(count)), on.number(MISSING), place)
        shares = on.concat([on.column(table, number) for number in range(count)])
        shares = on.divide(shares, on.total(shares))
        return Result(None, on.choose(on.missing(label), on.number(MISSING), shares), label)


def build(element, names, classes):
    known = {"RegressionModel": Regression, "TreeModel": Tree, "MiningModel": Mining}
    return known[element.tag](element, names, classes)
