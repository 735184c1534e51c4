#include "loop/monitoring/monitoring.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "ledger/metadata/log.h"
#include "loop/comparison/comparison.h"
#include "loop/evaluation/metrics.h"
#include "loop/monitoring/testing/monitoring_store.h"

namespace cairn::monitoring {
namespace {

constexpr TimeMs kDay = 86'400'000;
constexpr TimeMs kFirst =
    1'357'171'200'000;  ///< 2013-01-03, a Thursday: where weeks counted from 1970 begin.

constexpr const char* kConfiguration = R"(project: flights
charter:
  prediction: {entity: one flight, outcome: late, wait: 1d, action: hold}
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.56, owner: Ada, due: 2014-01-01}
data:
  flights:
    path: data/flights
    target: late
    time: at
    contract:
      columns:
        at: {type: timestamp}
        carrier: {type: string}
        distance: {type: number}
        late: {type: integer, serving: false}
model: {name: late-arrival, dataset: flights}
monitors:
  - {name: quality, protects: honest risk, quality: log_loss, window: 7d, min_rows: 4, above: 0.5}
  - {name: inputs, protects: honest risk, drift: psi, columns: [carrier, distance], window: 7d, min_rows: 4, above: 0.25}
  - {name: predictions, protects: honest risk, drift: ks, columns: [prediction], window: 7d, min_rows: 4, above: 0.4}
)";

Json Profile() {
  Json grid = Json::Array();
  for (int i = 0; i <= 500; ++i) grid.Push(100.0 + i * 0.8);
  return Json{
      {"format", 1},
      {"reference", Json{{"carrier", Json{{"kind", "category"},
                                          {"rows", 100},
                                          {"missing", 0},
                                          {"levels", Json{{"AA", 60}, {"UA", 40}}},
                                          {"others", 0}}},
                         {"distance", Json{{"kind", "number"},
                                           {"rows", 100},
                                           {"missing", 0},
                                           {"edges", Json::Array({100.0, 200.0, 300.0, 400.0, 500.0})},
                                           {"counts", Json::Array({25, 25, 25, 25})},
                                           {"grid", std::move(grid)}}}}}};
}

class MonitoringTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    data::DatasetVersion version;
    version.dataset = "flights";
    version.version = 1;
    ASSERT_TRUE(catalogue_.KeepProfile(version, Profile(), "ada"));
    for (int i = 0; i < 2; ++i) store_.Register("late-arrival", "flights@1");
    Configure(kConfiguration);
  }

  void Configure(const std::string& text) {
    const auto node = ParseYaml(text, "cairn.yaml");
    ASSERT_TRUE(node) << node.error().message;
    const auto configured = monitoring_.Configure(*node);
    ASSERT_TRUE(configured) << configured.error().message;
  }

  struct Flight {
    TimeMs at = 0;
    std::string carrier = "AA";
    double distance = 150;
    double score = 0.5;
    std::int64_t version = 1;
  };
  /// One request with one row; gives the id of its prediction.
  std::string Fly(const Flight& flight) {
    serving::Prediction prediction;
    prediction.id = "r" + std::to_string(++requests_);
    prediction.at = clock_.Now();
    prediction.model = "late-arrival";
    prediction.version = flight.version;
    prediction.inputs = {
        {"at", {FormatUtc(flight.at)}}, {"carrier", {flight.carrier}}, {"distance", {flight.distance}}};
    prediction.inputs = log_.mask().Of(prediction.inputs, masked_);
    prediction.scores = {flight.score};
    EXPECT_TRUE(log_.Append(prediction));
    return prediction.id + ".0";
  }
  /// A week of eight flights that look like the training data, with labels that fit the scores `sure` times.
  void Week(int week, double score, bool labelled, std::int64_t version = 1) {
    std::vector<Label> labels;
    for (int i = 0; i < 8; ++i) {
      const auto id = Fly({kFirst + week * 7 * kDay + i * 3'600'000, i % 5 < 3 ? "AA" : "UA", 110.0 + 50 * i,
                           score + 0.01 * i, version});
      labels.push_back({id, i % 2 == 0 ? 1.0 : 0.0});
    }
    if (!labelled) labels.clear();
    EXPECT_TRUE(monitoring_.PostLabels(labels));
  }

  void Advance() {
    const auto advanced = monitoring_.Advance([this](const Alert& alert) -> Result<> {
      raised_.push_back(alert);
      return Done{};
    });
    ASSERT_TRUE(advanced) << advanced.error().message;
  }
  std::vector<Alert> RaisedBy(std::string_view monitor) const {
    std::vector<Alert> alerts;
    for (const Alert& alert : raised_) {
      if (alert.monitor == monitor) alerts.push_back(alert);
    }
    return alerts;
  }
  std::vector<Window> Windows(std::string_view monitor) {
    const auto windows = monitoring_.Windows(monitor);
    EXPECT_TRUE(windows);
    return windows ? *windows : std::vector<Window>();
  }
  std::vector<metadata::LoggedEvent> Events(const std::string& kind) {
    metadata::EventFilter filter;
    filter.kind = kind;
    const auto events = metadata::Log(store_.database).Read(filter);
    EXPECT_TRUE(events);
    return events ? *events : std::vector<metadata::LoggedEvent>();
  }

  testing::MonitoringStore store_{GetParam(), kFirst + 300 * kDay};
  os::testing::ManualClock& clock_ = store_.clock;
  data::Catalogue& catalogue_ = store_.catalogue;
  testing::MemoryPredictionLog& log_ = store_.predictions;
  Monitoring& monitoring_ = store_.monitoring;
  std::vector<Alert> raised_;
  std::vector<std::string> masked_;  ///< Columns of which the log gets masks.
  int requests_ = 0;
};

