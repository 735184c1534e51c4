#include "loop/scorecard/regime.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "loop/scorecard/testing/story.h"

namespace cairn::scorecard {
namespace {

using testing::kDay;
using testing::Story;

class RegimeTest : public ::testing::Test {
 protected:
  Profile ProfileFrom(const Story& story, const std::string& text, TimeMs after = kDay) {
    configuration_ = *ParseYaml(text, "cairn.yaml");
    history_ = std::make_unique<History>(story.Told());
    auto profile = ProfileOf(*history_, &configuration_, Story::kBegin + after);
    EXPECT_TRUE(profile) << profile.error().message;
    return *std::move(profile);
  }
  static Story& Models(Story& story, int count) {
    for (int i = 0; i < count; ++i)
      story.At(1, "registry.version_added", Json{{"model", "m" + std::to_string(i)}, {"version", "1"}});
    return story;
  }
  static const Component& Of(const Profile& profile, std::string_view name) {
    return *std::find_if(profile.components.begin(), profile.components.end(),
                         [&](const Component& one) { return one.name == name; });
  }
  static std::vector<std::string_view> Mandatory(const Profile& profile) {
    std::vector<std::string_view> names;
    for (const Component& one : profile.components)
      if (one.mandatory) names.push_back(one.name);
    return names;
  }

