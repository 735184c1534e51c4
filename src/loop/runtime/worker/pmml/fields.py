"""Fields, expressions and predicates of a PMML document: read once into things that give a column for any rows (`value`, `of`)."""

import math

import numpy

from pmml.document import number, refuse, words

TYPES = "string integer float double boolean"
MISSING = float("nan")


class Scope:
    """Some rows, and what was computed of them."""

    def __init__(self, on):
        self.on, self.made = on, {}

    def at(self, rows):
        return Part(self, rows)


class Part:
    """Some of the rows of a scope."""

    def __init__(self, whole, rows):
        self.on, self.whole, self.rows = whole.on, whole, rows


class Typed:
    """A field: its type, and how its column comes about."""

    treated_by = None

    def __init__(self, kind, make):
        self.kind, self.make = kind, make

    def value(self, scope):
        if isinstance(scope, Part):
            column = self.value(scope.whole)
            return column[scope.rows] if len(column) > 1 else column
        if self not in scope.made:
            scope.made[self] = self.make(scope)
        return scope.made[self]


class Vocabulary(dict):
    """Texts as numbers; -1 is any text that the document does not mention."""

    def code(self, text):
        return float(self.setdefault(text, len(self)))


class Names(dict):
    """The fields that can be named at some place of the document."""

    def __init__(self, vocabulary, fields=()):
        super().__init__(fields)
        self.vocabulary = vocabulary

    def inner(self):
        return Names(self.vocabulary, self)

    def field(self, element, name):
        if name not in self:
            refuse(element, f"names the field '{name}', which is not there")
        return self[name]

    def constant(self, element, kind, text):
        if kind == "string":
            return self.vocabulary.code(text)
        if kind == "boolean" and text in ("true", "false"):
            return float(text == "true")
        value = number(element, text)
        return float(numpy.float32(value)) if kind == "float" else value


def kind_of(element, default=None):
    return element.choice("dataType", TYPES, default)


def truth(on, condition, missing):
    return on.choose(missing, on.number(MISSING), on.choose(condition, on.number(1), on.number(0)))


def either_missing(on, values):
    missing = on.missing(values[0])
    for value in values[1:]:
        missing = on.either(missing, on.missing(value))
    return missing


def is_in(on, value, codes):
    found = on.equal(value, on.number(codes[0])) if codes else on.flag(False)
    for code in codes[1:]:
        found = on.either(found, on.equal(value, on.number(code)))
    return found


def is_true(on, value):
    return on.equal(value, on.number(1))


def replaced(on, value, what):
    return value if what is None else on.choose(on.missing(value), on.number(what), value)


def within(on, value, interval):
    """The condition that a number lies in an Interval."""
    interval.only("closure leftMargin rightMargin")
    closure = interval.choice("closure", "openOpen openClosed closedOpen closedClosed")
    inside = on.flag(True)
    if interval.get("leftMargin") is not None:
        margin = on.number(number(interval, interval.get("leftMargin")))
        inside = on.both(inside, on.less_equal(margin, value) if closure.startswith("closed") else on.less(margin, value))
    if interval.get("rightMargin") is not None:
        margin = on.number(number(interval, interval.get("rightMargin")))
        inside = on.both(inside, on.less_equal(value, margin) if closure.endswith("Closed") else on.less(value, margin))
    return inside


# Expressions: each builder gives a Typed.


def field_ref(element, names, wanted):
    field = names.field(element.only("field mapMissingTo"), element.need("field"))
    instead = element.get("mapMissingTo")
    if instead is None:
        return field
    code = names.constant(element, field.kind, instead)
    return Typed(field.kind, lambda scope: replaced(scope.on, field.value(scope), code))


def constant(element, names, wanted):
    element.only("dataType missing")
    text = element.text.strip()
    kind = kind_of(element, "double" if wanted == "string" and element.get("dataType") else wanted or "double") if element.get("dataType") is None else kind_of(element)
    code = MISSING if element.get("missing") == "true" else names.constant(element, kind, text)
    return Typed(kind, lambda scope: scope.on.number(code))


