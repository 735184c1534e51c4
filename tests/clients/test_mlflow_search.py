"""The five searches beside MLflow's own server: both hold the same records, so both must find the same, in the same order, or refuse."""

import math

import pytest
from mlflow_peer import peer_in
from search_records import Loaded, Remembered


@pytest.fixture(scope="module")
def ours(server_on_each):
    return Loaded(server_on_each.uri)


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with peer_in(tmp_path_factory.mktemp("peer")) as running:
        yield Remembered(running.uri)


FILTERS = {
    "runs": [
        "",
        "AND",
        "metrics.acc > 1 AND",
        "\u00a0metrics.acc\u00a0>\u00a01\u00a0",
        "AND metrics.acc > 1 AND and status = 'FINISHED'",
        "`metrics`.acc > 1",
        '`params`.`kind` = "tree"',
        "tags.`my color` != 'it''s'",
        "tags.`my color` = 'it''s'",
        "metrics.acc > 1",
        "metrics.acc>=1.1 and metric.acc < 2",
        "metrics.`val loss` <= 1.2",
        'metrics."val loss" != 0.7',
        "metrics.`val loss` = 0.7",
        "metrics.`val loss` = 0",
        "metrics.`val loss` > -1",
        "metrics.`val loss` < 1e0",
        "metrics.nothing != 1",
        "params.kind = 'tree'",
        'param.kind != "tree"',
        "parameter.kind LIKE 'T%'",
        "parameters.kind ilike 't%'",
        "params.kind LIKE 'a%b'",
        "params.kind LIKE '_ree'",
        "params.kind IS NULL",
        "params.kind is not null AND metrics.acc < 1",
        "params.lr = '0.01'",
        "tags.`my color` = 'red'",
        'tags."my color" ILIKE "red"',
        "tag.`my color` = \"it's\"",
        "tags.`my color` = ''",
        "tags.`my color` != 'red'",
        "tags.`my color` IS NULL",
        "tags.mlflow.runName = 'r05'",
        "attributes.status = 'FINISHED'",
        "status != 'FINISHED' AND user_id = 'user1'",
        "attr.status LIKE 'F%'",
        "run.run_name ILIKE 'R1%'",
        "`run name` = 'r03'",
        "attributes.`Run name` = 'r03'",
        "run_id = '{r07}'",
        "run_id IN ('{r07}', '{r08}')",
        "attributes.run_id not in ('{r07}', '{r08}',)",
        "start_time > 1010",
        "attributes.start_time <= 1005.5",
        "created != 1000",
        "end_time < 2010",
        "end_time != 2001",
        "artifact_uri LIKE '%/artifacts'",
        "datasets.name = 'set1'",
        "dataset.digest IN ('d3', 'd9')",
        "dataset.digest NOT IN ('d3', 'd9')",
        "datasets.context = 'eval' AND dataset.name LIKE 'set%'",
        "metrics.acc > 0.5 AND params.kind = 'tree' AND tags.`my color` IS NULL AND status = 'KILLED'",
        # Refused.
        "metrics.acc",
        "metrics.acc >",
        "metrics.acc > 'x'",
        "metrics.acc LIKE 1",
        "metrics.acc IN (1, 2)",
        "metrics.acc IS NULL",
        "params.kind > 'a'",
        "params.kind = tree",
        "params.kind = 'tree",
        "params.kind IN ('tree')",
        "tags.`my color` = 3",
        "tags.`my color` IN ('red')",
        "status IN ('FAILED')",
        "status IS NULL",
        "run_id IN ()",
        "run_id IN (1)",
        "start_time = 'x'",
        "start_time LIKE 'x'",
        "nothing = 'x'",
        "wrong.kind = 'x'",
        "datasets.source = 'x'",
        "params.kind = 'tree', params.lr = '0'",
        "params.kind == 'tree'",
        "params.kind = 'tree'; DROP TABLE runs",
        "'tree' = params.kind",
        "params.kind NOT LIKE 'x'",
    ],
    "experiments": [
        "",
        "AND name LIKE '%' AND",
        "name = 'alpha'",
        "attribute.name != 'alpha'",
        "name LIKE 'g%'",
        "name ILIKE 'g%'",
        "experiment_id = '{beta}'",
        "experiment_id IN ('{alpha}', '{beta}')",
        "experiment_id NOT IN ('{alpha}', '0')",
        "experiment_id != '{alpha}'",
        "creation_time > 1000",
        "last_update_time >= 1000 AND name = 'Gamma'",
        "tags.team = 'blue'",
        "tag.team != 'blue'",
        "tags.team IS NULL",
        "tags.team IS NOT NULL",
        "tags.`a b` = '1' AND tags.team ILIKE 'r%'",
        "tags.`mlflow.experiment.isGateway` IS NULL",
        "name IN ('alpha')",
        "name IS NULL",
        "tags.team IN ('blue')",
        "attributes.name = 'alpha'",
        "experiment_id > '1'",
        "experiment_id = 'x'",
        "experiment_id = 1",
        "creation_time > 'x'",
        "creation_time > 1.5",
        "params.a = 'x'",
        "lifecycle_stage = 'active'",
    ],
    "models": [
        "",
        "AND name LIKE '%' AND",
        "tags.`mlflow.prompt.is_prompt` != 'x'",
        "tags.`mlflow.prompt.is_prompt` LIKE 't%'",
        "tags.`mlflow.prompt.is_prompt` = 'false'",
        "tags.`mlflow.prompt.is_prompt` != 'false'",
        "name = 'churn'",
        "name != 'churn'",
        "name like 'c%'",
        "name ILIKE 'c%'",
        "name IN ('churn', 'fraud')",
        "attribute.name NOT IN ('churn')",
        "tags.team = 'blue'",
        "tag.`team` ILIKE 'r%' AND name ILIKE 'c%'",
        "tags.team != 'blue'",
        "tags.`mlflow.prompt.is_prompt` = 'true'",
        "tags.`mlflow.prompt.is_prompt` != 'true'",
        "name > 'a'",
        "name = 1",
        "tags.team IN ('blue')",
        "tags.team = 1",
        "run_id = 'x'",
        "attributes.name = 'x'",
        "name",
    ],
    "versions": [
        "",
        "AND name LIKE '%' AND",
        "tags.`mlflow.prompt.is_prompt` ILIKE 'true'",
        "name = 'churn'",
        "name IN ('churn', 'fraud') AND version_number >= 2",
        "run_id = '{r01}'",
        "run_id IN ('{r01}', '{r03}')",
        "source_path LIKE 's3://bucket/churn/%'",
        "version_number != 2",
        "tags.ok = 'v2'",
        "tags.ok LIKE 'v%' AND name = 'fraud'",
        "tags.`mlflow.prompt.is_prompt` = 'true'",
        "source_path IN ('x')",
        "version_number = 'x'",
        "version_number < 1.5",
        "version_number IN ('1')",
        "version_number LIKE 1",
        "run_id > 'x'",
        "tags.ok > 'x'",
        "creation_timestamp > 1",
    ],
    "logged-models": [
        "",
        "AND name LIKE '%' AND",
        "name = 'm''1'",
        "params.depth IN (2, 4)",
        "params.depth LIKE 2",
        "name = 'm1'",
        "name != 'm1' and attributes.name LIKE 'm%'",
        "name IN ('m1', 'm2')",
        "model_id = '{m3}'",
        "model_type = 'sklearn'",
        "model_type != 'sklearn'",
        "model_type ILIKE 't%'",
        "source_run_id = '{r01}'",
        "creation_timestamp > 1000",
        "creation_time > 1000 AND last_updated_timestamp > 1000",
        "params.depth = '2'",
        "params.depth = 2",
        "params.depth IN ('2', '4')",
        "params.depth NOT IN ('2')",
        "tags.stage ILIKE 'n%'",
        "tags.stage != 'old'",
        "metrics.f1 > 0.3",
        "metrics.f1 <= -0.1 AND params.depth != '1'",
        "metrics.nothing > 0",
        "metrics.f1 LIKE 1",
        "params.depth IS NULL",
        "name > 'a'",
        "metric.f1 > 0",
        "wrong.a = 'x'",
    ],
}

