"""A real Triton inference server for a test beside ours: the program inside the package nvidia-pytriton, with its Python backend, in which onnxruntime runs
the same ONNX file."""

import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = pathlib.Path(os.environ.get("CAIRN_TRITON", ROOT / "build" / "env" / "triton" / "bin" / "python"))

MODEL = '''
import sys
sys.path.insert(0, SITE)
import os
import numpy
import onnxruntime
import triton_python_backend_utils as triton


class TritonPythonModel:
    def initialize(self, args):
        file = os.path.join(args["model_repository"], args["model_version"], "model.onnx")
        self.session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        return [triton.InferenceResponse(self.answer(request)) for request in requests]

    def answer(self, request):
        feed = {}
        for tensor in request.inputs():
            array = tensor.as_numpy()
            feed[tensor.name()] = numpy.vectorize(bytes.decode, otypes=[object])(array) if array.dtype == object else array
        outputs = self.session.run(None, feed)
        named = zip([output.name for output in self.session.get_outputs()], outputs)
        return [triton.Tensor(name, array) for name, array in named if name in request.requested_output_names()]
'''


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Triton:
    """Serves one ONNX model, which has no batch dimension of its own, as `name`. `kinds`: the protocol's type of each input and output."""

    def __init__(self, folder, name, onnx_model, kinds):
        site = next((PYTHON.parents[1] / "lib").glob("python3*")) / "site-packages"
        home = site / "pytriton" / "tritonserver"
        version = folder / "models" / name / "1"
        version.mkdir(parents=True)
        (version / "model.onnx").write_bytes(onnx_model.SerializeToString())
        (version / "model.py").write_text(MODEL.replace("SITE", repr(str(site))))
        (version.parent / "config.pbtxt").write_text(self.configuration(name, onnx_model, kinds))
        shutil.copytree(home / "backends", folder / "backends")
        stub = home / "python_backend_stubs" / site.parent.name.removeprefix("python") / "triton_python_backend_stub"
        shutil.copy(stub, folder / "backends" / "python")
        self.said = []
        # A port that was free may be taken by the time it listens.
        for _ in range(5):
            self.http, self.grpc = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
            if self.start(folder, home, site):
                return
        raise AssertionError("tritonserver ended before it listened: " + "".join(self.said)[-4000:])

    @staticmethod
    def configuration(name, onnx_model, kinds):
        def tensors(word, values):
            for value in values:
                kind = {"BYTES": "STRING"}.get(kinds[value.name], kinds[value.name])
                shape = [dim.dim_value or -1 for dim in value.type.tensor_type.shape.dim]
                yield f'{word} {{ name: "{value.name}" data_type: TYPE_{kind} dims: {shape} }}'

        graph = onnx_model.graph
        return "\n".join([f'name: "{name}"', 'backend: "python"', *tensors("input", graph.input), *tensors("output", graph.output)])

    def start(self, folder, home, site):
        ports = [f"--http-port={self.http.rpartition(':')[2]}", f"--grpc-port={self.grpc.rpartition(':')[2]}"]
        places = [f"--model-repository={folder / 'models'}", f"--backend-directory={folder / 'backends'}"]
        environment = {**os.environ, "LD_LIBRARY_PATH": str(site / "nvidia_pytriton.libs")}
        self.process = subprocess.Popen(
            [home / "bin" / "tritonserver", *places, *ports, "--http-address=127.0.0.1", "--grpc-address=127.0.0.1", "--allow-metrics=false"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
        )
        for line in self.process.stdout:
            self.said.append(line)
            if "Started HTTPService" in line:  # the last of its doors, said just before it opens
                until = time.monotonic() + 30
                while not self.is_ready() and time.monotonic() < until:
                    pass
                # What it says later must not fill the pipe.
                self.reader = threading.Thread(target=lambda: [None for _ in self.process.stdout])
                self.reader.start()
                return True
        self.process.wait(timeout=60)
        return False

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://{self.http}/v2/health/ready", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError):
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.reader.join(timeout=30)
        self.process.stdout.close()
