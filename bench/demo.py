"""How long `./run demo` takes, set-up aside, on a machine with nothing else to do. It has no peer."""

import subprocess
import time

import measure


def main():
    report = measure.Report()
    with measure.workspace() as folder:
        command = [measure.PYTHON, str(measure.ROOT / "examples" / "flights" / "demo.py"), "--no-wait", "--binary", measure.CAIRN, "--workspace", str(folder / "demo")]
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - began
    report.line("the whole story of the demo", f"{seconds:.1f} s", "–", "<= 90 s", seconds <= 90)
    report.end()


if __name__ == "__main__":
    main()
