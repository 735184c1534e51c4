"""Runs one stage of a plan on a machine of a cluster, in a folder of its own: lays out what the stage reads, runs its commands, and puts what it
made into the store. It knows of no engine."""

import contextlib
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from stage_objects import Trouble, lay_out, observed, publish, remove, store_at

MARK = "@cairn "
LIVE_BYTES = 64 << 10  # of a try's words, passed on while it runs; at its end all of them go through the store
LOOK_SECONDS = 0.5
BASE_SECONDS = 86400  # after which a working folder that nobody laid out anew is removed from the machine
# The shell ends with all its children when the other end of its input is gone, which happens however this process dies.
WARDEN = 'exec 3<&0; (read -r _ <&3; kill -9 0) & exec "$@" 3<&- </dev/null'


def now_ms():
    return time.time_ns() // 1_000_000


def say(**event):
    print(f"\n{MARK}{json.dumps(event)}", flush=True)


def node_of(plan):
    """The machine, as its engine calls it."""
    return plan.get("node") or socket.gethostname()


def own_folder():
    """Where this machine keeps what jobs of this user share."""
    folder = os.path.join(tempfile.gettempdir(), f"cairn-{os.getuid()}")
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    if os.stat(folder).st_uid != os.getuid():
        raise Trouble(f"{folder} on {socket.gethostname()} belongs to somebody else: set TMPDIR for the nodes to a folder of their own")
    return folder


def base_folder(plan, store):
    """The project's files as they were when the run began, laid out once on each machine."""
    name = plan["base"]
    bases = os.path.join(own_folder(), "base")
    os.makedirs(bases, exist_ok=True)
    place = os.path.join(bases, name)
    if os.path.isdir(place):
        with contextlib.suppress(FileNotFoundError):
            os.utime(place)
            return place
    for old in os.scandir(bases):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > BASE_SECONDS:
                shutil.rmtree(old.path, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=own_folder()) as scratch:
        made = os.path.join(scratch, "made")
        lay_out(store, name, made, scratch)
        what, _ = observed(made)
        if what["md5"] != name:
            raise Trouble("the store gives other bytes for the project's files than it was given")
        for path in plan["executables"]:
            os.chmod(os.path.join(made, path), 0o755)
        with contextlib.suppress(OSError):  # another stage on this machine was faster
            os.rename(made, place)
    os.utime(place)
    return place


class Secrets:
    """Values that stand on the machine, where the references of cairn.yaml point, and never travel."""

    def __init__(self, references, project):
        self.values = {}
        for one in references:
            if "env" in one:
                value = os.environ.get(one["env"], "")
            else:
                path = os.path.join(project, os.path.expanduser(one["file"]))
                value = pathlib.Path(path).read_text().removesuffix("\n") if os.path.isfile(path) else ""
            if not value:
                source = f"variable '{one['env']}'" if "env" in one else f"file '{one['file']}'"
                raise Trouble(f"the secret '{one['name']}' comes from the {source}, and on the node {socket.gethostname()} there is none: secrets do not travel to a cluster, set it there")
            self.values[one["name"]] = value
        parts = set(self.values.values()) | {line for value in self.values.values() for line in value.splitlines() if len(line) >= 8}
        self.hidden = sorted((part.encode() for part in parts), key=len, reverse=True)

    def clean(self, words):
        for part in self.hidden:
            words = words.replace(part, b"***")
        return words

    def clean_file(self, path):
        if self.hidden:
            whole = pathlib.Path(path).read_bytes()
            pathlib.Path(path).write_bytes(self.clean(whole))


class Words:
    """What a stage prints: all of it in a file, and the beginning passed on while it runs, by whole lines so that no secret is cut in two."""

    def __init__(self, stage, started, path, secrets):
        self.stage, self.started, self.path, self.secrets = stage, started, path, secrets
        self.seen, self.left = 0, LIVE_BYTES
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        pathlib.Path(path).touch()
        self.thread.start()

    def watch(self):
        while not self.over.wait(LOOK_SECONDS):
            self.pass_on()

    def pass_on(self):
        if self.left <= 0:
            return
        with open(self.path, "rb") as file:
            file.seek(self.seen)
            words = file.read(self.left)
        words = words[: words.rfind(b"\n") + 1]
        if words:
            say(stage=self.stage, started=self.started, at=self.seen, text=self.secrets.clean(words).decode(errors="replace"))
        self.seen += len(words)
        self.left -= len(words)

    def end(self):
        self.over.set()
        self.thread.join()
        self.secrets.clean_file(self.path)


