#include "loop/rollout/rollout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ground/crypto/hash.h"
#include "ground/os/temp_folder.h"
#include "loop/charter/schema.h"
#include "loop/data/schema.h"
#include "loop/data/synthetic.h"
#include "loop/evaluation/random.h"
#include "loop/registry/testing/registry_store.h"
#include "loop/rollout/schema.h"

namespace cairn::rollout {
namespace {

using governance::State;
using registry::testing::Must;

constexpr std::string_view kCharter = R"(
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {when: "hour >= 16", score: 0.4}
    - {otherwise: 0.65}
)";
constexpr std::string_view kData = R"(
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
constexpr std::string_view kStrict = R"(
    - {name: better than the heuristic, metric: log_loss, against: heuristic}
    - {name: not worse than production, metric: log_loss, against: production, margin: 0.002}
    - {name: contract, contract: passed}
)";
constexpr std::string_view kLax = R"(
    - {name: not absurd, metric: roc_auc, min: 0.2}
)";
constexpr std::string_view kCanary =
    "serving: {canary: {share: 50%, min_requests: 20, max_error_rate_alpha: 0.01}}\n";

/// Flights, models that know them and models that do not, people who decide, and everything that a rollout
/// needs, over one store.
class RolloutTest : public testing::TestWithParam<std::string> {
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
    service = std::make_unique<serving::Service>(store.registry, *log, store.clock());
    rollouts = std::make_unique<Rollouts>(Rollouts::Rooms{store.database(), store.clock(),
                                                          office.configurations, office.decisions,
                                                          feasibility, catalogue, store.registry, *service});
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

  void Send(int requests, Json distance = 1000.5) {
    for (int i = 0; i < requests; ++i) {
      serving::Question question;
      question.rows = 1;
      question.columns = {{"carrier", {"UA"}}, {"hour", {12}}, {"distance", {distance}}};
      for (int x = 0; x < 10; ++x) question.columns.push_back({"x" + std::to_string(x), {0.1}});
      const auto answer = service->Predict(question);
      ASSERT_TRUE(answer) << answer.error().message;
    }
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
};

TEST_P(RolloutTest, AnApprovedFirstVersionIsPromotedAtOnceUnderOneCause) {
  Accept();
  AddFlights("a.csv");
  const auto waiting = Consider(Knowing(), "alert-7");
  ASSERT_EQ(waiting.stage, Stage::AwaitingApproval) << waiting.reason;
  EXPECT_EQ(Production(), 0);
  const auto promoted = Must(Approve(waiting));
  EXPECT_EQ(promoted.stage, Stage::Promoted);
  EXPECT_EQ(Production(), 1);
  EXPECT_EQ(service->state().version, 1) << service->state().problem;
  EXPECT_EQ(Kinds(), (std::vector<std::string>{"rollout.considered", "rollout.examined",
                                               "rollout.gates_judged", "rollout.promoted"}));
  for (const std::string kind : {"rollout.", "data.seal_opened", "governance.decision_proposed",
                                 "governance.decision_redeemed", "registry.alias_moved"}) {
    const auto events = store.Events(kind);
    EXPECT_FALSE(events.empty()) << kind;
    for (const auto& event : events) EXPECT_EQ(event.event.cause, "alert-7") << event.event.kind;
  }
  const auto opened = store.Events("data.seal_opened");
  ASSERT_EQ(opened.size(), 1u);
  EXPECT_EQ(opened[0].event.body.Text("by"), "ci");
  EXPECT_EQ(opened[0].event.body.Text("purpose"), "gates of delay version 1");
}

TEST_P(RolloutTest, TheReportHoldsTheCandidateBesideTheHeuristicWithTheDigests) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const Json report = Must(rollouts->Find(rollout.id)).report;
  ASSERT_EQ(report.At("contestants").items().size(), 2u);
  EXPECT_EQ(report.At("contestants").items()[0].Text("name"), "candidate");
  EXPECT_EQ(report.At("contestants").items()[1].Text("name"), "heuristic");
  EXPECT_EQ(report.Int("seal_openings"), 1);
  const auto dataset = Must(catalogue.Find("flights"));
  EXPECT_EQ(report.Int("rows"), dataset.sealed_rows);
  const auto seen = Must(office.decisions.Find(rollout.decision)).seen;
  EXPECT_EQ(seen.Text("dataset"), dataset.digest);
  EXPECT_EQ(seen.Text("seal"), dataset.seal_digest);
  EXPECT_EQ(seen.Text("manifest"), Must(store.registry.Find("delay", 1)).manifest);
  EXPECT_EQ(seen.Text("configuration"), Must(office.configurations.Accepted())->digest);
  EXPECT_EQ(seen.Text("report").size(), 64u);
}

