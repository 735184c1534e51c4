#include "loop/charter/charter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "loop/charter/page.h"

namespace cairn::charter {
namespace {

constexpr const char* kComplete = R"(
project: flights
charter:
  problem: Passengers learn too late
  persona: Duty manager
  why: Trust
  objective: Say before departure
  scope: {in: [departures], out: [cancelled]}
  prediction: {entity: one flight, outcome: late, wait: 1d, action: hold the connection}
  stakeholders: [{name: Ada, role: owner, decides: launch}]
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.56, owner: Ada, due: 2014-01-01}
  success: [{metric: log_loss, comparator: "<", than: heuristic}]
  cost: {false_positive: 1, false_negative: 3, unit: EUR}
  heuristic:
    - {when: "hour >= 17 AND origin = 'EWR'", score: 0.4}
    - {when: "hour >= 17", score: 0.3}
    - {otherwise: 0.2}
  risk: limited
  timeline: [{milestone: release, due: 2013-04-01}]
)";

std::vector<std::string> FieldsFoundIn(const std::string& text) {
  const auto node = ParseYaml(text, "cairn.yaml");
  const auto charter = Parse(*node);
  std::vector<std::string> fields;
  if (!charter) return {charter.error().message};
  for (const Finding& finding : Check(*charter, *node)) fields.push_back(finding.field);
  return fields;
}

TEST(Charter, ACompleteOneHasNoFindings) { EXPECT_THAT(FieldsFoundIn(kComplete), testing::IsEmpty()); }

TEST(Charter, EachMissingFieldIsNamed) {
  EXPECT_THAT(
      FieldsFoundIn("project: x\n"),
      testing::ElementsAre("problem", "persona", "why", "objective", "scope.in", "scope.out",
                           "prediction.entity", "prediction.outcome", "prediction.wait", "prediction.action",
                           "stakeholders", "kpis", "success", "cost", "heuristic", "risk", "timeline"));
}

TEST(Charter, AGoalThatNothingMeasuresIsAFinding) {
  std::string text = kComplete;
  text.replace(text.find("quality.log_loss"), 16, "feeling");
  EXPECT_THAT(FieldsFoundIn(text), testing::ElementsAre("kpis.honest risk.source"));
}

TEST(Charter, AGoalWithoutATargetIsAFinding) {
  std::string text = kComplete;
  text.replace(text.find(" target: 0.56,"), 14, "");
  EXPECT_THAT(FieldsFoundIn(text), testing::ElementsAre("kpis.honest risk.target"));
  EXPECT_FALSE(Parse(*ParseYaml(text, "cairn.yaml"))->kpis[0].MetBy(0));
}

TEST(Charter, EachFindingStandsAtItsOwnField) {
  const auto places = [](const std::string& text) {
    const auto node = ParseYaml(text, "cairn.yaml");
    std::vector<std::string> found;
    for (const Finding& finding : Check(*Parse(*node), *node))
      found.push_back(finding.where + " " + finding.field);
    return found;
  };
  const auto found = places(R"(project: flights
charter:
  problem:
  scope:
    out: [cancelled]
  kpis:
    - {name: quick, kind: business, source: feeling, owner: Ada, due: 2014-01-01}
    - name: right
      comparator: "<"
  success:
    - metric: log_loss
      comparator: "<"
      target: 1
      than: heuristic
  timeline: [{milestone: release}]
)");
  for (const char* expected :
       {"cairn.yaml:3:11 problem", "cairn.yaml:5:5 scope.in", "cairn.yaml:3:3 prediction.entity",
        "cairn.yaml:7:45 kpis.quick.source", "cairn.yaml:7:7 kpis.quick.comparator",
        "cairn.yaml:7:7 kpis.quick.target", "cairn.yaml:8:7 kpis.right.source",
        "cairn.yaml:14:13 success.log_loss.than", "cairn.yaml:15:14 timeline.release.due"}) {
    EXPECT_THAT(found, testing::Contains(std::string(expected)));
  }
}

TEST(Charter, AMisspeltKeyIsRefusedWithPlaceAndSuggestion) {
  std::string text = kComplete;
  text.replace(text.find("objective:"), 10, "objektive:");
  EXPECT_THAT(FieldsFoundIn(text),
              testing::ElementsAre("cairn.yaml:7:3: unknown key 'objektive'. Did you mean 'objective'?"));
}

