"""Runs one MLflow model for Cairn: reads requests from descriptor 3, answers them there, and ends when the other side closes.

A frame is "CRNW", the length of its head (4 bytes) and of its data (8 bytes), little-endian, then the head (JSON) and the data: the tensors
that the head lists, one after the other. A text is its length (4 bytes) and its bytes; the length 0xFFFFFFFF stands for no value.
The first frame says what the model takes and gives, or why it cannot be loaded. Started by Cairn in a sandbox; never by hand.
"""

import ctypes
import json
import os
import platform
import resource
import socket
import struct
import sys

NUMBERS = {"BOOL": "?", "INT8": "i1", "INT16": "i2", "INT32": "i4", "INT64": "i8", "UINT8": "u1", "UINT16": "u2", "UINT32": "u4", "UINT64": "u8",
           "FP16": "f2", "FP32": "f4", "FP64": "f8"}
COLUMNS = {"double": "FP64", "float": "FP32", "long": "INT64", "integer": "INT32", "boolean": "BOOL", "string": "BYTES", "binary": "BYTES", "datetime": "BYTES"}
NONE = 0xFFFFFFFF
ENVIRONMENT, MODEL, INPUT = "environment", "model", "input"
# These are imported once the limits hold.
mlflow = numpy = pandas = None


class Unfit(Exception):
    """Said to the other side as it is: `about` is the environment, the model or the input."""

    def __init__(self, about, sentence):
        super().__init__(sentence)
        self.about = about


# System calls, by the kernel's numbers, that nothing which answers rows needs: other programs and processes, memory that the limit does not
# count, namespaces, other cores, and reaching into the kernel or another process.
CALLS = {
    "x86_64": (0xC000003E, {"socket": 41, "mmap": 9, "clone": 56, "clone3": 435},
               [57, 58, 59, 322, 319, 447, 29, 101, 310, 311, 272, 308, 165, 166, 155, 161, 321, 298, 323, 248, 249, 250, 425, 246, 320, 175, 313, 304, 203]),
    "aarch64": (0xC00000B7, {"socket": 198, "mmap": 222, "clone": 220, "clone3": 435},
                [221, 281, 279, 447, 194, 117, 270, 271, 97, 268, 40, 39, 41, 51, 280, 241, 282, 217, 218, 219, 425, 104, 294, 105, 273, 265, 122]),
}
EPERM, ENOMEM, ENOSYS, EAFNOSUPPORT = 1, 12, 38, 97


def seccomp_program(architecture, named, refused):
    """Berkeley packet filter: each of `refused` fails with EPERM; so do sockets but local ones, new processes and shared memory without a file."""
    def jump(code, value, yes, no):
        return struct.pack("HBBI", code, yes, no, value)

    def load(offset):
        return struct.pack("HBBI", 0x20, 0, 0, offset)

    def end(errno):
        return struct.pack("HBBI", 0x06, 0, 0, 0x00050000 | errno)

    allow, equal, any_bit = struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000), 0x15, 0x45
    program = [load(4), jump(equal, architecture, 1, 0), end(EPERM), load(0)]
    for number in refused:
        program += [jump(equal, number, 0, 1), end(EPERM)]
    program += [jump(equal, named["clone3"], 0, 1), end(ENOSYS)]  # its flags lie in memory: the C library then takes clone
    program += [jump(equal, named["clone"], 0, 4), load(16), jump(any_bit, 0x00010000, 1, 0), end(EPERM), allow]  # threads alone
    program += [jump(equal, named["socket"], 0, 4), load(16), jump(equal, 1, 1, 0), end(EAFNOSUPPORT), allow]
    program += [jump(equal, named["mmap"], 0, 5), load(40), struct.pack("HBBI", 0x54, 0, 0, 0x21), jump(equal, 0x21, 0, 1), end(ENOMEM), allow]
    return program + [allow]