TEST_P(RolloutTest, WhoMadeItOrIsNoApproverCannotApprove) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing("by linus", "linus"));
  for (const std::string who : {"ada", "linus", "vera"}) {
    const auto refused = Approve(rollout, who);
    ASSERT_FALSE(refused) << who;
    EXPECT_EQ(refused.error().reason, Reason::Denied) << refused.error().message;
  }
  EXPECT_EQ(StageOf(rollout), Stage::AwaitingApproval);
  EXPECT_EQ(Production(), 0);
  EXPECT_TRUE(Approve(rollout, "grace"));
}

TEST_P(RolloutTest, AMetricThatAScriptLoggedNeverSatisfiesAGate) {
  Accept();
  AddFlights("a.csv");
  const auto run = Must(store.tracking->runs.Create({0, "", "ada", 1, {}}));
  tracking::Metric boast;
  boast.key = "log_loss";
  boast.value = 0.0001;
  ASSERT_TRUE(store.tracking->runs.Log(run.info.id, {{boast}, {}, {}}));
  const auto version = Guessing(run.info.id);
  ASSERT_TRUE(store.registry.SetVersionTag("delay", version, {"log_loss", "0.0001"}));
  const auto rollout = Consider(version);
  EXPECT_EQ(rollout.stage, Stage::KeptOut);
  EXPECT_NE(rollout.reason.find("better than the heuristic"), std::string::npos) << rollout.reason;
  EXPECT_EQ(DecisionOf(rollout), State::Rejected);
  EXPECT_FALSE(Approve(rollout));
  EXPECT_FALSE(rollouts->Promote(rollout.id, "ada"));
  EXPECT_EQ(Production(), 0);
  const auto judged = store.Events("rollout.gates_judged");
  ASSERT_EQ(judged.size(), 1u);
  EXPECT_FALSE(judged[0].event.body.Bool("passed", true));
  EXPECT_EQ(judged[0].event.body.At("failed").items()[0].AsString(), "better than the heuristic");
}

TEST_P(RolloutTest, TestRowsThatWereMadeUpLetNothingThrough) {
  Accept();
  AddFlights("a.csv");
  const auto specification = Must(data::FindSpecification(Must(ParseYaml(kData, "cairn.yaml")), "flights"));
  const std::string text = Must(os::ReadFile(folder / "a.csv")), file = folder / "made.csv";
  const std::string head = text.substr(0, text.find('\n') + 1),
                    rest = text.substr(text.rfind('\n', text.size() - 2) + 1);
  Must(os::WriteFileAtomically(file, head + "9" + rest));
  Must(data::KeepSyntheticNote(file, {crypto::Sha256Hex(head + "9" + rest), std::string(64, 'a'), "", 1, 1}));
  Must(catalogue.Add(specification, {file, "ada", "", "", data::Addition::Broken::Refuse}));
  const auto rollout = Consider(Knowing());
  EXPECT_EQ(rollout.stage, Stage::KeptOut);
  EXPECT_NE(rollout.reason.find("real test rows"), std::string::npos) << rollout.reason;
}

TEST_P(RolloutTest, WhatCannotBeServedHereIsKeptOutWithoutOpeningTheSeal) {
  Accept();
  AddFlights("a.csv");
  const auto rollout =
      Consider(RegisterFolder("flavors:\n  sklearn: {pickled_model: model.pkl}\n", "", "pickle"));
  EXPECT_EQ(rollout.stage, Stage::KeptOut);
  EXPECT_NE(rollout.reason.find("servable here"), std::string::npos) << rollout.reason;
  EXPECT_TRUE(store.Events("data.seal_opened").empty());
}

TEST_P(RolloutTest, TheNextVersionGoesThroughACanaryThatIsOnRecordBeforeTheAliasMoves) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_EQ(canary.stage, Stage::Canary) << canary.reason;
  EXPECT_EQ(canary.previous, 1);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary) << "without traffic it proves nothing";
  EXPECT_EQ(Production(), 1);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  EXPECT_EQ(Production(), 2);
  EXPECT_EQ(service->state().version, 2);
  EXPECT_FALSE(service->state().canary.running);
  std::vector<std::string> story;
  for (const auto& event : store.Events("")) {
    if (event.event.kind == "rollout.canary_ended" || event.event.kind == "registry.alias_moved")
      story.push_back(event.event.kind);
  }
  EXPECT_EQ(story, (std::vector<std::string>{"registry.alias_moved", "rollout.canary_ended",
                                             "registry.alias_moved"}));
  const auto ended = store.Events("rollout.canary_ended");
  EXPECT_EQ(ended[0].event.body.Text("verdict"), "promote");
  EXPECT_GE(ended[0].event.body.Int("requests"), 20);
}

