#include "loop/serving/service.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "ground/os/files.h"
#include "loop/serving/testing/test_versions.h"
#include "loop/serving/traffic/canary.h"

namespace cairn::serving {
namespace {

using testing::Constant;
using testing::ScriptedModel;
using testing::TestService;

Question Rows(std::vector<Json> carriers, std::vector<Json> hours, std::vector<Json> distances) {
  Question question;
  question.rows = hours.size();
  question.columns = {
      {"carrier", std::move(carriers)}, {"hour", std::move(hours)}, {"distance", std::move(distances)}};
  return question;
}
Question OneFlight(int hour = 12) { return Rows({"UA"}, {hour}, {1000.5}); }
Question Hours(std::vector<Json> hours) {
  Question question;
  question.rows = hours.size();
  question.columns = {{"hour", std::move(hours)}};
  return question;
}

class ServiceTest : public ::testing::TestWithParam<std::string> {
 protected:
  void Serve(std::int64_t version) {
    test.versions->Promote(version);
    ASSERT_TRUE(test.service->Configure(TestService::Flights()));
    ASSERT_EQ(test.service->state().version, version) << test.service->state().problem;
  }
  Error Refusal(const Question& question) {
    const auto answer = test.service->Predict(question);
    EXPECT_FALSE(answer);
    return answer ? Error{} : answer.error();
  }
  TestService test{GetParam()};
};

TEST(SettingsTest, ReadsWhatServingNeeds) {
  const auto settings = TestService::Flights();
  EXPECT_EQ(settings.model, "late-arrival");
  EXPECT_DOUBLE_EQ(settings.canary.steps.at(0), 0.2);
  EXPECT_EQ(settings.canary.min_requests, 300);
  EXPECT_DOUBLE_EQ(settings.canary.alpha, 0.02);
  EXPECT_EQ(settings.time_column, "at");
  EXPECT_TRUE(settings.check_inputs && settings.Has(Link::Heuristic));
}

TEST(SettingsTest, NamesThePlaceOfAMistake) {
  const auto refused = [](const std::string& yaml) {
    const auto settings = ParseSettings(*ParseYaml(yaml, "cairn.yaml"));
    return settings ? std::string() : settings.error().message;
  };
  EXPECT_NE(refused("serving: {canry: {}}").find("canary"), std::string::npos);
  EXPECT_NE(refused("serving: {canary: {share: 120%}}").find("cairn.yaml:1:"), std::string::npos);
  EXPECT_NE(refused("serving: {fallback: maybe}").find("'heuristic'"), std::string::npos);
  EXPECT_NE(refused("serving: {canary: {min_requests: few}}").find("min_requests"), std::string::npos);
}

TEST_P(ServiceTest, AnswersAsScikitLearnDoesAndLogsEveryRow) {
  test.versions->PutFile(3, "columns.onnx");
  Serve(3);
  const auto expected = *Json::Parse(*os::ReadFile("src/loop/runtime/testdata/columns.json"));
  const auto answer = test.service->Predict(
      Rows(expected.At("carrier").items(), expected.At("hour").items(), expected.At("distance").items()));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->arm, Arm::Production);
  EXPECT_EQ(answer->version, 3);
  for (std::size_t row = 0; row < answer->scores.size(); ++row)
    EXPECT_NEAR(answer->scores[row], expected.At("probabilities").items()[row].items()[1].AsDouble(), 1e-5);
  const auto logged = test.Logged();
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(logged[0].id, answer->id);
  EXPECT_EQ(logged[0].scores, answer->scores);
  EXPECT_EQ(logged[0].inputs.size(), 3u);
  const auto state = test.service->state();
  EXPECT_EQ(state.rows, static_cast<std::int64_t>(answer->scores.size()));
  EXPECT_EQ(state.columns, (std::vector<std::string>{"carrier", "hour", "distance"}));
  ASSERT_EQ(test.Events("serving.loaded").size(), 1u);
  EXPECT_EQ(test.Events("serving.loaded")[0].Text("digest"), "manifest-3");
}

TEST_P(ServiceTest, RefusesRowsThatBreakTheContractAndNamesTheColumn) {
  test.versions->PutFile(1, "columns.onnx");
  Serve(1);
  const auto message = [&](const Question& question) {
    const auto error = Refusal(question);
    EXPECT_EQ(error.reason, Reason::Unprocessable);
    return error.message;
  };
  EXPECT_EQ(message(Rows({"UA", "UA"}, {1, 2}, {100, 7000})),
            "Column 'distance' in row 2 is 7000, above the maximum 6000.");
  EXPECT_EQ(message(Rows({"XX"}, {1}, {100})),
            "Column 'carrier' in row 1 is 'XX', which is not among the allowed values.");
  EXPECT_NE(message(Rows({nullptr}, {1}, {100})).find("Column 'carrier' in row 1 is missing"),
            std::string::npos);
  EXPECT_NE(message(Rows({"UA"}, {"noon"}, {100})).find("Column 'hour' in row 1"), std::string::npos);
  EXPECT_EQ(message(Hours({3})), "Column 'carrier' is missing.");
  Question extra = OneFlight();
  extra.columns.emplace_back("distnce", std::vector<Json>{1});
  EXPECT_NE(message(extra).find("did you mean 'distance'"), std::string::npos);
  extra.columns.back() = {"late", {1}};
  EXPECT_NE(message(extra).find("serving: false"), std::string::npos);
  EXPECT_TRUE(test.Logged().empty());
  EXPECT_EQ(test.service->state().rejected, 7);
  EXPECT_EQ(test.service->state().fallbacks, 0);
  extra.columns.back() = {"at", {"2013-01-01T05:00:00Z"}};
  ASSERT_TRUE(test.service->Predict(extra));
  EXPECT_EQ(test.Logged()[0].inputs.size(), 4u);
}

TEST_P(ServiceTest, RefusesWhatIsNoTable) {
  Question question = OneFlight();
  question.rows = 2;
  EXPECT_EQ(Refusal(question).reason, Reason::InvalidArgument);
  question = OneFlight();
  question.columns.push_back(question.columns[0]);
  EXPECT_EQ(Refusal(question).message, "Column 'carrier' is given twice.");
  question = OneFlight();
  question.id = "two\r\nlines";
  EXPECT_EQ(Refusal(question).reason, Reason::InvalidArgument);
}

TEST_P(ServiceTest, LetsTheHeuristicAnswerWhenNothingIsInProduction) {
  ASSERT_TRUE(test.service->Configure(TestService::Flights()));
  EXPECT_TRUE(test.service->CanAnswer());
  const auto answer = test.service->Predict(Rows({"UA", "UA"}, {9, 18}, {100, 100}));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->scores, (std::vector<double>{0.18, 0.6}));
  EXPECT_EQ(answer->arm, Arm::Fallback);
  EXPECT_EQ(answer->version, 0);
  EXPECT_NE(test.Logged()[0].failure.find("No version of 'late-arrival' is in production"),
            std::string::npos);
  auto settings = TestService::Flights();
  settings.fallback.links.clear();
  ASSERT_TRUE(test.service->Configure(settings));
  EXPECT_FALSE(test.service->CanAnswer());
  EXPECT_EQ(Refusal(OneFlight()).reason, Reason::Unavailable);
}

