#include "cli/interview.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/skeleton.h"
#include "ground/vocabulary/document.h"
#include "loop/charter/charter.h"

namespace cairn::cli {
namespace {

/// Answers in the order of the questions; an empty line ends a list.
const std::vector<std::string> kAnswers{"Passengers learn of a delay: too late",
                                        "Travellers with a connection",
                                        "A missed connection costs 300 EUR",
                                        "Nine of ten are told two hours before",
                                        "departures, New York",
                                        "cancellations",
                                        "flight",
                                        "late",
                                        "1d",
                                        "Send a message",
                                        "Ada, product owner, launch",
                                        "Grace, engineer",
                                        "",
                                        "honest risk, model, quality.log_loss, <= 0.5, Ada, 2030-01-01",
                                        "",
                                        "log_loss < heuristic",
                                        "roc_auc >= 0.7",
                                        "",
                                        "1, 3, EUR",
                                        "hour >= 17 AND origin = 'EWR': 0.33",
                                        "0.18",
                                        "",
                                        "limited",
                                        "A wrong message annoys",
                                        "2030-03-01, pilot",
                                        ""};

class Script {
 public:
  explicit Script(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  Respondent Respond(bool patient = false) {
    return {[this]() -> std::optional<std::string> {
              return next_ < lines_.size() ? std::optional(lines_[next_++]) : std::nullopt;
            },
            [this](std::string_view line) { said_ += std::string(line) + "\n"; }, patient};
  }
  const std::string& said() const { return said_; }

 private:
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
  std::string said_;
};

std::string Skeleton() { return cli::Skeleton("flights", "ada", "KEY").front().text; }

charter::Charter Read(const std::string& text) {
  const auto node = ParseYaml(text, "cairn.yaml");
  EXPECT_TRUE(node) << node.error().message;
  const auto charter = charter::Parse(*node);
  EXPECT_TRUE(charter) << charter.error().message;
  return *charter;
}

TEST(InterviewTest, AnsweredInFullTheCharterIsComplete) {
  Script script(kAnswers);
  const auto asked = AskForCharter(script.Respond(), Json());
  ASSERT_TRUE(asked) << asked.error().message;
  const std::string text = WithCharter(Skeleton(), *asked);
  const auto charter = Read(text);
  EXPECT_EQ(charter.problem, "Passengers learn of a delay: too late");
  EXPECT_EQ(charter.in_scope.size(), 2u);
  EXPECT_EQ(charter.kpis[0].target, 0.5);
  EXPECT_EQ(charter.success[0].than, "heuristic");
  EXPECT_EQ(charter.cost->false_negative, 3);
  EXPECT_EQ(charter.heuristic->columns(), (std::vector<std::string>{"hour", "origin"}));
  for (const auto& finding : charter::Check(charter, *ParseYaml(text, "cairn.yaml")))
    ADD_FAILURE() << finding.field << " " << finding.problem;
  EXPECT_NE(script.said().find("a goal that nothing measures is a wish"), std::string::npos) << "it teaches";
}

TEST(InterviewTest, TheRestOfTheFileStaysAsItIs) {
  Script script(kAnswers);
  const std::string before = Skeleton(),
                    after = WithCharter(before, *AskForCharter(script.Respond(), Json()));
  const std::string rest = before.substr(before.find("\n# Who may do what."));
  EXPECT_TRUE(after.ends_with(rest));
  EXPECT_TRUE(after.starts_with(before.substr(0, before.find("charter:"))));
  Script again(std::vector<std::string>(30, ""));
  const Json held = ParseYaml(after, "cairn.yaml")->Find("charter")->ToJson();
  EXPECT_EQ(WithCharter(after, *AskForCharter(again.Respond(), held)), after)
      << "empty lines keep everything";
}

TEST(InterviewTest, APipeThatEndsEarlyLeavesTheRestAsItWas) {
  Script script({"Another problem"});
  const Json before{{"problem", "late"}, {"persona", "travellers"}};
  const Json after = *AskForCharter(script.Respond(), before);
  EXPECT_EQ(after.Text("problem"), "Another problem");
  EXPECT_EQ(after.Text("persona"), "travellers");
}

TEST(InterviewTest, ADashClears) {
  Script script({"-"});
  EXPECT_EQ(AskForCharter(script.Respond(), Json{{"problem", "late"}})->Find("problem"), nullptr);
}

TEST(InterviewTest, WhatCannotBeUsedIsAnErrorFromAPipeAndAskedAgainOfAPerson) {
  std::vector<std::string> answers = kAnswers;
  answers[8] = "soon";
  Script pipe(answers);
  const auto refused = AskForCharter(pipe.Respond(), Json());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_NE(refused.error().message.find("until the truth is known? 'soon'"), std::string::npos);
  answers.insert(answers.begin() + 9, "1d");
  Script person(answers);
  const auto asked = AskForCharter(person.Respond(true), Json());
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->At("prediction").Text("wait"), "1d");
  EXPECT_NE(person.said().find("'soon' is not a duration"), std::string::npos);
}

TEST(InterviewTest, EveryKindOfAnswerIsLookedAt) {
  struct Case {
    std::size_t at;
    const char* line;
  };
  for (const Case& one :
       {Case{10, "Ada"}, Case{13, "risk, model, quality.log_loss, 0.5, Ada, 2030-01-01"},
        Case{13, "risk, model, quality.log_loss, <= 0.5, Ada, some day"},
        Case{13, "risk, nice, quality.log_loss, <= 0.5, Ada, 2030-01-01"}, Case{15, "log_loss"},
        Case{18, "1, -3, EUR"}, Case{19, "hour >= : 0.3"}, Case{22, "big"}, Case{24, "pilot"}}) {
    std::vector<std::string> answers = kAnswers;
    answers[one.at] = one.line;
    Script script(answers);
    EXPECT_FALSE(AskForCharter(script.Respond(), Json())) << one.line;
  }
}

TEST(InterviewTest, AFileWithoutACharterGetsOne) {
  EXPECT_EQ(WithCharter("project: p\n", Json{{"problem", "late"}}),
            "project: p\n\ncharter:\n  problem: late\n");
}

TEST(InterviewTest, RulesWithoutAScoreForTheRestAreAskedForAgainAndCostNoOtherAnswer) {
  auto answers = kAnswers;
  const auto rest = std::find(answers.begin(), answers.end(), "0.18");
  *rest = "";                                            // The list ends too early,
  answers.insert(rest + 1, {"0.18", "hour >= 5: 0.1"});  // and then does not end.
  Script script(answers);
  const auto asked = AskForCharter(script.Respond(true), Json());
  ASSERT_TRUE(asked) << asked.error().message;
  EXPECT_NE(script.said().find("the score for all the rest is missing: write a number alone"),
            std::string::npos);
  EXPECT_NE(script.said().find("the score for all the rest comes last"), std::string::npos);
  const auto charter = Read(WithCharter(Skeleton(), *asked));
  EXPECT_EQ(charter.heuristic->columns(), (std::vector<std::string>{"hour", "origin"}));
  EXPECT_EQ(charter.risk_reason, "A wrong message annoys");
  Script pipe(answers);
  const auto refused = AskForCharter(pipe.Respond(), Json());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("the score for all the rest is missing"), std::string::npos);
}

TEST(InterviewTest, WhatBreaksOffInTheRulesKeepsTheAnswersBefore) {
  auto answers = kAnswers;
  answers.resize(
      static_cast<std::size_t>(std::find(answers.begin(), answers.end(), "0.18") - answers.begin()));
  Script script(answers);
  const auto asked = AskForCharter(script.Respond(true), Json());
  ASSERT_TRUE(asked) << asked.error().message;
  const auto charter = Read(WithCharter(Skeleton(), *asked));
  EXPECT_FALSE(charter.heuristic);
  EXPECT_EQ(charter.cost->false_negative, 3);
}

TEST(InterviewTest, WhatIsThereIsShownAsOneWouldTypeIt) {
  Script first(kAnswers);
  const auto before = AskForCharter(first.Respond(), Json());
  ASSERT_TRUE(before);
  Script shown(std::vector<std::string>(60, ""));
  const auto kept = AskForCharter(shown.Respond(true), *before);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->Canonical(), before->Canonical());
  for (const char* line :
       {"1/18  What goes wrong today?", "  Now: Ada, product owner, launch\n       Grace, engineer  (",
        "  Now: honest risk, model, quality.log_loss, <= 0.5, Ada, 2030-01-01  (",
        "  Now: departures, New York  (", "  Now: log_loss < heuristic\n       roc_auc >= 0.7  (",
        "  Now: 1, 3, EUR  (", "  Now: hour >= 17 AND origin = 'EWR': 0.33\n       0.18  (",
        "  Now: 2030-03-01, pilot  (", "18/18  By when?"})
    EXPECT_NE(shown.said().find(line), std::string::npos) << line << "\n" << shown.said();
}

}  // namespace
}  // namespace cairn::cli
