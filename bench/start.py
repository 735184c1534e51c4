"""How soon `cairn up` answers, what it holds in memory while nobody asks it anything, and which libraries it maps, beside `mlflow server`."""

import os
import pathlib
import statistics
import time

import measure

STARTS = 20


def first_answer_ms(folder):
    began = time.perf_counter()
    with measure.cairn_up(folder) as (process, uri):
        assert measure.answers(uri + "/health")
        return (time.perf_counter() - began) * 1000, resident_mib(process.pid), libraries(process.pid)


def resident_mib(process):
    return int(pathlib.Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def shared_out_mib(processes):
    """Of several processes: pages that they share are counted once."""
    lines = (line for p in processes for line in pathlib.Path(f"/proc/{p}/smaps_rollup").read_text().splitlines())
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def libraries(process):
    lines = pathlib.Path(f"/proc/{process}/maps").read_text().splitlines()
    return sorted({line.split()[-1].rsplit("/", 1)[-1] for line in lines if ".so" in line.split()[-1]})


def group_of(leader):
    """The processes that a server in a group of its own consists of."""
    members = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                members.append(int(folder.name))
        except ProcessLookupError:
            pass
    return members


def mlflow_start(folder):
    port = measure.free_port()
    command = [measure.PYTHON, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--port", str(port)]
    began = time.perf_counter()
    with measure.running(command, f"http://127.0.0.1:{port}/health", folder / "mlflow.log", cwd=folder) as process:
        return (time.perf_counter() - began) * 1000, shared_out_mib(group_of(process.pid))


def main():
    report = measure.Report()
    with measure.workspace() as folder:
        first, _, _ = first_answer_ms(folder)  # makes the store
        starts = [first_answer_ms(folder) for _ in range(STARTS)]
        peer_ms, peer_mib = mlflow_start(folder)
    median, worst = statistics.median(s[0] for s in starts), max(s[0] for s in starts)
    held, mapped = max(s[1] for s in starts), starts[-1][2]
    report.line("start of `cairn up` to the first answer", f"{median:.1f} ms (worst {worst:.1f})", f"{peer_ms:,.0f} ms", "<= 100 ms", median <= 100,
                f"{peer_ms / median:.0f} x; {first:.1f} ms when it makes the store")
    report.line("memory of an idle `cairn up`", f"{held:.1f} MiB", f"{peer_mib:,.0f} MiB", "<= 60 MiB", held <= 60, f"{peer_mib / held:.0f} x less")
    print(f"libraries mapped by an idle `cairn up`: {len(mapped)} ({', '.join(mapped)})")
    report.end()


if __name__ == "__main__":
    main()