def shell_for(text):
    shell = os.environ.get("SHELL") or "/bin/sh"
    options = {"bash": ["--noprofile", "--norc"], "zsh": ["--no-rcs"]}.get(os.path.basename(shell), [])
    return [shell, *options, "-c", text]


def run_command(text, folder, environment, log, until):
    """Exit code, what it used, and whether the time was over."""
    with open(log, "ab") as words:
        child = subprocess.Popen(["/bin/sh", "-c", WARDEN, "sh", *shell_for(text)], cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=words, stderr=words, start_new_session=True)
    late = threading.Event()
    # What a child had in memory before it became the shell counts as its own: a smaller peak is not known.
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def end():
        late.set()
        os.killpg(child.pid, signal.SIGKILL)

    timer = threading.Timer(max(0.0, until - time.monotonic()), end) if until else None
    began = time.monotonic()
    if timer:
        timer.start()
    # The zombie keeps the group's number from being given to another until all of it is ended.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    wall = time.monotonic() - began
    if timer:
        timer.cancel()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = 0
    child.stdin.close()
    code = os.waitstatus_to_exitcode(status)
    return {
        "exit": code if code >= 0 else 128 - code,
        "signal": -code if code < 0 else 0,
        "wall_ms": round(wall * 1000),
        "cpu_ms": round((used.ru_utime + used.ru_stime) * 1000),
        "max_rss_bytes": used.ru_maxrss * 1024 if used.ru_maxrss > floor else 0,
        "late": late.is_set(),
    }


def attempt(stage, folder, environment, log, secrets):
    """One try at the commands: a record as Cairn keeps it."""
    record = {"started": now_ms(), "exit": None, "reason": "", "wall_ms": 0, "cpu_ms": 0, "max_rss_bytes": 0}
    until = time.monotonic() + stage["timeout_ms"] / 1000 if stage["timeout_ms"] else 0
    for text in stage["commands"]:
        shown = secrets.clean(text.encode()).decode()
        with open(log, "a") as words:
            words.write(f"> {shown}\n")
        done = run_command(text, folder, environment, log, until)
        record["exit"] = done["exit"]
        record["wall_ms"] += done["wall_ms"]
        record["cpu_ms"] += done["cpu_ms"]
        record["max_rss_bytes"] = max(record["max_rss_bytes"], done["max_rss_bytes"])
        if done["late"]:
            record["reason"] = f"'{shown}' was ended after the stage's timeout of {stage['timeout_ms'] / 1000:g}s"
        elif done["signal"]:
            record["reason"] = f"'{shown}' ended with killed by signal {done['signal']} ({signal.strsignal(done['signal'])})"
        elif done["exit"]:
            record["reason"] = f"'{shown}' ended with exit code {done['exit']}"
        if record["reason"]:
            break
    record["ended"] = now_ms()
    return record


def lay_out_stage(plan, stage, before, project, store, scratch, apart=None):
    """What the stage reads, but for what is given, or was made, just `apart`; the digests of all of it as they are then."""
    shutil.copytree(base_folder(plan, store), project, symlinks=True)
    made = [one for result in before for one in result["makes"]]
    for one in [*stage["given"], *made]:
        if one["path"] != apart:
            lay_out(store, one["md5"], os.path.join(project, one["path"]), scratch, one.get("executable", False))
    known = {one["path"]: one["md5"] for one in [*(one for one in stage["given"] if one["whole"]), *made]}
    reads = []
    for path in stage["deps"]:
        if path == apart:
            reads.append({"path": path, "md5": known[path]})
            continue
        what, _ = observed(os.path.join(project, path))
        if what is None:
            raise Trouble(f"stage '{stage['name']}' needs '{path}', which is not there")
        if what["md5"] != known.get(path, what["md5"]):
            raise Trouble(f"the store gives other bytes for '{path}' than it was given")
        reads.append({"path": path, "md5": what["md5"]})
    for out in stage["outs"]:
        place = os.path.join(project, out["path"])
        if not out["persist"]:
            remove(place)
        os.makedirs(os.path.dirname(place), exist_ok=True)
    os.makedirs(os.path.join(project, stage["wdir"]), exist_ok=True)
    return reads