TEST_P(MonitoringTest, AQualityWindowIsPendingUntilTheTruthIsDueAndThere) {
  Week(0, 0.5, true);
  Advance();
  EXPECT_EQ(Windows("quality").at(0).state, "open");
  Fly({kFirst + 7 * kDay});  // The week is over, its truth is due a day later.
  Advance();
  EXPECT_EQ(Windows("quality").at(0).state, "pending");
  EXPECT_FALSE(*monitoring_.Quality("log_loss"));
  Fly({kFirst + 8 * kDay});
  Advance();
  const Window window = Windows("quality").at(0);
  EXPECT_EQ(window.state, "closed");
  EXPECT_EQ(window.rows, 8);
  std::vector<double> labels, scores;
  for (int i = 0; i < 8; ++i) labels.push_back(i % 2 == 0), scores.push_back(0.5 + 0.01 * i);
  EXPECT_NEAR(window.value, *evaluation::ValueOf(evaluation::Metric::LogLoss, {labels, scores}), 1e-12);
  EXPECT_EQ(*monitoring_.Quality("log_loss"), window.value);
}

TEST_P(MonitoringTest, AWindowIsPendingWhileMostLabelsAreMissingAndClosesInTheEndWithEnoughOfThem) {
  Week(0, 0.5, false);
  Fly({kFirst + 40 * kDay});
  Advance();
  EXPECT_EQ(Windows("quality").at(0).state,
            "pending");  // However late: nothing is known, so nothing is fine.
  ASSERT_TRUE(monitoring_.PostLabels({{"r1.0", 1}, {"r2.0", 0}, {"r3.0", 1}}));
  Advance();
  EXPECT_EQ(Windows("quality").at(0).state, "pending");
  ASSERT_TRUE(monitoring_.PostLabels({{"r4.0", 0}}));
  Advance();
  EXPECT_EQ(Windows("quality").at(0).state, "closed");
  EXPECT_EQ(Windows("quality").at(0).rows, 4);
}

TEST_P(MonitoringTest, AQuietWindowHasTooFewRows) {
  ASSERT_TRUE(monitoring_.PostLabels({{Fly({kFirst}), 1}}));
  Fly({kFirst + 8 * kDay});
  Advance();
  EXPECT_EQ(Windows("quality").at(0).state, "too_few");
  EXPECT_EQ(Windows("inputs").at(0).state, "too_few");
}