def norm_continuous(element, names, wanted):
    element.only("field mapMissingTo outliers", "LinearNorm")
    field, outliers = names.field(element, element.need("field")), element.choice("outliers", "asIs asMissingValues asExtremeValues", "asIs")
    points = [(number(one, one.need("orig")), number(one, one.need("norm"))) for one in element.all("LinearNorm")]
    if len(points) < 2 or any(a[0] >= b[0] for a, b in zip(points, points[1:])):
        refuse(element, "has fewer than two LinearNorm in ascending order")
    instead = None if element.get("mapMissingTo") is None else number(element, element.get("mapMissingTo"))

    def make(scope):
        on, value = scope.on, field.value(scope)
        result = None
        for (x0, y0), (x1, y1) in reversed(list(zip(points, points[1:]))):
            line = on.add(on.number(y0), on.multiply(on.subtract(value, on.number(x0)), on.number((y1 - y0) / (x1 - x0))))
            result = line if result is None else on.choose(on.less_equal(value, on.number(x1)), line, result)
        if outliers != "asIs":
            low, high = (points[0][1], points[-1][1]) if outliers == "asExtremeValues" else (MISSING, MISSING)
            result = on.choose(on.less(value, on.number(points[0][0])), on.number(low), result)
            result = on.choose(on.less(on.number(points[-1][0]), value), on.number(high), result)
        return replaced(on, result if instead is None else on.choose(on.missing(value), on.number(MISSING), result), instead)

    return Typed("double", make)


def norm_discrete(element, names, wanted):
    element.only("field value mapMissingTo method")
    field = names.field(element, element.need("field"))
    code = names.constant(element, field.kind, element.need("value"))
    instead = None if element.get("mapMissingTo") is None else number(element, element.get("mapMissingTo"))
    return Typed("double", lambda scope: replaced(scope.on, truth(scope.on, scope.on.equal(field.value(scope), scope.on.number(code)), scope.on.missing(field.value(scope))), instead))


def other_values(element, names, kind):
    """What stands for a missing value, and for one that nothing was said of."""
    return [MISSING if element.get(name) is None else names.constant(element, kind, element.get(name)) for name in ("mapMissingTo", "defaultValue")]


def discretize(element, names, wanted):
    element.only("field mapMissingTo defaultValue dataType", "DiscretizeBin")
    field, kind = names.field(element, element.need("field")), kind_of(element, wanted or "string")
    missing, default = other_values(element, names, kind)
    bins = [(one.only("binValue", "Interval").one("Interval") or refuse(one, "has no Interval"), names.constant(one, kind, one.need("binValue"))) for one in element.all("DiscretizeBin")]

    def make(scope):
        on, value = scope.on, field.value(scope)
        result = on.number(default)
        for interval, code in reversed(bins):
            result = on.choose(within(on, value, interval), on.number(code), result)
        return on.choose(on.missing(value), on.number(missing), result)

    return Typed(kind, make)


def cells(row):
    return {child.tag: child.text.strip() for child in row.children}


def map_values(element, names, wanted):
    element.only("mapMissingTo defaultValue outputColumn dataType", "FieldColumnPair InlineTable")
    kind = kind_of(element, wanted or "string")
    missing, default = other_values(element, names, kind)
    pairs = [(names.field(one, one.need("field")), one.need("column").rsplit(":", 1)[-1], one) for one in element.all("FieldColumnPair")]
    table, output = element.one("InlineTable"), element.need("outputColumn").rsplit(":", 1)[-1]
    if table is None or not pairs:
        refuse(element, "has no InlineTable or no FieldColumnPair")
    rows = [cells(row) for row in table.only("", "row").children]
    if any(output not in row or column not in row for row in rows for _, column, _ in pairs):
        refuse(table, "has a row without one of the columns")
    lines = [([names.constant(one, field.kind, row[column]) for field, column, one in pairs], names.constant(table, kind, row[output])) for row in rows]

    def make(scope):
        on, result = scope.on, scope.on.number(default)
        values = [field.value(scope) for field, _, _ in pairs]
        for codes, code in reversed(lines):
            same = on.flag(True)
            for value, wanted_code in zip(values, codes):
                same = on.both(same, on.equal(value, on.number(wanted_code)))
            result = on.choose(same, on.number(code), result)
        return on.choose(either_missing(on, values), on.number(missing), result)

    return Typed(kind, make)


def skipping(operation):
    """Of two values where a missing one counts as not there."""
    return lambda on, a, b: on.choose(on.missing(a), b, on.choose(on.missing(b), a, getattr(on, operation)(a, b)))


def conjunction(on, a, b):
    """Of 1, 0 and missing: false where one is false."""
    false = on.either(on.equal(a, on.number(0)), on.equal(b, on.number(0)))
    return on.choose(false, on.number(0), on.multiply(a, b))


def opposite(on, a):
    return on.subtract(on.number(1), a)


def disjunction(on, a, b):
    return opposite(on, conjunction(on, opposite(on, a), opposite(on, b)))