TEST_P(ServiceTest, CountsEachFallbackAndTellsOnlyOfTheChange) {
  std::atomic<int> mood = 0;
  test.versions->Put(
      2, std::make_shared<ScriptedModel>([&](std::span<const float> hours) -> Result<std::vector<float>> {
        const float bad[] = {0.5f, std::numeric_limits<float>::quiet_NaN(), 1.5f, -0.1f};
        if (mood == 4) return Error{Reason::Internal, "The model failed: a tree is missing."};
        return std::vector<float>(hours.size(), bad[mood]);
      }));
  Serve(2);
  for (const int now : {1, 2, 3, 4}) {
    mood = now;
    const auto answer = test.service->Predict(Hours({20}));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->arm, Arm::Fallback);
    EXPECT_EQ(answer->scores, std::vector<double>{0.6});
  }
  EXPECT_EQ(test.service->state().fallbacks, 4);
  EXPECT_TRUE(test.service->state().falling_back);
  mood = 0;
  for (int i = 0; i < 100; ++i) ASSERT_EQ(test.service->Predict(Hours({20}))->arm, Arm::Production);
  EXPECT_FALSE(test.service->state().falling_back);
  EXPECT_EQ(test.service->state().requests, 104);
  EXPECT_EQ(test.Logged().size(), 104u);
  test.service.reset();
  const auto events = test.Events("serving.fallback");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].Text("state"), "began");
  EXPECT_NE(events[0].Text("reason").find("NaN"), std::string::npos) << events[0].Dump();
  EXPECT_EQ(events[1].Text("state"), "ended");
  EXPECT_EQ(events[1].Int("fallbacks"), 4);
}

