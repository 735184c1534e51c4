#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

/// Five runs named "0" to "4", later ones started later.
class RunSearchTest : public ::testing::TestWithParam<std::string> {
 protected:
  RunSearchTest() {
    Add("0", 0.5, "tree", "red");
    Add("1", 0.25, "forest", "blue");
    Add("2", std::nan(""), "tree", "");
    Add("3", std::nullopt, "tree", "RED");
    Add("4", 0.75, "", "a%b");
    EXPECT_TRUE(store_->runs.Update(id_["4"], {.status = RunStatus::Failed, .end_ms = 2004, .name = {}}));
    EXPECT_TRUE(store_->runs.Update(id_["0"], {.status = RunStatus::Finished, .end_ms = 2000, .name = {}}));
  }

  void Add(const std::string& name, std::optional<double> loss, const std::string& model,
           const std::string& color) {
    const auto run = store_.NewRun({.experiment = 0,
                                    .name = name,
                                    .user = "ann",
                                    .start_ms = 1000 + static_cast<TimeMs>(id_.size()),
                                    .tags = {}});
    id_[name] = run.info.id;
    Runs::Batch batch;
    if (loss) {
      batch.metrics.emplace_back();
      batch.metrics.back().key = "val.loss";
      batch.metrics.back().value = *loss;
    }
    if (!model.empty()) batch.params.push_back({"model", model});
    if (!color.empty()) batch.tags.push_back({"my color", color});
    EXPECT_TRUE(store_->runs.Log(run.info.id, batch));
  }

  /// Puts runs into experiment 7: some without the metric loss, some with NaN.
  void Fill(int runs) {
    std::vector<sql::Value> infos, losses, params, tags;
    for (int i = 0; i < runs; ++i) {
      const std::int64_t number = 8'000'000'000'000'000'000 + i;
      const auto name = "f" + std::to_string(i);
      for (sql::Value value :
           {sql::Value(number), sql::Value(name), sql::Value(7), sql::Value(name), sql::Value("bo"),
            sql::Value("RUNNING"), sql::Value(i / 3), sql::Value("s3://x"), sql::Value(0)})
        infos.push_back(std::move(value));
      params.insert(params.end(), {number, "rare", std::to_string(i % 100)});
      if (i % 5 == 0) tags.insert(tags.end(), {number, "mlflow.parentRunId", "p" + std::to_string(i % 500)});
      if (i % 11 == 0) continue;
      const double loss = i % 13 == 0 ? 0 : (i * 7919 % 1000) / 1000.0;
      for (sql::Value value :
           {sql::Value(number), sql::Value(1000), sql::Value(0), sql::Value(0), sql::Value(loss),
            sql::Value(i % 13 == 0), i % 13 == 0 ? sql::Value() : sql::Value(loss), sql::Value(0),
            sql::Value(0), sql::Value(1)})
        losses.push_back(std::move(value));
    }
    const auto filled = store_.database().Transact([&](sql::Connection& connection) -> Result<> {
      CAIRN_TRY(connection.Run("INSERT INTO metric_key (id, name) VALUES (1000, 'loss')"));
      CAIRN_TRY(
          connection.InsertRows("INSERT INTO run (number, id, experiment, name, user_name, status, start_ms, "
                                "artifact_uri, deleted)",
                                9, infos));
      CAIRN_TRY(
          connection.InsertRows("INSERT INTO metric_latest (run, key, step, at_ms, value, is_nan, max_value, "
                                "first_step, first_ms, points)",
                                10, losses));
      CAIRN_TRY(connection.InsertRows("INSERT INTO run_param (run, key, value)", 3, params));
      CAIRN_TRY(connection.InsertRows("INSERT INTO run_tag (run, key, value)", 3, tags));
      // PostgreSQL would gather its statistics a minute later.
      if (connection.engine() == sql::Engine::Postgres) CAIRN_TRY(connection.Run("ANALYZE"));
      return {};
    });
    ASSERT_TRUE(filled) << filled.error().message;
  }

