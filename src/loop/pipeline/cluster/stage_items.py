"""Runs a stage item by item on machines of a cluster: says which items there are and which of them must be called, calls some of them in a folder of
their own, and puts together what all calls made. It knows of no engine: an engine says how parts are spread."""

import contextlib
import json
import os
import pathlib
import posixpath
import re
import shlex
import tempfile
import time
import uuid

import stage_program
from stage_objects import Trouble, lay_out, listing_of, listing_text, md5_of, observed, publish, put_listing, remove, store_at

PART_ITEMS = 1000  # at most in one part: what a lost node may cost


def stem_of(item):
    folder, slash, name = item.rpartition("/")
    dot = name.rfind(".")
    return item if dot <= 0 else folder + slash + name[:dot]


def filled(text, values):
    """A template, which Cairn has checked; "\\${" stands for "${"."""
    return re.sub(r"\\\$\{|\$\{\s*([^}]*?)\s*\}", lambda found: "${" if found[1] is None else values[found[1]], text)


def outs_of(items, item, form="path"):
    """The outputs of an item: their paths in the project, or as they are `written`, from where the stage runs."""
    names = {"item": item, "stem": stem_of(item)}
    return [filled(one[form], names) for one in items["into"]]


def call_for(items, item):
    outs = [shlex.quote(path) for path in outs_of(items, item, "written")]
    values = {f"out.{one['name']}": path for one, path in zip(items["into"], outs)}
    values |= {"item": shlex.quote(item), "stem": shlex.quote(stem_of(item)), "in": shlex.quote(posixpath.join(items["over"], item)), "out": " ".join(outs)}
    return filled(items["call"], values)


def folder_object(stage, before):
    """The listing of the folder of items, where what is given, or was made, is just that folder."""
    things = [one for one in stage["given"] if one["whole"]] + [one for result in before for one in result["makes"]]
    return next((one["md5"] for one in things if one["path"] == stage["items"]["folder"]), None)


@contextlib.contextmanager
def workplace(plan):
    """A folder for the project, which is not there yet, and one for what is under way."""
    with tempfile.TemporaryDirectory(dir=stage_program.own_folder(), ignore_cleanup_errors=True) as folder:
        scratch = os.path.join(folder, "scratch")
        os.mkdir(scratch)
        yield os.path.join(folder, "project"), scratch, store_at(plan["store"])


def lay_out_rest(plan, stage, before, project, store, scratch):
    """All that the stage reads but its items, unless they lie among something else."""
    apart = stage["items"]["folder"] if folder_object(stage, before) else None
    return stage_program.lay_out_stage(plan, stage, before, project, store, scratch, apart)


def check_outs(items, names):
    makers = {}
    for item in names:
        for path in outs_of(items, item):
            if makers.setdefault(path, item) != item:
                raise Trouble(f"the items '{makers[path]}' and '{item}' would both make '{path}': put ${{item}} into the path")


def called_before(store, items, now, reads, scratch):
    """What the calls of items made that had the same bytes then."""
    done = items["done"]
    if not done or any(done["reads"].get(one["path"], one["md5"]) != one["md5"] for one in reads):
        return {}
    then = {entry["relpath"]: entry["md5"] for entry in listing_of(store, done["items"], scratch)}
    outs = {f"{path}/{entry['relpath']}": entry["md5"] for path, name in done["outs"].items() for entry in listing_of(store, name, scratch)}
    return {item: [outs[path] for path in outs_of(items, item)] for item, md5 in now.items() if then.get(item) == md5}


