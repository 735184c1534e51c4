#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ground/os/temp_folder.h"
#include "loop/charter/schema.h"
#include "loop/data/schema.h"
#include "loop/evaluation/random.h"
#include "loop/registry/testing/registry_store.h"
#include "loop/rollout/rollout.h"
#include "loop/rollout/schema.h"

namespace cairn::rollout::testing {

using governance::State;
using registry::testing::Must;

inline constexpr std::string_view kCharter = R"(
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {when: "hour >= 16", score: 0.4}
    - {otherwise: 0.65}
)";
inline constexpr std::string_view kData = R"(
data:
  flights:
    path: data/flights
    target: on_time
    key: [id]
    holdout: 50%
    contract:
      columns:
        id: {type: integer, nullable: false, serving: false}
        carrier: {type: string}
        hour: {type: integer}
        distance: {type: number}
        x0: {type: number}
        x1: {type: number}
        x2: {type: number}
        x3: {type: number}
        x4: {type: number}
        x5: {type: number}
        x6: {type: number}
        x7: {type: number}
        x8: {type: number}
        x9: {type: number}
        on_time: {type: integer, serving: false}
model: {name: delay, dataset: flights, metric: log_loss, threshold: cost, slices: [carrier]}
)";
inline constexpr std::string_view kStrict = R"(
    - {name: better than the heuristic, metric: log_loss, against: heuristic}
    - {name: not worse than production, metric: log_loss, against: production, margin: 0.002}
    - {name: contract, contract: passed}
)";
inline constexpr std::string_view kLax = R"(
    - {name: not absurd, metric: roc_auc, min: 0.2}
)";
inline constexpr std::string_view kCanary =
    "serving: {canary: {share: 50%, min_requests: 20, max_error_rate_alpha: 0.01}}\n";

/// Flights, models that know them and models that do not, people who decide, and everything that a rollout
/// needs, over one store.
class RolloutTest : public ::testing::TestWithParam<std::string> {
 protected:
  RolloutTest() {
    const std::array schemas = {&metadata::Schema(),
                                &governance::Schema(),
                                &tracking::Schema(),
                                &registry::Schema(),
                                &charter::Schema(),
                                &data::Schema(),
                                &Schema()};
    Must(store.database().Migrate(schemas));
    store.Bind("delay");
    Must(os::MakeFolders(folder / "predictions"));
    log = Must(serving::PredictionLog::Open(store.database(), store.clock(), disk, folder / "predictions",
                                            serving::Mask("a key of tests")));
    Start();
  }

  /// What a restart of the program makes anew.
  void Start() {
    rollouts.reset();
    service = std::make_unique<serving::Service>(store.registry, store.database(), *log, store.clock());
    rollouts = std::make_unique<Rollouts>(Rollouts::Rooms{store.database(),
                                                          store.clock(),
                                                          office.configurations,
                                                          office.decisions,
                                                          feasibility,
                                                          catalogue,
                                                          store.registry,
                                                          *service,
                                                          {},
                                                          [this](const auto& rows) { return Known(rows); }});
    if (!configuration.empty())
      Must(service->Configure(Must(serving::ParseSettings(Must(ParseYaml(configuration, "cairn.yaml"))))));
  }

  void Accept(std::string_view rules = kStrict, const std::string& approval = "human",
              std::string_view serving = kCanary) {
    Take(Written(rules, approval, serving), approval);
  }
  std::string Written(std::string_view rules = kStrict, const std::string& approval = "human",
                      std::string_view serving = kCanary) {
    return "project: delays\ncharter:\n  risk: limited" + std::string(kCharter) + "roles:\n  principals:\n" +
           office.Person("ada", "developer") + office.Person("grace", "approver") +
           office.Person("linus", "approver, developer") + office.Person("vera", "validator") +
           std::string(kData) + "gates:\n  approval: " + approval + "\n  rules:" + std::string(rules) +
           std::string(serving);
  }
  void Take(const std::string& text, const std::string& approval = "human") {
    configuration = text;
    if (approval == "policy" || Must(office.configurations.Accepted())) {
      office.AcceptSigned(configuration);
    } else {
      Must(office.Accept(configuration));
    }
    Start();
  }

