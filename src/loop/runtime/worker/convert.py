"""Writes one MLflow model as ONNX for Cairn: loads it as worker.py does, in the same sandbox, and answers one frame at descriptor 3.

The frame says what the model takes and gives, and carries the ONNX files that it can be written as, best first, with rows to prove them on.
Each file takes and gives what the model does, by the same names, types and shapes. Nothing is proven here; that is Cairn's part.
"""

import sys

sys.path.insert(0, "/cairn")
import worker  # noqa: E402
from worker import ENVIRONMENT, INPUT, MODEL, Unfit  # noqa: E402


def converter_of(raw):
    """Nothing for what no converter knows. What imports packages is imported only now, when the limits hold."""
    kinds = [kind.__module__.split(".")[0] for kind in type(raw).__mro__]
    try:
        from conversion import scikit_learn, trees
    except ImportError as problem:
        raise Unfit(ENVIRONMENT, f"its Python lacks what writes ONNX ({problem}): install skl2onnx there, which brings onnx along")
    if "xgboost" in kinds:
        return trees.convert_xgboost
    if "lightgbm" in kinds:
        return trees.convert_lightgbm
    if type(raw).__name__.startswith("HistGradientBoosting") and trees.is_plain_histogram(raw):
        return trees.convert_histogram
    return scikit_learn.convert if "sklearn" in kinds else None


def refuse(what):
    raise Unfit(INPUT, f"it {what}, which is not converted")


def made_of_pmml(model, ports):
    try:
        from conversion import pmml
    except ImportError as problem:
        raise Unfit(ENVIRONMENT, f"its Python lacks what writes ONNX ({problem}): install onnx there")
    return pmml.convert(model, ports)


def made_of_estimator(model, ports):
    raw = worker.raw_model(model.pyfunc)
    if raw is None:
        refuse("is a Python function, of which nothing but its answers is known")
    if any(kind in ("datetime", "binary") for _, kind in getattr(model.inputs, "columns", ())):
        refuse("takes times or bytes")
    if len(ports) > 1 and any(len(port["shape"]) != 1 for port in ports):
        refuse("takes several arrays")
    convert = converter_of(raw)
    if convert is None:
        refuse(f"is a {type(raw).__module__}.{type(raw).__name__}")
    from conversion import rows
    made = convert(model, raw, ports)
    return made, [one for one in (rows.example_of(model, ports), rows.probes_of(ports, made, convert.__module__ == "conversion.trees")) if one]


def converted(model):
    ports = model.inputs.ports()
    made, proof = made_of_estimator(model, ports) if model.pyfunc is not None else made_of_pmml(model, ports)
    heads, parts = [], []
    for how, onnx_model, _ in made:
        parts.append(onnx_model.SerializeToString())
        heads.append({"how": how, "bytes": len(parts[-1])})
    for _, more in proof:
        parts += more
    outputs = [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in model.outputs]
    head = {"inputs": ports, "outputs": outputs, "bare": model.bare, "environment": environment(), "candidates": heads, "rows": [one for one, _ in proof]}
    return head, parts


def environment():
    lines = worker.environment()
    for package in ("onnx", "sklearn", "skl2onnx", "xgboost", "lightgbm"):
        if package in sys.modules:
            lines.append(f"{'scikit-learn' if package == 'sklearn' else package}=={sys.modules[package].__version__}")
    return lines


def main():
    line = worker.Line()
    try:
        worker.limit_resources(*map(int, sys.argv[2:5]))
        model = worker.model_of(sys.argv[1])
        answer = converted(model)
    except Unfit as problem:
        answer = {"failed": problem.about, "why": str(problem)}, ()
    except BaseException as problem:
        answer = {"failed": MODEL, "why": f"writing it as ONNX fails with {worker.sentence_of(problem)}"}, ()
    line.send(*answer)


if __name__ == "__main__":
    main()