TEST_P(MonitoringTest, LateLabelsJoinExactlyAndUnknownOnesAreCounted) {
  const auto first = Fly({kFirst, "AA", 150, 0.9});
  Fly({kFirst + 1, "AA", 150, 0.1});
  const auto joined = monitoring_.PostLabels({{first, 0}, {first, 1}, {"r2", 0}, {"nobody.7", 1}});
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->accepted, 2);  // The second label of a row replaces the first; "r2" means its only row.
  EXPECT_EQ(joined->unknown, 1);
  Fly({kFirst + 2, "AA", 150, 0.9});
  Fly({kFirst + 3, "AA", 150, 0.9});
  ASSERT_TRUE(monitoring_.PostLabels({{"r3.0", 1}, {"r4.0", 1}, {"nobody.7", 1}}));
  Fly({kFirst + 8 * kDay});
  Advance();
  const Window window = Windows("quality").at(0);
  EXPECT_EQ(window.rows, 4);
  EXPECT_NEAR(window.value, -std::log(0.9), 1e-12);
  const auto wrong = monitoring_.PostLabels({{"r3.0", 0.5}});
  EXPECT_EQ(wrong.error().reason, Reason::InvalidArgument);
}

TEST_P(MonitoringTest, RequestsThatShareAnIdAllCountAndALabelIsTheFirstOnes) {
  serving::Prediction prediction;
  prediction.id = "always";
  prediction.model = "late-arrival";
  prediction.version = 1;
  for (int i = 0; i < 4; ++i) {
    prediction.inputs = {{"at", {FormatUtc(kFirst + i)}}, {"carrier", {"AA"}}, {"distance", {150.0}}};
    prediction.scores = {0.9 - 0.1 * i};
    ASSERT_TRUE(log_.Append(prediction));
    if (i == 1) Advance();  // Some rows come together, some on a later reading.
  }
  const auto joined = monitoring_.PostLabels({{"always.0", 1}});
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(joined->accepted, 1);
  Fly({kFirst + 8 * kDay});
  Advance();
  EXPECT_EQ(Windows("inputs").at(0).rows, 4);
  EXPECT_EQ(Windows("quality").at(0).rows, 1) << "the label's";
}

TEST_P(MonitoringTest, AScoreOfMinusZeroIsOneRow) {
  for (int i = 0; i < 4; ++i) Fly({kFirst + i, "AA", 150, -0.0});
  Fly({kFirst + 8 * kDay});
  Advance();
  EXPECT_EQ(Windows("inputs").at(0).rows, 4);
}

TEST_P(MonitoringTest, OneAlertPerIncidentClosedByALaterGoodWindow) {
  const std::string all = kConfiguration;
  Configure(all.substr(0, all.find("  - {name: inputs")));
  Week(0, 0.5, true);  // log loss about 0.71: beyond 0.5
  Week(1, 0.5, true);
  Fly({kFirst + 15 * kDay});
  Advance();
  ASSERT_EQ(raised_.size(), 1u);
  EXPECT_EQ(raised_[0].monitor, "quality");
  EXPECT_EQ(raised_[0].kpi, "honest risk");
  EXPECT_EQ(raised_[0].from, kFirst);
  EXPECT_EQ(raised_[0].bound, 0.5);
  EXPECT_EQ(monitoring_.Alerts(true)->size(), 1u);
  const auto raised = Events("monitoring.alert_raised");
  ASSERT_EQ(raised.size(), 1u);
  EXPECT_EQ(raised[0].event.cause, raised_[0].id);
  EXPECT_EQ(raised[0].event.subject, "alert:" + raised_[0].id);
  EXPECT_EQ(raised[0].event.body.At("window").Int("to"), kFirst + 7 * kDay);
  EXPECT_EQ(raised[0].event.body.Int("version"), 1);

  std::vector<Label> labels;
  for (int i = 0; i < 8; ++i)
    labels.push_back(
        {Fly({kFirst + 22 * kDay + i, "AA", 150, i % 2 == 0 ? 0.95 : 0.05}), i % 2 == 0 ? 1.0 : 0.0});
  ASSERT_TRUE(monitoring_.PostLabels(labels));
  Fly({kFirst + 36 * kDay});
  Advance();
  EXPECT_TRUE(monitoring_.Alerts(true)->empty());
  EXPECT_EQ(monitoring_.Alerts(false)->at(0).closed_ms, clock_.Now());
  EXPECT_EQ(Events("monitoring.alert_closed").size(), 1u);
  EXPECT_EQ(raised_.size(), 1u);
}