TEST_P(ServiceTest, FollowsTheAliasAndKeepsWhatItHasWhenTheNewOneIsDamaged) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(0.2f));
  test.versions->Put(3, Constant(0.3f));
  test.versions->Damage(3);
  Serve(1);
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(test.service->Predict(Hours({1}))->version, 2);
  test.versions->Promote(3);
  EXPECT_EQ(test.service->Follow().error().reason, Reason::Corrupt);
  EXPECT_EQ(test.service->Predict(Hours({1}))->version, 2);
  EXPECT_NE(test.service->state().problem.find("not the one that was registered"), std::string::npos);
  test.versions->Promote(0);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(test.service->Predict(Hours({1}))->arm, Arm::Fallback);
  EXPECT_EQ(test.Events("serving.loaded").size(), 2u);
}

TEST_P(ServiceTest, DropsNoRequestWhileVersionsAreSwapped) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(0.2f));
  Serve(1);
  std::atomic<bool> stop = false;
  std::atomic<int> right = 0, wrong = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&] {
      while (!stop) {
        const auto answer = test.service->Predict(Hours({1}));
        const bool sound = answer && answer->arm == Arm::Production &&
                           std::abs(answer->scores[0] - static_cast<double>(answer->version) / 10) < 1e-6;
        ++(sound ? right : wrong);
      }
    });
  for (int i = 0; i < 40; ++i) {
    test.versions->Promote(1 + (i + 1) % 2);
    ASSERT_TRUE(test.service->Follow());
  }
  while (right < 300 && wrong == 0) std::this_thread::yield();
  stop = true;
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(static_cast<int>(test.Logged().size()), right.load());
}

TEST_P(ServiceTest, GivesACanaryItsShareOfTheRequests) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(0.2f));
  Serve(1);
  EXPECT_EQ(test.service->StartCanary(2, 1.5).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(test.service->StartCanary(9, 0.2).error().reason, Reason::NotFound);
  ASSERT_TRUE(test.service->StartCanary(2, 0.2));
  constexpr int kRequests = 2000;
  int canary = 0;
  for (int i = 0; i < kRequests; ++i) canary += test.service->Predict(Hours({1}))->arm == Arm::Canary ? 1 : 0;
  // The seed is fixed; four standard deviations either way of a binomial.
  EXPECT_NEAR(canary, 0.2 * kRequests, 4 * std::sqrt(kRequests * 0.2 * 0.8));
  const auto state = test.service->state().canary.record;
  EXPECT_EQ(state.canary_requests, canary);
  EXPECT_EQ(state.production_requests, kRequests - canary);
  EXPECT_EQ(state.canary_bad + state.production_bad, 0);
  EXPECT_LT(EvidenceOf(state).split, 1000);
  test.service->EndCanary();
  EXPECT_FALSE(test.service->state().canary.running);
  EXPECT_EQ(test.service->Predict(Hours({1}))->version, 1);
}