  Result<Page<tracking::Run>> Search(std::string filter, std::vector<std::string> order_by = {},
                                     View view = View::Active) {
    Runs::Search search;
    search.experiments = {0};
    search.filter = std::move(filter);
    search.order_by = std::move(order_by);
    search.view = view;
    return store_->runs.Find(search);
  }

  std::string Found(std::string filter, std::vector<std::string> order_by = {}) {
    const auto page = Search(std::move(filter), std::move(order_by));
    if (!page) return page.error().message;
    std::string names;
    for (const auto& run : page->items) names += run.info.name;
    return names;
  }

  testing::TrackingStore store_{GetParam()};
  std::map<std::string, std::string> id_;
};

TEST_P(RunSearchTest, FiltersHold) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "43210"},
      {"metrics.val.loss > 0.3", "40"},
      {"metric.`val.loss` <= 0.5 and params.model = 'tree'", "0"},
      {"metrics.val.loss != 0.5", "421"},
      {"metrics.val.loss = 0.25", "1"},
      {"metrics.none > 0", ""},
      {"parameters.model != 'tree'", "1"},
      {"params.model LIKE 'T%'", ""},
      {"params.model ILIKE 'TR_E'", "320"},
      {"params.model = 'forest' OR metrics.val.loss > 0.7", "41"},
      {"NOT (params.model = 'tree' OR params.model = 'forest')", "4"},
      {"NOT metrics.val.loss > 0.3", "321"},
      {"NOT end_time < 2001", "4321"},
      {"(status = 'FAILED' OR status = 'FINISHED') AND NOT metrics.val.loss < 0.6", "4"},
      {"params.model IS NULL", "4"},
      {"params.model IS NOT NULL", "3210"},
      {"tags.`my color` LIKE 'a%b'", "4"},
      {"tag.\"my color\" ILIKE 'red'", "30"},
      {"tags.`my color` = ''", ""},
      {"attributes.status = 'RUNNING'", "321"},
      {"status != 'FAILED' AND start_time >= 1002", "32"},
      {"end_time < 2001", "0"},
      {"end_time < 2000.5", "0"},
      {"attr.end_time != 1", "40"},
      {"run.run_name = '3'", "3"},
      {"user_id = 'ann' AND artifact_uri LIKE 'mlflow-artifacts:/0/%'", "43210"},
  };
  for (const auto& [filter, expected] : cases) EXPECT_EQ(Found(filter), expected) << filter;
  EXPECT_EQ(Found("run_id IN ('" + id_["1"] + "', '" + id_["2"] + "')"), "21");
  EXPECT_EQ(Found("run_id NOT IN ('" + id_["1"] + "')"), "4320");
}

TEST_P(RunSearchTest, OrderPutsNumbersThenNaNThenMissing) {
  EXPECT_EQ(Found("", {"metrics.val.loss"}), "10423");
  EXPECT_EQ(Found("", {"metrics.val.loss DESC"}), "40123");
  EXPECT_EQ(Found("", {"params.model", "start_time"}), "10234");
  EXPECT_EQ(Found("", {"params.model DESC", "start_time ASC"}), "02314");
  EXPECT_EQ(Found("", {"end_time DESC"}), "40321");
  EXPECT_EQ(Found("", {"end_time"}), "04321");
  EXPECT_EQ(Found("", {"tags.`my color`"}), "34102") << "by bytes";
}

TEST_P(RunSearchTest, ParamsCompareAsNumbersWithWhatIsNotQuoted) {
  const char* const values[] = {"0.01", "1e-3", " 5 ", "abc", "1.2.3"};
  for (int i = 0; i < 5; ++i) {
    Runs::Batch batch;
    batch.params.push_back({"lr", values[i]});
    ASSERT_TRUE(store_->runs.Log(id_[std::to_string(i)], batch));
  }
  const std::pair<const char*, const char*> cases[] = {
      {"params.lr < 0.02", "10"},    {"params.lr >= 0.01", "20"},
      {"params.lr = 0.0100", "0"},   {"params.lr != 0.01", "21"},
      {"params.lr = '0.0100'", ""},  {"params.lr > 4 OR params.lr < 0.005", "21"},
      {"params.lr > -1e300", "210"}, {"NOT params.lr < 1", "432"},
      {"params.model < 1", ""},
  };
  for (const auto& [filter, expected] : cases) EXPECT_EQ(Found(filter), expected) << filter;
}