def forbid_system_calls():
    """For every thread of this process and for good."""
    if platform.machine() not in CALLS:
        raise Unfit(ENVIRONMENT, f"workers cannot be confined on a machine of the kind '{platform.machine()}'")
    program = seccomp_program(*CALLS[platform.machine()])
    packed = b"".join(program)
    filters = ctypes.create_string_buffer(packed, len(packed))
    table = ctypes.create_string_buffer(struct.pack("H6xP", len(program), ctypes.addressof(filters)))
    library = ctypes.CDLL(None, use_errno=True)
    number = {"x86_64": 317, "aarch64": 277}[platform.machine()]
    if library.prctl(38, 1, 0, 0, 0) != 0 or library.syscall(number, 1, 1, table) != 0:
        raise Unfit(ENVIRONMENT, f"the kernel does not confine the worker: {os.strerror(ctypes.get_errno())}")


def limit_resources(memory_bytes, cores, place):
    """Of the cores there are it may use that many; workers with other places get others as long as there are enough."""
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {allowed[(place * cores + number) % len(allowed)] for number in range(cores)})
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))


class Line:
    """The descriptor to Cairn."""

    def __init__(self):
        self.socket = socket.socket(fileno=3)

    def receive(self):
        """The next frame's head and data; nothing when the other side has closed."""
        start = self._exactly(16)
        if start is None:
            return None, None
        magic, head, data = struct.unpack("<4sIQ", start)
        if magic != b"CRNW":
            sys.exit("what arrived is no frame")
        return json.loads(bytes(self._exactly(head))), self._exactly(data)

    def _exactly(self, count):
        buffer = bytearray(count)
        view, done = memoryview(buffer), 0
        while done < count:
            got = self.socket.recv_into(view[done:])
            if got == 0:
                return None
            done += got
        return view

    def send(self, head, parts=()):
        text = json.dumps(head).encode()
        self.socket.sendall(struct.pack("<4sIQ", b"CRNW", len(text), sum(len(part) for part in parts)) + text)
        for part in parts:
            self.socket.sendall(part)


def texts_in(data):
    texts, at = [], 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        at += 4
        if length == NONE:
            texts.append(None)
        else:
            texts.append(bytes(data[at:at + length]))
            at += length
    return texts


def bytes_of(array):
    """The tensor's datatype and its bytes; objects are told as texts."""
    for name, code in NUMBERS.items():
        if array.dtype == numpy.dtype(code):
            return name, memoryview(numpy.ascontiguousarray(array)).cast("B") if array.size else b""
    parts = []
    for value in array.ravel().tolist():
        text = b"" if value is None else value if isinstance(value, bytes) else str(value).encode()
        parts += [struct.pack("<I", len(text)), text]
    return "BYTES", b"".join(parts)


class Columns:
    """A model over a data frame."""

    def __init__(self, columns):
        self.columns = columns
        for name, kind in columns:
            if kind not in COLUMNS:
                raise Unfit(MODEL, f"its signature has the column '{name}' of the type '{kind}', which is no single value")

    def ports(self):
        return [{"name": name, "datatype": COLUMNS[kind], "shape": [-1]} for name, kind in self.columns]

    def read(self, tensors):
        frame = {}
        for name, kind in self.columns:
            datatype, shape, data = tensors[name]
            frame[name] = self._texts(kind, data) if datatype == "BYTES" else numpy.frombuffer(data, dtype=NUMBERS[datatype])
        return pandas.DataFrame(frame, copy=False)

    def _texts(self, kind, data):
        values = texts_in(data)
        if kind == "binary":
            return pandas.Series(values, dtype=object)
        texts = pandas.Series([None if value is None else value.decode() for value in values], dtype=object)
        return pandas.to_datetime(texts) if kind == "datetime" else texts

    def blank(self, rows):
        values = {"string": "", "binary": b"", "datetime": "2000-01-01"}
        frame = {}
        for name, kind in self.columns:
            texts = pandas.Series([values.get(kind)] * rows, dtype=object)
            frame[name] = (pandas.to_datetime(texts) if kind == "datetime" else texts) if kind in values else numpy.zeros(rows, NUMBERS[COLUMNS[kind]])
        return pandas.DataFrame(frame)


