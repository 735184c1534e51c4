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
