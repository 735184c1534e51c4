#include "cli/skeleton.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kConfiguration =
    R"(# What this project is for, which data it may use, what is good enough, and who decides.
# Cairn governs by the copy that was accepted with `cairn apply`, never by this working copy: edit, `cairn charter check`, apply.
project: @PROJECT@

charter:
  # What goes wrong today, for whom, and what will be different. Problem to scope, entity, action, stakeholders and timeline are for people.
  # The rest is acted on: `cairn charter check` names what is missing, and what nothing acts on, each with its line.
  problem:
  persona:
  why:
  objective:
  scope: {in: [], out: []}
  # What one prediction is about, which column holds the truth (the target of the data set), and how long it takes until it is known.
  prediction: {entity: , outcome: , wait: 7d, action: }
  stakeholders:
    - {name: @PERSON@, role: product owner, decides: launch}
  # A goal counts only when something measures it. Sources: evaluation.<metric> (the sealed test rows), quality.<metric> (labelled live
  # traffic, with a monitor of that metric), serving.latency_p99_ms, serving.fallback_share.
  kpis: []
  #  - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.5, owner: @PERSON@, due: 2030-01-01}
  # What is good enough to launch. A gate must check each, at least as strictly.
  success: []
  #  - {metric: log_loss, comparator: "<", than: heuristic}
  # What a wrong yes and a wrong no cost: the decision threshold and the expected cost follow from it.
  # cost: {false_positive: 1, false_negative: 3, unit: EUR}
  # What you would do without a model. It is the baseline to beat, and what answers when the model cannot.
  # heuristic:
  #   - {when: "hour >= 17", score: 0.3}
  #   - {otherwise: 0.2}
  # minimal, limited, high or unacceptable. High risk needs human approval by two people; unacceptable cannot be deployed.
  # risk: limited
  # Milestones: {milestone: pilot, due: 2030-03-01}, and `done: DATE` when it is; until then it is overdue once the date has passed.
  timeline: []
  # What one run of the pipeline is planned to take; `cairn cost plan` finds runs that are further from it than the bound.
  # costs: {bytes: 2000000, seconds: 600, labels: 5000, bound: 25%, prices: {seconds: 0.002, labels: 0.1}}
  # The work as tasks, and what a prediction in one would be worth a year (`cairn usecase rank`): chance · gain · times_a_year − run_a_year − build.
  # tasks:
  #   - {name: receive the order}
  #   - {name: promise a date, needs: [receive the order], prediction: {of: days, gain: 2, times_a_year: 10000, chance: 50%, build: 5000, run_a_year: 1000}}
  # Nothing trains before these have signed what the charter says (`cairn charter sign`).
  # signatures: {required: [@PERSON@], valid: 365d}

# Who may do what. Keys are public: `cairn id new NAME` makes a pair and keeps the private part with its person. Whoever made a candidate
# (ran the pipeline, or the script) cannot approve it: another approver does, or a policy that was signed.
roles:
  principals:
    - {name: @PERSON@, roles: [approver, auditor], key: "@KEY@"}

# One entry per data set. The test rows are put aside, sealed, the moment a file is added, before anybody has looked at them.
# data:
#   mydata:
#     path: data/mydata
#     target: label
#     key: [id]
#     holdout: 20%
#     contract:
#       columns:
#         id: {type: string, nullable: false, unique: true, serving: false}
#         region: {type: string, nullable: false}
#         label: {type: integer, allowed: [0, 1], nullable: false, serving: false}

# The registered model whose alias this configuration guards (`production`, or another one with `alias: NAME`), and what is compared.
# model: {name: @PROJECT@, dataset: mydata, metric: log_loss, threshold: cost, slices: [region]}

# What a version must show, on figures that Cairn measured itself, before a person (or a signed policy) may let it through. A bound `min` or
# `max` is held against the bad end of the 95% interval; `judged_by: value` in a rule takes the measured value.
# From now on a change of what gates rest on needs an approver: `cairn apply --sign NAME`. So does `approval: policy`, to approve anything.
# gates:
#   approval: human
#   valid_days: 30           # an approval that is older carries nothing out
#   emergency: {roles: [approver, operator], review_days: 3}   # who may release without the due approvals; somebody else must review it by then
#   rules:
#     - {name: better than the heuristic, metric: log_loss, against: heuristic}  # the success metric above
#     - {name: not worse than production, metric: log_loss, against: production, margin: 0.002}
#     - {name: no slice surely worse, metric: log_loss, slice: worst, against: production}   # of the columns in model.slices
#     - {name: equal opportunity, gap: equal_opportunity_difference, by: region, max: 0.1}

# `worker` is for models that only Python can run (MLflow's python_function): they are loaded in confined processes. `code: permit` lets models
# be loaded whose loading can run code of their author, such as pickles.
# serving:
#   assertions: contract
#   outputs: {probabilities: {min: 0, max: 1}, label: {allowed: [0, 1]}}    # an answer that breaks one is not given, and the fallback answers; NaN and infinite never are
#   fallback: [previous, heuristic, {default: 0.2}]    # in this order, when the version in production fails; heuristic unless written, or none
#   memory: 4GiB     # of all loaded versions; those that callers name make room, the one used longest ago first
#   convert: auto    # what only Python can run is converted to ONNX when it is considered, and the conversion examined if it answers the same
#   canary: {steps: [1%, 10%, 50%], min_requests: 300, max_error_rate_alpha: 0.01}    # max_loss_alpha: 0.01 (by labels), hold: 30m, slow_above_ms: 50, breaker: {error_rate: 50%, requests: 20}
#   log: {share: 10%, reason: WHY}    # of the requests, into the prediction log; without it all. `plain: [COLUMN]` keeps a column that the contract classifies unmasked; `ship: s3://bucket/prefix` brings it there as Parquet
#   batching: {max_batch_size: 32, max_queue_delay: 0, max_queue_size: 256}    # only to have it otherwise than the version's own measure
#   worker: {python: python3, code: refuse, processes: 2, threads: 1, timeout_s: 10, start_timeout_s: 120, memory_mib: 2048}

