#include "loop/evaluation/examination.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/document.h"
#include "loop/evaluation/evaluation.h"
#include "loop/evaluation/feasibility.h"
#include "loop/evaluation/random.h"

namespace cairn::evaluation {
namespace {

constexpr std::string_view kConfiguration = R"(
charter:
  heuristic:
    - {when: "hour >= 16", score: 0.3}
    - {otherwise: 0.8}
data:
  flights:
    path: data/flights
    target: on_time
    key: [id]
    contract:
      columns:
        id: {type: integer, serving: false}
        carrier: {type: string}
        hour: {type: integer}
        distance: {type: number}
        delay: {type: number, serving: false}
        on_time: {type: integer, serving: false}
)";

template <class T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

class ExaminationTest : public testing::Test {
 protected:
  /// Flights that are on time as the model beside this has learnt it, or by the toss of a coin.
  std::string Flights(int rows, bool coin = false, const std::string& name = "flights.csv") {
    static constexpr const char* kCarriers[] = {"AA", "UA", "B6", "DL"};
    Random random(7);
    std::string text = "id,carrier,hour,distance,delay,on_time\n";
    for (int i = 0; i < rows; ++i) {
      const auto carrier = std::string(kCarriers[random.Below(4)]);
      const auto hour = static_cast<int>(random.Below(24));
      const bool on_time = coin ? random.Below(2) == 1 : ((hour > 15) == (carrier == "B6"));
      text += std::to_string(i) + "," + carrier + "," + std::to_string(hour) + "," +
              std::to_string(500 + random.Below(1000)) + "," + (on_time ? "0" : "60") + "," +
              (on_time ? "1" : "0") + "\n";
    }
    const std::string path = folder_ / name;
    Must(os::WriteFileAtomically(path, text));
    return path;
  }
  TestRows Rows(int rows, std::size_t most = kMostRows) {
    return Must(ReadRows(*engine_, {Flights(rows)}, specification_, Task::Binary, most));
  }
  runtime::LoadedFolder Loaded(const std::string& name) {
    return {{}, Must(runtime::Model::Load("src/loop/runtime/testdata/" + name))};
  }
  Examination WithBoth(int rows, ExaminationSettings settings = {}) {
    settings.slices = {"carrier"};
    settings.cost = {1, 3, 0, 0};
    auto examination = Must(Examination::Of(Rows(rows), settings));
    const auto examinee = Must(Examinee::Of(Loaded("columns.onnx"), specification_));
    Must(examination.Add(
        {"candidate", "abc", Must(examinee.Score(examination.table())), Latency{0.1, 0.2, 10}}));
    Must(examination.Add({"heuristic", "", Must(ScoreByRule(heuristic_, examination.table())), {}}));
    return examination;
  }

