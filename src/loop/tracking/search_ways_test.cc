// Searches over many runs take short ways; each must find what looking through all runs finds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "loop/tracking/search/run_sentence.h"
#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

/// A run as it was put into the store.
struct Made {
  std::string id, rare, parent;
  std::int64_t number = 0, experiment = 0, start_ms = 0;
  bool deleted = false;
  std::optional<double> loss;  ///< May be NaN.
};

/// Runs of the experiments 7, 8 and 9: more in each than are looked through one by one, some without the
/// metric loss, some with NaN, some deleted.
std::vector<Made> MakeRuns() {
  std::vector<Made> runs;
  for (int i = 0; i < 15'000; ++i) {
    Made run;
    run.number = 8'000'000'000'000'000'000 + i;
    run.id = "f" + std::to_string(i);
    run.experiment = 7 + i % 3;
    run.start_ms = i / 9;
    run.rare = std::to_string(i % 100);
    run.deleted = i % 17 == 0;
    if (i % 5 == 0) run.parent = "p" + std::to_string(i % 500);
    if (i % 11 != 0) run.loss = i % 13 == 0 ? std::nan("") : (i * 7919 % 1000) / 1000.0;
    runs.push_back(std::move(run));
  }
  return runs;
}

Result<> Put(sql::Connection& connection, const std::vector<Made>& runs) {
  std::vector<sql::Value> infos, losses, params, tags;
  for (const auto& run : runs) {
    infos.insert(infos.end(), {run.number, run.id, run.experiment, run.id, "bo", "RUNNING", run.start_ms,
                               "s3://x", run.deleted});
    params.insert(params.end(), {run.number, "rare", run.rare, run.experiment});
    if (!run.parent.empty()) tags.insert(tags.end(), {run.number, "mlflow.parentRunId", run.parent});
    if (!run.loss) continue;
    const bool nan = std::isnan(*run.loss);
    losses.insert(losses.end(),
                  {run.number, 1000, 0, 0, nan ? 0.0 : *run.loss, nan, 0, 0, 1, run.experiment});
  }
  CAIRN_TRY(connection.Run("INSERT INTO metric_key (id, name) VALUES (1000, 'loss')"));
  CAIRN_TRY(connection.InsertRows(
      "INSERT INTO run (number, id, experiment, name, user_name, status, start_ms, artifact_uri, deleted)", 9,
      infos));
  CAIRN_TRY(
      connection.InsertRows("INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan, "
                            "first_step, first_ms, points, experiment)",
                            10, losses));
  CAIRN_TRY(connection.InsertRows("INSERT INTO run_param (run, key, value, experiment)", 4, params));
  CAIRN_TRY(connection.InsertRows("INSERT INTO run_tag (run, key, value)", 3, tags));
  // PostgreSQL would gather its statistics a minute later.
  if (connection.engine() == sql::Engine::Postgres) CAIRN_TRY(connection.Run("ANALYZE"));
  return {};
}

using Order = std::function<int(const Made&, const Made&)>;  // negative, 0, positive

int Compared(double a, double b) { return a < b ? -1 : a > b ? 1 : 0; }

/// Numbers, then NaN, then what is missing, whatever the direction.
Order ByLoss(int direction) {
  return [direction](const Made& a, const Made& b) {
    const auto rank = [](const Made& run) { return !run.loss ? 2 : std::isnan(*run.loss) ? 1 : 0; };
    if (rank(a) != rank(b)) return rank(a) - rank(b);
    return rank(a) == 0 ? direction * Compared(*a.loss, *b.loss) : 0;
  };
}

class SearchWaysTest : public ::testing::TestWithParam<std::string> {
 protected:
  SearchWaysTest() {
    const auto put = store_.database().Transact([&](auto& connection) { return Put(connection, runs_); });
    if (!put) throw std::runtime_error(put.error().message);
  }

  std::vector<std::string> Expected(const Runs::Search& search, const std::function<bool(const Made&)>& holds,
                                    const Order& order) const {
    std::vector<const Made*> found;
    for (const auto& run : runs_) {
      const auto& in = search.experiments;
      if (std::find(in.begin(), in.end(), run.experiment) == in.end() || !holds(run)) continue;
      if (search.view == View::All || (search.view == View::Deleted) == run.deleted) found.push_back(&run);
    }
    std::sort(found.begin(), found.end(), [&](const Made* a, const Made* b) {
      if (const int first = order ? order(*a, *b) : 0; first != 0) return first < 0;
      return a->start_ms != b->start_ms ? a->start_ms > b->start_ms : a->id < b->id;
    });
    std::vector<std::string> ids;
    for (const auto* run : found) ids.push_back(run->id);
    return ids;
  }

  /// All pages, or the first so many.
  std::vector<std::string> Found(Runs::Search search, std::size_t pages = SIZE_MAX) {
    std::vector<std::string> ids;
    do {
      const auto page = store_->runs.Find(search);
      EXPECT_TRUE(page) << search.filter << ": " << page.error().message;
      if (!page) return ids;
      for (const auto& run : page->items) ids.push_back(run.info.id);
      search.page = page->next;
    } while (!search.page.empty() && --pages > 0);
    return ids;
  }

  /// The source that a search takes, and the engine's plan for it.
  std::string PlanOf(const Runs::Search& search, RunSource::Kind expected) {
    const auto plan = store_.database().Read([&](sql::Connection& connection) -> Result<std::string> {
      const auto question = CAIRN_TRY(ReadQuestion(connection, search));
      const auto source = CAIRN_TRY(ChooseSource(connection, question, counts_, search.limit + 1));
      EXPECT_EQ(static_cast<int>(source.kind), static_cast<int>(expected)) << search.filter;
      return CAIRN_TRY(RunSentence(connection, question, source).Select(search.limit + 1, 0))
          .Plan(connection);
    });
    EXPECT_TRUE(plan) << plan.error().message;
    return plan ? *plan : "";
  }