# monitors:
#   - {name: quality, protects: honest risk, quality: log_loss, window: 7d, min_rows: 500, above: 0.55}

# How the stages of dvc.yaml run, where dvc.yaml cannot say it. This section counts as it stands here, as dvc.yaml does.
# pipeline:
#   resources: {cpu: 4, memory: 8GiB}       # what stages may take together; without it, what the machine has
#   executor: local                         # or ray: the same stages as one job of the cluster below
#   ray: {address: "http://head:8265", store: /shared/cairn}   # store: seen by every node, or s3://bucket/prefix; tracking, python, patience, token
#   stages:
#     train:
#       timeout: 2h                         # of each try; then all its processes are ended
#       retries: {most: 2, wait: 10s}       # tries after the first; the wait doubles, up to `longest` (5m)
#       run_cache: false                    # run it also when it ran on the same before
#       resources: {cpu: 2, memory: 4GiB, gpu: 1}
#       secrets: {WAREHOUSE_KEY: {env: WAREHOUSE_KEY}, TOKEN: {file: ~/.config/token}}   # never in a record or log
#     thumbs:                               # one call for each new or changed file of the dep `images`, instead of the whole cmd
#       map: {over: images, call: "python thumb.py ${in} ${out}", into: "thumbs/${item}"}   # also ${stem}, several outputs by name, at_once

# How old evidence may be, and which stages of dvc.yaml do tests of the ML Test Score that the program does not do itself.
# scorecard:
#   cadence: 30d
#   checks: [{test: T-D7, stage: unit_tests}]

# The ML Canvas in your own words: `says` for people; the lists are held against the rest, both ways (`cairn canvas lint`).
# canvas:
#   data_sources: {says: Where the rows come from, datasets: [mydata]}

# Traces of requests (W3C traceparent) and figures for a collector of OpenTelemetry. Without this nothing is reported.
# telemetry:
#   otlp: {endpoint: "http://127.0.0.1:4318", traces: 10%, interval: 10s}   # headers: OTEL_EXPORTER_OTLP_HEADERS

# What sets the pipeline off by itself, in `cairn up`; each firing names itself in its run. `concurrency: queue | replace | skip` says what to do
# while a run is under way, `force: true` runs stages that are not stale too. A secret is a reference, as above.
# triggers:
#   - {name: retrain when quality falls, on: alert, monitor: quality, run: pipeline}
#   - {name: nightly, on: schedule, cron: "30 2 * * *", zone: Europe/Berlin, catch_up: last, run: pipeline}   # none | last | all
#   - {name: new data, on: data, dataset: mydata, run: pipeline}              # or a path in the project: {path: feed, settle: 5s}
#   - {name: feed, on: data, path: "s3://feeds/daily", every: 1m, run: pipeline}   # every: how often it is looked at, 30s unless said
#   - {name: orders, on: data, database: {env: SHOP}, table: orders, run: pipeline}   # PostgreSQL, or sqlite:///shop.db; or a query
#   - {name: new code, on: training_code, ref: main, paths: ["src/**"], run: pipeline}   # or application_code
#   - {name: hook, on: message, secret: {env: HOOK_KEY}, run: pipeline}       # POST /api/v1/triggers/hook/messages, signed
#   - {name: by hand, on: demand, run: pipeline}                              # cairn trigger fire "by hand"
)";

constexpr std::string_view kStages =
    R"(# The stages that make a model, in DVC's own form: `cairn run` runs what is stale, `dvc` reads the same file.
# A stage is any command. Plain `mlflow` code in it logs to Cairn by itself: its address is in the environment.
stages: {}
#  train:
#    cmd: python train.py
#    deps: [train.py, data/mydata]
#    params: [train]
#    outs: [model.onnx]
)";

constexpr std::string_view kParams =
    R"(# Values that stages read; a change here makes the stages that name them stale.
train: {}
)";

constexpr std::string_view kIgnore = "/.cairn\n";

std::string Filled(std::string_view text, std::string_view project, std::string_view person,
                   std::string_view key) {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    bool replaced = false;
    for (const auto& [mark, value] :
         {std::pair{std::string_view("@PROJECT@"), project}, std::pair{std::string_view("@PERSON@"), person},
          std::pair{std::string_view("@KEY@"), key}}) {
      if (text.substr(at, mark.size()) != mark) continue;
      filled += value;
      at += mark.size();
      replaced = true;
      break;
    }
    if (!replaced) filled += text[at++];
  }
  return filled;
}

}  // namespace

std::vector<SkeletonFile> Skeleton(std::string_view project, std::string_view person,
                                   std::string_view public_key) {
  return {{"cairn.yaml", Filled(kConfiguration, project, person, public_key)},
          {"dvc.yaml", std::string(kStages)},
          {"params.yaml", std::string(kParams)},
          {".gitignore", std::string(kIgnore)}};
}

}  // namespace cairn::cli