TEST_P(MonitoringTest, DriftIsTheStatisticOverTheProfilesBins) {
  Week(0, 0.5, false);
  const std::vector<double> far{50, 450, 460, 470, 900};
  for (std::size_t i = 0; i < far.size(); ++i)
    Fly({kFirst + 7 * kDay + static_cast<TimeMs>(i), i == 0 ? "ZZ" : "AA", far[i]});
  Fly({kFirst + 14 * kDay});
  Advance();
  const auto windows = Windows("inputs");
  ASSERT_EQ(windows.size(), 6u);  // Two columns, three weeks.
  EXPECT_EQ(windows[0].column, "carrier");
  EXPECT_EQ(windows[1].state, "closed");
  EXPECT_NEAR(windows[0].value, *comparison::PsiEvidently({{60, 40}, {6, 2}}), 1e-12);
  EXPECT_NEAR(windows[1].value, *comparison::PsiEvidently({{60, 40, 0}, {4, 0, 1}}), 1e-12);
  EXPECT_NEAR(windows[4].value, *comparison::PsiEvidently({{25, 25, 25, 25}, {1, 0, 0, 4}}), 1e-12);
  const auto raised = RaisedBy("inputs");
  ASSERT_EQ(raised.size(), 1u);  // One for the monitor, naming the column that is furthest out.
  EXPECT_EQ(raised[0].column, windows[1].value > windows[4].value ? "carrier" : "distance");
  EXPECT_EQ(Windows("inputs").at(2).state, "open");
  const auto closed = Events("monitoring.window_closed");
  ASSERT_GE(closed.size(), 2u);
  EXPECT_EQ(closed[0].event.body.At("values").items().size(), 2u);
}

TEST_P(MonitoringTest, MasksOfACategoryDriftAsItsLevelsDoAndThoseOfNumbersCannotBeCompared) {
  std::string text = kConfiguration;
  for (const std::string type : {"carrier: {type: string", "distance: {type: number"})
    text.insert(text.find(type) + type.size(), ", classification: restricted");
  Fly({kFirst, "UA"});
  Configure(text);
  masked_ = {"carrier", "distance"};
  for (int i = 1; i < 5; ++i) Fly({kFirst + i, i == 1 ? "ZZ" : "AA"});
  Fly({kFirst + 7 * kDay});
  Advance();
  const auto windows = Windows("inputs");
  ASSERT_EQ(windows.size(), 4u);
  EXPECT_EQ(windows[0].state, "closed");
  EXPECT_NEAR(windows[0].value, *comparison::PsiEvidently({{60, 40, 0}, {3, 1, 1}}), 1e-12);
  EXPECT_EQ(windows[2].column, "distance");
  EXPECT_EQ(windows[2].state, "undefined");
}

/// The log keeps what it has: a window may hold masks and values of one column.
TEST_P(MonitoringTest, AColumnThatIsNoLongerMaskedIsComparedByMasksWhileAWindowHoldsSome) {
  masked_ = {"carrier", "distance"};
  for (int i = 0; i < 3; ++i) Fly({kFirst + i, i == 1 ? "ZZ" : "AA"});
  masked_.clear();
  for (int i = 3; i < 5; ++i) Fly({kFirst + i, i == 3 ? "UA" : "AA"});
  Week(1, 0.5, false);
  Fly({kFirst + 14 * kDay});
  Advance();
  const auto windows = Windows("inputs");
  ASSERT_EQ(windows.size(), 6u);
  EXPECT_EQ(windows[0].state, "closed");
  EXPECT_NEAR(windows[0].value, *comparison::PsiEvidently({{60, 40, 0}, {3, 1, 1}}), 1e-12);
  EXPECT_NEAR(windows[1].value, *comparison::PsiEvidently({{60, 40}, {6, 2}}), 1e-12);
  EXPECT_EQ(windows[3].column, "distance");
  EXPECT_EQ(windows[3].state, "undefined") << "two plain numbers out of five are not the window";
  EXPECT_EQ(windows[4].state, "closed");
}