  std::vector<Made> runs_ = MakeRuns();
  MatchCounts counts_;
  testing::TrackingStore store_{GetParam()};
};

TEST_P(SearchWaysTest, EveryWayFindsWhatLookingThroughAllRunsFinds) {
  struct Case {
    std::string filter;
    std::function<bool(const Made&)> holds;
  };
  const std::vector<Case> cases = {
      {"", [](const Made&) { return true; }},
      {"params.rare = '3'", [](const Made& run) { return run.rare == "3"; }},
      {"metrics.loss < 0.01", [](const Made& run) { return run.loss && *run.loss < 0.01; }},
      {"metrics.loss < 0.5 AND params.rare = '3'",
       [](const Made& run) { return run.loss && *run.loss < 0.5 && run.rare == "3"; }},
      {"metrics.loss != 0.5 AND params.rare < 20",
       [](const Made& run) { return run.loss && *run.loss != 0.5 && std::stoi(run.rare) < 20; }},
      {"tags.mlflow.parentRunId = 'p10'", [](const Made& run) { return run.parent == "p10"; }},
      {"metrics.loss >= 0.9 OR params.rare = '7'",
       [](const Made& run) { return (run.loss && *run.loss >= 0.9) || run.rare == "7"; }},
  };
  const std::vector<std::pair<std::string, Order>> orders = {
      {"", nullptr},
      {"metrics.loss", ByLoss(1)},
      {"metrics.loss DESC", ByLoss(-1)},
      {"start_time ASC",
       [](const Made& a, const Made& b) { return a.start_ms < b.start_ms ? -1 : a.start_ms > b.start_ms; }},
      {"params.rare", [](const Made& a, const Made& b) { return a.rare.compare(b.rare); }},
  };
  for (const auto& [filter, holds] : cases) {
    for (const auto& [order, before] : orders) {
      for (const auto& experiments : {std::vector<ExperimentId>{8}, std::vector<ExperimentId>{9, 7, 9, 8}}) {
        Runs::Search search;
        search.experiments = experiments;
        search.filter = filter;
        if (!order.empty()) search.order_by = {order};
        search.limit = 3000;
        ASSERT_EQ(Found(search), Expected(search, holds, before)) << filter << " by " << order;
      }
    }
  }
}

TEST_P(SearchWaysTest, DeletedRunsAreWalkedBesideTheOthersWhereBothAreAskedFor) {
  for (const auto view : {View::All, View::Deleted}) {
    for (const std::string order : {"", "metrics.loss"}) {
      Runs::Search search;
      search.experiments = {7, 8};
      search.view = view;
      if (!order.empty()) search.order_by = {order};
      search.limit = 700;
      const auto all = [](const Made&) { return true; };
      auto expected = Expected(search, all, order.empty() ? nullptr : ByLoss(1));
      expected.resize(std::min<std::size_t>(expected.size(), 2100));
      ASSERT_EQ(Found(search, 3), expected) << order;
    }
  }
}

/// Whether every row of a table is looked at. PostgreSQL rightly does where some runs are looked up in a
/// table as small as this one; what is walked in order it must not.
bool LooksAtAll(const std::string& plan, RunSource::Kind kind) {
  if (kind != RunSource::Kind::Filter && plan.find("Seq Scan") != std::string::npos) return true;
  for (const std::string table : {"r", "o", "d", "x"}) {
    if (plan.find("SCAN " + table + "\n") != std::string::npos) return true;
  }
  return false;
}

TEST_P(SearchWaysTest, TheEnginesUseTheIndexesThatTheSourcesAreMeantFor) {
  using Kind = RunSource::Kind;
  struct Case {
    std::string filter, order;
    Kind kind;
    std::string index;
  };
  const std::vector<Case> cases = {
      {"metrics.loss >= 0 and params.rare != '3'", "metrics.loss ASC", Kind::Numbers, "metric_by_value"},
      {"", "metrics.loss DESC", Kind::Numbers, "metric_by_value"},
      {"params.rare != '3'", "", Kind::Started, "run_by_start"},
      {"params.rare = '3' and metrics.loss < 0.5", "metrics.loss ASC", Kind::Filter, "param_by_value"},
      {"metrics.loss < 0.01", "", Kind::Filter, "metric_by_value"},
      {"tags.mlflow.parentRunId = 'p10'", "", Kind::Filter, "child_run"},
  };
  for (const auto& [filter, order, kind, index] : cases) {
    for (const auto& experiments : {std::vector<ExperimentId>{8}, std::vector<ExperimentId>{7, 8, 9}}) {
      Runs::Search search;
      search.experiments = experiments;
      search.filter = filter;
      if (!order.empty()) search.order_by = {order};
      search.limit = 100;
      const auto plan = PlanOf(search, kind);
      EXPECT_NE(plan.find(index), std::string::npos) << filter << " by " << order << "\n" << plan;
      EXPECT_FALSE(LooksAtAll(plan, kind)) << plan;
    }
  }
}

TEST_P(SearchWaysTest, ACommonConditionIsWalkedWhereThatFillsThePageSooner) {
  Runs::Search search;
  search.experiments = {8};
  search.filter = "metrics.loss < 0.4";
  search.order_by = {"metrics.loss"};
  search.limit = 20;
  PlanOf(search, RunSource::Kind::Numbers);
  search.limit = 3000;
  PlanOf(search, RunSource::Kind::Filter);
  search.filter = "metrics.loss < 0.001";
  search.limit = 20;
  PlanOf(search, RunSource::Kind::Filter);
}

INSTANTIATE_TEST_SUITE_P(Engines, SearchWaysTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