TEST_P(ServiceTest, CountsAFailingCanaryWhileProductionAnswersInItsPlace) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(std::numeric_limits<float>::quiet_NaN()));
  Serve(1);
  ASSERT_TRUE(test.service->StartCanary(2, 0.5));
  for (int i = 0; i < 60; ++i) {
    const auto answer = test.service->Predict(Hours({1}));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->version, 1);
  }
  EXPECT_EQ(test.service->state().canary.share, 0) << "it gets no more requests once the evidence is there";
  const auto state = test.service->state().canary.record;
  EXPECT_GT(state.canary_bad, 5);
  EXPECT_EQ(state.canary_bad, state.canary_requests);
  EXPECT_EQ(state.production_bad, 0);
  EXPECT_GT(EvidenceOf(state).bad, 100);
  EXPECT_EQ(Refusal(Hours({"noon"})).reason, Reason::Unprocessable);
  EXPECT_EQ(test.service->state().canary.record.canary_bad, state.canary_bad);
}

TEST_P(ServiceTest, AShadowIsAskedEverythingAndSeenByNobody) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(0.9f));
  Serve(1);
  ASSERT_TRUE(test.service->StartCanary(2, 0));
  for (int i = 0; i < 40; ++i) {
    EXPECT_EQ(test.service->Predict(Hours({1}))->version, 1);
    test.service->WaitForShadow();
  }
  auto record = test.service->state().canary.record;
  EXPECT_EQ(record.shadow_requests, 40);
  EXPECT_EQ(record.shadow_bad + record.shadow_left_out + record.canary_requests, 0);
  EXPECT_EQ(record.outputs.first.size(), 40u);
  EXPECT_EQ(test.log->counts().requests, 40);
  ASSERT_TRUE(test.service->SetCanaryShare(0.999));
  int canary = 0;
  for (int i = 0; i < 20; ++i) canary += test.service->Predict(Hours({1}))->version == 2 ? 1 : 0;
  EXPECT_GT(canary, 0);
}

TEST_P(ServiceTest, AShadowThatFailsAloneIsFoundOutWithoutHarm) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(std::numeric_limits<float>::quiet_NaN()));
  Serve(1);
  ASSERT_TRUE(test.service->StartCanary(2, 0));
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(test.service->Predict(Hours({1}))->arm, Arm::Production);
    test.service->WaitForShadow();
  }
  const auto record = test.service->state().canary.record;
  EXPECT_NE(FaultOf(record), CanaryFault::None);
  EXPECT_LT(record.shadow_requests, 30) << "it is asked no more";
}

TEST(TrafficSplitTest, DrawsEachRequestIndependently) {
  TrafficSplit split(99), same(99), other(100);
  constexpr int kDraws = 100'000;
  int hits = 0, pairs = 0, equal = 0;
  bool before = false;
  for (int i = 0; i < kDraws; ++i) {
    const bool hit = split.Draws(0.3);
    EXPECT_EQ(hit, same.Draws(0.3));
    equal += hit == other.Draws(0.3) ? 1 : 0;
    hits += hit ? 1 : 0;
    pairs += hit && before ? 1 : 0;
    before = hit;
  }
  EXPECT_NEAR(hits, 0.3 * kDraws, 4 * std::sqrt(kDraws * 0.3 * 0.7));
  EXPECT_NEAR(pairs, 0.09 * kDraws, 5 * std::sqrt(kDraws * 0.09 * 0.91));
  EXPECT_NEAR(equal, 0.58 * kDraws, 5 * std::sqrt(kDraws * 0.58 * 0.42));
}