class Arrays:
    """A model over one array, or over several by name."""

    def __init__(self, arrays):
        self.arrays = arrays
        for name, datatype, _ in arrays:
            if datatype is None:
                raise Unfit(MODEL, f"its signature has the tensor '{name}' of a type that no request can carry")

    def ports(self):
        return [{"name": name, "datatype": datatype, "shape": list(shape)} for name, datatype, shape in self.arrays]

    def read(self, tensors):
        return self._alone({name: self._array(*tensors[name]) for name, _, _ in self.arrays})

    def _array(self, datatype, shape, data):
        if datatype == "BYTES":
            return numpy.array([b"" if text is None else text for text in texts_in(data)], dtype=object).reshape(shape)
        return numpy.frombuffer(data, dtype=NUMBERS[datatype]).reshape(shape)

    def _alone(self, arrays):
        return next(iter(arrays.values())) if len(arrays) == 1 else arrays

    def blank(self, rows):
        shapes = {name: [rows] + [max(size, 1) for size in shape[1:]] for name, _, shape in self.arrays}
        return self._alone({name: numpy.full(shapes[name], b"", object) if datatype == "BYTES" else numpy.zeros(shapes[name], NUMBERS[datatype])
                            for name, datatype, _ in self.arrays})


def datatype_of(dtype):
    found = [name for name, code in NUMBERS.items() if numpy.dtype(dtype) == numpy.dtype(code)]
    return found[0] if found else "BYTES" if numpy.dtype(dtype).kind in "OSU" else None


def inputs_of(model, raw):
    """From the signature; without one, from what the model itself remembers of its training."""
    schema = model.metadata.get_input_schema()
    if schema is not None and schema.is_tensor_spec():
        return Arrays([(spec.name or f"input-{number}", datatype_of(spec.type), spec.shape) for number, spec in enumerate(schema.inputs)])
    if schema is not None:
        return Columns([(str(name), getattr(kind, "name", str(kind))) for name, kind in zip(schema.input_names(), schema.input_types())])
    names = getattr(raw, "feature_names_in_", None)
    if names is None and callable(getattr(raw, "feature_name", None)):
        names = raw.feature_name()
    if names is None:
        names = getattr(raw, "feature_names", None)
    if names is not None and len(names):
        return Columns([(str(name), "double") for name in names])
    width = getattr(raw, "n_features_in_", None)
    if width is None:
        raise Unfit(MODEL, "it has no signature, so nothing says what it takes: log it with one (mlflow.models.infer_signature)")
    return Arrays([("input-0", "FP64", (-1, int(width)))])


def named_arrays(answer):
    """What the model gave, as arrays by name, and the name under which MLflow would not put it."""
    if isinstance(answer, pandas.DataFrame):
        return {str(name): answer[name].to_numpy() for name in answer.columns}, ""
    if isinstance(answer, pandas.Series):
        return {str(0 if answer.name is None else answer.name): answer.to_numpy()}, ""
    if isinstance(answer, dict):
        return {str(name): numpy.asarray(value) for name, value in answer.items()}, ""
    if hasattr(answer, "toarray"):
        answer = answer.toarray()
    return {"predictions": numpy.asarray(answer)}, "predictions"


def raw_model(model):
    try:
        return model.get_raw_model()
    except Exception:  # each kind of model refuses in its own way
        return None