TEST_P(MonitoringTest, WhatAShadowOrANamedVersionSaysIsNoRowAndLabelsAreFoundByTheirRows) {
  Fly({kFirst});
  serving::Prediction shadow;
  shadow.id = "r1";
  shadow.model = "late-arrival";
  shadow.version = 2;
  shadow.arm = serving::Arm::Shadow;
  shadow.scores = {0.9, 0.9};
  ASSERT_TRUE(log_.Append(shadow));
  const auto joined = monitoring_.PostLabels({{"r1.0", 1}, {"r1.1", 1}});
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->accepted, 1);
  EXPECT_EQ(joined->unknown, 1) << "a row of the shadow alone";
  Fly({kFirst});
  std::vector<std::string> asked{"r1.0", "r1.1", "r2.0"};
  for (int i = 0; i < 1200; ++i) asked.push_back("none" + std::to_string(i));
  EXPECT_EQ(*monitoring_.LabelledAmong(asked), std::vector<std::string>{"r1.0"});
  EXPECT_TRUE(monitoring_.LabelledAmong({})->empty());
}

TEST_P(MonitoringTest, PredictionsAreComparedWithTheFirstWindowOfTheirVersion) {
  Week(0, 0.5, false);
  Week(1, 0.5, false);
  Week(2, 0.1, false);
  Week(3, 0.1, false, 2);
  Week(4, 0.1, false, 2);
  Fly({kFirst + 35 * kDay});
  Advance();
  const auto windows = Windows("predictions");
  ASSERT_EQ(windows.size(), 6u);
  EXPECT_EQ(windows[0].state, "baseline");
  EXPECT_EQ(windows[1].value, 0);
  EXPECT_EQ(windows[2].value, 1);  // No score of that week lies among the first ones: D is 1.
  EXPECT_TRUE(windows[2].breached);
  EXPECT_EQ(windows[3].state, "baseline");  // A new version begins anew.
  EXPECT_EQ(windows[4].value, 0);
}

TEST_P(MonitoringTest, EachPredictionIsReadOnceAlsoByTheNextProcess) {
  Week(0, 0.5, true);
  Advance();
  const int handed = log_.handed();
  Advance();
  EXPECT_EQ(log_.handed(), handed);
  Monitoring next(store_.database, clock_, log_, catalogue_, store_.registered.registry);
  ASSERT_TRUE(next.Configure(*ParseYaml(kConfiguration, "cairn.yaml")));
  Fly({kFirst + 8 * kDay});
  ASSERT_TRUE(next.Advance({}));
  EXPECT_EQ(log_.handed(), handed + 1);
  EXPECT_EQ(Windows("quality").at(0).state, "closed");
}

TEST_P(MonitoringTest, AClockThatRunsAheadClosesNothing) {
  Week(0, 0.5, true);
  Fly({clock_.Now() + 400 * kDay});
  Advance();
  EXPECT_EQ(Windows("quality").size(), 1u);
  EXPECT_EQ(Windows("quality").at(0).state, "open");
}

TEST_P(MonitoringTest, AnAlertIsAcknowledgedOnce) {
  Week(0, 0.5, true);
  Fly({kFirst + 8 * kDay});
  Advance();
  ASSERT_EQ(raised_.size(), 1u);
  ASSERT_TRUE(monitoring_.Acknowledge(raised_[0].id, "ada"));
  clock_.Advance(5);
  const auto again = monitoring_.Acknowledge(raised_[0].id, "ben");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->acknowledged_by, "ada");
  EXPECT_EQ(Events("monitoring.alert_acknowledged").size(), 1u);
  EXPECT_EQ(monitoring_.Acknowledge("nothing", "ada").error().reason, Reason::NotFound);
  EXPECT_EQ(monitoring_.Alerts(true)->size(), 1u);  // Acknowledged is not closed.
}

