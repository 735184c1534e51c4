#include "loop/ci/outcome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"

namespace cairn::ci {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Settings SettingsOf(const std::string& text) { return *ParseCi(*ParseYaml(text, "cairn.yaml")); }
std::string Refusal(const std::string& text) {
  const auto settings = ParseCi(*ParseYaml(text, "cairn.yaml"));
  return settings ? "" : settings.error().message;
}

TEST(CiSettingsTest, TestsAndBoundsAreReadAndMistakesHaveTheirPlace) {
  const auto settings = SettingsOf(R"(ci:
  base: origin/main
  code: [{name: unit, run: make test, when: ["src/**"], timeout_seconds: 9}]
  metrics: [{name: loss, worse_by: 0.1, better: lower}]
)");
  EXPECT_EQ(settings.base, "origin/main");
  EXPECT_EQ(settings.code.at(0).timeout_ms, 9000);
  EXPECT_FALSE(settings.metrics.at(0).higher_is_better);
  EXPECT_EQ(SettingsOf("a: 1\n").base, "main");
  EXPECT_THAT(Refusal("ci: {cod: []}\n"), HasSubstr("'code'"));
  EXPECT_THAT(Refusal("ci:\n  code:\n  - {name: a}\n"), HasSubstr("cairn.yaml:3:5"));
  EXPECT_THAT(Refusal("ci: {code: [{name: a, run: b}], data: [{name: a, run: b}]}\n"),
              HasSubstr("two tests"));
  EXPECT_THAT(Refusal("ci: {metrics: [{name: a}]}\n"), HasSubstr("at_least"));
  EXPECT_THAT(Refusal("ci: {code: [{name: a, run: b, timeout_seconds: 0}]}\n"), HasSubstr("above 0"));
}

TEST(CiJudgeTest, AFigureIsHeldToItsBoundAndToTheTargetBranch) {
  const auto settings = SettingsOf(R"(ci:
  metrics:
  - {name: acc, at_least: 0.8, worse_by: 0.05}
  - {name: loss, at_most: 1, worse_by: 0.1, better: lower}
  - {name: gone, at_least: 0}
)");
  const auto broken = [&](const Json& was, const Json& is) {
    std::vector<std::string> names;
    for (const auto& figure : Judge(settings.metrics, was, is)) {
      if (!figure.broken.empty()) names.push_back(figure.name);
    }
    return names;
  };
  EXPECT_THAT(broken(Json{{"acc", 0.84}, {"loss", 0.5}}, Json{{"acc", 0.8}, {"loss", 0.55}, {"gone", 1}}),
              ElementsAre());
  EXPECT_THAT(broken(Json{{"acc", 0.9}}, Json{{"acc", 0.8}, {"loss", 1}, {"gone", 1}}), ElementsAre("acc"));
  EXPECT_THAT(broken(Json{{"loss", 0.5}}, Json{{"acc", 0.79}, {"loss", 0.7}}),
              ElementsAre("acc", "gone", "loss"));
  EXPECT_EQ(Judge({}, Json{{"a", 1}}, Json{{"b", 2}}).size(), 2u);
}

class CiRunTest : public ::testing::Test {
 protected:
  CiRunTest() { change_.project = folder_.path(); }
  Case Run(const std::string& text, std::int64_t timeout_ms = 60'000, std::stop_token stop = {}) {
    ci::Test test;
    test.name = "one";
    test.run = text;
    test.timeout_ms = timeout_ms;
    return ci::RunTest(change_, test, folder_.path(), stop);
  }
  os::TempFolder folder_ = *os::TempFolder::Create();
  Change change_;
};

TEST_F(CiRunTest, ATestPassesByItsExitCodeAndItsLastWordsAreKept) {
  EXPECT_EQ(Run("echo fine; test -n \"$CAIRN_JUNIT\"").state, Case::State::Passed);
  const Case failed = Run("i=0; while [ $i -lt 9000 ]; do echo line $i; i=$((i+1)); done; exit 3");
  EXPECT_EQ(failed.state, Case::State::Failed);
  EXPECT_THAT(failed.message, HasSubstr("exit code 3"));
  EXPECT_THAT(failed.output, HasSubstr("line 8999\n"));
  EXPECT_LT(failed.output.size(), 20'000u);
}

TEST_F(CiRunTest, ATestThatDoesNotEndIsEndedWithAllItStarted) {
  const Case late = Run("sleep 600 & echo $! > child; wait", 200);
  EXPECT_EQ(late.state, Case::State::Failed);
  EXPECT_THAT(late.message, HasSubstr("200 ms"));
  const std::string child(Trim(*os::ReadFile(folder_ / "child")));
  const auto status = os::ReadFile("/proc/" + child + "/status");
  // Who was killed may still be there, as a zombie, until somebody has asked for its end.
  if (status) {
    EXPECT_THAT(*status, HasSubstr("State:\tZ"));
  }
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(Run("sleep 600", 600'000, stop.get_token()).message, HasSubstr("stopped"));
}

TEST(CiReportTest, WhatTestsPrintBreaksNeitherXmlNorMarkdown) {
  Report report;
  report.suites = {{"code",
                    {{Case::State::Failed, "a<b>|\"c\"", "no & no\x01", "```\n<x>]]>\x1b[31m\n", 12},
                     {Case::State::Skipped, "d", "why", "", 0}}}};
  const std::string xml = JUnitOf(report.suites);
  EXPECT_THAT(xml, HasSubstr("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\" time=\"0.012\""));
  EXPECT_THAT(xml, HasSubstr("name=\"a&lt;b&gt;|&quot;c&quot;\""));
  EXPECT_EQ(xml.find('\x1b'), std::string::npos);
  const std::string page = MarkdownOf(Change(), report);
  EXPECT_THAT(page, HasSubstr("| code | a\\<b>\\|\"c\" | ❌ failed: "));
  EXPECT_THAT(page, HasSubstr("````\n```\n<x>"));
  EXPECT_TRUE(report.Failed());
}

}  // namespace
}  // namespace cairn::ci