ORDERS = {
    "runs": [
        ["metrics.`val loss`"],
        ["metrics.`val loss` DESC"],
        ["metric.acc desc", "start_time"],
        ['params."kind" ASC', "start_time DESC"],
        ["params.kind DESC", "attributes.run_name"],
        ["tags.`my color`", "run_name DESC"],
        ["end_time"],
        ["end_time DESC"],
        ["attribute.start_time ASC"],
        ["status", "user_id DESC", "run_name"],
        ["run_name"],
        ["Created"],
        ["metrics.nothing", "run_name"],
        ["start_time DOWN"],
        ["start_time ASC DESC"],
        ["wrong.a"],
        ["nothing"],
        ["metrics.acc > 1"],
        [""],
    ],
    "experiments": [
        ["name"],
        ["name DESC"],
        ["attribute.creation_time ASC"],
        ["last_update_time DESC"],
        ["experiment_id"],
        ["name", "name DESC"],
        ["tags.team"],
        ["lifecycle_stage"],
        ["attributes.name"],
    ],
    "models": [["name DESC"], ["timestamp"], ["last_updated_timestamp DESC"], ["timestamp DESC", "name"], ["creation_timestamp"], ["run_id"], ["name UP"]],
    "versions": [["name", "version_number DESC"], ["version_number", "name DESC"], ["creation_timestamp"], ["last_updated_timestamp DESC"], ["run_id"]],
    "logged-models": [
        [{"field_name": "name", "ascending": False}],
        [{"field_name": "status"}, {"field_name": "name"}],
        [{"field_name": "status", "ascending": False}, {"field_name": "name"}],
        [{"field_name": "model_type"}, {"field_name": "name"}],
        [{"field_name": "model_type", "ascending": False}, {"field_name": "name"}],
        [{"field_name": "creation_time", "ascending": True}],
        [{"field_name": "metrics.f1"}],
        [{"field_name": "metrics.f1", "ascending": False, "dataset_name": "set0"}],
        [{"field_name": "metrics.f1", "dataset_name": "set1", "dataset_digest": "d4"}],
        [{"field_name": "params.depth"}],
        [{"field_name": "nothing"}],
    ],
}