class Model:
    def __init__(self, folder):
        self.pyfunc = load(folder)
        raw = raw_model(self.pyfunc)
        self.inputs = inputs_of(self.pyfunc, raw)
        flavour = self.pyfunc.metadata.flavors.get("python_function", {})
        classes = getattr(raw, "classes_", None) if flavour.get("predict_fn", "predict") == "predict" else None
        two = classes is not None and getattr(classes, "ndim", 1) == 1 and len(classes) == 2
        self.chance = raw.predict_proba if two and hasattr(raw, "predict_proba") else None
        self.outputs, self.bare = self._learn()

    def answer(self, rows):
        arrays, bare = named_arrays(self.pyfunc.predict(rows))
        if self.chance and bare:
            arrays["probabilities"] = numpy.asarray(self.chance(rows))
        return arrays, bare

    def _learn(self):
        """From two rows: the example that was logged with it, or blank ones. What cannot answer those is believed its signature."""
        try:
            arrays, bare = self.answer(self._example())
        except Exception:
            told = self._told()
            if told is None:
                raise
            return told
        return [(name, bytes_of(array[:0])[0], [-1, *array.shape[1:]]) for name, array in arrays.items()], bare

    def _told(self):
        schema = self.pyfunc.metadata.get_output_schema()
        if schema is None or not schema.inputs:
            return None
        if not schema.is_tensor_spec():
            return [(str(spec.name or 0), COLUMNS.get(spec.type.name, "BYTES"), [-1]) for spec in schema.inputs], ""
        outputs = [(spec.name or "predictions", datatype_of(spec.type) or "BYTES", list(spec.shape)) for spec in schema.inputs]
        bare = "" if schema.inputs[0].name else "predictions"
        return outputs + ([("probabilities", "FP64", [-1, 2])] if self.chance and bare else []), bare

    def _example(self):
        example = getattr(self.pyfunc, "input_example", None)
        if isinstance(self.inputs, Columns) and isinstance(example, pandas.DataFrame) and len(example):
            return example.iloc[[0, 0]].reset_index(drop=True)
        return self.inputs.blank(2)

    def run(self, head, data):
        tensors, at = {}, 0
        for tensor in head["inputs"]:
            tensors[tensor["name"]] = (tensor["datatype"], tensor["shape"], data[at:at + tensor["bytes"]])
            at += tensor["bytes"]
        arrays, _ = self.answer(self.inputs.read(tensors))
        heads, parts = [], []
        for name, datatype, shape in self.outputs:
            if name not in arrays:
                raise Unfit(MODEL, f"its answer lacks '{name}', which it gave before")
            array = arrays[name]
            if datatype != "BYTES":
                array = array.astype(NUMBERS[datatype], copy=False)
            _, part = bytes_of(array if datatype != "BYTES" else array.astype(object))
            heads.append({"name": name, "datatype": datatype, "shape": list(array.shape), "bytes": len(part)})
            parts.append(part)
        return {"outputs": heads}, parts


def choose_backend(folder):
    """Keras asks its environment what to run on, and MLflow notes what a model was made on without telling it so."""
    backend = mlflow.models.Model.load(folder).flavors.get("keras", {}).get("keras_backend")
    if isinstance(backend, str):
        os.environ["KERAS_BACKEND"] = backend


def load(folder):
    try:
        return mlflow.pyfunc.load_model(folder)
    except ImportError as problem:
        raise Unfit(ENVIRONMENT, f"its Python lacks what the model imports ({problem}): install it there; the model's requirements.txt lists what it was made with")


def import_packages(folder):
    global mlflow, numpy, pandas
    try:
        import mlflow.pyfunc
    except ImportError as problem:
        raise Unfit(ENVIRONMENT, f"its Python has no MLflow ({problem}): install mlflow there, or name another Python under serving.worker.python")
    import numpy
    import pandas
    choose_backend(folder)
    forbid_system_calls()


def model_of(folder):
    """By its python_function; or else by its PMML, read here."""
    import_packages(folder)
    flavours = mlflow.models.Model.load(folder).flavors
    if "python_function" in flavours or "pmml" not in flavours:
        return Model(folder)
    sys.modules.setdefault("worker", sys.modules[__name__])
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from pmml.served import PmmlModel
    return PmmlModel(folder)


def sentence_of(problem):
    text = " ".join(str(problem).split())
    return f"{type(problem).__name__}: {text[:500]}" if text else type(problem).__name__


def most_resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def environment():
    return [f"python=={platform.python_version()}", f"mlflow=={mlflow.__version__}", f"numpy=={numpy.__version__}", f"pandas=={pandas.__version__}"]


def main():
    folder = sys.argv[1]
    line = Line()
    try:
        limit_resources(*map(int, sys.argv[2:5]))
        model = model_of(folder)
    except Unfit as problem:
        return line.send({"failed": problem.about, "why": str(problem)})
    except BaseException as problem:
        return line.send({"failed": MODEL, "why": f"loading it and asking it for two rows fails with {sentence_of(problem)}"})
    ports = [{"name": name, "datatype": datatype, "shape": shape} for name, datatype, shape in model.outputs]
    line.send({"inputs": model.inputs.ports(), "outputs": ports, "bare": model.bare, "environment": environment(), "memory": most_resident()})
    while True:
        head, data = line.receive()
        if head is None:
            return None
        try:
            answer = model.run(head, data)
        except Exception as problem:
            answer = {"error": str(problem) if isinstance(problem, Unfit) else sentence_of(problem)}, ()
        head, parts = answer
        line.send({**head, "memory": most_resident()}, parts)


if __name__ == "__main__":
    main()