TEST(Charter, ValuesOfAWrongKindAreRefusedWithTheirPlace) {
  for (const auto& [from, to] :
       std::initializer_list<std::pair<std::string, std::string>>{{"target: 0.56", "target: soon"},
                                                                  {"wait: 1d", "wait: later"},
                                                                  {"risk: limited", "risk: some"},
                                                                  {"2014-01-01", "2014-02-31"}}) {
    std::string text = kComplete;
    text.replace(text.find(from), from.size(), to);
    EXPECT_THAT(FieldsFoundIn(text), testing::ElementsAre(testing::StartsWith("cairn.yaml:"))) << to;
  }
}

TEST(Heuristic, TheFirstRuleThatHoldsGivesTheScore) {
  const auto node = ParseYaml(kComplete, "cairn.yaml");
  const auto charter = Parse(*node);
  ASSERT_TRUE(charter) << charter.error().message;
  const auto score = [&](Json hour, Json origin) {
    return charter->heuristic->Score(
        [&](std::string_view column) -> const Json& { return column == "hour" ? hour : origin; });
  };
  EXPECT_EQ(score(18, "EWR"), 0.4);
  EXPECT_EQ(score(18, "JFK"), 0.3);
  EXPECT_EQ(score(9.5, "EWR"), 0.2);
  EXPECT_EQ(score(Json(), "EWR"), 0.2);
  EXPECT_EQ(score("18", "EWR"), 0.2);
  EXPECT_THAT(charter->heuristic->columns(), testing::ElementsAre("hour", "origin"));
}

TEST(Heuristic, ConditionsMayBeJoinedAndNegated) {
  const auto node =
      ParseYaml("[{when: \"(hour >= 20 OR hour < 6) AND NOT origin = 'EWR'\", score: 0.9}, {otherwise: 0.1}]",
                "h.yaml");
  const auto heuristic = Heuristic::Parse(*node);
  ASSERT_TRUE(heuristic) << heuristic.error().message;
  const auto score = [&](Json hour, Json origin) {
    return heuristic->Score(
        [&](std::string_view column) -> const Json& { return column == "hour" ? hour : origin; });
  };
  EXPECT_EQ(score(21, "JFK"), 0.9);
  EXPECT_EQ(score(5, "JFK"), 0.9);
  EXPECT_EQ(score(12, "JFK"), 0.1);
  EXPECT_EQ(score(21, "EWR"), 0.1);
  EXPECT_EQ(score(21, Json()), 0.9) << "what is missing is not equal";
}

TEST(Heuristic, RulesThatCannotBeReadAreRefused) {
  for (const char* rules :
       {"[]", "[{when: \"a > 1\", score: 0.1}]", "[{when: \"a >\", score: 0.1}, {otherwise: 1}]",
        "[{when: \"a LIKE 'x'\", score: 0.1}, {otherwise: 1}]",
        "[{when: \"b = 1 OR min(a) = 1\", score: 0.1}, {otherwise: 1}]", "[{otherwise: much}]",
        "{otherwise: 1}"}) {
    const auto node = ParseYaml(rules, "h.yaml");
    ASSERT_TRUE(node);
    const auto parsed = Heuristic::Parse(*node);
    ASSERT_FALSE(parsed) << rules;
    EXPECT_THAT(parsed.error().message, testing::StartsWith("h.yaml:1:"));
  }
}

TEST(CharterPage, ShowsEveryPartAndEscapesWhatItShows) {
  std::string text = kComplete;
  text.replace(text.find("Duty manager"), 12, "<b>Duty</b>");
  const auto node = ParseYaml(text, "cairn.yaml");
  const auto charter = Parse(*node);
  const std::string html = HtmlPage(*charter, "abc");
  EXPECT_THAT(html, testing::HasSubstr("&lt;b&gt;Duty&lt;/b&gt;"));
  EXPECT_THAT(html, testing::HasSubstr("a wrong yes costs 1 EUR, a wrong no 3 EUR"));
  EXPECT_THAT(TextPage(*charter, 60), testing::HasSubstr("0.4 when hour >= 17 AND origin = 'EWR'"));
}

TEST(Duration, ReadsUnitsAndRefusesTheRest) {
  EXPECT_EQ(*ParseDuration("7d"), 604'800'000);
  EXPECT_EQ(*ParseDuration("15m"), 900'000);
  for (const char* wrong : {"", "d", "7", "-1d", "7 days", "1.5h"})
    EXPECT_FALSE(ParseDuration(wrong)) << wrong;
}

}  // namespace
}  // namespace cairn::charter
