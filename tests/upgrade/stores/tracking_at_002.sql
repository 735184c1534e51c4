CREATE TABLE schema_step (room TEXT NOT NULL, number BIGINT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL, applied_ms BIGINT NOT NULL, PRIMARY KEY (room, number));
CREATE TABLE event (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  position BIGINT,
  arrival BIGINT,
  at_ms BIGINT NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,
  leaf TEXT COLLATE "C"
);
CREATE UNIQUE INDEX event_position ON event (position);
CREATE INDEX event_unsealed ON event (arrival, id) WHERE arrival IS NOT NULL;
CREATE INDEX event_kind ON event (kind, at_ms);
CREATE INDEX event_subject ON event (subject, at_ms);
CREATE INDEX event_cause ON event (cause, at_ms);
CREATE TABLE merkle_node (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (level, place)
);
CREATE TABLE tree_head (
  size BIGINT NOT NULL PRIMARY KEY,
  root TEXT COLLATE "C" NOT NULL,
  at_ms BIGINT NOT NULL,
  signature TEXT COLLATE "C" NOT NULL
);
INSERT INTO schema_step VALUES ('metadata', 1, '001_event', '1069-17228739501769792847', 1700000000000);
CREATE TABLE lineage_edge (
  source TEXT COLLATE "C" NOT NULL,
  target TEXT COLLATE "C" NOT NULL,
  event TEXT COLLATE "C" NOT NULL,
  label TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source, target, event)
);
CREATE INDEX lineage_edge_target ON lineage_edge (target, source, event);
INSERT INTO schema_step VALUES ('metadata', 2, '002_lineage', '383-14415753261456038352', 1700000000000);
CREATE TABLE merkle_tile (
  level BIGINT NOT NULL,
  place BIGINT NOT NULL,
  digests BYTEA NOT NULL,
  PRIMARY KEY (level, place)
);
INSERT INTO schema_step VALUES ('metadata', 3, '003_tile', '507-16312946280229906336', 1700000000000);
CREATE TABLE experiment (
  id BIGINT PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  artifact_location TEXT COLLATE "C" NOT NULL,
  deleted INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);
