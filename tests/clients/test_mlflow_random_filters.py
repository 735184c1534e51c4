"""Searches with filters put together at random, of one seed: MLflow's own server and ours find the same, or both refuse."""

import random

import pytest
from mlflow_peer import peer_in
from search_records import Loaded, Remembered

QUESTIONS = 250
ORDERING = ["=", "!=", ">", ">=", "<", "<="]
EQUAL = ["=", "!="]
ALIKE = ["=", "!=", "LIKE", "ILIKE"]
TEXTS = ["'tree'", '"Tree"', "'%r%'", "'FINISHED'", "'r05'", "'a%b'", "'it\'\'s'", "''", "'blue'", "'alpha'", "'churn'", "'v2'", "'{r01}'", "'set0'", "'m1'",
         "'sklearn'", "'true'", "'_r%'", "'s3://%'", "'1'"]
NUMBERS = ["0", "1", "0.5", "-1", "1e0", "1.5", "2", "1005", "2005"]
LISTED = ["('tree', 'Tree')", "('r01')", "('{r01}', '{r02}')", "('m1', 'm2')", "('training', 'eval')", '("set0")', "('churn','fraud')", "()"]
WRONG = ["tree", "`tree`", "NULL", "TRUE", "(", "0x10", "'open"]
TO_PYTHON = ["nan", "1_0"]  # Numbers to Python's float(), and so to MLflow's search of logged models.
# What may be asked of each kind of record: names, with the comparisons and values that fit them. What MLflow lets through for logged
# models only because it looks at no type is left out, and so are comparisons at which it breaks.
NAMES = {
    "runs": [
        (["metrics.acc", "metric.acc", "metrics.`val loss`", 'metrics."val loss"', "start_time", "attributes.end_time", "created"], ORDERING, NUMBERS),
        (["params.kind", "parameter.lr", "param.none", "tags.`my color`", "tag.none", "status", "attribute.run_name", "`run name`", "user_id", "artifact_uri",
          "tags.mlflow.runName"], ALIKE, TEXTS),
        (["run_id", "attributes.run_id", "dataset.name", "dataset.digest", "datasets.context"], ["IN", "NOT IN"], LISTED),
        (["params.kind", "tags.`my color`", "tag.none"], ["IS NULL", "IS NOT NULL"], [""]),
        (["foo.bar", "attributes.nothing", "lifecycle_stage"], EQUAL, TEXTS),
    ],
    "experiments": [
        (["name", "attribute.name", "tags.team", "tag.`a b`", "tag.none"], ALIKE, TEXTS),
        (["creation_time", "attributes.last_update_time"], ORDERING, NUMBERS),
        (["experiment_id", "foo", "lifecycle_stage"], EQUAL, TEXTS),
    ],
    "models": [
        (["name", "attribute.name", "tags.team", "tag.none", "tags.`mlflow.prompt.is_prompt`"], ALIKE, TEXTS),
        (["prompt", "description", "creation_timestamp"], EQUAL, TEXTS),
    ],
    "versions": [
        (["name", "attribute.name", "source_path", "tags.ok", "tag.none", "tags.`mlflow.prompt.is_prompt`"], ALIKE, TEXTS),
        (["run_id", "attributes.run_id"], ["IN"], LISTED),
        (["version_number"], ORDERING, NUMBERS),
        (["version", "stage", "current_stage", "creation_timestamp"], EQUAL, TEXTS),
    ],
    "logged-models": [
        (["name", "attributes.name", "model_type", "source_run_id", "model_id", "artifact_location", "params.depth", "tags.stage"], ALIKE, TEXTS),
        (["metrics.f1", "metrics.none", "creation_timestamp", "last_updated_timestamp"], ORDERING, NUMBERS),
        (["name", "model_type"], ["IN", "NOT IN"], LISTED[:-1]),
        (["foo", "foo.bar"], EQUAL, TEXTS),
    ],
}


@pytest.fixture(scope="module")
def ours(server_on_each):
    return Loaded(server_on_each.uri)


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    with peer_in(tmp_path_factory.mktemp("peer")) as running:
        yield Remembered(running.uri)


class Maker:
    """Filters of one kind of record, most of them right."""

    def __init__(self, kind, seed):
        self.kind, self.random = kind, random.Random(seed)

    def comparison(self):
        names, comparators, values = self.random.choice(NAMES[self.kind])
        comparator = self.random.choice(comparators)
        gap = self.random.choice([" ", " ", "  ", "\n", ""]) if not comparator[0].isalpha() else " "
        if self.random.random() < 0.05 and values != [""]:
            values = WRONG + (TO_PYTHON if self.kind != "logged-models" else [])
        value = self.random.choice(values)
        return f"{self.random.choice(names)}{gap}{comparator}{gap}{value}".rstrip()

    def filter(self):
        parts = [self.comparison() for _ in range(self.random.choice([1, 1, 2, 2, 3]))]
        return self.random.choice([" AND ", " and ", "  AND\n"]).join(parts)


@pytest.mark.parametrize("kind", NAMES)
def test_what_is_asked_at_random_is_answered_as_by_mlflow(ours, peer, kind):
    maker = Maker(kind, f"filters of {kind}")
    apart, found, broken = {}, 0, 0
    for filter_string in (maker.filter() for _ in range(QUESTIONS)):
        theirs = peer.find(kind, filter_string, None)
        if theirs[0] >= 500:
            broken += 1
            continue
        found += bool(theirs[2])
        answer = ours.find(kind, filter_string, None)
        if answer != theirs:
            apart[filter_string] = (answer, theirs)
    assert not apart
    # MLflow's search of logged models breaks at a text where a number belongs.
    assert found >= 10 and broken <= (QUESTIONS / 5 if kind == "logged-models" else 0), (found, broken)
