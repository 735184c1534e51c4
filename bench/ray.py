"""What a stage costs on a Ray cluster beyond its job's own start: 200 stages of `true` in one run, beside a run of one, on two nodes of one processor."""

import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import measure

sys.path.append(str(measure.ROOT / "tests" / "journeys"))
from ray_cluster import RayCluster  # noqa: E402

STAGES, TIMES, BAR_MS = 200, 3, 50


def seconds(cluster, folder, count):
    """Of a whole `cairn run`."""
    folder.mkdir()
    (folder / "dvc.yaml").write_text("stages:\n" + "".join(f"  s{number}: {{cmd: 'true'}}\n" for number in range(count)))
    (folder / "cairn.yaml").write_text(f"pipeline: {{executor: ray, ray: {{address: '{cluster.address}', store: {folder}.store}}}}\n")
    began = time.perf_counter()
    ended = subprocess.run([*cluster.enter, measure.CAIRN, "run"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if ended.returncode != 0:
        sys.exit(f"cairn run failed:\n{ended.stdout[-2000:]}")
    return time.perf_counter() - began


def main():
    report = measure.Report()
    # Sockets of Ray lie in it, and their paths must be short.
    with measure.workspace() as folder, tempfile.TemporaryDirectory(prefix="ray") as short, RayCluster(pathlib.Path(short) / "c") as cluster:
        seconds(cluster, folder / "warm", 2)
        one = statistics.median(seconds(cluster, folder / f"one{time_}", 1) for time_ in range(TIMES))
        many = statistics.median(seconds(cluster, folder / f"many{time_}", STAGES + 1) for time_ in range(TIMES))
    cost = (many - one) / STAGES * 1000
    report.line(f"a stage of a run on Ray ({STAGES} of `true`)", f"{cost:.1f} ms", f"{one:.1f} s the job alone", f"<= {BAR_MS} ms", cost <= BAR_MS)
    report.end()


main()