  Node configuration_;
  std::unique_ptr<History> history_;
};

TEST_F(RegimeTest, TwoAxesGiveFourVariantsAndWhatIsMandatoryInEach) {
  Story few, many;
  Models(few, 1), Models(many, 3);
  const std::string light = "charter: {risk: limited}\ngovernance: {many_models: 3}\n",
                    strict = "charter: {risk: high}\ngovernance: {many_models: 3}\n";
  const Profile few_light = ProfileFrom(few, light);
  EXPECT_EQ(few_light.regime, Regime::FewLight);
  EXPECT_TRUE(Mandatory(few_light).empty());
  EXPECT_TRUE(few_light.Missing().empty());
  const Profile many_light = ProfileFrom(many, light);
  EXPECT_EQ(many_light.regime, Regime::ManyLight);
  EXPECT_EQ(Mandatory(many_light),
            (std::vector<std::string_view>{"release authority", "versions", "reproducibility", "monitoring",
                                           "cost transparency", "service catalogue"}));
  const Profile few_strict = ProfileFrom(few, strict);
  EXPECT_EQ(few_strict.regime, Regime::FewStrict);
  EXPECT_EQ(Mandatory(few_strict).size(), 12u);
  const Profile many_strict = ProfileFrom(many, strict);
  EXPECT_EQ(many_strict.regime, Regime::ManyStrict);
  EXPECT_EQ(Mandatory(many_strict).size(), 14u);
  EXPECT_EQ(many_strict.Missing().size(), 14u);
  EXPECT_EQ(many_strict.ToJson().Text("regime"), "many models, strict regulation");
}

TEST_F(RegimeTest, WhatMakesRegulationStrictIsNamed) {
  const auto because = [&](const std::string& text) { return ProfileFrom(Story(), text).strict_because; };
  using Reasons = std::vector<std::string>;
  EXPECT_EQ(because("project: p\n"), Reasons());
  EXPECT_EQ(because("charter: {risk: high}\n"), Reasons{"the charter's risk class is high"});
  EXPECT_EQ(because("governance: {domain: credit}\n"),
            Reasons{"the domain credit is regulated by AI Act, Annex III (5)(b)"});
  EXPECT_EQ(because("governance: {domain: flights}\n"), Reasons());
  EXPECT_EQ(because("governance: {regulated_by: [SR 26-2]}\n"), Reasons{"SR 26-2 applies"});
  EXPECT_EQ(because("governance: {business_risk: high}\n"), Reasons{"the risk to the business is high"});
  EXPECT_EQ(because("governance: {business_risk: medium}\n"), Reasons());
}

TEST_F(RegimeTest, ModelsAreThoseWithAVersionHereAndThoseElsewhere) {
  Story story;
  Models(story, 3).At(2, "registry.model_deleted", Json{{"model", "m0"}});
  story.At(3, "registry.model_renamed", Json{{"model", "n"}, {"previous", "m1"}});
  story.At(4, "registry.version_deleted", Json{{"model", "m2"}, {"version", "1"}});
  const Profile profile = ProfileFrom(story, "governance: {many_models: 4, other_models: 3}\n");
  EXPECT_EQ(profile.models, std::vector<std::string>{"n"});
  EXPECT_EQ(profile.regime, Regime::ManyLight);
}

TEST_F(RegimeTest, OnlyAnAcceptedSectionBindsAndOnlyWhatCanBeThereBeforeARelease) {
  EXPECT_TRUE(ProfileFrom(Story(), "charter: {risk: high}\n").Binding().empty());
  const Profile bound = ProfileFrom(Story(), "charter: {risk: high}\ngovernance: {}\n");
  EXPECT_EQ(bound.Binding().size(), 10u);
  EXPECT_TRUE(Of(bound, "risk register").binding);
  EXPECT_FALSE(Of(bound, "conformity").binding);
  EXPECT_FALSE(Of(bound, "cost transparency").binding) << "it pays off with many models";
}

TEST_F(RegimeTest, EachPartIsReadOffConfigurationAndRecords) {
  const std::string text = R"(project: p
charter: {risk: high, costs: {bytes: 1000}}
roles:
  principals:
    - {name: dev, key: 1QmkmnuFHPTX5R4Xjc3E7J1MSY4DLBgZMM6QzRPu5kg=, roles: [developer]}
    - {name: val, key: 2QmkmnuFHPTX5R4Xjc3E7J1MSY4DLBgZMM6QzRPu5kg=, roles: [validator]}
    - {name: app, key: 3QmkmnuFHPTX5R4Xjc3E7J1MSY4DLBgZMM6QzRPu5kg=, roles: [approver]}
gates: {rules: [{name: fast, latency_p99_ms: 5}]}
monitors:
  - {name: quality, quality: log_loss}
  - {name: inputs, drift: psi}
documents: {intended use: x}
governance:
  risks: [{risk: slow, kind: business, likelihood: low, impact: low, owner: app, controls: [{gate: fast}]}]
  catalogue: {visible_to: [developer]}
)";
  Story story;
  story.At(0, "governance.configuration_accepted", Json{{"signer", "app"}});
  story.At(0, "data.version_added", Json{{"dataset", "d"}, {"digest", "aa"}});
  story.At(1, "pipeline.run_started",
           Json{{"run", "1"}, {"trigger", Json{{"on", "demand"}}}, {"git", Json{{"commit", "c0ffee"}}}}, "",
           "dev");
  story.At(2, "registry.version_added",
           Json{{"model", "m"}, {"version", "1"}, {"pipeline_run", "1"}, {"manifest", "bb"}});
  story.At(3, "pipeline.run_started", Json{{"run", "2"}, {"trigger", Json{{"on", "replay"}, {"name", "1"}}}},
           "", "val");
  story.At(4, "evidence.bundled", Json{{"model", "m"}});
  const Profile profile = ProfileFrom(story, text);
  for (const Component& one : profile.components) {
    const bool lacking = one.name == "charter" || one.name == "kinds of risk";
    EXPECT_EQ(one.in_place, !lacking) << one.name << ": " << one.why;
    EXPECT_EQ(one.evidence != nullptr, one.in_place) << one.name;
  }
  EXPECT_NE(Of(profile, "charter").why.find("'problem'"), std::string::npos) << Of(profile, "charter").why;
  ASSERT_EQ(profile.Beyond().size(), 1u) << "nothing demands a plan of costs of few models";
}

TEST_F(RegimeTest, ReadinessIsTheLeastOfWhatRecordsShowAndDemandsMore) {
  Story story;
  EXPECT_EQ(ProfileFrom(story, "project: p\n").readiness.Reached(), Phase::Tactical);
  story.At(0, "governance.configuration_accepted", Json{{"signer", "ada"}});
  story.At(0, "data.contract_checked", Json{{"passed", true}}).At(0, "run.ended", Json::Object());
  story.Window(1, 1, true).Raised(1, "a", 1);
  story.RunStarted(2, "1", "alert", "a").RunEnded(3, "1", "a").Judged(4, 2, true, "a");
  EXPECT_EQ(ProfileFrom(story, "project: p\n").readiness.Reached(), Phase::Tactical) << "nothing is live";
  story.Promoted(5, 2, 1, "a");
  const Profile profile = ProfileFrom(story, "governance: {readiness: {learn: tactical}}\n");
  EXPECT_EQ(profile.readiness.Reached(), Phase::Strategic) << "what was only said holds nothing back";
  EXPECT_EQ(Of(profile, "monitoring").demanded_by, "readiness");
  EXPECT_FALSE(Of(profile, "monitoring").binding);
  EXPECT_FALSE(Of(profile, "risk register").mandatory);
}

}  // namespace
}  // namespace cairn::scorecard