TEST_P(RolloutTest, ACanaryThatFailsOnLiveTrafficIsAbortedAndItsDecisionVoid) {
  Accept(kLax);
  AddFlights("a.csv");
  InProduction(Guessing());
  const auto canary = Must(Approve(Consider(Knowing())));
  ASSERT_EQ(canary.stage, Stage::Canary);
  // The linear model gives no number where the distance is missing; the one in production does not read it.
  Send(60, Json());
  ASSERT_TRUE(rollouts->Advance());
  const auto aborted = Must(rollouts->Find(canary.id));
  EXPECT_EQ(aborted.stage, Stage::KeptOut);
  EXPECT_NE(aborted.reason.find("fails more often than production"), std::string::npos) << aborted.reason;
  EXPECT_EQ(DecisionOf(canary), State::Void);
  EXPECT_EQ(Production(), 1);
  EXPECT_FALSE(service->state().canary.running);
  EXPECT_EQ(store.Events("rollout.canary_ended")[0].event.body.Text("verdict"), "abort");
}

TEST_P(RolloutTest, AChangedDataSetVoidsTheApproval) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  AddFlights("b.csv", 2);
  const auto refused = Approve(rollout);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_NE(refused.error().message.find("it saw dataset"), std::string::npos) << refused.error().message;
  EXPECT_EQ(StageOf(rollout), Stage::KeptOut);
  EXPECT_EQ(DecisionOf(rollout), State::Void);
  EXPECT_EQ(Production(), 0);
}

TEST_P(RolloutTest, AReportThatWasAlteredVoidsTheApproval) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  Json forged = Must(rollouts->Find(rollout.id)).report;
  forged.Set("rows", 1);
  office.ledger.Run("UPDATE rollout SET report = $1 WHERE id = $2", {forged.Dump(), rollout.id});
  const auto refused = Approve(rollout);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("it saw report"), std::string::npos) << refused.error().message;
  EXPECT_EQ(Production(), 0);
}

TEST_P(RolloutTest, RollingBackWorksOnce) {
  Accept(kStrict, "human", "");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  EXPECT_EQ(rollouts->RollBack("delay", "bad", "ada").error().reason, Reason::Denied)
      << "there is no predecessor";
  const auto second = InProduction(Knowing("second"));
  ASSERT_EQ(Production(), 2);
  const auto returned = Must(rollouts->RollBack("delay", "late calls", "ada", "run-7"));
  EXPECT_EQ(returned.id, second.id);
  EXPECT_EQ(returned.stage, Stage::RolledBack);
  EXPECT_EQ(returned.reason, "late calls");
  EXPECT_EQ(Production(), 1);
  EXPECT_EQ(service->state().version, 1);
  const auto again = rollouts->RollBack("delay", "once more", "ada");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().reason, Reason::Denied);
  EXPECT_EQ(Production(), 1);
  const auto events = store.Events("rollout.rolled_back");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.body.Text("from"), "2");
  EXPECT_EQ(events[0].event.body.Text("to"), "1");
  EXPECT_EQ(events[0].event.body.Text("reason"), "late calls");
  EXPECT_EQ(events[0].event.body.Text("pipeline_run"), "run-7");
}

TEST_P(RolloutTest, RollingBackWorksThoughTheNewestVersionIsCorrupt) {
  Accept(kStrict, "human", "");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  InProduction(Knowing("second"));
  store.Put(Must(store.registry.Find("delay", 2)).location + "/model.onnx", "garbage");
  EXPECT_EQ(Must(rollouts->RollBack("delay", "corrupt", "ada")).stage, Stage::RolledBack);
  EXPECT_EQ(Production(), 1);
}

TEST_P(RolloutTest, APolicyApprovesWhereTheGatesSaySo) {
  Accept(kStrict, "policy");
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  EXPECT_EQ(rollout.stage, Stage::Promoted) << rollout.reason;
  EXPECT_EQ(Must(office.decisions.Find(rollout.decision)).authority, governance::Approval::Policy);
  EXPECT_EQ(Consider(Guessing()).stage, Stage::KeptOut) << "a policy approves only what passed";
}