def opening(plan, stage, *before):
    """What the stage reads; its items, with what was made of those that need no call, and the calls: number, item and digest of each."""
    with workplace(plan) as (project, scratch, store):
        reads = lay_out_rest(plan, stage, before, project, store, scratch)
        items, name = stage["items"], folder_object(stage, before)
        if name and not name.endswith(".dir") or not name and not os.path.isdir(os.path.join(project, items["folder"])):
            raise Trouble(f"stage '{stage['name']}' is mapped over '{items['folder']}', which is no folder")
        entries = listing_of(store, name, scratch) if name else json.loads(observed(os.path.join(project, items["folder"]))[0]["listing"])
        now = {entry["relpath"]: entry["md5"] for entry in entries}
        check_outs(items, now)
        made = called_before(store, items, now, reads, scratch)
        calls = [(number, item, now[item]) for number, item in enumerate(sorted(now)) if item not in made]
        return {"reads": reads, "made": made, "calls": calls}


def parts_of(calls, items, room):
    """The calls in parts, several for each place where one may run, so that none waits long for the slowest."""
    count = max(min(len(calls), 4 * room), -(-len(calls) // PART_ITEMS))
    if items["at_once"]:
        count = min(count, items["at_once"])
    return [calls[len(calls) * i // count : len(calls) * (i + 1) // count] for i in range(count)]


def tries_of(plan, stage, call, project, environment, log, secrets):
    """The records of the tries at one call; the last of them ended well, or was the last."""
    number, item, _ = call
    retries, records = stage["retries"], []
    for attempt in range(retries["most"] + 1):
        for path in outs_of(stage["items"], item):
            remove(os.path.join(project, path))
            os.makedirs(os.path.dirname(os.path.join(project, path)), exist_ok=True)
        environment["CAIRN_ITEM"] = item
        environment["CAIRN_ATTEMPT"] = f"{plan['run']}/{stage['name']}/{attempt + 1}/{number}"
        one = {**stage, "commands": [call_for(stage["items"], item)]}
        records.append(stage_program.attempt(one, os.path.join(project, stage["wdir"]), environment, log, secrets))
        if not records[-1]["reason"]:
            break
        if attempt < retries["most"]:
            time.sleep(min(retries["wait_ms"] * 2**attempt, retries["longest_ms"]) / 1000)
    return records


def keep_made(items, item, project, store):
    """The digests of what a call made, which is in the store then and no longer here."""
    made = []
    for path in outs_of(items, item):
        place = os.path.join(project, path)
        if not os.path.isfile(place):
            raise Trouble(f"its call ended well but did not make the file '{path}': let it write that, or change 'into'")
        made.append(md5_of(place))
        store.put(made[-1], place)
    for path in outs_of(items, item):
        os.remove(os.path.join(project, path))
    return made


def call_item(plan, stage, call, project, place, part):
    """Adds to `part`; says why when it did not end well. `place`: store, scratch, environment, log and secrets."""
    store, scratch, environment, log, secrets = place
    _, item, md5 = call
    source = os.path.join(project, stage["items"]["folder"], item)
    if not os.path.exists(source):
        lay_out(store, md5, source, scratch)
    if md5_of(source) != md5:
        return f"the store gives other bytes for '{item}' than it was given"
    records = tries_of(plan, stage, call, project, environment, log, secrets)
    part["attempts"] += records
    if records[-1]["reason"]:
        return records[-1]["reason"]
    try:
        part["done"].append((item, md5, keep_made(stage["items"], item, project, store)))
    except Trouble as problem:
        return str(problem)
    return ""


def left_in(stage, project):
    """What calls made besides what `into` names."""
    left = [os.path.join(folder, name) for out in stage["outs"] for folder, _, names in os.walk(os.path.join(project, out["path"])) for name in names]
    return sorted(os.path.relpath(path, project) for path in left)


def run_part(plan, stage, calls, *before):
    """Calls some items, one after the other, until one fails: what was done, every try, the log's object, and why not all of it."""
    part = {"done": [], "attempts": [], "log": None, "reason": "", "node": stage_program.node_of(plan)}
    with workplace(plan) as (project, scratch, store):
        log = os.path.join(scratch, "log")
        pathlib.Path(log).touch()
        try:
            lay_out_rest(plan, stage, before, project, store, scratch)
            secrets = stage_program.Secrets(stage["secrets"], project)
            environment = stage_program.environment_for(plan, stage, project, secrets)
            for call in calls:
                reason = call_item(plan, stage, call, project, (store, scratch, environment, log, secrets), part)
                if reason:
                    part["reason"] = f"item '{call[1]}': {reason}"
                    break
            secrets.clean_file(log)
            left = left_in(stage, project)
            if left and not part["reason"]:
                part["reason"] = f"its calls made files that 'into' does not name, and that nobody could keep up to date: {', '.join(left[:3])}"
            part["log"] = publish(store, log, scratch)
        except (Trouble, OSError) as problem:
            part["reason"] = str(problem)
    return part


def put_files(store, files, scratch):
    """The listing of files, digests by path, as an object; its name."""
    return put_listing(store, listing_text({"md5": md5, "relpath": path} for path, md5 in files.items()), scratch)


def listings_of(store, stage, made, scratch):
    """The stage's outs, made of the outputs of the items: path and object of each."""
    files = {out["path"]: {} for out in stage["outs"]}
    for item, digests in made.items():
        for one, path, md5 in zip(stage["items"]["into"], outs_of(stage["items"], item), digests):
            files[one["out"]][path.removeprefix(one["out"] + "/")] = md5
    return {path: put_files(store, of, scratch) for path, of in files.items()}


def one_attempt(parts, started):
    """The records of all tries as that of one."""
    every = [record for part in parts for record in part["attempts"]]
    last = next((record for record in every if record["reason"]), {"exit": 0 if every else None, "reason": ""})
    ended = stage_program.now_ms()
    peak = max((record["max_rss_bytes"] for record in every), default=0)
    return {"started": started, "ended": ended, "exit": last["exit"], "reason": last["reason"], "wall_ms": ended - started, "cpu_ms": sum(record["cpu_ms"] for record in every), "max_rss_bytes": peak}


def whole_log(store, parts, scratch):
    place = os.path.join(scratch, uuid.uuid4().hex)
    with open(place, "wb") as whole:
        for part in parts:
            if part["log"]:
                piece = os.path.join(scratch, uuid.uuid4().hex)
                store.get(part["log"]["md5"], piece)
                whole.write(pathlib.Path(piece).read_bytes())
    return publish(store, place, scratch)


def gathered(plan, stage, opened, parts, started):
    """The result of the stage. What a failed one has done goes along as "kept": items and outs, as listings."""
    called = {item: (md5, made) for part in parts for item, md5, made in part["done"]}
    why = next((part["reason"] for part in parts if part["reason"]), "")
    result = {"stage": stage["name"], "state": "failed" if why else "finished", "reason": why, "node": stage_program.node_of(plan), "started": started,
              "reads": opened["reads"], "attempts": [one_attempt(parts, started)], "makes": []}
    with workplace(plan) as (_, scratch, store):
        result["log"] = whole_log(store, parts, scratch)
        if not why:
            made = opened["made"] | {item: outs for item, (_, outs) in called.items()}
            result["makes"] = [{"path": path, "md5": md5} for path, md5 in listings_of(store, stage, made, scratch).items()]
            result["reason"] = f"{len(called):,} of {len(made):,} items called"
        elif called:
            outs = listings_of(store, stage, {item: outs for item, (_, outs) in called.items()}, scratch)
            result["kept"] = {"items": put_files(store, {item: md5 for item, (md5, _) in called.items()}, scratch), "outs": outs}
            result["reason"] += f"; {len(called):,} of {len(opened['calls']):,} calls are done and kept"
    return {**result, "ended": stage_program.now_ms()}


def run_mapped(plan, stage, spread, *before):
    """As stage_program.run_stage. `spread(calls)` has the parts of these calls run and gives what run_part gave for each."""

    def work(started):
        opened = opening(plan, stage, *before)
        if stage_program.unchanged(stage, opened["reads"]):
            return stage_program.unchanged_result(plan, stage, opened["reads"], started)
        parts = spread(opened["calls"]) if opened["calls"] else []
        return gathered(plan, stage, opened, parts, started)

    return stage_program.guarded(plan, stage, before, work)
