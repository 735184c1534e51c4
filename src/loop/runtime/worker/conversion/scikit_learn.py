"""Estimators of scikit-learn, by skl2onnx."""

from conversion.graph import OPSETS, Graph, columns_of, finished, matrix_of
from worker import ENVIRONMENT, INPUT, Unfit, sentence_of


def parts_of(estimator):
    """It and every estimator in it."""
    found, waiting = [], [estimator]
    while waiting:
        one = waiting.pop()
        if isinstance(one, (list, tuple)):
            waiting.extend(one)
        elif hasattr(one, "get_params") and not isinstance(one, type):
            found.append(one)
            waiting.extend(one.get_params(deep=False).values())
    return found


def by_skl2onnx(model, raw, ports, real):
    import skl2onnx
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
    from sklearn.base import is_classifier

    numbers = {"FP64": DoubleTensorType, "FP32": FloatTensorType}[real]
    by_name = any(type(part).__name__ == "ColumnTransformer" for part in parts_of(raw)) or any(port["datatype"] == "BYTES" for port in ports)
    graph = Graph()
    if by_name and len(ports[0]["shape"]) == 1:
        inputs = columns_of(graph, ports, real)
        types = [(port["name"], (StringTensorType if port["datatype"] == "BYTES" else numbers)([None, 1])) for port in ports]
    else:
        width = len(ports) if len(ports[0]["shape"]) == 1 else ports[0]["shape"][1]
        inputs, types = [matrix_of(graph, ports, real)], [("X", numbers([None, None if width < 0 else width]))]
    options = {id(raw): {"zipmap": False}} if is_classifier(raw) else None
    made = graph.take(skl2onnx.to_onnx(raw, initial_types=types, target_opset=OPSETS, options=options), inputs)
    given = {"predict": made[0], "predict_proba": made[1] if is_classifier(raw) and len(made) > 1 else None}
    return finished(graph, model, ports, given), inputs[0] if len(types) == 1 else None


def convert(model, raw, ports):
    try:
        import skl2onnx
    except ImportError as problem:
        raise Unfit(ENVIRONMENT, f"its Python has no skl2onnx ({problem}): install it there, or let the worker serve the model as it is")
    made, problem = [], None
    for real, precision in (("FP64", "double"), ("FP32", "single")):
        try:
            made.append((f"skl2onnx {skl2onnx.__version__} in {precision} precision", *by_skl2onnx(model, raw, ports, real)))
        except Unfit:
            raise
        except Exception as why:
            problem = problem or why
    if not made:
        raise Unfit(INPUT, f"skl2onnx {skl2onnx.__version__} does not convert this {type(raw).__name__}: {sentence_of(problem)}")
    return made