CREATE TABLE experiment_tag (
  experiment BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (experiment, key)
);
CREATE TABLE run (
  number BIGINT PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  experiment BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  user_name TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  start_ms BIGINT NOT NULL,
  end_ms BIGINT,
  artifact_uri TEXT COLLATE "C" NOT NULL,
  deleted INTEGER NOT NULL
);
CREATE INDEX run_by_start ON run (experiment, deleted, start_ms DESC, id);
CREATE TABLE run_param (
  run BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, key)
);
CREATE TABLE run_tag (
  run BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, key)
);
CREATE TABLE metric_key (
  id BIGINT PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE
);
CREATE TABLE metric_point (
  run BIGINT NOT NULL,
  key BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, key, step, at_ms, value, is_nan)
);
CREATE TABLE metric_latest (
  run BIGINT NOT NULL,
  key BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, key)
);
CREATE TABLE input_dataset (
  experiment BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  source_type TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  schema_text TEXT COLLATE "C",
  profile TEXT COLLATE "C",
  PRIMARY KEY (experiment, name, digest)
);
CREATE TABLE run_input (
  run BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  experiment BIGINT NOT NULL,
  PRIMARY KEY (run, name, digest)
);
CREATE TABLE run_input_tag (
  run BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, name, digest, key)
);
CREATE TABLE run_model (
  run BIGINT NOT NULL,
  made INTEGER NOT NULL,
  model TEXT COLLATE "C" NOT NULL,
  step BIGINT NOT NULL,
  PRIMARY KEY (run, made, model, step)
);
CREATE TABLE logged_model (
  id TEXT COLLATE "C" PRIMARY KEY,
  experiment BIGINT NOT NULL,
  name TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  source_run TEXT COLLATE "C" NOT NULL,
  artifact_uri TEXT COLLATE "C" NOT NULL,
  status INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  created_ms BIGINT NOT NULL,
  updated_ms BIGINT NOT NULL
);
CREATE INDEX logged_model_by_creation ON logged_model (experiment, deleted, created_ms DESC, id);
CREATE TABLE logged_model_tag (
  model TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (model, key)
);
CREATE TABLE logged_model_param (
  model TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (model, key)
);
CREATE TABLE logged_model_metric (
  model TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  at_ms BIGINT NOT NULL,
  step BIGINT NOT NULL,
  run TEXT COLLATE "C" NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  dataset_name TEXT COLLATE "C" NOT NULL,
  dataset_digest TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (model, key, at_ms, step, run, value, is_nan, dataset_name, dataset_digest)
);
INSERT INTO schema_step VALUES ('tracking', 1, '001_tracking', '3487-6393711954525047246', 1700000000000);
CREATE TABLE metric_tail (
  run BIGINT NOT NULL,
  step BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  key BIGINT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  is_nan INTEGER NOT NULL,
  PRIMARY KEY (run, step, at_ms, key, value, is_nan)
);
INSERT INTO schema_step VALUES ('tracking', 2, '002_metric_tail', '484-14625489111468660685', 1700000000000);
INSERT INTO experiment (id, name, artifact_location, deleted, created_ms, updated_ms) VALUES (7, 'old', 'mlflow-artifacts:/7', 0, 1, 2);
INSERT INTO experiment_tag (experiment, key, value) VALUES (7, 'team', 'blue');
INSERT INTO run (experiment, user_name, deleted, number, id, name, status, start_ms, artifact_uri) VALUES (7, 'ann', 0, 22000000000000, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'live', 'RUNNING', 5, 'mlflow-artifacts:/7/a');
INSERT INTO run (experiment, user_name, deleted, number, id, name, status, start_ms, end_ms, artifact_uri) VALUES (7, 'ann', 0, 22000000000256, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'ended', 'FINISHED', 6, 9, 'mlflow-artifacts:/7/b');
INSERT INTO run_param (run, key, value) VALUES (22000000000000, 'depth', '3');
INSERT INTO run_tag (run, key, value) VALUES (22000000000000, 'mlflow.runName', 'live');
INSERT INTO run_param (run, key, value) VALUES (22000000000256, 'depth', '4');
INSERT INTO run_tag (run, key, value) VALUES (22000000000256, 'mlflow.runName', 'ended');
INSERT INTO input_dataset (experiment, name, digest, source_type, source) VALUES (7, 'rows', 'd1', 'local', 'here');
INSERT INTO run_input (run, name, digest, experiment) VALUES (22000000000256, 'rows', 'd1', 7);
INSERT INTO run_input_tag (run, name, digest, key, value) VALUES (22000000000256, 'rows', 'd1', 'mlflow.data.context', 'training');
INSERT INTO run_model (run, made, model, step) VALUES (22000000000256, 1, 'm-55555555555555555555555555555555', 0);
INSERT INTO logged_model (id, experiment, name, type, source_run, artifact_uri, status, deleted, created_ms, updated_ms) VALUES ('m-55555555555555555555555555555555', 7, 'model', '', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 'mlflow-artifacts:/7/m', 2, 0, 7, 8);
INSERT INTO logged_model_tag (model, key, value) VALUES ('m-55555555555555555555555555555555', 'k', 'v');
INSERT INTO logged_model_param (model, key, value) VALUES ('m-55555555555555555555555555555555', 'p', 'q');
INSERT INTO logged_model_metric (model, key, at_ms, step, run, value, is_nan, dataset_name, dataset_digest) VALUES ('m-55555555555555555555555555555555', 'auc', 1, 0, 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', 0.5, 0, '', '');
INSERT INTO metric_key (id, name) VALUES (1, 'loss');
INSERT INTO metric_key (id, name) VALUES (2, 'odd');
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 0, 1700000000000, 1.0, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 1, 1700000000250, 0.5, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 2, 1700000000500, 0.3333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 3, 1700000000750, 0.25, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 4, 1700000001000, 0.2, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 5, 1700000001250, 0.16666666666666666, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 6, 1700000001500, 0.14285714285714285, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 7, 1700000001750, 0.125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 8, 1700000002000, 0.1111111111111111, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 9, 1700000002250, 0.1, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 10, 1700000002500, 0.09090909090909091, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 11, 1700000002750, 0.08333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 12, 1700000003000, 0.07692307692307693, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 13, 1700000003250, 0.07142857142857142, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 14, 1700000003500, 0.06666666666666667, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 15, 1700000003750, 0.0625, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 16, 1700000004000, 0.058823529411764705, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 17, 1700000004250, 0.05555555555555555, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 18, 1700000004500, 0.05263157894736842, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 19, 1700000004750, 0.05, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 20, 1700000005000, 0.047619047619047616, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 21, 1700000005250, 0.045454545454545456, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 22, 1700000005500, 0.043478260869565216, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 23, 1700000005750, 0.041666666666666664, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 24, 1700000006000, 0.04, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 25, 1700000006250, 0.038461538461538464, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 26, 1700000006500, 0.037037037037037035, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 27, 1700000006750, 0.03571428571428571, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 28, 1700000007000, 0.034482758620689655, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 29, 1700000007250, 0.03333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 30, 1700000007500, 0.03225806451612903, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 31, 1700000007750, 0.03125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 32, 1700000008000, 0.030303030303030304, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 33, 1700000008250, 0.029411764705882353, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 34, 1700000008500, 0.02857142857142857, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 35, 1700000008750, 0.027777777777777776, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 36, 1700000009000, 0.02702702702702703, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 37, 1700000009250, 0.02631578947368421, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 38, 1700000009500, 0.02564102564102564, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 39, 1700000009750, 0.025, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 40, 1700000010000, 0.024390243902439025, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 41, 1700000010250, 0.023809523809523808, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 42, 1700000010500, 0.023255813953488372, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 43, 1700000010750, 0.022727272727272728, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 44, 1700000011000, 0.022222222222222223, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 45, 1700000011250, 0.021739130434782608, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 46, 1700000011500, 0.02127659574468085, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 47, 1700000011750, 0.020833333333333332, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 48, 1700000012000, 0.02040816326530612, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 49, 1700000012250, 0.02, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 50, 1700000012500, 0.0196078431372549, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 51, 1700000012750, 0.019230769230769232, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 52, 1700000013000, 0.018867924528301886, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 53, 1700000013250, 0.018518518518518517, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 54, 1700000013500, 0.01818181818181818, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 55, 1700000013750, 0.017857142857142856, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 56, 1700000014000, 0.017543859649122806, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 57, 1700000014250, 0.017241379310344827, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 58, 1700000014500, 0.01694915254237288, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 59, 1700000014750, 0.016666666666666666, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 60, 1700000015000, 0.01639344262295082, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 61, 1700000015250, 0.016129032258064516, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 62, 1700000015500, 0.015873015873015872, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 63, 1700000015750, 0.015625, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 64, 1700000016000, 0.015384615384615385, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 65, 1700000016250, 0.015151515151515152, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 66, 1700000016500, 0.014925373134328358, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 67, 1700000016750, 0.014705882352941176, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 68, 1700000017000, 0.014492753623188406, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 69, 1700000017250, 0.014285714285714285, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 70, 1700000017500, 0.014084507042253521, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 71, 1700000017750, 0.013888888888888888, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 72, 1700000018000, 0.0136986301369863, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 73, 1700000018250, 0.013513513513513514, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 74, 1700000018500, 0.013333333333333334, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 75, 1700000018750, 0.013157894736842105, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 76, 1700000019000, 0.012987012987012988, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 77, 1700000019250, 0.01282051282051282, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 78, 1700000019500, 0.012658227848101266, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 79, 1700000019750, 0.0125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 80, 1700000020000, 0.012345679012345678, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 81, 1700000020250, 0.012195121951219513, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 82, 1700000020500, 0.012048192771084338, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 83, 1700000020750, 0.011904761904761904, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 84, 1700000021000, 0.011764705882352941, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 85, 1700000021250, 0.011627906976744186, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 86, 1700000021500, 0.011494252873563218, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 87, 1700000021750, 0.011363636363636364, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 88, 1700000022000, 0.011235955056179775, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 89, 1700000022250, 0.011111111111111112, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 90, 1700000022500, 0.01098901098901099, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 91, 1700000022750, 0.010869565217391304, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 92, 1700000023000, 0.010752688172043012, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 93, 1700000023250, 0.010638297872340425, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 94, 1700000023500, 0.010526315789473684, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 95, 1700000023750, 0.010416666666666666, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 96, 1700000024000, 0.010309278350515464, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 97, 1700000024250, 0.01020408163265306, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 98, 1700000024500, 0.010101010101010102, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 99, 1700000024750, 0.01, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 100, 1700000025000, 0.009900990099009901, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 101, 1700000025250, 0.00980392156862745, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 102, 1700000025500, 0.009708737864077669, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 103, 1700000025750, 0.009615384615384616, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 104, 1700000026000, 0.009523809523809525, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 105, 1700000026250, 0.009433962264150943, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 106, 1700000026500, 0.009345794392523364, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 107, 1700000026750, 0.009259259259259259, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 108, 1700000027000, 0.009174311926605505, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 109, 1700000027250, 0.00909090909090909, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 110, 1700000027500, 0.009009009009009009, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 111, 1700000027750, 0.008928571428571428, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 112, 1700000028000, 0.008849557522123894, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 113, 1700000028250, 0.008771929824561403, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 114, 1700000028500, 0.008695652173913044, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 115, 1700000028750, 0.008620689655172414, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 116, 1700000029000, 0.008547008547008548, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 117, 1700000029250, 0.00847457627118644, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 118, 1700000029500, 0.008403361344537815, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 119, 1700000029750, 0.008333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 120, 1700000030000, 0.008264462809917356, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 121, 1700000030250, 0.00819672131147541, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 122, 1700000030500, 0.008130081300813009, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 123, 1700000030750, 0.008064516129032258, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 124, 1700000031000, 0.008, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 125, 1700000031250, 0.007936507936507936, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 126, 1700000031500, 0.007874015748031496, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 127, 1700000031750, 0.0078125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 128, 1700000032000, 0.007751937984496124, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 129, 1700000032250, 0.007692307692307693, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 130, 1700000032500, 0.007633587786259542, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 131, 1700000032750, 0.007575757575757576, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 132, 1700000033000, 0.007518796992481203, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 133, 1700000033250, 0.007462686567164179, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 134, 1700000033500, 0.007407407407407408, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 135, 1700000033750, 0.007352941176470588, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 136, 1700000034000, 0.0072992700729927005, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 137, 1700000034250, 0.007246376811594203, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 138, 1700000034500, 0.007194244604316547, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 139, 1700000034750, 0.007142857142857143, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 140, 1700000035000, 0.0070921985815602835, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 141, 1700000035250, 0.007042253521126761, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 142, 1700000035500, 0.006993006993006993, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 143, 1700000035750, 0.006944444444444444, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 144, 1700000036000, 0.006896551724137931, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 145, 1700000036250, 0.00684931506849315, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 146, 1700000036500, 0.006802721088435374, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 147, 1700000036750, 0.006756756756756757, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 148, 1700000037000, 0.006711409395973154, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 149, 1700000037250, 0.006666666666666667, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 150, 1700000037500, 0.006622516556291391, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 151, 1700000037750, 0.006578947368421052, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 152, 1700000038000, 0.006535947712418301, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 153, 1700000038250, 0.006493506493506494, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 154, 1700000038500, 0.0064516129032258064, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 155, 1700000038750, 0.00641025641025641, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 156, 1700000039000, 0.006369426751592357, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 157, 1700000039250, 0.006329113924050633, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 158, 1700000039500, 0.006289308176100629, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 159, 1700000039750, 0.00625, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 160, 1700000040000, 0.006211180124223602, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 161, 1700000040250, 0.006172839506172839, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 162, 1700000040500, 0.006134969325153374, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 163, 1700000040750, 0.006097560975609756, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 164, 1700000041000, 0.006060606060606061, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 165, 1700000041250, 0.006024096385542169, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 166, 1700000041500, 0.005988023952095809, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 167, 1700000041750, 0.005952380952380952, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 168, 1700000042000, 0.005917159763313609, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 169, 1700000042250, 0.0058823529411764705, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 170, 1700000042500, 0.005847953216374269, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 171, 1700000042750, 0.005813953488372093, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 172, 1700000043000, 0.005780346820809248, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 173, 1700000043250, 0.005747126436781609, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 174, 1700000043500, 0.005714285714285714, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 175, 1700000043750, 0.005681818181818182, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 176, 1700000044000, 0.005649717514124294, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 177, 1700000044250, 0.0056179775280898875, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 178, 1700000044500, 0.00558659217877095, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 179, 1700000044750, 0.005555555555555556, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 180, 1700000045000, 0.0055248618784530384, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 181, 1700000045250, 0.005494505494505495, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 182, 1700000045500, 0.00546448087431694, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 183, 1700000045750, 0.005434782608695652, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 184, 1700000046000, 0.005405405405405406, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 185, 1700000046250, 0.005376344086021506, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 186, 1700000046500, 0.0053475935828877, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 187, 1700000046750, 0.005319148936170213, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 188, 1700000047000, 0.005291005291005291, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 189, 1700000047250, 0.005263157894736842, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 190, 1700000047500, 0.005235602094240838, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 191, 1700000047750, 0.005208333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 192, 1700000048000, 0.0051813471502590676, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 193, 1700000048250, 0.005154639175257732, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 194, 1700000048500, 0.005128205128205128, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 195, 1700000048750, 0.00510204081632653, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 196, 1700000049000, 0.005076142131979695, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 197, 1700000049250, 0.005050505050505051, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 198, 1700000049500, 0.005025125628140704, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 199, 1700000049750, 0.005, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 200, 1700000050000, 0.004975124378109453, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 201, 1700000050250, 0.0049504950495049506, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 202, 1700000050500, 0.0049261083743842365, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 203, 1700000050750, 0.004901960784313725, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 204, 1700000051000, 0.004878048780487805, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 205, 1700000051250, 0.0048543689320388345, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 206, 1700000051500, 0.004830917874396135, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 207, 1700000051750, 0.004807692307692308, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 208, 1700000052000, 0.004784688995215311, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 209, 1700000052250, 0.004761904761904762, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 210, 1700000052500, 0.004739336492890996, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 211, 1700000052750, 0.0047169811320754715, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 212, 1700000053000, 0.004694835680751174, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 213, 1700000053250, 0.004672897196261682, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 214, 1700000053500, 0.004651162790697674, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 215, 1700000053750, 0.004629629629629629, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 216, 1700000054000, 0.004608294930875576, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 217, 1700000054250, 0.0045871559633027525, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 218, 1700000054500, 0.0045662100456621, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 219, 1700000054750, 0.004545454545454545, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 220, 1700000055000, 0.004524886877828055, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 221, 1700000055250, 0.0045045045045045045, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 222, 1700000055500, 0.004484304932735426, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 223, 1700000055750, 0.004464285714285714, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 224, 1700000056000, 0.0044444444444444444, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 225, 1700000056250, 0.004424778761061947, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 226, 1700000056500, 0.004405286343612335, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 227, 1700000056750, 0.0043859649122807015, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 228, 1700000057000, 0.004366812227074236, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 229, 1700000057250, 0.004347826086956522, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 230, 1700000057500, 0.004329004329004329, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 231, 1700000057750, 0.004310344827586207, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 232, 1700000058000, 0.004291845493562232, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 233, 1700000058250, 0.004273504273504274, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 234, 1700000058500, 0.00425531914893617, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 235, 1700000058750, 0.00423728813559322, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 236, 1700000059000, 0.004219409282700422, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 237, 1700000059250, 0.004201680672268907, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 238, 1700000059500, 0.0041841004184100415, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 239, 1700000059750, 0.004166666666666667, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 240, 1700000060000, 0.004149377593360996, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 241, 1700000060250, 0.004132231404958678, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 242, 1700000060500, 0.00411522633744856, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 243, 1700000060750, 0.004098360655737705, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 244, 1700000061000, 0.004081632653061225, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 245, 1700000061250, 0.0040650406504065045, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 246, 1700000061500, 0.004048582995951417, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 247, 1700000061750, 0.004032258064516129, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 248, 1700000062000, 0.004016064257028112, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 249, 1700000062250, 0.004, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 250, 1700000062500, 0.00398406374501992, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 251, 1700000062750, 0.003968253968253968, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 252, 1700000063000, 0.003952569169960474, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 253, 1700000063250, 0.003937007874015748, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 254, 1700000063500, 0.00392156862745098, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 255, 1700000063750, 0.00390625, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 256, 1700000064000, 0.0038910505836575876, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 257, 1700000064250, 0.003875968992248062, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 258, 1700000064500, 0.003861003861003861, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 259, 1700000064750, 0.0038461538461538464, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 260, 1700000065000, 0.0038314176245210726, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 261, 1700000065250, 0.003816793893129771, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 262, 1700000065500, 0.0038022813688212928, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 263, 1700000065750, 0.003787878787878788, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 264, 1700000066000, 0.0037735849056603774, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 265, 1700000066250, 0.0037593984962406013, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 266, 1700000066500, 0.003745318352059925, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 267, 1700000066750, 0.0037313432835820895, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 268, 1700000067000, 0.0037174721189591076, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 269, 1700000067250, 0.003703703703703704, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 270, 1700000067500, 0.0036900369003690036, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 271, 1700000067750, 0.003676470588235294, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 272, 1700000068000, 0.003663003663003663, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 273, 1700000068250, 0.0036496350364963502, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 274, 1700000068500, 0.0036363636363636364, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 275, 1700000068750, 0.0036231884057971015, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 276, 1700000069000, 0.0036101083032490976, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 277, 1700000069250, 0.0035971223021582736, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 278, 1700000069500, 0.0035842293906810036, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 279, 1700000069750, 0.0035714285714285713, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 280, 1700000070000, 0.0035587188612099642, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 281, 1700000070250, 0.0035460992907801418, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 282, 1700000070500, 0.0035335689045936395, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 283, 1700000070750, 0.0035211267605633804, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 284, 1700000071000, 0.0035087719298245615, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 285, 1700000071250, 0.0034965034965034965, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 286, 1700000071500, 0.003484320557491289, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 287, 1700000071750, 0.003472222222222222, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 288, 1700000072000, 0.0034602076124567475, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 289, 1700000072250, 0.0034482758620689655, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 290, 1700000072500, 0.003436426116838488, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 291, 1700000072750, 0.003424657534246575, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 292, 1700000073000, 0.0034129692832764505, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 293, 1700000073250, 0.003401360544217687, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 294, 1700000073500, 0.003389830508474576, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 295, 1700000073750, 0.0033783783783783786, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 296, 1700000074000, 0.003367003367003367, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 297, 1700000074250, 0.003355704697986577, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 298, 1700000074500, 0.0033444816053511705, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 299, 1700000074750, 0.0033333333333333335, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 300, 1700000100300, 0.3, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 301, 1700000100301, 0.301, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 302, 1700000100302, 0.302, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 303, 1700000100303, 0.303, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 304, 1700000100304, 0.304, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 305, 1700000100305, 0.305, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 306, 1700000100306, 0.306, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 307, 1700000100307, 0.307, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 308, 1700000100308, 0.308, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 309, 1700000100309, 0.309, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 310, 1700000100310, 0.31, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 311, 1700000100311, 0.311, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 312, 1700000100312, 0.312, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 313, 1700000100313, 0.313, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 314, 1700000100314, 0.314, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 315, 1700000100315, 0.315, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 316, 1700000100316, 0.316, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 317, 1700000100317, 0.317, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 318, 1700000100318, 0.318, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 319, 1700000100319, 0.319, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 2, 0, 1, 0.0, 1);
INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 1, 319, 1700000100319, 0.319, 0);
INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan) VALUES (22000000000000, 2, 0, 1, 0.0, 1);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 0, 1700000000000, 1.0, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 1, 1700000000250, 0.5, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 2, 1700000000500, 0.3333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 3, 1700000000750, 0.25, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 4, 1700000001000, 0.2, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 5, 1700000001250, 0.16666666666666666, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 6, 1700000001500, 0.14285714285714285, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 7, 1700000001750, 0.125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 8, 1700000002000, 0.1111111111111111, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 9, 1700000002250, 0.1, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 10, 1700000002500, 0.09090909090909091, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 11, 1700000002750, 0.08333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 12, 1700000003000, 0.07692307692307693, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 13, 1700000003250, 0.07142857142857142, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 14, 1700000003500, 0.06666666666666667, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 15, 1700000003750, 0.0625, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 16, 1700000004000, 0.058823529411764705, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 17, 1700000004250, 0.05555555555555555, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 18, 1700000004500, 0.05263157894736842, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 19, 1700000004750, 0.05, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 20, 1700000005000, 0.047619047619047616, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 21, 1700000005250, 0.045454545454545456, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 22, 1700000005500, 0.043478260869565216, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 23, 1700000005750, 0.041666666666666664, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 24, 1700000006000, 0.04, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 25, 1700000006250, 0.038461538461538464, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 26, 1700000006500, 0.037037037037037035, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 27, 1700000006750, 0.03571428571428571, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 28, 1700000007000, 0.034482758620689655, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 29, 1700000007250, 0.03333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 30, 1700000007500, 0.03225806451612903, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 31, 1700000007750, 0.03125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 32, 1700000008000, 0.030303030303030304, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 33, 1700000008250, 0.029411764705882353, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 34, 1700000008500, 0.02857142857142857, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 35, 1700000008750, 0.027777777777777776, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 36, 1700000009000, 0.02702702702702703, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 37, 1700000009250, 0.02631578947368421, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 38, 1700000009500, 0.02564102564102564, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 39, 1700000009750, 0.025, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 40, 1700000010000, 0.024390243902439025, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 41, 1700000010250, 0.023809523809523808, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 42, 1700000010500, 0.023255813953488372, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 43, 1700000010750, 0.022727272727272728, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 44, 1700000011000, 0.022222222222222223, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 45, 1700000011250, 0.021739130434782608, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 46, 1700000011500, 0.02127659574468085, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 47, 1700000011750, 0.020833333333333332, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 48, 1700000012000, 0.02040816326530612, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 49, 1700000012250, 0.02, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 50, 1700000012500, 0.0196078431372549, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 51, 1700000012750, 0.019230769230769232, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 52, 1700000013000, 0.018867924528301886, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 53, 1700000013250, 0.018518518518518517, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 54, 1700000013500, 0.01818181818181818, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 55, 1700000013750, 0.017857142857142856, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 56, 1700000014000, 0.017543859649122806, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 57, 1700000014250, 0.017241379310344827, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 58, 1700000014500, 0.01694915254237288, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 59, 1700000014750, 0.016666666666666666, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 60, 1700000015000, 0.01639344262295082, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 61, 1700000015250, 0.016129032258064516, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 62, 1700000015500, 0.015873015873015872, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 63, 1700000015750, 0.015625, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 64, 1700000016000, 0.015384615384615385, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 65, 1700000016250, 0.015151515151515152, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 66, 1700000016500, 0.014925373134328358, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 67, 1700000016750, 0.014705882352941176, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 68, 1700000017000, 0.014492753623188406, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 69, 1700000017250, 0.014285714285714285, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 70, 1700000017500, 0.014084507042253521, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 71, 1700000017750, 0.013888888888888888, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 72, 1700000018000, 0.0136986301369863, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 73, 1700000018250, 0.013513513513513514, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 74, 1700000018500, 0.013333333333333334, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 75, 1700000018750, 0.013157894736842105, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 76, 1700000019000, 0.012987012987012988, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 77, 1700000019250, 0.01282051282051282, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 78, 1700000019500, 0.012658227848101266, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 79, 1700000019750, 0.0125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 80, 1700000020000, 0.012345679012345678, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 81, 1700000020250, 0.012195121951219513, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 82, 1700000020500, 0.012048192771084338, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 83, 1700000020750, 0.011904761904761904, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 84, 1700000021000, 0.011764705882352941, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 85, 1700000021250, 0.011627906976744186, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 86, 1700000021500, 0.011494252873563218, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 87, 1700000021750, 0.011363636363636364, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 88, 1700000022000, 0.011235955056179775, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 89, 1700000022250, 0.011111111111111112, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 90, 1700000022500, 0.01098901098901099, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 91, 1700000022750, 0.010869565217391304, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 92, 1700000023000, 0.010752688172043012, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 93, 1700000023250, 0.010638297872340425, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 94, 1700000023500, 0.010526315789473684, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 95, 1700000023750, 0.010416666666666666, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 96, 1700000024000, 0.010309278350515464, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 97, 1700000024250, 0.01020408163265306, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 98, 1700000024500, 0.010101010101010102, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 99, 1700000024750, 0.01, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 100, 1700000025000, 0.009900990099009901, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 101, 1700000025250, 0.00980392156862745, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 102, 1700000025500, 0.009708737864077669, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 103, 1700000025750, 0.009615384615384616, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 104, 1700000026000, 0.009523809523809525, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 105, 1700000026250, 0.009433962264150943, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 106, 1700000026500, 0.009345794392523364, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 107, 1700000026750, 0.009259259259259259, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 108, 1700000027000, 0.009174311926605505, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 109, 1700000027250, 0.00909090909090909, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 110, 1700000027500, 0.009009009009009009, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 111, 1700000027750, 0.008928571428571428, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 112, 1700000028000, 0.008849557522123894, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 113, 1700000028250, 0.008771929824561403, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 114, 1700000028500, 0.008695652173913044, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 115, 1700000028750, 0.008620689655172414, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 116, 1700000029000, 0.008547008547008548, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 117, 1700000029250, 0.00847457627118644, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 118, 1700000029500, 0.008403361344537815, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 119, 1700000029750, 0.008333333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 120, 1700000030000, 0.008264462809917356, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 121, 1700000030250, 0.00819672131147541, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 122, 1700000030500, 0.008130081300813009, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 123, 1700000030750, 0.008064516129032258, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 124, 1700000031000, 0.008, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 125, 1700000031250, 0.007936507936507936, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 126, 1700000031500, 0.007874015748031496, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 127, 1700000031750, 0.0078125, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 128, 1700000032000, 0.007751937984496124, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 129, 1700000032250, 0.007692307692307693, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 130, 1700000032500, 0.007633587786259542, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 131, 1700000032750, 0.007575757575757576, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 132, 1700000033000, 0.007518796992481203, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 133, 1700000033250, 0.007462686567164179, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 134, 1700000033500, 0.007407407407407408, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 135, 1700000033750, 0.007352941176470588, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 136, 1700000034000, 0.0072992700729927005, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 137, 1700000034250, 0.007246376811594203, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 138, 1700000034500, 0.007194244604316547, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 139, 1700000034750, 0.007142857142857143, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 140, 1700000035000, 0.0070921985815602835, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 141, 1700000035250, 0.007042253521126761, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 142, 1700000035500, 0.006993006993006993, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 143, 1700000035750, 0.006944444444444444, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 144, 1700000036000, 0.006896551724137931, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 145, 1700000036250, 0.00684931506849315, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 146, 1700000036500, 0.006802721088435374, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 147, 1700000036750, 0.006756756756756757, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 148, 1700000037000, 0.006711409395973154, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 149, 1700000037250, 0.006666666666666667, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 150, 1700000037500, 0.006622516556291391, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 151, 1700000037750, 0.006578947368421052, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 152, 1700000038000, 0.006535947712418301, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 153, 1700000038250, 0.006493506493506494, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 154, 1700000038500, 0.0064516129032258064, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 155, 1700000038750, 0.00641025641025641, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 156, 1700000039000, 0.006369426751592357, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 157, 1700000039250, 0.006329113924050633, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 158, 1700000039500, 0.006289308176100629, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 159, 1700000039750, 0.00625, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 160, 1700000040000, 0.006211180124223602, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 161, 1700000040250, 0.006172839506172839, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 162, 1700000040500, 0.006134969325153374, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 163, 1700000040750, 0.006097560975609756, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 164, 1700000041000, 0.006060606060606061, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 165, 1700000041250, 0.006024096385542169, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 166, 1700000041500, 0.005988023952095809, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 167, 1700000041750, 0.005952380952380952, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 168, 1700000042000, 0.005917159763313609, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 169, 1700000042250, 0.0058823529411764705, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 170, 1700000042500, 0.005847953216374269, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 171, 1700000042750, 0.005813953488372093, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 172, 1700000043000, 0.005780346820809248, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 173, 1700000043250, 0.005747126436781609, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 174, 1700000043500, 0.005714285714285714, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 175, 1700000043750, 0.005681818181818182, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 176, 1700000044000, 0.005649717514124294, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 177, 1700000044250, 0.0056179775280898875, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 178, 1700000044500, 0.00558659217877095, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 179, 1700000044750, 0.005555555555555556, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 180, 1700000045000, 0.0055248618784530384, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 181, 1700000045250, 0.005494505494505495, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 182, 1700000045500, 0.00546448087431694, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 183, 1700000045750, 0.005434782608695652, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 184, 1700000046000, 0.005405405405405406, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 185, 1700000046250, 0.005376344086021506, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 186, 1700000046500, 0.0053475935828877, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 187, 1700000046750, 0.005319148936170213, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 188, 1700000047000, 0.005291005291005291, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 189, 1700000047250, 0.005263157894736842, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 190, 1700000047500, 0.005235602094240838, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 191, 1700000047750, 0.005208333333333333, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 192, 1700000048000, 0.0051813471502590676, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 193, 1700000048250, 0.005154639175257732, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 194, 1700000048500, 0.005128205128205128, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 195, 1700000048750, 0.00510204081632653, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 196, 1700000049000, 0.005076142131979695, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 197, 1700000049250, 0.005050505050505051, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 198, 1700000049500, 0.005025125628140704, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 199, 1700000049750, 0.005, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 200, 1700000050000, 0.004975124378109453, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 201, 1700000050250, 0.0049504950495049506, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 202, 1700000050500, 0.0049261083743842365, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 203, 1700000050750, 0.004901960784313725, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 204, 1700000051000, 0.004878048780487805, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 205, 1700000051250, 0.0048543689320388345, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 206, 1700000051500, 0.004830917874396135, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 207, 1700000051750, 0.004807692307692308, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 208, 1700000052000, 0.004784688995215311, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 209, 1700000052250, 0.004761904761904762, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 210, 1700000052500, 0.004739336492890996, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 211, 1700000052750, 0.0047169811320754715, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 212, 1700000053000, 0.004694835680751174, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 213, 1700000053250, 0.004672897196261682, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 214, 1700000053500, 0.004651162790697674, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 215, 1700000053750, 0.004629629629629629, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 216, 1700000054000, 0.004608294930875576, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 217, 1700000054250, 0.0045871559633027525, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 218, 1700000054500, 0.0045662100456621, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 219, 1700000054750, 0.004545454545454545, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 220, 1700000055000, 0.004524886877828055, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 221, 1700000055250, 0.0045045045045045045, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 222, 1700000055500, 0.004484304932735426, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 223, 1700000055750, 0.004464285714285714, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 224, 1700000056000, 0.0044444444444444444, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 225, 1700000056250, 0.004424778761061947, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 226, 1700000056500, 0.004405286343612335, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 227, 1700000056750, 0.0043859649122807015, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 228, 1700000057000, 0.004366812227074236, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 229, 1700000057250, 0.004347826086956522, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 230, 1700000057500, 0.004329004329004329, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 231, 1700000057750, 0.004310344827586207, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 232, 1700000058000, 0.004291845493562232, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 233, 1700000058250, 0.004273504273504274, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 234, 1700000058500, 0.00425531914893617, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 235, 1700000058750, 0.00423728813559322, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 236, 1700000059000, 0.004219409282700422, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 237, 1700000059250, 0.004201680672268907, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 238, 1700000059500, 0.0041841004184100415, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 239, 1700000059750, 0.004166666666666667, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 240, 1700000060000, 0.004149377593360996, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 241, 1700000060250, 0.004132231404958678, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 242, 1700000060500, 0.00411522633744856, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 243, 1700000060750, 0.004098360655737705, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 244, 1700000061000, 0.004081632653061225, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 245, 1700000061250, 0.0040650406504065045, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 246, 1700000061500, 0.004048582995951417, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 247, 1700000061750, 0.004032258064516129, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 248, 1700000062000, 0.004016064257028112, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 249, 1700000062250, 0.004, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 250, 1700000062500, 0.00398406374501992, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 251, 1700000062750, 0.003968253968253968, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 252, 1700000063000, 0.003952569169960474, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 253, 1700000063250, 0.003937007874015748, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 254, 1700000063500, 0.00392156862745098, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 255, 1700000063750, 0.00390625, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 256, 1700000064000, 0.0038910505836575876, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 257, 1700000064250, 0.003875968992248062, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 258, 1700000064500, 0.003861003861003861, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 259, 1700000064750, 0.0038461538461538464, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 260, 1700000065000, 0.0038314176245210726, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 261, 1700000065250, 0.003816793893129771, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 262, 1700000065500, 0.0038022813688212928, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 263, 1700000065750, 0.003787878787878788, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 264, 1700000066000, 0.0037735849056603774, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 265, 1700000066250, 0.0037593984962406013, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 266, 1700000066500, 0.003745318352059925, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 267, 1700000066750, 0.0037313432835820895, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 268, 1700000067000, 0.0037174721189591076, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 269, 1700000067250, 0.003703703703703704, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 270, 1700000067500, 0.0036900369003690036, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 271, 1700000067750, 0.003676470588235294, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 272, 1700000068000, 0.003663003663003663, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 273, 1700000068250, 0.0036496350364963502, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 274, 1700000068500, 0.0036363636363636364, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 275, 1700000068750, 0.0036231884057971015, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 276, 1700000069000, 0.0036101083032490976, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 277, 1700000069250, 0.0035971223021582736, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 278, 1700000069500, 0.0035842293906810036, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 279, 1700000069750, 0.0035714285714285713, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 280, 1700000070000, 0.0035587188612099642, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 281, 1700000070250, 0.0035460992907801418, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 282, 1700000070500, 0.0035335689045936395, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 283, 1700000070750, 0.0035211267605633804, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 284, 1700000071000, 0.0035087719298245615, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 285, 1700000071250, 0.0034965034965034965, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 286, 1700000071500, 0.003484320557491289, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 287, 1700000071750, 0.003472222222222222, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 288, 1700000072000, 0.0034602076124567475, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 289, 1700000072250, 0.0034482758620689655, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 290, 1700000072500, 0.003436426116838488, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 291, 1700000072750, 0.003424657534246575, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 292, 1700000073000, 0.0034129692832764505, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 293, 1700000073250, 0.003401360544217687, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 294, 1700000073500, 0.003389830508474576, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 295, 1700000073750, 0.0033783783783783786, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 296, 1700000074000, 0.003367003367003367, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 297, 1700000074250, 0.003355704697986577, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 298, 1700000074500, 0.0033444816053511705, 0);
INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 299, 1700000074750, 0.0033333333333333335, 0);
INSERT INTO metric_point (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 2, 0, 1, 0.0, 1);
INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 1, 299, 1700000074750, 0.0033333333333333335, 0);
INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan) VALUES (22000000000256, 2, 0, 1, 0.0, 1);