TEST_P(MonitoringTest, AMonthOfTrafficCostsLessThanItIsWorth) {
  std::vector<Label> labels;
  for (int request = 0; request < 280; ++request) {
    serving::Prediction prediction;
    prediction.id = "bulk" + std::to_string(request);
    prediction.at = clock_.Now();
    prediction.model = "late-arrival";
    prediction.version = 1;
    prediction.inputs = {{"at", {}}, {"carrier", {}}, {"distance", {}}};
    for (int row = 0; row < 100; ++row) {
      prediction.inputs[0].second.push_back(FormatUtc(kFirst + (request * 100 + row) * 90'000LL));
      prediction.inputs[1].second.push_back("AA");
      prediction.inputs[2].second.push_back(150 + row);
      prediction.scores.push_back(0.3);
      labels.push_back({prediction.id + "." + std::to_string(row), row % 3 == 0 ? 1.0 : 0.0});
    }
    ASSERT_TRUE(log_.Append(prediction));
  }
  const auto began = std::chrono::steady_clock::now();
  Advance();
  ASSERT_TRUE(monitoring_.PostLabels(labels));
  Fly({kFirst + 60 * kDay});
  Advance();
  RecordProperty("milliseconds",
                 static_cast<int>((std::chrono::steady_clock::now() - began) / std::chrono::milliseconds(1)));
  std::int64_t rows = 0;
  for (const Window& window : Windows("quality")) rows += window.state == "closed" ? window.rows : 0;
  EXPECT_EQ(rows, 28'000);
}

/// A profile in which every flight is of one carrier.
Json ProfileOf(const std::string& carrier) {
  Json profile = Profile(), levels = Json::Object();
  levels.Set(carrier, 100);
  Json reference = profile.At("reference"), column = reference.At("carrier");
  column.Set("levels", levels);
  reference.Set("carrier", column);
  return profile.Set("reference", reference);
}

TEST_P(MonitoringTest, EachWindowIsComparedWithTheDataThatItsVersionWasTrainedOn) {
  data::DatasetVersion fourth;
  fourth.dataset = "flights";
  fourth.version = 4;
  ASSERT_TRUE(catalogue_.KeepProfile(fourth, ProfileOf("UA"), "ada"));
  ASSERT_EQ(store_.Register("late-arrival", "flights@4").version, 3);
  Week(0, 0.5, false);
  Week(1, 0.5, false, 3);  // The third version was promoted in between.
  Fly({kFirst + 14 * kDay});
  Advance();
  const auto windows = Windows("inputs");
  EXPECT_NEAR(windows[0].value, *comparison::PsiEvidently({{60, 40}, {6, 2}}), 1e-12);
  EXPECT_NEAR(windows[1].value, *comparison::PsiEvidently({{100, 0}, {2, 6}}), 1e-12);
  EXPECT_TRUE(windows[1].breached);
}

TEST_P(MonitoringTest, WithoutAProfileOfItsTrainingDataAMonitorSaysWhatToDoAndGoesOnOnceItIsThere) {
  ASSERT_EQ(store_.Register("late-arrival", "flights@2").version, 3);
  Week(0, 0.5, false, 3);
  Fly({kFirst + 8 * kDay, "AA", 150, 0.5, 3});
  for (int i = 0; i < 2; ++i) {
    Advance();
    EXPECT_EQ(Windows("inputs").at(0).state, "pending");
    ASSERT_EQ(monitoring_.Problems().count("inputs"), 1u) << i;
    EXPECT_THAT(monitoring_.Problems()["inputs"],
                ::testing::HasSubstr("`cairn data profile flights --data-version 2`"));
  }
  EXPECT_EQ(monitoring_.Problems().size(), 1u) << "the others do not need one";
  data::DatasetVersion second;
  second.dataset = "flights";
  second.version = 2;
  ASSERT_TRUE(catalogue_.KeepProfile(second, Profile(), "ada"));
  Advance();
  EXPECT_EQ(Windows("inputs").at(0).state, "closed");
  EXPECT_TRUE(monitoring_.Problems().empty());
}

TEST_P(MonitoringTest, AnAlertIsToldUntilSomebodyHasTakenItAlsoByTheNextProcess) {
  Week(0, 0.5, true);
  Fly({kFirst + 8 * kDay});
  const auto deaf = [](const Alert&) -> Result<> { return Error{Reason::Unavailable, "nobody listens"}; };
  EXPECT_FALSE(monitoring_.Advance(deaf));
  EXPECT_FALSE(monitoring_.Advance(deaf)) << "nothing is new, and it is still to be told";
  // What dies between the record and the telling leaves the same behind.
  Monitoring next(store_.database, clock_, log_, catalogue_, store_.registered.registry);
  std::vector<std::string> told;
  const auto listen = [&](const Alert& alert) -> Result<> {
    told.push_back(alert.id);
    return Done{};
  };
  ASSERT_TRUE(next.Advance(listen)) << "even before it is configured";
  EXPECT_EQ(told, std::vector<std::string>{Events("monitoring.alert_raised").at(0).event.body.Text("alert")});
  ASSERT_TRUE(next.Advance(listen));
  Advance();
  EXPECT_EQ(told.size(), 1u);
  EXPECT_TRUE(raised_.empty()) << "once it was taken it is not told again";
}

TEST_P(MonitoringTest, WhatAVersionSaidThatWasNamedIsNoTraffic) {
  serving::Prediction named;
  named.id = "asked";
  named.at = clock_.Now();
  named.model = "late-arrival";
  named.version = 2;
  named.arm = serving::Arm::Named;
  named.inputs = {{"at", {FormatUtc(kFirst)}}};
  named.scores = {0.5};
  ASSERT_TRUE(log_.Append(named));
  Advance();
  EXPECT_TRUE(Windows("quality").empty());
  EXPECT_EQ(monitoring_.PostLabels({{"asked.0", 1}})->unknown, 1);
}

TEST_P(MonitoringTest, AlertsAndClosedWindowsFollowFromTheEvents) {
  Week(0, 0.5, true);
  Week(1, 0.9, true);
  for (int i = 0; i < 5; ++i) Fly({kFirst + 14 * kDay + i, "ZZ", 900, 0.5});
  Fly({kFirst + 22 * kDay});
  Advance();
  ASSERT_FALSE(raised_.empty());
  clock_.Advance(5);
  ASSERT_TRUE(monitoring_.Acknowledge(raised_[0].id, "ada"));
  const std::vector<metadata::DerivedTable> tables{monitoring_.AlertTable(), monitoring_.WindowTable()};
  const Json same = *metadata::Rebuild(tables);
  EXPECT_TRUE(same.Bool("equal")) << same.DumpPretty();
  EXPECT_GT(same.At("tables").items()[0].Int("rows"), 0);
  EXPECT_GT(same.At("tables").items()[1].Int("rows"), 4);
  for (const std::string change : {"UPDATE monitor_alert SET acknowledged_by = 'ben'",
                                   "UPDATE monitor_window SET value = value + 1 WHERE monitor = 'quality'",
                                   "DELETE FROM monitor_window WHERE column_name = 'carrier'"}) {
    store_.registered.office.ledger.Run(change);
    const Json verdict = *metadata::Rebuild(tables);
    EXPECT_FALSE(verdict.Bool("equal")) << change;
  }
}

TEST_P(MonitoringTest, WithoutAConfigurationLabelsSayWhatIsMissing) {
  Monitoring empty(store_.database, clock_, log_, catalogue_, store_.registered.registry);
  EXPECT_EQ(empty.PostLabels({{"r1.0", 1}}).error().reason, Reason::Conflict);
  EXPECT_TRUE(empty.Advance({}));
}

INSTANTIATE_TEST_SUITE_P(Engines, MonitoringTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::monitoring
