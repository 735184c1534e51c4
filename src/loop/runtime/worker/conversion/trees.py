"""Boosted trees, one for one: out of what XGBoost, LightGBM and scikit-learn's histogram boosting say of them, without their arithmetic being guessed."""

import json

import numpy
import onnx

from conversion.graph import Graph, finished, matrix_of
from worker import INPUT, Unfit


class Forest:
    """Trees whose leaves are summed up by group, in the attributes of ai.onnx.ml's TreeEnsembleRegressor."""

    def __init__(self, mode, groups):
        self.mode, self.groups, self.trees, self.base = mode, groups, 0, [0.0] * groups
        self.splits = {name: [] for name in ("treeids", "nodeids", "featureids", "modes", "values", "truenodeids", "falsenodeids", "missing_value_tracks_true")}
        self.leaves = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}

    def add(self, nodes, group):
        """Each node is (feature, threshold, yes, no, missing goes to yes), with a mode of its own behind if need be, or a leaf's value."""
        for number, node in enumerate(nodes):
            leaf = not isinstance(node, tuple)
            feature, threshold, yes, no, missing, *mode = (0, 0.0, 0, 0, False, "LEAF") if leaf else node
            values = (self.trees, number, feature, *(mode or [self.mode]), threshold, yes, no, int(missing))
            for column, value in zip(self.splits.values(), values):
                column.append(value)
            if leaf:
                for column, value in zip(self.leaves.values(), (self.trees, number, group, node)):
                    column.append(value)
        self.trees += 1

    def sums(self, graph, matrix):
        def reals(name, values):
            return {f"{name}_as_tensor": onnx.numpy_helper.from_array(numpy.array(values, float), name)}

        attributes = {f"nodes_{name}": values for name, values in self.splits.items() if name != "values"}
        attributes |= {f"target_{name}": values for name, values in self.leaves.items() if name != "weights"}
        attributes |= reals("nodes_values", self.splits["values"]) | reals("target_weights", self.leaves["weights"]) | reals("base_values", self.base)
        return graph.add("TreeEnsembleRegressor", matrix, domain="ai.onnx.ml", n_targets=self.groups, aggregate_function="SUM", post_transform="NONE", **attributes)


def refuse(what):
    raise Unfit(INPUT, f"it {what}, which is not converted")


def xgboost_forest(booster):
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    parameters, boosted = learner["learner_model_param"], learner["gradient_booster"]
    if boosted["name"] != "gbtree":
        refuse(f"is an XGBoost {boosted['name']}")
    if int(parameters.get("num_target", "1")) > 1:
        refuse("has several targets")
    groups = max(1, int(parameters["num_class"]))
    forest, objective = Forest("BRANCH_LT", groups), learner["objective"]["name"]
    base = numpy.array(json.loads(parameters["base_score"]), numpy.float32).reshape(-1)
    forest.base = numpy.broadcast_to(numpy.float64(base), groups).tolist()
    if objective in ("binary:logistic", "reg:logistic"):
        forest.base = [float(-numpy.log(1 / value - 1)) for value in forest.base]
    elif objective in ("count:poisson", "reg:gamma", "reg:tweedie"):
        forest.base = [float(numpy.log(value)) for value in forest.base]
    for tree, group in zip(boosted["model"]["trees"], boosted["model"]["tree_info"], strict=True):
        if any(tree["split_type"]):
            refuse("splits by categories")
        values = numpy.array(tree["split_conditions"], numpy.float32).astype(float).tolist()
        forest.add([value if left < 0 else (feature, value, left, right, bool(default)) for value, left, right, feature, default in zip(
            values, tree["left_children"], tree["right_children"], tree["split_indices"], tree["default_left"], strict=True)], group)
    return forest, objective


def convert_xgboost(model, raw, ports):
    import xgboost
    booster, fitted = raw, None
    if not isinstance(raw, xgboost.Booster):
        booster, fitted = raw.get_booster(), raw
        try:
            booster = booster[:raw.best_iteration + 1]  # which is what it predicts with
        except AttributeError:
            pass  # it never stopped early
    forest, objective = xgboost_forest(booster)
    graph = Graph()
    # XGBoost reads rows in single precision, and so are its thresholds.
    matrix = matrix_of(graph, ports, "FP64")
    sums = forest.sums(graph, graph.cast(graph.cast(matrix, "FP32"), "FP64"))
    if objective in ("binary:logistic", "reg:logistic"):
        scores = graph.add("Sigmoid", sums)
    elif objective in ("multi:softprob", "multi:softmax"):
        scores = graph.add("Softmax", sums, axis=1)
        if objective == "multi:softmax" and fitted is None:
            scores = graph.add("ArgMax", scores, axis=1)
    elif objective in ("count:poisson", "reg:gamma", "reg:tweedie"):
        scores = graph.add("Exp", sums)
    elif objective in ("reg:squarederror", "reg:absoluteerror", "reg:pseudohubererror", "reg:squaredlogerror", "binary:logitraw"):
        scores = sums
    else:
        refuse(f"has the objective {objective}")
    made = finished(graph, model, ports, functions_of(graph, scores, numpy.float32([1]), fitted, forest.groups))
    return [(f"the trees of XGBoost {xgboost.__version__}, one for one", made, matrix)]