TEST_P(RolloutTest, ANewerCandidateThatPassesTakesThePlaceOfTheOneThatWaits) {
  Accept();
  AddFlights("a.csv");
  const auto older = Consider(Knowing("first"));
  ASSERT_EQ(Consider(Guessing()).stage, Stage::KeptOut);
  EXPECT_EQ(StageOf(older), Stage::AwaitingApproval) << "one that failed takes nobody's place";
  const auto newer = Consider(Knowing("third"));
  EXPECT_EQ(newer.stage, Stage::AwaitingApproval);
  EXPECT_EQ(StageOf(older), Stage::KeptOut);
  EXPECT_NE(Must(rollouts->Find(older.id)).reason.find("superseded by version 3"), std::string::npos);
  EXPECT_EQ(DecisionOf(older), State::Void);
  EXPECT_EQ(Must(rollouts->Find("")).id, newer.id);
}

TEST_P(RolloutTest, ARejectionKeepsItOutWithItsReason) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const auto decision = Must(office.decisions.Find(rollout.decision));
  const auto rejected = Must(rollouts->Reject(
      rollout.id, "too risky", office.Sign("vera", governance::RejectionStatement(decision, "too risky"))));
  EXPECT_EQ(rejected.stage, Stage::KeptOut);
  EXPECT_EQ(rejected.reason, "rejected by vera: too risky");
  EXPECT_EQ(DecisionOf(rollout), State::Rejected);
  EXPECT_EQ(Approve(rollout).error().reason, Reason::Conflict);
}

TEST_P(RolloutTest, PromotingByHandNeedsAnApproval) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto rollout = Consider(Knowing("second"));
  EXPECT_EQ(rollouts->Promote(rollout.id, "ada").error().reason, Reason::Conflict);
  EXPECT_EQ(Production(), 1);
  ASSERT_TRUE(Approve(rollout));
  EXPECT_EQ(Must(rollouts->Promote(rollout.id, "ada")).stage, Stage::Promoted);
  EXPECT_EQ(Production(), 2);
}

TEST_P(RolloutTest, RefusesWhatNoConfigurationBindsAndWhatIsNotFeasible) {
  Knowing();
  EXPECT_EQ(rollouts->Consider("delay", 1, "ci", "").error().reason, Reason::Conflict)
      << "nothing is accepted";
  Accept();
  EXPECT_EQ(rollouts->Consider("delay", 1, "ci", "").error().reason, Reason::NotFound) << "there is no data";
  AddFlights("a.csv");
  EXPECT_EQ(rollouts->Consider("other", 1, "ci", "").error().reason, Reason::Denied);
  EXPECT_EQ(rollouts->Consider("delay", 9, "ci", "").error().reason, Reason::NotFound);
  charter::Verdict no_go;
  no_go.dataset = "flights";
  no_go.reason = "no signal";
  Must(feasibility.Record(no_go, "ada"));
  EXPECT_EQ(rollouts->Consider("delay", 1, "ci", "").error().reason, Reason::Denied);
  EXPECT_TRUE(Must(rollouts->List()).empty()) << "what is refused leaves no record";
}

TEST_P(RolloutTest, ADeathBetweenRedeemingAndItsRecordIsRepaired) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const auto decision = Must(office.decisions.Find(rollout.decision));
  Must(office.decisions.Approve(decision.id, office.Sign("grace", governance::ApprovalStatement(decision))));
  Json seen = decision.seen;
  seen.Remove("configuration");
  seen.Remove("developer");
  Must(store.registry.MoveGuarded(decision.act, decision.id, seen, "grace", ""));
  ASSERT_EQ(Production(), 1);
  ASSERT_EQ(StageOf(rollout), Stage::AwaitingApproval);
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(rollout), Stage::Promoted);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(store.Events("rollout.promoted").size(), 1u);
}

TEST_P(RolloutTest, ADeathBetweenApprovalAndItsDeedIsTakenUp) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  const auto decision = Must(office.decisions.Find(rollout.decision));
  Must(office.decisions.Approve(decision.id, office.Sign("grace", governance::ApprovalStatement(decision))));
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(rollout), Stage::Promoted);
  EXPECT_EQ(Production(), 1);
}

TEST_P(RolloutTest, AnExaminationThatDiedIsMadeAnew) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  office.ledger.Run("UPDATE rollout SET stage = 'examining', decision = '', report = 'null' WHERE id = $1",
                    {rollout.id});
  Start();
  ASSERT_TRUE(rollouts->Advance());
  const auto again = Must(rollouts->Find(rollout.id));
  EXPECT_EQ(again.stage, Stage::AwaitingApproval) << again.reason;
  EXPECT_NE(again.decision, rollout.decision);
  EXPECT_EQ(DecisionOf(rollout), State::Void) << "the decision that nobody saw";
  EXPECT_EQ(Must(Approve(again)).stage, Stage::Promoted);
}

