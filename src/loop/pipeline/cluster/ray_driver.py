"""The driver of a run on Ray: turns the stages of plan.json into Ray tasks, whose placement, resources, spread and repetition after a lost node
are Ray's. Cairn submits it as a job and reads what it prints: lines that begin with @cairn, each one JSON object."""

import json
import os
import pathlib

import ray
import stage_program

LOST_NODES = 5  # how many a stage may lose before it has failed


def tell(**event):
    """In one piece, between whatever Ray prints for the workers in the meantime."""
    os.write(1, f"\n{stage_program.MARK}{json.dumps(event)}\n".encode())


def options_for(stage):
    options = {"name": stage["name"], "num_cpus": stage["cpu"], "max_retries": LOST_NODES, "scheduling_strategy": "SPREAD" if "@" in stage["name"] else "DEFAULT"}
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


def run_stage(plan, stage, *before):
    return stage_program.run_stage({**plan, "node": ray.util.get_node_ip_address()}, stage, *before)


def main():
    plan = json.loads(pathlib.Path(__file__).with_name("plan.json").read_text())
    ray.init(log_to_driver=True, logging_level="ERROR")
    say_what_waits(plan)
    task = ray.remote(run_stage)
    shared = ray.put({key: value for key, value in plan.items() if key != "stages"})
    results, names = {}, {}
    for stage in plan["stages"]:  # each after those it waits for
        results[stage["name"]] = task.options(**options_for(stage)).remote(shared, stage, *[results[name] for name in stage["after"]])
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