TEST_P(RunSearchTest, OddNumbersInParamsDoNotFailASearch) {
  const char* const values[] = {"1e400", "-1e-400", "nan", "1e", "0x10"};
  for (int i = 0; i < 5; ++i) {
    Runs::Batch batch;
    batch.params.push_back({"odd", values[i]});
    ASSERT_TRUE(store_->runs.Log(id_[std::to_string(i)], batch));
  }
  EXPECT_TRUE(Search("params.odd > 5"));
  EXPECT_EQ(Found("params.odd = 16"), "");
}

TEST_P(RunSearchTest, FiguresOfAMetricsHistoryAreComparedAndOrderedBy) {
  const std::vector<double> histories[] = {{3, 1, 2}, {5, 9, 4}, {std::nan(""), 7, 8}, {std::nan("")}};
  for (int i = 0; i < 4; ++i) {
    Runs::Batch batch;
    for (const double value : histories[i]) {
      Metric metric;
      metric.key = "acc";
      metric.value = value;
      metric.step = static_cast<std::int64_t>(batch.metrics.size());
      batch.metrics.push_back(metric);
    }
    ASSERT_TRUE(store_->runs.Log(id_[std::to_string(i)], batch));
  }
  const std::pair<const char*, const char*> cases[] = {
      {"min(metrics.acc) < 2", "0"},    {"max(metrics.acc) >= 8", "21"}, {"first(metrics.acc) = 3", "0"},
      {"last(metrics.acc) < 5", "10"},  {"metrics.acc < 5", "10"},       {"FIRST(metrics.acc) != 3", "321"},
      {"min(metrics.acc) != 7", "310"},
  };
  for (const auto& [filter, expected] : cases) EXPECT_EQ(Found(filter), expected) << filter;
  EXPECT_EQ(Found("", {"min(metrics.acc)"}), "01234");
  EXPECT_EQ(Found("", {"max(metrics.acc) DESC"}), "12034");
  EXPECT_EQ(Found("", {"first(metrics.acc) DESC"}), "10324") << "NaN before what is missing";
}

/// Enough runs that a search looks for a short way: values of a metric walked in order, or the runs of a
/// parameter. Each way must find what looking through all runs finds.
TEST_P(RunSearchTest, EveryWayOfSearchingManyRunsFindsTheSame) {
  constexpr int kRuns = 5000;
  Fill(kRuns);
  const auto all = [&](const std::string& filter, const std::string& order) {
    std::vector<std::string> ids;
    Runs::Search search;
    search.experiments = {7};
    search.filter = filter;
    if (!order.empty()) search.order_by = {order};
    search.limit = 2000;
    do {
      const auto page = store_->runs.Find(search);
      EXPECT_TRUE(page) << filter << ": " << page.error().message;
      if (!page) return ids;
      for (const auto& run : page->items) ids.push_back(run.info.id);
      search.page = page->next;
    } while (!search.page.empty());
    return ids;
  };
  // NOT NOT hides a comparison from the choice of a way, an ordering by max() has none.
  for (const std::string order : {"metrics.loss", "metrics.loss DESC"}) {
    const auto walked = all("", order);
    EXPECT_EQ(walked.size(), std::size_t{kRuns});
    EXPECT_EQ(walked, all("", order == "metrics.loss" ? "max(metrics.loss)" : "max(metrics.loss) DESC"));
    EXPECT_EQ(std::set(walked.begin(), walked.end()).size(), std::size_t{kRuns});
  }
  EXPECT_EQ(all("params.rare = '3'", "").size(), 50U);
  for (const std::string filter :
       {"params.rare = '3'", "metrics.loss < 0.01", "metrics.loss < 0.5 AND params.rare = '3'",
        "params.rare = '3' AND metrics.loss != 0", "tags.mlflow.parentRunId = 'p10'",
        "metrics.loss >= 0.9 OR params.rare = '7'", "metrics.loss != 0.5 AND params.rare < 20"}) {
    const auto hidden = "NOT NOT (" + filter + ")";
    for (const std::string order : {"", "metrics.loss"}) {
      const auto found = all(filter, order);
      EXPECT_FALSE(found.empty()) << filter;
      EXPECT_EQ(found, all(hidden, order == "metrics.loss" ? "max(metrics.loss)" : order)) << filter << order;
    }
  }
}