TEST_P(RolloutTest, WhatAChangeVoidsIsNamed) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto waiting = Consider(Knowing("second"));
  const auto under_way = Must(rollouts->UnderWay());
  ASSERT_EQ(under_way.size(), 1u);
  EXPECT_EQ(under_way[0].id, waiting.id);
  EXPECT_TRUE(Must(rollouts->Voided(under_way)).empty()) << "nothing has changed yet";

  AddFlights("b.csv", 2);
  const auto by_data = Must(rollouts->Voided(under_way));
  ASSERT_EQ(by_data.size(), 1u);
  EXPECT_EQ(by_data[0],
            "version 2 of model 'delay', which waited for approval, can no longer go live: it was examined "
            "under an older version of the data set 'flights'. `cairn model consider delay 2` examines it "
            "anew.");
  EXPECT_FALSE(Approve(waiting)) << "and it is so";

  const auto canary = Must(Approve(Consider(Knowing("third"))));
  ASSERT_EQ(canary.stage, Stage::Canary);
  const auto tried = Must(rollouts->UnderWay());
  ASSERT_EQ(tried.size(), 1u);
  Accept(kLax);
  EXPECT_FALSE(rollouts->Advance());
  const auto by_configuration = Must(rollouts->Voided(tried));
  ASSERT_EQ(by_configuration.size(), 1u);
  EXPECT_EQ(by_configuration[0],
            "version 3 of model 'delay', which was tried out on live traffic, can no longer go live: it was "
            "examined under another configuration. `cairn model consider delay 3` examines it anew.");
  EXPECT_EQ(StageOf(canary), Stage::KeptOut) << "and it is so";
}

TEST_P(RolloutTest, AProductionThatNoDecisionCoversDoesNotAnswerUntilOneDoes) {
  store.Bind("");
  const auto version = Knowing();
  Must(store.registry.SetAlias("delay", "production", version, "ada"));
  store.Bind("delay");
  EXPECT_FALSE(rollouts->UncoveredProduction()) << "nothing is accepted";
  Accept();
  EXPECT_EQ(
      Must(rollouts->UncoveredProduction()),
      "version 1 of model 'delay' stands in production, and no decision put it there: the alias was set "
      "before the model was bound. It does not answer until one does: `cairn model consider delay 1` "
      "examines it, `cairn model approve` signs.");
  EXPECT_EQ(service->state().version, 0);
  EXPECT_NE(service->state().problem.find("`cairn model consider delay 1`"), std::string::npos)
      << service->state().problem;
  EXPECT_EQ(service->PredictWith(1, {}).error().reason, Reason::Denied);
  EXPECT_EQ(service->Describe(1).error().reason, Reason::Denied);
  AddFlights("a.csv");
  const auto covered = Must(Approve(Consider(version)));
  EXPECT_EQ(covered.stage, Stage::Promoted);
  EXPECT_EQ(service->state().version, 1);
  EXPECT_EQ(Must(rollouts->UncoveredProduction()), "");
  EXPECT_EQ(rollouts->RollBack("delay", "there is nothing to return to", "ada").error().reason,
            Reason::Denied);
}

TEST_P(RolloutTest, WhatNoDecisionPutInProductionIsNoPredecessor) {
  store.Bind("");
  Must(store.registry.SetAlias("delay", "production", Knowing("first"), "ada"));
  store.Bind("delay");
  Accept();
  AddFlights("a.csv");
  const auto next = Consider(Knowing("second"));
  EXPECT_EQ(next.previous, 0);
  EXPECT_EQ(next.report.At("contestants").items().size(), 2u) << "candidate and heuristic";
  EXPECT_EQ(Must(Approve(next)).stage, Stage::Promoted) << "there is nothing to try it beside";
  EXPECT_EQ(rollouts->RollBack("delay", "x", "ada").error().reason, Reason::Denied);
}

TEST_P(RolloutTest, WhoRanThePipelineCannotApproveWhatItMade) {
  Accept();
  AddFlights("a.csv");
  const auto offered = Must(rollouts->Offer({{"run-1"}, "run-1", "linus"}));
  EXPECT_FALSE(offered.rollout) << "it made nothing";
  const auto version = MadeBy("run-1", "linus");
  const auto rollout = Must(rollouts->Offer({{"run-1"}, "run-1", "linus"})).rollout;
  ASSERT_TRUE(rollout);
  EXPECT_EQ(rollout->version, version);
  EXPECT_EQ(rollout->actor, "linus");
  const auto decision = Must(office.decisions.Find(rollout->decision));
  EXPECT_EQ(decision.seen.Text("developer"), "linus");
  EXPECT_EQ(decision.proposer, "linus");
  EXPECT_EQ(Approve(*rollout, "linus").error().reason, Reason::Denied) << "he is an approver too";
  EXPECT_TRUE(Approve(*rollout, "grace"));
}

