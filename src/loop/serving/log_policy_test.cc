#include "loop/serving/log_policy.h"

#include <gtest/gtest.h>

namespace cairn::serving {
namespace {

constexpr const char* kData =
    "model: {name: m, dataset: rows}\n"
    "data:\n  rows:\n    path: rows\n    target: y\n    time: at\n    contract:\n      columns:\n"
    "        at: {type: timestamp, classification: restricted}\n"
    "        name: {type: string, classification: personal}\n"
    "        income: {type: number, classification: Confidential}\n"
    "        hour: {type: integer, classification: public}\n"
    "        y: {type: integer, serving: false}\n";

using Names = std::vector<std::string>;

Result<LogPolicy> Read(const std::string& more) {
  const auto node = ParseYaml(kData + more, "cairn.yaml");
  EXPECT_TRUE(node) << node.error().message;
  return LogPolicyOf(*node);
}
std::string Refusal(const std::string& more) {
  const auto policy = Read(more);
  return policy ? "" : policy.error().message;
}

TEST(LogPolicyTest, KeepsEveryRequestAndMasksWhatIsClassified) {
  const auto policy = Read("");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->share, 1);
  EXPECT_EQ(policy->masked, (Names{"income", "name"}));
  EXPECT_FALSE(policy->KeepsAll());
  EXPECT_TRUE(LogPolicyOf(*ParseYaml("model: {name: m}", "cairn.yaml"))->KeepsAll());
}

TEST(LogPolicyTest, KeepsLessForAReason) {
  const auto policy = Read("serving: {log: {share: 10%, reason: too many, plain: [income]}}");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_DOUBLE_EQ(policy->share, 0.1);
  EXPECT_EQ(policy->masked, Names{"name"});
  EXPECT_EQ(policy->ToJson().Dump(),
            R"({"share":0.1,"reason":"too many","masked":["name"],"plain":["income"]})");
  EXPECT_EQ(Read("serving: {log: {share: 0%, reason: a trial}}")->share, 0);
  EXPECT_FALSE(Read("serving: {log: {when_full: refuse}}")->counts_when_full);
  const auto counts = Read("serving: {log: {when_full: count, reason: flights go on}}");
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_TRUE(counts->counts_when_full);
  EXPECT_EQ(counts->ToJson().Text("when_full"), "count");
}

TEST(LogPolicyTest, ShipsWhereItSays) {
  for (const std::string place : {"s3://lake/predictions", "/var/lake"}) {
    const auto policy = Read("serving: {log: {ship: '" + place + "'}}");
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_EQ(policy->ship, place);
    EXPECT_EQ(policy->ToJson().Text("ship"), place);
    EXPECT_FALSE(policy->KeepsAll());
  }
  EXPECT_NE(Refusal("serving: {log: {ship: 's3://'}}").find("cairn.yaml:14:"), std::string::npos);
}

TEST(LogPolicyTest, KeepsSegmentsAsLongAsItSays) {
  EXPECT_EQ(Read("serving: {log: {}}")->keep_ms, 0);
  const auto policy = Read("serving: {log: {keep: 90d}}");
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->keep_ms, std::int64_t{90} * 86'400'000);
  EXPECT_EQ(policy->ToJson().Int("keep_ms"), policy->keep_ms);
  EXPECT_NE(Refusal("serving: {log: {keep: 1h}}").find("at least 1d"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {keep: soon}}").find("at least 1d"), std::string::npos);
  EXPECT_NE(Refusal("charter: {risk: high}\nserving: {log: {keep: 90d}}").find("183d"), std::string::npos);
  EXPECT_EQ(Refusal("charter: {risk: high}\nserving: {log: {keep: 1000d}}"), "");
}

TEST(LogPolicyTest, NamesThePlaceOfAMistake) {
  EXPECT_NE(Refusal("serving: {log: {share: 10%}}").find("'reason'"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {plain: [income]}}").find("'reason'"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {share: 110%, reason: x}}").find("cairn.yaml:14:"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {when_full: count}}").find("'reason'"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {when_full: cuont, reason: x}}").find("count"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: off}").find("must be a map"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {shre: 1}}").find("share"), std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {plain: [incom], reason: x}}").find("did you mean 'income'"),
            std::string::npos);
  EXPECT_NE(Refusal("serving: {log: {plain: [hour], reason: x}}").find("'hour'"), std::string::npos);
}

TEST(LogPolicyTest, KeepsEveryAnswerOfASystemOfHighRiskAndWhatMonitorsWatch) {
  EXPECT_NE(Refusal("charter: {risk: high}\nserving: {log: {share: 50%, reason: x}}").find("high risk"),
            std::string::npos);
  EXPECT_NE(Refusal("charter: {risk: high}\nserving: {log: {when_full: count, reason: x}}").find("high risk"),
            std::string::npos);
  const std::string monitors = "monitors:\n  - {name: quality}\n";
  EXPECT_NE(Refusal(monitors + "serving: {log: {share: 0%, reason: x}}").find("monitors"), std::string::npos);
  EXPECT_EQ(Refusal(monitors + "serving: {log: {share: 1%, reason: x}}"), "");
}

}  // namespace
}  // namespace cairn::serving
