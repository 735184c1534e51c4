#include "loop/serving/pace.h"

#include <gtest/gtest.h>

#include "ground/os/clock.h"
#include "loop/serving/settings.h"
#include "loop/serving/testing/test_versions.h"

namespace cairn::serving {
namespace {

using testing::ScriptedModel;

Batching Parsed(const std::string& yaml) { return *ParseBatching(*ParseYaml(yaml, "cairn.yaml")); }
std::string Refusal(const std::string& yaml) {
  const auto settings = ParseSettings(*ParseYaml("serving: {batching: " + yaml + "}", "cairn.yaml"));
  return settings ? std::string() : settings.error().message;
}

ScriptedModel Doubling() {
  return ScriptedModel([](std::span<const float> hours) -> Result<std::vector<float>> {
    std::vector<float> all(hours.begin(), hours.end());
    for (float& one : all) one *= 2;
    return all;
  });
}
/// Busy for half a millisecond a call, whatever the number of rows.
ScriptedModel Slow() {
  return ScriptedModel([](std::span<const float> hours) -> Result<std::vector<float>> {
    const std::int64_t until = os::SteadyNs() + 500'000;
    while (os::SteadyNs() < until) {
    }
    return std::vector<float>(hours.size(), 0.5F);
  });
}
ScriptedModel Mixing() {
  return ScriptedModel([](std::span<const float> hours) -> Result<std::vector<float>> {
    return std::vector<float>(hours.size(), static_cast<float>(hours.size()));
  });
}

TEST(BatchingTest, ReadsItsSection) {
  const auto batching = Parsed(
      "{max_batch_size: 16, max_queue_delay: 2ms, max_queue_size: 100, concurrency: 1, answers: close}");
  EXPECT_TRUE(batching.given && batching.close);
  EXPECT_EQ(batching.max_batch_size, 16);
  EXPECT_EQ(batching.max_queue_delay_us, 2000);
  EXPECT_EQ(batching.max_queue_size, 100);
  EXPECT_EQ(batching.concurrency, 1);
  EXPECT_EQ(Parsed("{max_queue_delay: 500us}").max_queue_delay_us, 500);
  EXPECT_EQ(Parsed("{max_queue_delay: 0}").max_queue_delay_us, 0);
}

TEST(BatchingTest, NamesThePlaceOfAMistake) {
  EXPECT_NE(Refusal("{max_batch_siz: 3}").find("max_batch_size"), std::string::npos);
  EXPECT_NE(Refusal("{max_batch_size: 0}").find("cairn.yaml:1:"), std::string::npos);
  EXPECT_NE(Refusal("{max_queue_delay: 3}").find("2ms"), std::string::npos);
  EXPECT_NE(Refusal("{max_queue_delay: 2s}").find("2ms"), std::string::npos);
  EXPECT_NE(Refusal("{answers: alike}").find("identical or close"), std::string::npos);
  EXPECT_NE(Refusal("on").find("must be a map"), std::string::npos);
}

TEST(PaceTest, AQuickVersionTakesEachRequestAtOnceUnlessToldOtherwise) {
  EXPECT_FALSE(PaceOf(Doubling(), {}, {}).in_line);
  const auto told = PaceOf(Doubling(), Parsed("{max_batch_size: 8, max_queue_delay: 1ms}"), {});
  EXPECT_TRUE(told.in_line);
  EXPECT_EQ(told.line.most_rows, 8);
  EXPECT_EQ(told.line.delay_ns, 1'000'000);
}

TEST(PaceTest, ASlowVersionWaitsInLineAndRunsTogetherWhatIsFasterSo) {
  const auto pace = PaceOf(Slow(), {}, {});
  EXPECT_TRUE(pace.in_line);
  EXPECT_EQ(pace.line.most_rows, 32);
  EXPECT_EQ(pace.line.delay_ns, 0);
  EXPECT_NE(pace.why.find("the same bit for bit"), std::string::npos) << pace.why;
}

TEST(PaceTest, NothingIsPutTogetherWhoseAnswersDependOnEachOtherWhateverTheSettings) {
  const auto pace = PaceOf(Mixing(), Parsed("{max_batch_size: 8, answers: close}"), {});
  EXPECT_TRUE(pace.in_line);
  EXPECT_EQ(pace.line.most_rows, 1);
  EXPECT_NE(pace.why.find("another one"), std::string::npos) << pace.why;
}

TEST(PaceTest, WorkersRunAsManyAtOnceAsThereAreProcesses) {
  const auto pace = PaceOf(testing::WorkerLikeModel(0.3F), {}, {.processes = 3});
  EXPECT_TRUE(pace.in_line && pace.line.own_process);
  EXPECT_EQ(pace.line.runs_at_once, 3);
}

}  // namespace
}  // namespace cairn::serving