TEST_P(RolloutTest, ARunOffersTheNewestVersionThatItMadeOnce) {
  Accept();
  AddFlights("a.csv");
  MadeBy("run-1", "ada", "first");
  const auto second = MadeBy("run-1", "ada", "second");
  MadeBy("run-9", "ada", "another run's");
  const auto rollout = Must(rollouts->Offer({{"run-1"}, "alert-1", "system"})).rollout;
  ASSERT_TRUE(rollout);
  EXPECT_EQ(rollout->version, second);
  EXPECT_EQ(rollout->cause, "alert-1");
  EXPECT_FALSE(Must(rollouts->Offer({{"run-1"}, "alert-1", "system"})).rollout) << "it was told of before";
  Start();
  EXPECT_FALSE(Must(rollouts->Offer({{"run-1"}, "alert-1", "system"})).rollout) << "by another program too";
  EXPECT_EQ(Must(rollouts->List("delay")).size(), 1u);
}

TEST_P(RolloutTest, ARunThatEndedADeadOnesWorkOffersWhatThatOneMade) {
  Accept();
  AddFlights("a.csv");
  const auto version = MadeBy("dead", "system");
  EXPECT_FALSE(Must(rollouts->Offer({{"run-2"}, "alert-1", "system"})).rollout);
  const auto rollout = Must(rollouts->Offer({{"run-2", "dead"}, "alert-1", "system"})).rollout;
  ASSERT_TRUE(rollout);
  EXPECT_EQ(rollout->version, version);
}

TEST_P(RolloutTest, WhatCannotBeOfferedForGoodSaysWhyAndIsNoError) {
  const auto version = MadeBy("run-1", "ada");
  EXPECT_EQ(version, 1);
  Accept();
  const auto offered = Must(rollouts->Offer({{"run-1"}, "run-1", "ada"}));
  EXPECT_FALSE(offered.rollout);
  EXPECT_NE(offered.why_not.find("cairn data add"), std::string::npos) << offered.why_not;
  store.Bind("");
  EXPECT_EQ(Must(rollouts->Offer({{"run-1"}, "run-1", "ada"})).why_not, "") << "nothing is bound";
}

TEST_P(RolloutTest, APolicyThatNobodySignedLeavesItToPeopleAndSaysHow) {
  const std::string text = Written(kStrict, "policy");
  Must(office.Accept(text));
  configuration = text;
  Start();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  EXPECT_EQ(rollout.stage, Stage::AwaitingApproval);
  EXPECT_NE(rollout.reason.find("'cairn apply --sign NAME'"), std::string::npos) << rollout.reason;
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(rollout), Stage::AwaitingApproval);
  EXPECT_EQ(Production(), 0);
  office.AcceptSigned(text);
  ASSERT_TRUE(rollouts->Advance());
  const auto promoted = Must(rollouts->Find(rollout.id));
  EXPECT_EQ(promoted.stage, Stage::Promoted);
  EXPECT_EQ(promoted.reason, "");
  EXPECT_EQ(Must(office.decisions.Find(rollout.decision)).reason, crypto::Sha256Hex(text));
}

TEST_P(RolloutTest, AChangedContractIsCheckedAgainOnEveryFile) {
  Accept();
  AddFlights("a.csv");
  EXPECT_EQ(Consider(Knowing("first")).stage, Stage::AwaitingApproval);
  const auto with = [&](const std::string& hour) {
    std::string text = Written();
    text.replace(text.find("hour: {type: integer}"), 21, "hour: {type: integer" + hour + "}");
    return text;
  };
  Take(with(", max: 20"));
  const auto refused = Consider(Knowing("second"));
  EXPECT_EQ(refused.stage, Stage::KeptOut);
  EXPECT_NE(refused.reason.find("'contract': 'a.csv' breaks the contract that governs now: hour: max"),
            std::string::npos)
      << refused.reason;
  Take(with(", max: 23"));
  const auto kept = Consider(Knowing("third"));
  EXPECT_EQ(kept.stage, Stage::AwaitingApproval) << kept.reason;
  const auto rules = Must(office.decisions.Find(kept.decision)).rules;
  EXPECT_NE(rules.back().detail.find("checked again"), std::string::npos) << rules.back().detail;
  EXPECT_EQ(office.ledger.Run("SELECT passed FROM contract_verdict ORDER BY passed").size(), 2u)
      << "once for each contract";
  Take(with(", max: 20"));
  EXPECT_EQ(Consider(Knowing("fourth")).stage, Stage::KeptOut) << "also as it was found before";
  EXPECT_EQ(office.ledger.Run("SELECT passed FROM contract_verdict").size(), 2u);
}

