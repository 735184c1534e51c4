"""What telling a collector about requests costs: one row of JSON at a time from gradient boosting of 100 trees, with no collector, with one that takes
a tenth of the traces, with one that takes all, and with one that is away. Measured is the processor time of the server for each request, which
other programs disturb less than the clock, the least of several rounds; rates beside it. `--before PROGRAM` measures another build of cairn, without a collector, in the same run."""

import contextlib
import http.server
import os
import sys
import threading

import numpy
from mlflow.models import infer_signature

import measure
import serving

ROUNDS, REQUESTS = 5, 20_000


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def collector():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def processor_us(process):
    with open(f"/proc/{process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1e6 / os.sysconf("SC_CLK_TCK")


def one_round(process, uri, body):
    before = processor_us(process)
    found = measure.load(uri, "/invocations", body, REQUESTS)
    return (processor_us(process) - before) / REQUESTS, found["per_second"]


@contextlib.contextmanager
def served(folder, program, rows, model, signature):
    measure.CAIRN = program
    folder.mkdir()
    project = serving.Project(folder)
    port = measure.free_port()
    uri = f"http://127.0.0.1:{port}"
    command = [program, "up", "--data", str(folder / "data"), "--listen", f"127.0.0.1:{port}"]
    project.accept()
    with measure.running(command, f"{uri}/v2/health/live", folder / "log", cwd=folder) as process:
        project.promote(uri, rows, model, signature)
        serving.bodies(folder, rows[serving.FEATURES].iloc[0])
        measure.load(uri, "/invocations", folder / "scoring.json", REQUESTS // 4)
        yield project, process, uri


def reporting(project, text):
    file = project.folder / "cairn.yaml"
    file.write_text(file.read_text().split("telemetry:")[0] + text)
    project.cairn("apply", actor="ada")


def main():
    report = measure.Report()
    rows = serving.table()
    fitted = serving.trained(rows)
    model = serving.converted(fitted)
    signature = infer_signature(rows[serving.FEATURES].head(3), numpy.zeros((3, 2), dtype=numpy.float32))
    mine, before = measure.CAIRN, None
    if "--before" in sys.argv:
        before = sys.argv[sys.argv.index("--before") + 1]
    away = f"http://127.0.0.1:{measure.free_port()}"
    with measure.workspace() as folder, collector() as there, contextlib.ExitStack() as stack:
        project, process, uri = stack.enter_context(served(folder / "mine", mine, rows, model, signature))
        ways = {"off": "", "a tenth": f"telemetry: {{otlp: {{endpoint: '{there}', traces: 10%, interval: 1s}}}}\n",
                "all": f"telemetry: {{otlp: {{endpoint: '{there}', interval: 1s}}}}\n",
                "away": f"telemetry: {{otlp: {{endpoint: '{away}', interval: 1s}}}}\n"}
        found = {name: [] for name in [*ways, "before"]}
        if before:
            _, process_before, uri_before = stack.enter_context(served(folder / "before", before, rows, model, signature))
        for _ in range(ROUNDS):
            if before:
                found["before"].append(one_round(process_before, uri_before, folder / "before" / "scoring.json"))
            measure.CAIRN = mine
            for name, text in ways.items():
                reporting(project, text)
                found[name].append(one_round(process, uri, folder / "mine" / "scoring.json"))
        least = {name: (min(us for us, _ in rounds), max(rate for _, rate in rounds)) for name, rounds in found.items() if rounds}
        off = least["off"][0]

        def line(what, name, bar):
            us, rate = least[name]
            report.line(f"a request's processor time, {what}", f"{us:.1f} us", f"{off:.1f} us without", f"<= {bar} us more", us - off <= bar, f"{rate:,.0f}/s; {least['off'][1]:,.0f}/s without")

        if before:
            us, rate = least["before"]
            report.line("a request's processor time, none reported", f"{off:.1f} us", f"{us:.1f} us before", "<= 3 us more", off - us <= 3, f"{least['off'][1]:,.0f}/s; {rate:,.0f}/s before")
        line("a tenth traced", "a tenth", 5)
        line("all traced", "all", 30)
        line("the collector away", "away", 30)
    report.end()


if __name__ == "__main__":
    main()