def functions_of(graph, scores, one, fitted, groups):
    """What each function of the estimator gives; of a bare booster there is one. A class is where the chance is largest, the first on a tie."""
    classes = getattr(fitted, "classes_", None)
    if fitted is None or classes is None:
        return {"predict": scores}
    if groups == 1:
        scores = graph.add("Concat", graph.add("Sub", graph.constant(one), scores), scores, axis=1)
    labels = numpy.asarray(classes)
    labels = labels.astype(object) if labels.dtype.kind in "OUS" else labels
    return {"predict": graph.add("Gather", graph.constant(labels), graph.add("ArgMax", scores, axis=1, keepdims=0)), "predict_proba": scores}


def lightgbm_nodes(root):
    """As Forest takes them. Where a missing value is none of its own, LightGBM reads it as 0."""
    nodes, waiting = [None], [(root, 0)]
    while waiting:
        node, place = waiting.pop()
        if "leaf_value" in node:
            nodes[place] = float(node["leaf_value"])
            if "leaf_coeff" in node:
                refuse("has linear models in its leaves")
            continue
        if node["decision_type"] != "<=":
            refuse("splits by categories")
        zero_is_yes = 0.0 <= node["threshold"]
        missing = node["default_left"] if node["missing_type"] != "None" else zero_is_yes
        if node["missing_type"] == "Zero" and missing != zero_is_yes:
            refuse("reads 0 as missing")
        nodes[place] = (node["split_feature"], float(node["threshold"]), len(nodes), len(nodes) + 1, missing)
        waiting += [(node["left_child"], len(nodes)), (node["right_child"], len(nodes) + 1)]
        nodes += [None, None]
    return nodes


def without_almost_zero(graph, matrix):
    """LightGBM reads as 0 what is no further from it than its kZeroThreshold, a single-precision 1e-35."""
    almost = graph.constant(numpy.float64(numpy.float32(1e-35)))
    return graph.add("Where", graph.add("LessOrEqual", graph.add("Abs", matrix), almost), graph.constant(numpy.float64(0)), matrix)


def convert_lightgbm(model, raw, ports):
    import lightgbm
    fitted = None if isinstance(raw, lightgbm.Booster) else raw
    booster = raw if fitted is None else raw.booster_
    dump = booster.dump_model()
    if dump.get("pandas_categorical"):
        refuse("takes categories of pandas")
    if dump["average_output"]:
        refuse("is a random forest of LightGBM")
    objective, *options = dump.get("objective", "").split()
    groups = dump["num_tree_per_iteration"]
    forest = Forest("BRANCH_LEQ", groups)
    for number, tree in enumerate(dump["tree_info"]):
        forest.add(lightgbm_nodes(tree["tree_structure"]), number % groups)
    graph = Graph()
    matrix = without_almost_zero(graph, matrix_of(graph, ports, "FP64"))
    sums = graph.cast(forest.sums(graph, matrix), "FP64")
    options = dict(option.split(":", 1) for option in options if ":" in option)
    if objective in ("binary", "cross_entropy", "multiclassova"):
        slope = numpy.array([float(options.get("sigmoid", 1))])
        scores = graph.add("Sigmoid", graph.add("Mul", sums, graph.constant(slope)))
        if objective == "multiclassova" and fitted is not None:
            refuse("has one model for each class")
    elif objective == "multiclass":
        scores = graph.add("Softmax", sums, axis=1)
    elif objective in ("poisson", "gamma", "tweedie"):
        scores = graph.add("Exp", sums)
    elif objective in ("regression", "regression_l1", "huber", "fair", "quantile", "mape") and "sqrt" not in dump["objective"].split():
        scores = sums
    else:
        refuse(f"has the objective {dump.get('objective')}")
    made = finished(graph, model, ports, functions_of(graph, scores, numpy.float64([1]), fitted, groups))
    return [(f"the trees of LightGBM {lightgbm.__version__}, one for one", made, matrix)]


def is_plain_histogram(raw):
    """Numbers alone; categories are mapped first, which is skl2onnx's to do."""
    return raw.is_categorical_ is None and getattr(raw, "_preprocessor", None) is None


def convert_histogram(model, raw, ports):
    """scikit-learn's HistGradientBoosting compares in double precision, which skl2onnx 1.20 does not keep to."""
    import sklearn
    groups = raw.n_trees_per_iteration_
    forest = Forest("BRANCH_LEQ", groups)
    forest.base = numpy.broadcast_to(numpy.ravel(raw._baseline_prediction).astype(float), groups).tolist()
    for iteration in raw._predictors:
        for group, predictor in enumerate(iteration):
            forest.add([float(node["value"]) if node["is_leaf"] else (int(node["feature_idx"]), float(node["num_threshold"]), int(node["left"]), int(node["right"]), bool(
                node["missing_go_to_left"])) for node in predictor.nodes], group)
    graph = Graph()
    matrix = matrix_of(graph, ports, "FP64")
    sums, fitted = graph.cast(forest.sums(graph, matrix), "FP64"), raw if hasattr(raw, "classes_") else None
    loss = "classes" if fitted is not None else raw.loss
    if loss == "classes":
        scores = graph.add("Sigmoid", sums) if groups == 1 else graph.add("Softmax", sums, axis=1)
    elif loss in ("poisson", "gamma"):
        scores = graph.add("Exp", sums)
    else:
        scores = sums
    made = finished(graph, model, ports, functions_of(graph, scores, numpy.float64([1]), fitted, groups))
    return [(f"the trees of scikit-learn {sklearn.__version__}, one for one", made, matrix)]