TEST_P(RolloutTest, AnotherAliasCanBeTheGuardedOne) {
  store.guard.alias = "champion";
  std::string text = Written();
  text.replace(text.find("{name: delay,"), 13, "{name: delay, alias: champion,");
  Take(text);
  AddFlights("a.csv");
  Must(store.registry.SetAlias("delay", "production", Knowing("any"), "ada"));
  const auto first = InProduction(Knowing("first"));
  EXPECT_EQ(Must(store.registry.FindByAlias("delay", "champion")).version, first.version);
  EXPECT_EQ(Must(store.registry.FindByAlias("delay", "production")).version, 1) << "an alias like any other";
  EXPECT_EQ(service->state().version, first.version);
  const auto second = Must(rollouts->Promote(Must(Approve(Consider(Knowing("second")))).id, "ada"));
  EXPECT_EQ(second.previous, first.version);
  EXPECT_EQ(Must(rollouts->RollBack("delay", "late calls", "ada")).stage, Stage::RolledBack);
  EXPECT_EQ(Must(store.registry.FindByAlias("delay", "champion")).version, first.version);
}

TEST_P(RolloutTest, OnlyCandidatesThatWereApprovedAndFormerProductionAnswerByTheirNumber) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto waiting = Consider(Knowing("second"));
  EXPECT_EQ(service->Describe(2).error().reason, Reason::Denied) << "it waits for approval";
  ASSERT_EQ(Must(Approve(waiting)).stage, Stage::Canary);
  EXPECT_TRUE(service->Describe(2));
  EXPECT_EQ(Must(rollouts->Promote(waiting.id, "ada")).stage, Stage::Promoted);
  EXPECT_TRUE(service->Describe(1)) << "the predecessor";
  const auto aborted = Must(Approve(Consider(Knowing("third"))));
  ASSERT_TRUE(service->Describe(3));
  const auto decision = Must(office.decisions.Find(aborted.decision));
  Must(rollouts->Reject(aborted.id, "no",
                        office.Sign("vera", governance::RejectionStatement(decision, "no"))));
  EXPECT_EQ(service->Describe(3).error().reason, Reason::Denied);
}

TEST_P(RolloutTest, WhereEachRolloutStandsFollowsFromTheEvents) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  Consider(Guessing());
  Must(rollouts->Promote(Must(Approve(Consider(Knowing("third")))).id, "ada"));
  Must(rollouts->RollBack("delay", "bad", "ada"));
  const auto canary = Must(Approve(Consider(Knowing("fourth"))));
  ASSERT_EQ(canary.stage, Stage::Canary);
  const std::vector<metadata::DerivedTable> tables{rollouts->Table()};
  const Json same = Must(metadata::Rebuild(tables));
  EXPECT_TRUE(same.Bool("equal")) << same.DumpPretty();
  EXPECT_EQ(same.At("tables").items()[0].Int("rows"), 4);
  for (const std::string change :
       {"UPDATE rollout SET stage = 'promoted' WHERE stage = 'kept_out'",
        "UPDATE rollout SET report = '{}' WHERE version = 1", "DELETE FROM rollout WHERE version = 1"}) {
    office.ledger.Run(change);
    EXPECT_FALSE(Must(metadata::Rebuild(tables)).Bool("equal")) << change;
  }
}

TEST_P(RolloutTest, ACanaryGoesOnAfterARestart) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  Start();
  ASSERT_FALSE(service->state().canary.running);
  ASSERT_TRUE(rollouts->Advance());
  ASSERT_TRUE(service->state().canary.running);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  EXPECT_EQ(store.Events("rollout.canary_started").size(), 1u);
}

TEST_P(RolloutTest, ADeathBetweenReturningAndItsRecordIsRepaired) {
  Accept(kStrict, "human", "");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto second = InProduction(Knowing("second"));
  const auto decision = Must(office.decisions.ReturnFor("delay", "production"));
  Must(store.registry.MoveGuarded(decision.act, decision.id, Json::Object(), "ada", ""));
  ASSERT_EQ(StageOf(second), Stage::Promoted);
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(second), Stage::RolledBack);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(store.Events("rollout.rolled_back").size(), 1u);
}

