"""The driver of a run on Ray: turns the stages of plan.json into Ray tasks, whose placement, resources, spread and repetition after a lost node
are Ray's. Cairn submits it as a job and reads what it prints: lines that begin with @cairn, each one JSON object."""

import json
import os
import pathlib

import ray
import stage_items
import stage_program

LOST_NODES = 5  # how many a stage may lose before it has failed


def tell(**event):
    """In one piece, between whatever Ray prints for the workers in the meantime."""
    os.write(1, f"\n{stage_program.MARK}{json.dumps(event)}\n".encode())


def options_for(stage):
    spread = "@" in stage["name"] or stage["items"]
    options = {"name": stage["name"], "num_cpus": stage["cpu"], "max_retries": LOST_NODES, "scheduling_strategy": "SPREAD" if spread else "DEFAULT"}
    if stage["gpu"]:
        options["num_gpus"] = stage["gpu"]
    if stage["memory_bytes"]:
        options["memory"] = stage["memory_bytes"]
    return options


def say_what_waits(plan):
    """A cluster that grows may get such a node; one that does not would let the stage wait for good."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    for stage in plan["stages"]:
        needs = {"CPU": stage["cpu"], "GPU": stage["gpu"], "memory": stage["memory_bytes"]}
        if not any(all(node.get(kind, 0) >= much for kind, much in needs.items()) for node in nodes):
            asked = ", ".join(f"{much:g} {kind}" for kind, much in needs.items() if much)
            tell(stage=stage["name"], waits=f"no node of the cluster has {asked}: it waits until there is one, or the run is cancelled")


def here(plan):
    return {**plan, "node": ray.util.get_node_ip_address()}


def run_stage(plan, stage, *before):
    return stage_program.run_stage(here(plan), stage, *before)


def run_part(plan, stage, calls, *before):
    return stage_items.run_part(here(plan), stage, calls, *before)


def run_mapped(plan, stage, *before):
    """Only waits and puts together; the parts are tasks of their own, and take what the stage asks for."""

    def spread(calls):
        room = int(ray.cluster_resources().get("CPU", 1) / max(stage["cpu"], 1)) or 1
        part = ray.remote(run_part).options(**options_for(stage))
        return ray.get([part.remote(plan, stage, some, *before) for some in stage_items.parts_of(calls, stage["items"], room)])

    return stage_items.run_mapped(here(plan), stage, spread, *before)


def task_for(stage):
    if stage["items"]:
        return MAPPED.options(name=stage["name"], num_cpus=0, max_retries=LOST_NODES)
    return STAGE.options(**options_for(stage))


STAGE, MAPPED = ray.remote(run_stage), ray.remote(run_mapped)


def main():
    plan = json.loads(pathlib.Path(__file__).with_name("plan.json").read_text())
    ray.init(log_to_driver=True, logging_level="ERROR")
    say_what_waits(plan)
    shared = ray.put({key: value for key, value in plan.items() if key != "stages"})
    results, names = {}, {}
    for stage in plan["stages"]:  # each after those it waits for
        results[stage["name"]] = task_for(stage).remote(shared, stage, *[results[name] for name in stage["after"]])
        names[results[stage["name"]]] = stage["name"]
    waiting = list(names)
    while waiting:
        done, waiting = ray.wait(waiting)
        for one in done:
            try:
                tell(**ray.get(one))
            except ray.exceptions.RayError as problem:
                last = str(problem).strip().splitlines()
                tell(stage=names[one], state="failed", reason="Ray could not run it: " + (last[0] if last else type(problem).__name__), makes=[], attempts=[], ended=stage_program.now_ms())
    tell(state="over")


main()