  /// Flights that are on time with the chance that the model columns.onnx has learnt.
  void AddFlights(const std::string& name, std::uint64_t seed = 1) {
    static constexpr const char* kCarriers[] = {"AA", "UA", "B6", "DL"};
    evaluation::Random random(seed);
    std::string text = "id,carrier,hour,distance,x0,x1,x2,x3,x4,x5,x6,x7,x8,x9,on_time\n";
    for (int i = 0; i < 2500; ++i) {
      const std::uint32_t carrier = random.Below(4), hour = random.Below(24);
      const double odds = 1.95 - 0.107 * hour - (carrier == 2 ? 1.5 : 0.0);
      text += std::to_string(seed * 100'000 + static_cast<std::uint64_t>(i)) + "," + kCarriers[carrier] +
              "," + std::to_string(hour) + "," + std::to_string(500 + random.Below(1000));
      for (int x = 0; x < 10; ++x) text += "," + std::to_string(random.Unit() - 0.5);
      text += random.Unit() < 1 / (1 + std::exp(-odds)) ? ",1\n" : ",0\n";
    }
    Must(os::WriteFileAtomically(folder / name, text));
    const auto specification = Must(data::FindSpecification(Must(ParseYaml(kData, "cairn.yaml")), "flights"));
    Must(catalogue.Add(specification, {folder / name, "ada", "", "", data::Addition::Broken::Refuse}));
  }

  std::int64_t RegisterFolder(const std::string& mlmodel, const std::string& onnx, const std::string& note,
                              const std::string& by = "ada", const std::string& run = "") {
    if (!store.registry.FindModel("delay")) Must(store.registry.Create("delay", {}, "", "ada"));
    const auto model = Must(store.tracking->models.Create({0, "model", "", run, {}, {}}));
    const std::string root = "0/models/" + model.id + "/artifacts/";
    store.Put(root + "MLmodel", mlmodel);
    store.Put(root + "note.txt", note);
    if (!onnx.empty())
      store.Put(root + "model.onnx", Must(os::ReadFile("src/loop/runtime/testdata/" + onnx)));
    return Must(store.registry.Add({"delay", "models:/" + model.id, run, "", "", "", {}, by, ""})).version;
  }
  std::int64_t Knowing(const std::string& note = "first", const std::string& by = "ada") {
    return RegisterFolder("flavors:\n  onnx: {data: model.onnx}\n", "columns.onnx", note, by);
  }
  std::int64_t Guessing(const std::string& run = "") {
    std::string columns;
    for (int x = 0; x < 10; ++x)
      columns += std::string(x ? ", " : "") + R"({"type": "float", "name": "x)" + std::to_string(x) + "\"}";
    return RegisterFolder("flavors:\n  onnx: {data: model.onnx}\nsignature:\n  inputs: '[" + columns + "]'\n",
                          "boosting.onnx", "guess", "ada", run);
  }

  /// A version that knows, made by a run of the pipeline that `actor` started.
  std::int64_t MadeBy(const std::string& pipeline_run, const std::string& actor,
                      const std::string& note = "made") {
    const auto run = Must(store.tracking->runs.Create(
        {0, "", "root", 1, {{"cairn.pipeline_run", pipeline_run}, {"cairn.actor", actor}}}));
    return RegisterFolder("flavors:\n  onnx: {data: model.onnx}\n", "columns.onnx", note, "client",
                          run.info.id);
  }

  Rollout Consider(std::int64_t version, const std::string& cause = "") {
    store.clock().Advance(1000);
    return Must(rollouts->Consider("delay", version, "ci", cause));
  }
  Result<Rollout> Approve(const Rollout& rollout, const std::string& who = "grace") {
    store.clock().Advance(1000);
    return rollouts->Approve(
        rollout.id,
        office.Sign(who, governance::ApprovalStatement(Must(office.decisions.Find(rollout.decision)))));
  }
  Rollout InProduction(std::int64_t version) {
    const auto promoted = Must(Approve(Consider(version)));
    EXPECT_EQ(promoted.stage, Stage::Promoted) << promoted.reason;
    return promoted;
  }
  std::int64_t Production() {
    const auto found = store.registry.FindByAlias("delay", "production");
    return found ? found->version : 0;
  }
  Stage StageOf(const Rollout& rollout) { return Must(rollouts->Find(rollout.id)).stage; }
  State DecisionOf(const Rollout& rollout) { return Must(office.decisions.Find(rollout.decision)).state; }

  void Send(int requests, Json distance = 1000.5, const std::string& ids = "") {
    for (int i = 0; i < requests; ++i) {
      serving::Question question;
      if (!ids.empty()) question.id = ids + std::to_string(i);
      question.rows = 1;
      question.columns = {{"carrier", {"UA"}}, {"hour", {12}}, {"distance", {distance}}};
      for (int x = 0; x < 10; ++x) question.columns.push_back({"x" + std::to_string(x), {0.1}});
      const auto answer = service->Predict(question);
      ASSERT_TRUE(answer) << answer.error().message;
    }
  }
  /// Posts the truth of that many requests sent under these ids, as the monitors do: they keep it first.
  void Label(int requests, const std::string& ids, double truth) {
    for (int i = 0; i < requests; ++i) {
      const std::string row = ids + std::to_string(i) + ".0";
      labelled.insert(row);
      service->ObserveLabel(row, truth);
    }
  }
  Result<std::vector<std::string>> Known(const std::vector<std::string>& rows) const {
    std::vector<std::string> known;
    for (const auto& row : rows)
      if (labelled.contains(row)) known.push_back(row);
    return known;
  }
  /// The kinds of the events of the rollout room, in order.
  std::vector<std::string> Kinds() {
    std::vector<std::string> kinds;
    for (const auto& event : store.Events("rollout.")) kinds.push_back(event.event.kind);
    return kinds;
  }

  os::TempFolder folder = Must(os::TempFolder::Create());
  registry::testing::RegistryStore store{GetParam()};
  governance::testing::TestOffice& office = store.office;
  charter::Feasibility feasibility{store.database(), store.clock()};
  data::Catalogue catalogue{store.database(),
                            store.clock(),
                            {folder / "project", folder / "cache", folder / "scratch", folder / "index"}};
  os::SystemDisk disk;
  std::unique_ptr<serving::PredictionLog> log;
  std::unique_ptr<serving::Service> service;
  std::unique_ptr<Rollouts> rollouts;
  std::string configuration;
  std::set<std::string> labelled;  ///< Rows that have a label.
};

}  // namespace cairn::rollout::testing