TEST_P(RolloutTest, ANewConfigurationVoidsWhatWasApprovedUnderTheOldOne) {
  Accept();
  AddFlights("a.csv");
  const auto rollout = Consider(Knowing());
  Accept(kLax);
  const auto refused = Approve(rollout);
  ASSERT_FALSE(refused);
  EXPECT_EQ(StageOf(rollout), Stage::KeptOut);
  EXPECT_EQ(Production(), 0);
}

constexpr std::string_view kSteps =
    "serving: {canary: {steps: [30%, 60%], min_requests: 20, max_error_rate_alpha: 0.01}}\n";

TEST_P(RolloutTest, ACanaryGoesUpInStepsThatAreOnRecordAndEachVerdictCanBeFoundAgain) {
  Accept(kStrict, "human", kSteps);
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_EQ(canary.stage, Stage::Canary) << canary.reason;
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_DOUBLE_EQ(service->state().canary.share, 0.3);
  Send(120);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary);
  EXPECT_DOUBLE_EQ(service->state().canary.share, 0.6);
  EXPECT_EQ(Must(rollouts->Find(canary.id)).trial.Int("step"), 1);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary) << "the second step needs requests of its own";
  Start();
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_DOUBLE_EQ(service->state().canary.share, 0.6) << "it goes on in its step after a restart";
  EXPECT_GE(service->state().canary.record.canary_requests, 20) << "with what was counted";
  Send(120);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  const auto steps = store.Events("rollout.canary_step");
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_DOUBLE_EQ(steps[0].event.body.Double("share"), 0.6);
  const Json verified = Must(rollouts->Verify(canary.id));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
  EXPECT_EQ(verified.At("items").items().size(), 2u);
}

TEST_P(RolloutTest, AShadowComesBeforeTheFirstShare) {
  Accept(kStrict, "human", "serving: {canary: {shadow: 30, share: 50%, min_requests: 20}}\n");
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(service->state().canary.share, 0);
  Send(60);
  service->WaitForShadow();
  ASSERT_GE(service->state().canary.record.shadow_requests, 30) << "left out more than half";
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(service->state().canary.share, 0.5);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted);
  const Json verified = Must(rollouts->Verify(""));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
}

TEST_P(RolloutTest, APausedCanaryStaysWhereItIsUntilItIsLetGoOn) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  ASSERT_TRUE(rollouts->Advance());
  Must(rollouts->Pause("", "lunch", "ada"));
  EXPECT_EQ(rollouts->Pause("", "again", "ada").error().reason, Reason::Conflict);
  Send(100);
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Canary);
  EXPECT_TRUE(service->state().canary.running);
  Must(rollouts->Resume(canary.id, "ada"));
  EXPECT_EQ(rollouts->Resume(canary.id, "ada").error().reason, Reason::Conflict);
  ASSERT_TRUE(rollouts->Advance());
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::Promoted) << "what was seen while it was paused counts";
  EXPECT_EQ(store.Events("rollout.canary_paused")[0].event.body.Text("reason"), "lunch");
  EXPECT_EQ(store.Events("rollout.canary_resumed").size(), 1u);
}

TEST_P(RolloutTest, APausedCanaryThatFailsIsAbortedAllTheSame) {
  Accept(kLax);
  AddFlights("a.csv");
  InProduction(Guessing());
  const auto canary = Must(Approve(Consider(Knowing())));
  Must(rollouts->Pause(canary.id, "lunch", "ada"));
  Send(60, Json());
  ASSERT_TRUE(rollouts->Advance());
  EXPECT_EQ(StageOf(canary), Stage::KeptOut);
  const Json verified = Must(rollouts->Verify(""));
  EXPECT_TRUE(verified.Bool("same")) << verified.DumpPretty();
  ASSERT_EQ(verified.At("items").items().size(), 1u);
  EXPECT_EQ(verified.At("items").items()[0].Text("verdict"), "abort");
}

TEST_P(RolloutTest, AnybodyMayEndACanary) {
  Accept();
  AddFlights("a.csv");
  InProduction(Knowing("first"));
  const auto canary = Must(Approve(Consider(Knowing("second"))));
  const auto ended = Must(rollouts->Abort("", "customers called", "ben"));
  EXPECT_EQ(ended.stage, Stage::KeptOut);
  EXPECT_EQ(DecisionOf(canary), State::Void);
  EXPECT_FALSE(service->state().canary.running);
  EXPECT_EQ(Production(), 1);
  EXPECT_EQ(rollouts->Abort(canary.id, "again", "ben").error().reason, Reason::Conflict);
  EXPECT_EQ(rollouts->Abort("", "again", "ben").error().reason, Reason::NotFound);
}

INSTANTIATE_TEST_SUITE_P(Engines, RolloutTest, testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::rollout