  os::TempFolder folder_ = Must(os::TempFolder::Create());
  Node configuration_ = Must(ParseYaml(kConfiguration, "cairn.yaml"));
  data::Specification specification_ = Must(data::FindSpecification(configuration_, "flights"));
  charter::Heuristic heuristic_ =
      Must(charter::Heuristic::Parse(*configuration_.FindPath("charter.heuristic")));
  std::unique_ptr<tables::Engine> engine_ = Must(tables::Engine::Open());
};

TEST_F(ExaminationTest, ReadsLabelsAsThePositiveValueSays) {
  const auto rows = Rows(50);
  ASSERT_EQ(rows.labels.size(), 50u);
  const auto& target = *Must(rows.table.Named("on_time"));
  for (std::size_t row = 0; row < 50; ++row)
    EXPECT_EQ(rows.labels[row], static_cast<double>(target.Int(row)));
  specification_.positive = 0;
  const auto turned = Rows(50);
  for (std::size_t row = 0; row < 50; ++row) EXPECT_EQ(turned.labels[row], 1 - rows.labels[row]);
}

TEST_F(ExaminationTest, SamplesTheSameRowsEachTimeBeyondTheMost) {
  const auto first = Rows(500, 100), second = Rows(500, 100);
  EXPECT_EQ(first.available, 500);
  ASSERT_EQ(first.table.rows(), 100u);
  for (std::size_t row = 0; row < 100; ++row) EXPECT_EQ(first.table[0].Int(row), second.table[0].Int(row));
  EXPECT_LT(first.table[0].Int(99), 500);
  EXPECT_GT(first.table[0].Int(99), 300) << "the sample must reach to the end of the file";
}

TEST_F(ExaminationTest, ScoresTheRuleAsTheRuleSays) {
  const auto rows = Rows(100);
  const auto scores = Must(ScoreByRule(heuristic_, rows.table));
  const auto& hour = *Must(rows.table.Named("hour"));
  for (std::size_t row = 0; row < 100; ++row) EXPECT_EQ(scores[row], hour.Int(row) >= 16 ? 0.3 : 0.8);
}

TEST_F(ExaminationTest, RefusesAModelThatReadsWhatRequestsDoNotCarry) {
  ASSERT_TRUE(Examinee::Of(Loaded("columns.onnx"), specification_));
  for (auto& rule : specification_.contract.columns) {
    if (rule.name == "distance") rule.serving = false;
  }
  const auto refused = Examinee::Of(Loaded("columns.onnx"), specification_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("'distance', which requests do not carry"), std::string::npos)
      << refused.error().message;
  specification_.target = "hour";
  EXPECT_NE(Examinee::Of(Loaded("columns.onnx"), specification_).error().message.find("target"),
            std::string::npos);
}

TEST_F(ExaminationTest, MeasuresTheModelBesideTheRuleOnTheSameRows) {
  const auto examination = WithBoth(2000);
  const auto gain = Must(examination.GainOf("candidate", "heuristic", Metric::LogLoss));
  const auto model = Must(examination.MetricOf("candidate", Metric::LogLoss));
  const auto rule = Must(examination.MetricOf("heuristic", Metric::LogLoss));
  EXPECT_NEAR(gain.value, rule.value - model.value, 1e-12) << "a lower log loss is a gain";
  EXPECT_LT(gain.low, gain.value);
  EXPECT_GT(gain.high, gain.value);
  const auto area = Must(examination.GainOf("candidate", "heuristic", Metric::RocAuc));
  EXPECT_NEAR(area.value,
              Must(examination.MetricOf("candidate", Metric::RocAuc)).value -
                  Must(examination.MetricOf("heuristic", Metric::RocAuc)).value,
              1e-12);
}

TEST_F(ExaminationTest, ReportsTheSameNumbersForTheSameRows) {
  const auto first = Must(WithBoth(1000).Report()), second = Must(WithBoth(1000).Report());
  EXPECT_EQ(first.Canonical(), second.Canonical());
  ASSERT_EQ(first.At("contestants").items().size(), 2u);
  const Json& candidate = first.At("contestants").items()[0];
  EXPECT_EQ(candidate.Text("name"), "candidate");
  EXPECT_EQ(candidate.Text("digest"), "abc");
  EXPECT_EQ(candidate.At("slices").items().size(), 4u);
  EXPECT_EQ(candidate.At("cost").Double("at_threshold"), candidate.At("cost").Double("cheapest"))
      << "no threshold was fixed, so the cost-best one decides";
  EXPECT_EQ(first.At("comparisons").items()[0].Text("against"), "heuristic");
}

TEST_F(ExaminationTest, DecidesAtTheThresholdThatWasFixed) {
  ExaminationSettings settings;
  settings.threshold = 0.25;
  const auto report = Must(WithBoth(500, settings).Report());
  EXPECT_EQ(report.At("contestants").items()[0].Double("threshold"), 0.25);
}

TEST_F(ExaminationTest, FindsTheWorstSliceOfThoseLargeEnough) {
  const auto examination = WithBoth(2000);
  const auto worst = Must(examination.WorstSliceOf("candidate", Metric::RocAuc, 100));
  ASSERT_TRUE(worst);
  EXPECT_EQ(worst->column, "carrier");
  EXPECT_LE(worst->metric, Must(examination.MetricOf("candidate", Metric::RocAuc)).value);
  EXPECT_FALSE(Must(examination.WorstSliceOf("candidate", Metric::RocAuc, 100'000)));
}

TEST_F(ExaminationTest, RefusesScoresThatAreNone) {
  auto examination = Must(Examination::Of(Rows(3), {}));
  EXPECT_FALSE(examination.Add({"short", "", {0.5, 0.5}, {}}));
  EXPECT_FALSE(examination.Add({"outside", "", {0.5, 0.5, 1.5}, {}}));
  EXPECT_FALSE(examination.Add({"nothing", "", {0.5, 0.5, std::nan("")}, {}}));
  EXPECT_TRUE(examination.Add({"good", "", {0.5, 0.5, 0.5}, {}}));
  EXPECT_FALSE(examination.Add({"good", "", {0.5, 0.5, 0.5}, {}}));
}

TEST_F(ExaminationTest, MeasuresTheLatencyOfSingleRows) {
  const auto latency =
      Must(Must(Examinee::Of(Loaded("columns.onnx"), specification_)).MeasureLatency(Rows(20).table));
  EXPECT_GT(latency.p50_ms, 0);
  EXPECT_GE(latency.p99_ms, latency.p50_ms);
  EXPECT_EQ(latency.calls, 600);
}

TEST_F(ExaminationTest, SignalIsAGoAndACoinIsANoGo) {
  const auto go = Must(JudgeFeasibility(*engine_, {Flights(1500)}, specification_, heuristic_));
  EXPECT_TRUE(go.go) << go.reason;
  EXPECT_LT(go.probe, go.heuristic);
  EXPECT_NE(go.reason.find("of the heuristic"), std::string::npos);
  const auto no_go = Must(JudgeFeasibility(*engine_, {Flights(1500, true)}, specification_, heuristic_));
  EXPECT_FALSE(no_go.go) << no_go.reason
                         << "; the column 'delay' tells the label, but requests do not carry it";
  EXPECT_GT(no_go.p_value, 0.01);
}

}  // namespace
}  // namespace cairn::evaluation
