"""What a PMML model computes with, done by numpy. Every value is a column [N,1] of doubles, or a table [N,K]; no number stands for a missing value,
texts are numbers of a vocabulary. conversion/pmml.py has the same operations, which put nodes into an ONNX graph instead."""

import numpy


class Arithmetic:
    def __init__(self, columns):
        self.columns = columns  # by name, [N,1]
        self.zeros = numpy.zeros((len(next(iter(columns.values()))), 1))

    @staticmethod
    def number(value):
        return numpy.array([[value]], float)

    @staticmethod
    def flag(value):
        return numpy.array([[value]], bool)

    def input(self, name):
        return self.columns[name]

    add, subtract, multiply, divide, power = map(staticmethod, (numpy.add, numpy.subtract, numpy.multiply, numpy.divide, numpy.power))
    less, less_equal, equal = map(staticmethod, (numpy.less, numpy.less_equal, numpy.equal))
    both, either, negate, choose = map(staticmethod, (numpy.logical_and, numpy.logical_or, numpy.logical_not, numpy.where))
    exp, log, sqrt, absolute, floor, ceil, tanh, missing, least, most, sin, cos, tan, atan = map(staticmethod, (
        numpy.exp, numpy.log, numpy.sqrt, numpy.abs, numpy.floor, numpy.ceil, numpy.tanh, numpy.isnan, numpy.minimum, numpy.maximum, numpy.sin, numpy.cos, numpy.tan, numpy.arctan))

    @staticmethod
    def single(value):
        return numpy.asarray(value).astype(numpy.float32).astype(float)

    @staticmethod
    def concat(values):
        rows = max(len(value) for value in values)
        return numpy.concatenate([numpy.broadcast_to(value, (rows, value.shape[1])) for value in values], axis=1)

    @staticmethod
    def column(table, number):
        return table[:, number:number + 1]

    @staticmethod
    def total(table):
        return table.sum(axis=1, keepdims=True)

    @staticmethod
    def folded(table):
        """[N,S,K] to [N,K]."""
        return table.sum(axis=1)

    @staticmethod
    def largest(table):
        return table.max(axis=1, keepdims=True)

    @staticmethod
    def peak(table):
        """[N,S,K] to [N,K]."""
        return table.max(axis=1)

    @staticmethod
    def place_of_largest(table):
        """The first on a tie, and of rows without numbers."""
        return numpy.where(numpy.isnan(table), -numpy.inf, table).argmax(axis=1).astype(float).reshape(-1, 1)

    @staticmethod
    def one_hot(places, count):
        """[N,T] to [N,T,count]; a row of zeros for no number."""
        return (places[:, :, None] == numpy.arange(count)).astype(float)

    @staticmethod
    def deepened(table):
        return table[:, :, None]

    @staticmethod
    def table(values):
        return numpy.asarray(values, float)

    @staticmethod
    def stack(tables):
        """[N,K] each to [N,S,K]."""
        rows = max(len(table) for table in tables)
        return numpy.stack([numpy.broadcast_to(table, (rows, table.shape[1])) for table in tables], axis=1)

    @staticmethod
    def last_of(table):
        """[N,T,W] to [N,T]."""
        return table[:, :, -1]

    @staticmethod
    def classes_of(table, count):
        return table[:, :, :count]

    def leaves(self, trees, scope):
        """[N,T]: at which of its outcomes each tree ends, one row after the other as the standard tells it."""
        found = numpy.zeros((len(self.zeros), len(trees)))
        for number, tree in enumerate(trees):
            waiting = [(tree.root, tree.nothing, numpy.arange(len(self.zeros)))]
            first = True
            while waiting:
                node, otherwise, rows = waiting.pop()
                if first:  # the root has a predicate as well
                    true, unknown = self._truth(node.predicate, scope, rows)
                    found[rows[~true], number], rows, first = otherwise, rows[true], False
                for child in node.children:
                    if not len(rows):
                        break
                    true, unknown = self._truth(child.predicate, scope, rows)
                    waiting.append((child, None, rows[true]))
                    if tree.missing != "none":
                        after = tree.after_unknown(node)
                        if isinstance(after, int):
                            found[rows[unknown], number] = after
                        else:
                            waiting.append((after, None, rows[unknown]))
                        true = true | unknown
                    rows = rows[~true]
                found[rows, number] = node.outcome if not node.children else tree.after_none(node)
        return found

    def _truth(self, predicate, scope, rows):
        value = numpy.broadcast_to(predicate.of(scope.at(rows)), (len(rows), 1))[:, 0]
        return value == 1, numpy.isnan(value)

    @staticmethod
    def gather(table, places):
        return table[places.astype(int)]