TEST_P(ServiceTest, AVersionAskedByItsNumberAnswersForItselfAndIsLoggedAsSuch) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(0.2f));
  test.versions->Put(3, Constant(std::numeric_limits<float>::quiet_NaN()));
  Serve(1);
  EXPECT_NEAR(test.service->PredictWith(2, Hours({1}))->scores[0], 0.2, 1e-6);
  EXPECT_EQ(test.service->PredictWith(7, Hours({1})).error().reason, Reason::NotFound);
  EXPECT_FALSE(test.service->PredictWith(3, Hours({1}))) << "its failure is the answer";
  EXPECT_EQ(test.service->PredictWith(2, Hours({"noon"})).error().reason, Reason::Unprocessable);
  const auto logged = test.Logged();
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(logged[0].arm, Arm::Named);
  EXPECT_EQ(logged[0].version, 2);
  const auto state = test.service->state();
  EXPECT_EQ(state.requests, 1);
  EXPECT_EQ(state.rejected, 1);
  EXPECT_EQ(state.fallbacks, 0);
  EXPECT_EQ(state.p99_ms, 0) << "how long it took says nothing about the service";
  EXPECT_EQ((*test.service->Describe(2))->version, 2);
}

TEST_P(ServiceTest, TheVersionInProductionAnswersTheSameUnderItsNumber) {
  std::atomic<bool> well = true;
  test.versions->Put(
      1, std::make_shared<ScriptedModel>([&](std::span<const float> hours) -> Result<std::vector<float>> {
        if (!well) return Error{Reason::Internal, "The model failed."};
        return std::vector<float>(hours.size(), 0.1f);
      }));
  test.versions->Put(2, Constant(0.2f));
  Serve(1);
  ASSERT_TRUE(test.service->StartCanary(2, 0.9));
  for (int i = 0; i < 20; ++i) {
    const auto answer = test.service->PredictWith(1, Hours({1}));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->arm, Arm::Production);
    EXPECT_EQ(answer->version, 1) << "who asks for a version gets no other";
  }
  const auto canary = test.service->state().canary.record;
  EXPECT_EQ(canary.canary_requests + canary.production_requests, 0) << "these were not drawn";
  well = false;
  EXPECT_EQ(test.service->PredictWith(1, Hours({20}))->arm, Arm::Fallback);
  EXPECT_EQ(test.Logged().size(), 21u);
  EXPECT_EQ(test.service->state().requests, 21);
  EXPECT_EQ(test.service->state().fallbacks, 1);
}

TEST_P(ServiceTest, AVersionThatNoDecisionAllowsDoesNotAnswer) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, Constant(0.2f));
  test.versions->Forbid(2);
  Serve(1);
  EXPECT_EQ(test.service->PredictWith(2, Hours({1})).error().reason, Reason::Denied);
  EXPECT_EQ(test.service->Describe(2).error().reason, Reason::Denied);
  EXPECT_EQ(test.service->StartCanary(2, 0.5).error().reason, Reason::Denied);
  EXPECT_TRUE(test.Logged().empty());
  // Nor does it when it stands in production without one.
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(test.service->state().version, 0);
  EXPECT_EQ(test.service->state().problem, "No decision put it there.");
  EXPECT_EQ(test.service->Predict(Hours({1}))->arm, Arm::Fallback);
}

TEST_P(ServiceTest, NamesTheColumnsOfAMatrixByTheSignatureOrByTheirPlace) {
  test.versions->PutFile(1, "boosting.onnx");
  test.versions->PutFile(2, "boosting.onnx", {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"});
  Serve(1);
  EXPECT_EQ(test.service->offer()->columns[9], "X[9]");
  EXPECT_TRUE(test.service->offer()->matrix);
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_EQ(test.service->offer()->columns[0], "a");
}

TEST_P(ServiceTest, SaysWhetherAnAnswerMayHaveToWait) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, std::make_shared<testing::WorkerLikeModel>(0.75f));
  Serve(1);
  EXPECT_FALSE(test.service->MayWait());
  ASSERT_TRUE(test.service->StartCanary(2, 0.5));
  EXPECT_TRUE(test.service->MayWait());
  test.service->EndCanary();
  EXPECT_FALSE(test.service->MayWait());
  test.versions->Promote(2);
  ASSERT_TRUE(test.service->Follow());
  EXPECT_TRUE(test.service->MayWait());
  EXPECT_EQ(test.service->Predict(Hours({1}))->scores, std::vector{0.75});
}