def unchanged(stage, reads):
    return bool(stage["unless"]) and {one["path"]: one["md5"] for one in reads} == stage["unless"]["reads"]


def unchanged_result(plan, stage, reads, started):
    return {"stage": stage["name"], "state": "unchanged", "reason": "", "node": node_of(plan), "started": started, "attempts": [], "reads": reads, "makes": stage["unless"]["makes"], "ended": now_ms()}


def environment_for(plan, stage, project, secrets):
    environment = {**os.environ, **stage["environment"], "DVC_ROOT": project, **secrets.values}
    if plan["path"]:
        environment["PATH"] = plan["path"] + os.pathsep + environment.get("PATH", os.defpath)
    return environment


def perform(plan, stage, before, started, folder):
    store = store_at(plan["store"])
    project, scratch, log = os.path.join(folder, "project"), os.path.join(folder, "scratch"), os.path.join(folder, "log")
    os.mkdir(scratch)
    result = {"stage": stage["name"], "state": "failed", "reason": "", "node": node_of(plan), "started": started, "attempts": [], "makes": []}
    result["reads"] = lay_out_stage(plan, stage, before, project, store, scratch)
    if unchanged(stage, result["reads"]):
        return unchanged_result(plan, stage, result["reads"], started)
    secrets = Secrets(stage["secrets"], project)
    environment = environment_for(plan, stage, project, secrets)
    words = Words(stage["name"], started, log, secrets)
    retries = stage["retries"]
    for number in range(retries["most"] + 1):
        environment["CAIRN_ATTEMPT"] = f"{plan['run']}/{stage['name']}/{number + 1}"
        record = attempt(stage, os.path.join(project, stage["wdir"]), environment, log, secrets)
        result["attempts"].append(record)
        if not record["reason"]:
            break
        if number < retries["most"]:
            time.sleep(min(retries["wait_ms"] * 2**number, retries["longest_ms"]) / 1000)
            for out in stage["outs"]:
                if not out["persist"]:
                    remove(os.path.join(project, out["path"]))
    words.end()
    result["log"] = publish(store, log, scratch)
    result["reason"] = result["attempts"][-1]["reason"]
    if result["reason"] and retries["most"]:
        result["reason"] += f", as the last of {len(result['attempts'])} tries"
    if not result["reason"]:
        for out in stage["outs"]:
            made = publish(store, os.path.join(project, out["path"]), scratch)
            if made is None:
                raise Trouble(f"stage '{stage['name']}' has not made '{out['path']}'")
            result["makes"].append({"path": out["path"], **made})
        result["state"] = "finished"
    result["ended"] = now_ms()
    return result


def guarded(plan, stage, before, work):
    """The result of a stage, whatever happens to it: that of `work(started)`, if those it waits for ended well."""
    late = next((one for one in before if one["state"] not in ("finished", "unchanged")), None)
    if late:
        return {"stage": stage["name"], "state": "blocked", "reason": f"stage '{late['stage']}' before it did not finish", "makes": [], "attempts": [], "ended": now_ms()}
    started = now_ms()
    say(stage=stage["name"], state="running", node=node_of(plan), started=started)
    try:
        return work(started)
    except (Trouble, OSError) as problem:
        return {"stage": stage["name"], "state": "failed", "reason": str(problem), "node": node_of(plan), "makes": [], "attempts": [], "started": started, "ended": now_ms()}


def run_stage(plan, stage, *before):
    """The result of a stage; `before` are those of the stages it waits for."""

    def work(started):
        with tempfile.TemporaryDirectory(dir=own_folder(), ignore_cleanup_errors=True) as folder:
            return perform(plan, stage, before, started, folder)

    return guarded(plan, stage, before, work)