TEST_P(RunSearchTest, TheViewChoosesByState) {
  ASSERT_TRUE(store_->runs.Delete(id_["2"]));
  EXPECT_EQ(Found(""), "4310");
  EXPECT_EQ(Search("", {}, View::Deleted)->items.size(), 1u);
  EXPECT_EQ(Search("", {}, View::All)->items.size(), 5u);
}

TEST_P(RunSearchTest, FoundRunsCarryWhatWasLogged) {
  const auto page = Search("metrics.val.loss = 0.5");
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items[0].metrics[0].value, 0.5);
  EXPECT_EQ(page->items[0].params[0].value, "tree");
  EXPECT_EQ(page->items[0].tags.size(), 2u);
}

TEST_P(RunSearchTest, MisuseIsRefusedWithThePlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"metrics.a > 'x'", "at position 13: Expected numeric value type for metric"},
      {"tags.a = 3", "at position 10: Expected a quoted string value for tag"},
      {"params.a IN ('x')", "at position 10: Invalid comparison operator 'IN'"},
      {"params.a IN (1)", "at position 14: Expected a quoted string value for param"},
      {"params.a LIKE 1", "at position 10: Invalid comparison operator 'LIKE'"},
      {"start_time IS NULL", "at position 12: Invalid comparison operator 'IS NULL'"},
      {"metrics.a IS NOT NULL", "at position 11: Invalid comparison operator 'IS NOT NULL'"},
      {"avg(metrics.a) < 1", "at position 1: unknown function 'avg'"},
      {"status = 'x' OR min(params.a) < 1", "at position 17: min() is taken of a metric alone"},
      {"params.a > 'x'", "at position 10: Invalid comparison operator '>'"},
      {"wrong.a = 'x'", "at position 1: Invalid entity type 'wrong'"},
      {"a = 1 AND attributes.b = 'x'", "at position 1: Invalid attribute key 'a'"},
      {"status IN ('FAILED')", "at position 8: Invalid comparison operator 'IN': status"},
      {"start_time LIKE 'x'", "at position 12: Invalid comparison operator 'LIKE'"},
      {"datasets.source = 'x'", "at position 1: Invalid attribute key 'source'"},
  };
  for (const auto& [filter, expected] : cases) {
    const auto message = Found(filter);
    EXPECT_TRUE(message.starts_with("Invalid clause(s) in filter string: " + std::string(expected)))
        << message;
  }
  EXPECT_NE(Found("", {"mean(metrics.x)"}).find("at position 1: unknown function 'mean'"), std::string::npos);
  EXPECT_NE(Found("", {"last(metrics.x)", "metrics.x"}).find("contains duplicate fields"), std::string::npos);
  EXPECT_EQ(Found("", {"wrong.x"}).substr(0, 33), "Invalid order_by clause 'wrong.x'");
  EXPECT_NE(Found("", {"params.a", "parameters.a DESC"}).find("contains duplicate fields"),
            std::string::npos);
}

TEST_P(RunSearchTest, PagesFollowEachOtherWithoutGapsAndNoExperimentFindsNothing) {
  Runs::Search search;
  search.experiments = {0};
  search.limit = 2;
  std::string names;
  for (int pages = 0; pages < 4; ++pages) {
    const auto page = store_->runs.Find(search);
    ASSERT_TRUE(page);
    for (const auto& run : page->items) names += run.info.name;
    search.page = page->next;
    if (page->next.empty()) break;
  }
  EXPECT_EQ(names, "43210");
  search.page = "e30=";
  EXPECT_EQ(store_->runs.Find(search).error().reason, Reason::InvalidArgument);
  EXPECT_TRUE(
      store_->runs.Find({.experiments = {}, .filter = "", .order_by = {}, .page = ""})->items.empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, RunSearchTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
