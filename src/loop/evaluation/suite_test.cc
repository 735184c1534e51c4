#include "loop/evaluation/suite.h"

#include <gtest/gtest.h>

#include <cmath>

#include "loop/evaluation/judged_table.h"
#include "loop/evaluation/random.h"
#include "loop/evaluation/report_page.h"
#include "loop/evaluation/rescoring.h"

namespace cairn::evaluation {
namespace {

/// Rows whose label is x > 0.5 with a chance of x, blurred where the slice is "bad".
struct Sample {
  Truth truth{{"no", "yes"}, {}, {}, {}};
  Answers answers;
  std::vector<std::string> slices;

  explicit Sample(std::size_t rows) {
    Random random(3);
    for (std::size_t i = 0; i < rows; ++i) {
      const double x = random.Unit();
      const bool bad = i % 10 == 0;
      truth.labels.push_back(random.Unit() < x);
      answers.chances.push_back(bad ? random.Unit() : x);
      slices.push_back(bad ? "bad" : i % 2 ? "odd" : "even");
    }
  }
};

const Json& Named(const Json& list, const char* member, const std::string& name) {
  static const Json none;
  for (const Json& one : list.items())
    if (one.Text(member) == name) return one;
  return none;
}

TEST(SuiteTest, TheSliceThatIsSurelyWorseIsFoundAndNoOther) {
  const Sample sample(4000);
  const SliceColumn column{"kind", sample.slices};
  const auto report = RunSuite(sample.truth, sample.answers, {&column, 1}, {}, {});
  ASSERT_TRUE(report) << report.error().message;
  const Json& slices = report->At("slices");
  EXPECT_TRUE(Named(slices, "value", "bad").Bool("worse"));
  EXPECT_LT(Named(slices, "value", "bad").Double("adjusted_p_value"), 1e-6);
  EXPECT_FALSE(Named(slices, "value", "odd").Bool("worse"));
  EXPECT_EQ(report->Text("metric"), "log_loss");
  EXPECT_LT(report->Double("low"), report->Double("value"));
}

TEST(SuiteTest, EqualInputGivesEqualReportsAndPages) {
  const Sample sample(500);
  const SliceColumn column{"kind", sample.slices};
  const auto first = RunSuite(sample.truth, sample.answers, {&column, 1}, {&column, 1}, {});
  const auto second = RunSuite(sample.truth, sample.answers, {&column, 1}, {&column, 1}, {});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->Dump(), second->Dump());
  const std::string page = ReportPage(*first);
  for (const char* word : {"ROC", "Calibration", "Confusion", "Slices", "demographic_parity_difference"})
    EXPECT_NE(page.find(word), std::string::npos) << word;
}

TEST(SuiteTest, AMetricThatIsNotMeasuredIsRefusedWithTheNearest) {
  const Sample sample(100);
  SuiteSettings settings;
  settings.metric = "roc_acu";
  const auto report = RunSuite(sample.truth, sample.answers, {}, {}, settings);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, Reason::InvalidArgument);
  EXPECT_NE(report.error().message.find("roc_auc"), std::string::npos);
}

TEST(SuiteTest, AForecastIsHeldAgainstTheNaiveOneInTheOrderOfTime) {
  Truth truth;
  Answers answers;
  for (std::uint32_t i = 0; i < 200; ++i) {
    truth.numbers.push_back(std::sin(i * 0.3) * 10);
    answers.numbers.push_back(truth.numbers.back() + (i % 2 ? 0.5 : -0.5));
    truth.in_time.push_back(i);
    truth.times.push_back(std::to_string(i));
  }
  SuiteSettings settings;
  settings.suite = Suite::Forecasting;
  const auto report = RunSuite(truth, answers, {}, {}, settings);
  ASSERT_TRUE(report) << report.error().message;
  double naive = 0;
  for (std::size_t i = 1; i < 200; ++i) naive += std::abs(truth.numbers[i] - truth.numbers[i - 1]) / 199;
  EXPECT_NEAR(report->Double("value"), 0.5 / naive, 1e-12);
  EXPECT_EQ(report->At("windows").items().size(), 10u);
  EXPECT_EQ(report->At("intervals").Text("drawn_by"), "blocks");
}

/// A model that answers with column "used" alone.
Result<Answers> ByUsed(const tables::Table& table, const Truth&) {
  Answers answers;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.Find("used")->IsNull(row)) return Error{Reason::Unprocessable, "'used' must have a value"};
    answers.numbers.push_back(table.Find("used")->Double(row));
  }
  return answers;
}

TEST(SuiteTest, WhatAModelDoesNotReadHasNoImportanceAndWhatItRefusesIsSaid) {
  tables::Column used("used", tables::Type::Double), idle("idle", tables::Type::Double);
  Truth truth;
  Random random(9);
  for (int i = 0; i < 5000; ++i) {
    truth.numbers.push_back(random.Unit());
    used.Push(truth.numbers.back());
    idle.Push(random.Unit());
  }
  const tables::Table table({used, idle});
  SuiteSettings settings;
  settings.suite = Suite::Regression;
  const Rescored model{table, truth, {"idle", "used"}, ByUsed};
  const auto importance = Importance(model, settings);
  ASSERT_TRUE(importance) << importance.error().message;
  EXPECT_EQ(importance->items()[0].Text("column"), "used");
  // The difference of two independent numbers of [0, 1) has a root mean square of √(1/6).
  EXPECT_NEAR(importance->items()[0].Double("importance"), std::sqrt(1 / 6.0), 0.01);
  EXPECT_EQ(importance->items()[1].Double("importance", -1), 0);
  const auto robustness = Robustness(model, settings);
  ASSERT_TRUE(robustness);
  // Noise of a fifth of the deviation of a uniform number.
  EXPECT_NEAR(robustness->items()[2].Double("value"), 0.2 * std::sqrt(1 / 12.0), 0.002);
  EXPECT_EQ(robustness->items()[5].Text("refused"), "'used' must have a value");
}

TEST(JudgedTableTest, ClassesAreOrderedAsNumbersAndAStrangeOneIsNamed) {
  tables::Column target("y", tables::Type::Int), said("p", tables::Type::Int);
  for (const std::int64_t y : {10, 9, 2, 10}) target.Push(y);
  for (const std::int64_t p : {10, 9, 2, 11}) said.Push(p);
  const tables::Table table({target, said});
  JudgedColumns columns;
  columns.target = "y";
  columns.predictions = "p";
  const auto truth = TruthOf(table, columns, Suite::Classification);
  ASSERT_TRUE(truth);
  EXPECT_EQ(truth->classes, (std::vector<std::string>{"2", "9", "10"}));
  const auto answers = AnswersIn(table, columns, *truth, Suite::Classification);
  ASSERT_FALSE(answers);
  EXPECT_NE(answers.error().message.find("'11' is none of the classes"), std::string::npos);
}

}  // namespace
}  // namespace cairn::evaluation