@pytest.mark.parametrize(("kind", "filter_string"), [(kind, one) for kind, filters in FILTERS.items() for one in filters])
def test_a_filter_finds_or_is_refused_as_by_mlflow(ours, peer, kind, filter_string):
    assert ours.find(kind, filter_string, None) == peer.find(kind, filter_string, None)


@pytest.mark.parametrize(("kind", "order"), [(kind, one) for kind, orders in ORDERS.items() for one in orders])
def test_an_order_is_kept_or_refused_as_by_mlflow(ours, peer, kind, order):
    found = ours.find(kind, "", order)
    assert found == peer.find(kind, "", order)
    assert found[1] or len(found[2]) > 2


@pytest.mark.parametrize("order", [["metrics.`val loss`"], ["metrics.`val loss` DESC"], ["params.kind"], None])
def test_pages_follow_each_other_as_mlflows_do(ours, peer, order):
    def pages(loaded):
        found, token = [], None
        while True:
            body = {"experiment_ids": [loaded.ids["alpha"], loaded.ids["beta"]], "max_results": 5, "order_by": order or ["start_time DESC"]}
            status, answer = loaded.call("POST", "runs/search", page_token=token, **body)
            assert status == 200
            found.append([run["info"]["run_name"] for run in answer.get("runs", [])])
            token = answer.get("next_page_token")
            if not token:
                return found

    assert pages(ours) == pages(peer)