def difference(on, a, b):
    """Exclusive or: missing where one is."""
    return on.subtract(on.add(a, b), on.multiply(on.number(2), on.multiply(a, b)))


COMPARE = {
    "equal": lambda on, a, b: on.equal(a, b), "notEqual": lambda on, a, b: on.negate(on.equal(a, b)), "lessThan": lambda on, a, b: on.less(a, b),
    "lessOrEqual": lambda on, a, b: on.less_equal(a, b), "greaterThan": lambda on, a, b: on.less(b, a), "greaterOrEqual": lambda on, a, b: on.less_equal(b, a)}
ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "pow": "power"}
FOLDED = {"min": skipping("least"), "max": skipping("most"), "sum": skipping("add"), "and": conjunction, "or": disjunction}
ALONE = {
    "exp": lambda on, a: on.exp(a), "ln": lambda on, a: on.log(a), "log10": lambda on, a: on.divide(on.log(a), on.number(math.log(10))), "sqrt": lambda on, a: on.sqrt(a),
    "abs": lambda on, a: on.absolute(a), "floor": lambda on, a: on.floor(a), "ceil": lambda on, a: on.ceil(a), "tanh": lambda on, a: on.tanh(a),
    "round": lambda on, a: on.floor(on.add(a, on.number(0.5))), "not": opposite,
    "isMissing": lambda on, a: truth(on, on.missing(a), on.flag(False)), "isNotMissing": lambda on, a: truth(on, on.negate(on.missing(a)), on.flag(False))}
FLAGS = (*COMPARE, "and", "or", "not", "isMissing", "isNotMissing", "isIn", "isNotIn")


def same_kind(element, values):
    if len({value.kind == "string" for value in values}) > 1:
        refuse(element, "compares a text with a number")


def applied(element, names):
    """The function's column out of the columns of its arguments, without regard to mapMissingTo and type."""
    function = element.need("function")
    arguments = [expression(child, names) for child in element.children]
    kinds = [value.kind for value in arguments]
    textual = "string" in kinds and function not in ("equal", "notEqual", "isIn", "isNotIn", "isMissing", "isNotMissing", "if")

    def due(count):
        if len(arguments) != count or textual:
            refuse(element, f"calls {function} of {len(arguments)} values or of texts, which is not read here")
        return arguments

    if function in COMPARE:
        same_kind(element, due(2))
        return arguments, lambda on, a, b: truth(on, COMPARE[function](on, a, b), either_missing(on, [a, b]))
    if function in ARITHMETIC:
        if function == "/" and {*kinds} <= {"integer", "boolean"}:
            refuse(element, "divides whole numbers, of which each program makes something else")
        due(2)
        return arguments, lambda on, a, b: getattr(on, ARITHMETIC[function])(a, b)
    if function in ALONE:
        due(1)
        return arguments, ALONE[function]
    if function == "threshold":
        due(2)
        return arguments, lambda on, a, b: truth(on, on.less(b, a), either_missing(on, [a, b]))
    if function in FOLDED and arguments and not textual:
        def fold(on, *values):
            result = values[0]
            for value in values[1:]:
                result = FOLDED[function](on, result, value)
            return result

        return arguments, fold
    if function in ("isIn", "isNotIn") and len(arguments) > 1:
        same_kind(element, arguments)

        def among(on, value, *others):
            found = on.flag(False)
            for other in others:
                found = on.either(found, on.equal(value, other))
            return truth(on, found if function == "isIn" else on.negate(found), on.missing(value))

        return arguments, among
    if function == "if" and len(arguments) in (2, 3):
        return arguments, lambda on, test, yes, no=None: on.choose(on.missing(test), on.number(MISSING), on.choose(is_true(on, test), yes, on.number(MISSING) if no is None else no))
    refuse(element, f"calls the function {function}, which is not read here")


def apply(element, names, wanted):
    element.only("function mapMissingTo defaultValue invalidValueTreatment", "FieldRef Constant NormContinuous NormDiscrete Discretize MapValues Apply")
    element.choice("invalidValueTreatment", "returnInvalid asIs", "returnInvalid")
    if element.get("defaultValue") is not None:
        refuse(element, "has a defaultValue, which is not read here")
    function = element.need("function")
    arguments, operation = applied(element, names)
    kinds = {value.kind for value in (arguments[1:] if function == "if" else arguments)}
    kind = "boolean" if function in FLAGS else "string" if kinds == {"string"} else "double" if kinds - {"float", "integer", "boolean"} or function in ("exp", "ln", "log10", "sqrt", "tanh") else (
        "float" if "float" in kinds else "integer")
    instead = None if element.get("mapMissingTo") is None else names.constant(element, kind, element.get("mapMissingTo"))

    def make(scope):
        on, values = scope.on, [value.value(scope) for value in arguments]
        result = operation(on, *values)
        if kind == "float":
            result = on.single(result)
        return result if instead is None else on.choose(either_missing(on, values), on.number(instead), result)

    return Typed(kind, make)