TEST_P(ServiceTest, AVersionInWorkersIsLoadedAnewWhenTheirSettingsChange) {
  test.versions->Put(1, Constant(0.1f));
  test.versions->Put(2, std::make_shared<testing::WorkerLikeModel>(0.75f));
  auto settings = TestService::Flights();
  settings.worker.processes = 3;
  for (const std::int64_t version : {1, 2}) {
    Serve(version);
    test.versions->Damage(version);  // so that loading it again would fail
    EXPECT_TRUE(test.service->Configure(TestService::Flights()));
    const auto changed = test.service->Configure(settings);
    EXPECT_EQ(bool(changed), version == 1);
    EXPECT_EQ(test.service->state().version, version) << "what is loaded goes on";
  }
}

TEST_P(ServiceTest, KeepsOfTheRequestsTheShareThatThePolicyWantsAndPutsThePolicyOnRecord) {
  test.versions->PutFile(1, "columns.onnx");
  Serve(1);
  EXPECT_TRUE(test.Events("serving.log_policy").empty());
  Settings settings = TestService::Flights();
  settings.log.share = 0.2;
  settings.log.reason = "too many";
  ASSERT_TRUE(test.service->Configure(settings) && test.service->Configure(settings));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(test.service->Predict(OneFlight()));
  auto state = test.service->state();
  EXPECT_EQ(state.requests, 1000);
  EXPECT_EQ(state.logged + state.passed_over, 1000);
  EXPECT_NEAR(static_cast<double>(state.logged), 200, 60);
  EXPECT_EQ(static_cast<std::int64_t>(test.Logged().size()), state.logged);
  settings.log.share = 0;
  ASSERT_TRUE(test.service->Configure(settings));
  ASSERT_TRUE(test.service->Predict(OneFlight()));
  EXPECT_EQ(test.service->state().logged, state.logged);
  EXPECT_EQ(test.service->state().log.reason, "too many");
  Serve(1);
  ASSERT_TRUE(test.service->Predict(OneFlight()));
  EXPECT_EQ(test.service->state().logged, state.logged + 1);
  const auto noted = test.Events("serving.log_policy");
  ASSERT_EQ(noted.size(), 3u);
  EXPECT_EQ(noted[0].Double("share"), 0.2);
  EXPECT_EQ(noted[0].Text("reason"), "too many");
  EXPECT_EQ(noted[1].Double("share"), 0);
  EXPECT_EQ(noted[2].Double("share"), 1);
}

TEST_P(ServiceTest, LogsMasksInPlaceOfClassifiedValuesAndAnswersByTheValues) {
  test.versions->PutFile(1, "columns.onnx");
  Serve(1);
  const auto plain = test.service->Predict(OneFlight());
  Settings settings = TestService::Flights();
  settings.log.masked = {"carrier", "distance"};
  ASSERT_TRUE(test.service->Configure(settings));
  const auto answer = test.service->Predict(OneFlight());
  ASSERT_TRUE(plain && answer);
  EXPECT_EQ(answer->scores, plain->scores);
  const auto logged = test.Logged();
  ASSERT_EQ(logged.size(), 2u);
  const Mask& mask = test.log->mask();
  EXPECT_EQ(logged[1].inputs, (Columns{{"carrier", {mask.Of("carrier", Json("UA"))}},
                                       {"distance", {mask.Of("distance", Json(1000.5))}},
                                       {"hour", {12}}}));
  EXPECT_EQ(test.Events("serving.log_policy").back().At("masked").items().size(), 2u);
}

TEST_P(ServiceTest, SaysSoWhenTheLogsDiskIsFull) {
  test.versions->Put(1, Constant(0.1f));
  Serve(1);
  test.disk.SetCapacity(10);
  EXPECT_EQ(Refusal(Hours({1})).reason, Reason::Exhausted);
  test.disk.SetCapacity(1 << 20);
  EXPECT_TRUE(test.service->Predict(Hours({1})));
}

INSTANTIATE_TEST_SUITE_P(Engines, ServiceTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::serving