@pytest.mark.parametrize("view", ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"])
def test_views_show_what_mlflows_show(ours, peer, view):
    assert ours.find("runs", "", None, run_view_type=view) == peer.find("runs", "", None, run_view_type=view)
    assert ours.find("experiments", "", None, view_type=view) == peer.find("experiments", "", None, view_type=view)


def test_models_on_data_sets_are_those_that_mlflow_finds(ours, peer):
    one, other = {"dataset_name": "set1", "dataset_digest": "d1"}, {"dataset_name": "set0", "dataset_digest": "d4"}
    for datasets in ([one], [other], [one, other], [{"dataset_name": "none", "dataset_digest": "d1"}]):
        for filter_string in ("", "metrics.f1 < 0", "params.depth != '1'"):
            asked = ("logged-models", filter_string, [{"field_name": "name"}])
            assert ours.find(*asked, datasets=datasets) == peer.find(*asked, datasets=datasets), (datasets, filter_string)
    # Without a digest MLflow's server looks for rows that have none; here every digest of the name is meant.
    assert ours.find("logged-models", "", [{"field_name": "name"}], datasets=[{"dataset_name": "set1"}])[2] == ["m1", "m2", "m4", "m5"]


def test_a_page_of_logged_models_has_no_bound_that_mlflow_does_not_have(ours, peer):
    for most in (0, 1001, 2**31 - 1):
        assert ours.find("logged-models", "", None, max_results=most) == peer.find("logged-models", "", None, max_results=most)
        assert len(ours.find("logged-models", "", None, max_results=most)[2]) == 6


def test_answers_without_an_experiment_are_mlflows(ours, peer):
    assert ours.find("runs", "", None, experiment_ids=[]) == peer.find("runs", "", None, experiment_ids=[]) == (200, "", [])
    assert ours.find("runs", "", None, experiment_ids=["x"])[:2] == peer.find("runs", "", None, experiment_ids=["x"])[:2]


# What MLflow's grammar has no words for, and what runs it means in the same records.
LOSSES = {f"r{i:02}": i / 10 for i in range(23) if i % 5 and i % 7}
ACCS = {f"r{i:02}": (i * 5 % 24) / 10 for i in range(23)}
LRS = {f"r{i:02}": 0.01 * (i % 6) for i in range(23)}
BEYOND = {
    "metrics.acc > 2 OR metrics.`val loss` < 0.3": lambda run: ACCS[run] + 0.1 > 2 or LOSSES.get(run, math.inf) < 0.3,
    "(metrics.acc > 2 OR params.lr = '0.01') AND status = 'KILLED'": lambda run: (
        (ACCS[run] + 0.1 > 2 or LRS[run] == 0.01) and int(run[1:]) % 3 == 2 and int(run[1:]) % 8
    ),
    "NOT metrics.`val loss` >= 0.5": lambda run: not LOSSES.get(run, -1) >= 0.5,
    "NOT (params.kind = 'tree' OR params.kind IS NULL)": lambda run: int(run[1:]) % 6 and int(run[1:]) % 4,
    "min(metrics.acc) < 0.5": lambda run: ACCS[run] < 0.5,
    "max(metrics.acc) >= 2": lambda run: ACCS[run] + 0.1 >= 2,
    "first(metrics.acc) = 0.5": lambda run: ACCS[run] == 0.5,
    "last(metrics.acc) = 0.6": lambda run: ACCS[run] == 0.5,
    "params.lr < 0.02": lambda run: LRS[run] < 0.02,
    "params.lr = 1e-2": lambda run: LRS[run] == 0.01,
    "params.kind > 1": lambda run: False,
}


@pytest.mark.parametrize("filter_string", BEYOND)
def test_what_goes_beyond_mlflows_grammar_finds_the_runs_it_means(ours, peer, filter_string):
    assert peer.find("runs", filter_string, None)[0] == 400
    status, code, found = ours.find("runs", filter_string, ["run_name"])
    assert (status, code, found) == (200, "", sorted(run for run in ACCS if BEYOND[filter_string](run)))


@pytest.mark.parametrize(
    ("kind", "filter_string", "order"),
    [
        ("models", "tags.team IS NULL", None),
        ("runs", "", ["run_name", "run_name DESC"]),
        ("models", "", ["timestamp", "last_updated_timestamp"]),
        ("versions", "", ["name", "name DESC"]),
    ],
)
def test_where_mlflow_breaks_the_answer_is_no_server_error(ours, peer, kind, filter_string, order):
    assert peer.find(kind, filter_string, order)[0] == 500
    assert ours.find(kind, filter_string, order)[0] in (200, 400)


@pytest.mark.parametrize(
    ("kind", "filter_string", "mlflow", "cairn"),
    [("runs", "params.kind = 'tree' params.lr = '0'", 200, 400), ("logged-models", "name = 'm1' name = 'm2'", 200, 400), ("runs", "  ", 400, 200)],
)
def test_slips_of_mlflows_parser_are_not_repeated(ours, peer, kind, filter_string, mlflow, cairn):
    assert (peer.find(kind, filter_string, None)[0], ours.find(kind, filter_string, None)[0]) == (mlflow, cairn)


def test_a_wrong_filter_names_the_place_and_what_was_expected(ours):
    status, answer = ours.call("POST", "runs/search", experiment_ids=["0"], filter="params.a = 'x' AND (metrics.b > 1 OR)")
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "at position 37: expected a name such as metrics.loss, found ')'" in answer["message"]
    for bomb in ("(" * 30_000, "NOT " * 30_000, " OR ".join(["status = 'x'"] * 5000), "run_id IN (" + "'x'," * 20_000 + "'x')"):
        status, answer = ours.call("POST", "runs/search", experiment_ids=["0"], filter=bomb)
        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