EXPRESSIONS = {"FieldRef": field_ref, "Constant": constant, "NormContinuous": norm_continuous, "NormDiscrete": norm_discrete, "Discretize": discretize, "MapValues": map_values, "Apply": apply}


def expression(element, names, wanted=None):
    if element.tag not in EXPRESSIONS:
        refuse(element, "is not read here")
    return EXPRESSIONS[element.tag](element, names, wanted)


def as_kind(element, value, kind):
    if (value.kind == "string") != (kind == "string"):
        refuse(element, f"makes {kind} of {value.kind}")
    if kind == "float" and value.kind != "float":
        return Typed(kind, lambda scope: scope.on.single(value.value(scope)))
    if kind == "integer" and value.kind in ("double", "float"):
        refuse(element, "makes whole numbers of others, of which each program makes something else")
    return Typed(kind, value.value)


def add_derived(parent, names):
    """The derived fields of a dictionary or of a model, each of which may name those before it."""
    for element in parent.only("", "DerivedField").children if parent else ():
        element.only("name displayName optype dataType", "Value " + " ".join(EXPRESSIONS))
        body = [child for child in element.children if child.tag != "Value"]
        if len(body) != 1:
            refuse(element, "has not exactly one expression")
        kind = kind_of(element)
        names[element.need("name")] = as_kind(element, expression(body[0], names, kind), kind)


# Predicates.


class Predicate:
    """`of` gives 1, 0 or no number for unknown. A comparison of a number has its parts; one that is always so has `always`."""

    def __init__(self, key, of, field=None, operator=None, constant=None, always=None):
        self.key, self.of, self.field, self.operator, self.constant, self.always = key, of, field, operator, constant, always


def simple_predicate(element, names):
    field, operator = names.field(element.only("field operator value"), element.need("field")), element.choice("operator", " ".join(COMPARE) + " isMissing isNotMissing")
    if operator in ("isMissing", "isNotMissing"):
        return Predicate((field, operator), lambda scope: ALONE[operator](scope.on, field.value(scope)))
    if field.kind == "string" and operator not in ("equal", "notEqual"):
        refuse(element, f"compares texts by {operator}")
    code = names.constant(element, field.kind, element.need("value"))

    def of(scope):
        value = field.value(scope)
        return truth(scope.on, COMPARE[operator](scope.on, value, scope.on.number(code)), scope.on.missing(value))

    return Predicate((field, operator, code), of, field, operator, code)


def set_predicate(element, names):
    field, operator = names.field(element.only("field booleanOperator", "Array"), element.need("field")), element.choice("booleanOperator", "isIn isNotIn")
    array = element.one("Array") or refuse(element, "has no Array")
    codes = [names.constant(array, field.kind, word) for word in words(array.only("n type"))]

    def of(scope):
        value = field.value(scope)
        found = is_in(scope.on, value, codes)
        return truth(scope.on, found if operator == "isIn" else scope.on.negate(found), scope.on.missing(value))

    return Predicate((field, operator, tuple(codes)), of)


def compound_predicate(element, names):
    operator = element.only("booleanOperator", PREDICATES).choice("booleanOperator", "and or xor surrogate")
    parts = [predicate(child, names) for child in element.children]
    if len(parts) < 2:
        refuse(element, "has fewer than two predicates")
    joined = {"and": conjunction, "or": disjunction, "xor": difference, "surrogate": lambda on, a, b: on.choose(on.missing(a), b, a)}[operator]

    def of(scope):
        result = parts[0].of(scope)
        for part in parts[1:]:
            result = joined(scope.on, result, part.of(scope))
        return result

    return Predicate((operator, *(part.key for part in parts)), of)


PREDICATES = "True False SimplePredicate SimpleSetPredicate CompoundPredicate"


def predicate(element, names):
    if element.tag in ("True", "False"):
        always = element.tag == "True"
        return Predicate(element.tag, lambda scope: scope.on.number(float(always)), always=always)
    return {"SimplePredicate": simple_predicate, "SimpleSetPredicate": set_predicate, "CompoundPredicate": compound_predicate}[element.tag](element, names)


def predicate_in(element, names):
    found = element.one(*PREDICATES.split())
    return predicate(found, names) if found else refuse(element, "has no predicate")
