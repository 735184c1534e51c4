"""Durable tracking: batches of 100 metrics, and new runs, over 8 connections, beside `mlflow server` on SQLite."""

import json

import measure

CONNECTIONS = 8
METRICS = 100
WARM_UP = 200


def measure_server(uri, folder, batches, creations):
    experiment = measure.post(uri, "/api/2.0/mlflow/experiments/create", {"name": "bench"})["experiment_id"]
    new_run = {"experiment_id": experiment, "start_time": 1, "run_name": "bench", "tags": [{"key": "mlflow.user", "value": "bench"}]}
    for connection in range(CONNECTIONS):
        run = measure.post(uri, "/api/2.0/mlflow/runs/create", new_run)["run"]["info"]["run_id"]
        metrics = ",".join(f'{{"key":"metric_{i}","value":0.{i}5,"timestamp":1700000000000,"step":{{n}}}}' for i in range(METRICS))
        (folder / f"batch-{connection}.json").write_text(f'{{"run_id":"{run}","metrics":[{metrics}]}}')
    (folder / "run.json").write_text(json.dumps(new_run))

    def batch(count):
        return measure.load(uri, "/api/2.0/mlflow/runs/log-batch", folder / "batch-{c}.json", count, CONNECTIONS)

    def create(count):
        return measure.load(uri, "/api/2.0/mlflow/runs/create", folder / "run.json", count, CONNECTIONS)

    create(min(WARM_UP, creations))
    created = create(creations)
    logged = batch(batches)
    return logged, created


def main():
    report = measure.Report()
    with measure.workspace() as folder:
        disk = measure.fdatasync_ms(folder)
        with measure.cairn_up(folder) as (_, uri):
            batches, creations = measure_server(uri, folder, 10_000, 30_000)
        with measure.mlflow_server(folder) as uri:
            peer_batches, peer_creations = measure_server(uri, folder, 300, 600)
        report.rate("log-batch, 100 metrics, 8 connections", batches, peer_batches, 40, disk)
        report.rate("runs/create, 8 connections", creations, peer_creations, 40, disk)
    report.end()


if __name__ == "__main__":
    main()
