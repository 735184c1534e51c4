#include <gtest/gtest.h>

#include "ground/crypto/hash.h"
#include "loop/monitoring/testing/monitoring_store.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

constexpr const char* kConfiguration = R"(project: flights
charter:
  objective: Say it early
  prediction: {wait: 0s}
  kpis:
    - {name: honest risk, kind: model, source: quality.log_loss, comparator: "<=", target: 0.56, owner: Ada, due: 2014-01-01}
data:
  flights: {path: data/flights, target: late}
model: {name: late-arrival, dataset: flights}
monitors:
  - {name: quality, protects: honest risk, quality: log_loss, window: 1h, min_rows: 2, above: 0.5}
)";
constexpr TimeMs kBegin = 1'356'998'400'000, kHour = 3'600'000;

class OverviewTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    MountMonitoring(router_, {monitoring_, [this](const monitoring::Alert& alert) -> Result<> {
                                alerts_.push_back(alert.id);
                                return Done{};
                              }});
    scorecard::Meters meters;
    meters.quality = [this](std::string_view metric) { return monitoring_.Quality(metric); };
    MountScorecard(router_, {log_, clock_, configurations_, monitoring_, meters});
  }

  Json Ask(const std::string& method, const std::string& path, const Json& body = {}, int status = 200) {
    http::Request request;
    request.method = method;
    const auto question = path.find('?');
    if (question != std::string::npos) request.query = path.substr(question + 1);
    request.path = path.substr(0, question);
    if (!body.IsNull()) request.body = body.Dump();
    const auto response = router_.Dispatch(request);
    EXPECT_EQ(response.status, status) << path << ": " << response.body;
    const auto parsed = Json::Parse(response.body);
    return parsed ? *parsed : Json();
  }
  Json Get(const std::string& path) { return Ask("GET", path); }

  void Accept() {
    const auto accepted = configurations_.Accept(kConfiguration, crypto::Sha256Hex(kConfiguration), "ada");
    ASSERT_TRUE(accepted) << accepted.error().message;
    const auto configured = monitoring_.Configure(*ParseYaml(kConfiguration, "cairn.yaml"));
    ASSERT_TRUE(configured) << configured.error().message;
  }
  void Answered(const std::string& id, double score) {
    serving::Prediction prediction;
    prediction.id = id;
    prediction.at = clock_.Now();
    prediction.model = "late-arrival";
    prediction.version = 1;
    prediction.scores = {score};
    ASSERT_TRUE(store_.predictions.Append(prediction));
  }

  monitoring::testing::MonitoringStore store_{GetParam(), kBegin};
  os::testing::ManualClock& clock_ = store_.clock;
  monitoring::Monitoring& monitoring_ = store_.monitoring;
  metadata::Log log_{store_.database};
  governance::Configurations configurations_{store_.database, clock_};
  http::Router router_;
  std::vector<std::string> alerts_;
};

TEST_P(OverviewTest, AnEmptyStoreHasEveryPartAndNoInventedFigure) {
  const Json overview = Get("/api/v1/overview");
  EXPECT_EQ(overview.Text("project", "?"), "");
  EXPECT_EQ(overview.At("stations").items().size(), 11u);
  for (const Json& station : overview.At("stations").items()) {
    // A store comes with its experiment Default, and is scored from its first event.
    if (station.Text("name") == "tracking" || station.Text("name") == "scorecard") continue;
    EXPECT_EQ(station.Text("state"), "idle") << station.Text("name");
    EXPECT_TRUE(station.At("last_event").IsNull());
  }
  for (const char* part : {"production", "canary", "configuration"})
    EXPECT_TRUE(overview.At(part).IsNull()) << part;
  for (const char* part : {"monitors", "alerts", "kpis"})
    EXPECT_TRUE(overview.At(part).items().empty()) << part;
  EXPECT_EQ(overview.At("audit").Int("sealed", -1), 0);
  EXPECT_EQ(overview.At("score").Double("score", -1), 0);
  EXPECT_EQ(Get("/api/v1/score").At("items").items().size(), 28u);
  EXPECT_EQ(Get("/api/v1/level").Int("level", -1), 0);
  EXPECT_TRUE(Get("/api/v1/kpis").At("items").items().empty());
}

TEST_P(OverviewTest, LabelsCloseAWindowRaiseAnAlertAndShowOnThePage) {
  Accept();
  Answered("a", 0.9);
  Answered("b", 0.9);
  const Json label =
      Json{{"labels", Json::Array({Json{{"id", "a.0"}, {"value", 0}}, Json{{"id", "b.0"}, {"value", true}},
                                   Json{{"id", "nobody.0"}, {"value", 1}}})}};
  const Json joined = Ask("POST", "/api/v1/labels", label);
  EXPECT_EQ(joined.Int("accepted"), 2);
  EXPECT_EQ(joined.Int("unknown"), 1);
  clock_.Advance(2 * kHour);
  const Json raised = Ask("POST", "/api/v1/monitors/advance", Json::Object());
  ASSERT_EQ(raised.At("raised").items().size(), 1u);
  EXPECT_EQ(alerts_.size(), 1u);
  const Json overview = Get("/api/v1/overview");
  EXPECT_EQ(overview.Text("project"), "flights");
  const Json& points = overview.At("monitors").items().at(0).At("points");
  EXPECT_TRUE(points.items().at(0).Bool("breached"));
  EXPECT_EQ(overview.At("alerts").items().at(0).Text("id"), alerts_[0]);
  EXPECT_EQ(overview.At("stations").items().at(8).Text("state"), "alert");
  EXPECT_EQ(overview.At("kpis").items().at(0).Text("status"), "fail");
  EXPECT_EQ(Get("/api/v1/monitors/windows?monitor=quality").At("items").items().size(), 1u);
  EXPECT_EQ(
      Ask("POST", "/api/v1/alerts/" + alerts_[0] + "/acknowledge", Json::Object()).Text("acknowledged_by"),
      "client");
  EXPECT_EQ(Get("/api/v1/alerts?open=1").At("items").items().size(), 1u);
  EXPECT_EQ(Get("/api/v1/delivery").At("time_to_restore_ms").Int("open"), 1);
}

TEST_P(OverviewTest, WrongLabelsAreRefusedWhole) {
  Accept();
  Ask("POST", "/api/v1/labels", Json{{"labels", "a"}}, 400);
  Ask("POST", "/api/v1/labels", Json{{"labels", Json::Array({Json{{"id", "a.0"}}})}}, 400);
  Ask("POST", "/api/v1/labels", Json{{"labels", Json::Array({Json{{"id", "a.0"}, {"value", 2}}})}}, 400);
  Ask("POST", "/api/v1/alerts/nothing/acknowledge", Json::Object(), 404);
  Ask("GET", "/api/v1/delivery?from=2013-02-01&until=2013-01-01", {}, 400);
}

INSTANTIATE_TEST_SUITE_P(Engines, OverviewTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::api
