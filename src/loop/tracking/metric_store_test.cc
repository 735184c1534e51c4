// What is read of metrics, whatever became of their points in the store meanwhile.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "ground/sql/testing/temporary_folder.h"
#include "ledger/metadata/schema.h"
#include "loop/tracking/schema.h"
#include "loop/tracking/tables/metric_backlog.h"
#include "loop/tracking/tables/row_points.h"
#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

using Rank = std::tuple<std::int64_t, std::int64_t, double, bool>;  // step, time, value (NaN: 0), whether NaN

/// Of a metric or a point.
template <class One>
Rank RankOf(const One& metric) {
  const bool nan = std::isnan(metric.value);
  return {metric.step, metric.at_ms, nan ? 0.0 : metric.value, nan};
}

template <class One>
std::vector<Rank> RanksOf(const std::vector<One>& metrics) {
  std::vector<Rank> ranks;
  for (const auto& metric : metrics) ranks.push_back(RankOf(metric));
  return ranks;
}

Metric Point(std::string key, double value, TimeMs at, std::int64_t step) {
  Metric metric;
  metric.key = std::move(key);
  metric.value = value;
  metric.at_ms = at;
  metric.step = step;
  return metric;
}

/// All points of a run in sets: what the store must look like.
class Naive {
 public:
  void Log(const std::vector<Metric>& metrics) {
    for (const auto& metric : metrics) points_[metric.key].insert(RankOf(metric));
  }
  const std::map<std::string, std::set<Rank>>& points() const { return points_; }

  static std::vector<Rank> ByTime(const std::set<Rank>& points) {
    std::vector<Rank> sorted(points.begin(), points.end());
    std::sort(sorted.begin(), sorted.end(), [](const Rank& a, const Rank& b) {
      return std::tuple(std::get<1>(a), a) < std::tuple(std::get<1>(b), b);
    });
    return sorted;
  }
  /// NTILE by its definition: the points are dealt to the buckets in order, one more to each of the first.
  static std::vector<Rank> Sample(const std::set<Rank>& points, std::int64_t buckets) {
    const auto count = static_cast<std::int64_t>(points.size());
    std::vector<Rank> firsts;
    auto next = points.begin();
    for (std::int64_t bucket = 0; bucket < buckets; ++bucket) {
      const auto size = count / buckets + (bucket < count % buckets ? 1 : 0);
      if (size > 0) firsts.push_back(*next);
      std::advance(next, size);
    }
    if (static_cast<std::int64_t>(firsts.size()) == buckets) firsts.back() = *points.rbegin();
    return firsts;
  }

 private:
  std::map<std::string, std::set<Rank>> points_;
};

class MetricsTest : public ::testing::TestWithParam<std::string> {
 protected:
  using Random = std::mt19937_64;

  /// Points as trainers log them, and as nobody should.
  static std::vector<Metric> Batch(Random& chance, std::int64_t& clock) {
    static constexpr std::size_t kSizes[] = {1, 3, 40, 300, 1000};
    const auto habit = chance() % 5;
    std::vector<Metric> metrics;
    for (auto left = kSizes[chance() % 5]; left > 0; --left) {
      const auto key = "m" + std::to_string(chance() % 3);
      const auto number = ++clock;
      double value = static_cast<double>(chance() % 1000) / 8 - 50;
      if (chance() % 20 == 0) value = std::nan("");
      if (chance() % 20 == 0) value = 0;
      if (habit == 0) metrics.push_back(Point(key, value, number, number));
      if (habit == 1) metrics.push_back(Point(key, value, number, 0));
      if (habit == 2) metrics.push_back(Point(key, value, 7, static_cast<std::int64_t>(chance() % 50) - 25));
      if (habit == 3) metrics.push_back(Point(key, value, 1'000'000 - number, number / 100));
      if (habit == 4)
        metrics.push_back(Point(key, value, static_cast<std::int64_t>(chance() % 3000), number % 4000));
    }
    return metrics;
  }

  void CheckRead(const std::string& run, const Naive& naive, Random& chance) {
    std::vector<Rank> latest;
    for (const auto& [key, points] : naive.points()) {
      latest.push_back(*points.rbegin());
      const auto all = Naive::ByTime(points);
      ASSERT_EQ(RanksOf(store_->runs.History(run, key, 0, "")->items), all);
      const auto limit = static_cast<std::int64_t>(1 + chance() % 2500);
      std::vector<Rank> paged;
      std::string page;
      do {
        const auto part = store_->runs.History(run, key, limit, page);
        ASSERT_TRUE(part);
        const auto ranks = RanksOf(part->items);
        paged.insert(paged.end(), ranks.begin(), ranks.end());
        page = part->next;
      } while (!page.empty());
      ASSERT_EQ(paged, all) << "in pages of " << limit;
      CheckSamples(run, key, points, limit);
    }
    EXPECT_EQ(RanksOf(store_->runs.Find(run)->metrics), latest);
  }

  void CheckSamples(const std::string& run, const std::string& key, const std::set<Rank>& points,
                    std::int64_t buckets) {
    Runs::Interval interval{.runs = {run}, .key = key, .first_step = {}, .last_step = {}, .limit = buckets};
    ASSERT_EQ(RanksOf(*store_->runs.Sampled(interval)), Naive::Sample(points, buckets));
    interval.first_step = -3;
    interval.last_step = 900;
    std::set<Rank> within;
    for (const auto& point : points) {
      if (std::get<0>(point) >= -3 && std::get<0>(point) <= 900) within.insert(point);
    }
    ASSERT_EQ(RanksOf(*store_->runs.Sampled(interval)), Naive::Sample(within, buckets));
  }

  /// What searches see: after one, every point is folded.
  void CheckSummaries(const std::string& run, const Naive& naive) {
    Runs::Search search;
    search.experiments = {0};
    search.filter = "attributes.run_id = '" + run + "'";
    // What was not folded is seen by every search; one by a metric folds it.
    const auto seen = store_->runs.Find(search);
    ASSERT_TRUE(seen) << seen.error().message;
    search.order_by = {"metrics.m0"};
    const auto found = store_->runs.Find(search);
    ASSERT_TRUE(found) << found.error().message;
    std::vector<Rank> latest;
    for (const auto& [key, points] : naive.points()) latest.push_back(*points.rbegin());
    ASSERT_EQ(RanksOf(seen->items.at(0).metrics), latest);
    ASSERT_EQ(RanksOf(found->items.at(0).metrics), latest);
    for (const auto& [key, points] : naive.points()) {
      const auto rows = store_.database().Read([&, &name = key](sql::Connection& connection) {
        return connection.Run(
            "SELECT points, min_value, max_value, first_value FROM metric_latest WHERE run = (SELECT number "
            "FROM run WHERE id = $1) AND key = (SELECT id FROM metric_key WHERE name = $2)",
            {run, name});
      });
      ASSERT_TRUE(rows);
      const auto& row = rows->front();
      std::set<double> values;
      for (const auto& [step, at, value, nan] : points) {
        if (!nan) values.insert(value);
      }
      EXPECT_EQ(row.Int(0), static_cast<std::int64_t>(points.size()));
      EXPECT_EQ(row.IsNull(1), values.empty());
      EXPECT_EQ(row.Double(1), values.empty() ? 0 : *values.begin());
      EXPECT_EQ(row.Double(2), values.empty() ? 0 : *values.rbegin());
      EXPECT_EQ(row.IsNull(3), std::get<3>(*points.begin()));
      EXPECT_EQ(row.Double(3), std::get<2>(*points.begin()));
    }
  }

  testing::TrackingStore store_{GetParam()};
};

TEST_P(MetricsTest, WhateverIsLoggedFoldedAndReopenedReadsAsOneSetOfPoints) {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    Random chance(seed);
    const auto run = store_.NewRun().info.id;
    Naive naive;
    std::int64_t clock = 0;
    std::vector<Metric> before;
    for (int deed = 0; deed < 25; ++deed) {
      const auto batch = chance() % 6 == 0 && !before.empty() ? before : Batch(chance, clock);
      ASSERT_TRUE(store_->runs.Log(run, {batch, {}, {}}));
      naive.Log(batch);
      before = batch;
      const auto kind = chance() % 8;
      if (kind == 0) store_.Reopen();
      if (kind == 1) {
        ASSERT_NO_FATAL_FAILURE(CheckSummaries(run, naive));
      }
      if (kind == 2) {
        const auto status = deed % 2 == 0 ? RunStatus::Finished : RunStatus::Running;
        ASSERT_TRUE(store_->runs.Update(run, {.status = status, .end_ms = {}, .name = {}}));
      }
      if (kind == 3) {
        ASSERT_NO_FATAL_FAILURE(CheckRead(run, naive, chance)) << "seed " << seed;
      }
    }
    ASSERT_NO_FATAL_FAILURE(CheckRead(run, naive, chance)) << "seed " << seed;
    ASSERT_NO_FATAL_FAILURE(CheckSummaries(run, naive)) << "seed " << seed;
    ASSERT_NO_FATAL_FAILURE(CheckRead(run, naive, chance)) << "folded, seed " << seed;
  }
}

TEST_P(MetricsTest, ASearchSeesWhatWasAcknowledgedBeforeItInEachExperiment) {
  const auto other = store_->experiments.Create({.name = "other", .artifact_location = "", .tags = {}});
  ASSERT_TRUE(other);
  const auto here = store_.NewRun();
  const auto there = store_.NewRun({.experiment = *other, .name = "", .user = "", .start_ms = 0, .tags = {}});
  for (const auto& run : {here, there})
    ASSERT_TRUE(store_->runs.Log(run.info.id, {{Point("loss", 0.25, 1, 1)}, {}, {}}));
  Runs::Search search;
  search.filter = "metrics.loss = 0.25";
  search.experiments = {*other};
  EXPECT_EQ(store_->runs.Find(search)->items.size(), 1u);
  search.experiments = {0, *other};
  EXPECT_EQ(store_->runs.Find(search)->items.size(), 2u);
}

TEST_P(MetricsTest, FewRunsWaitToBeFoldedHoweverManyAreLoggedTo) {
  const auto waiting = [&] {
    const auto rows = store_.database().Read([](sql::Connection& connection) {
      return connection.Run("SELECT COUNT(DISTINCT run) FROM metric_log");
    });
    return static_cast<std::size_t>(rows ? rows->front().Int(0) : -1);
  };
  constexpr std::size_t kMost = MetricBacklog::kMostRuns + 16;
  std::vector<std::string> runs;
  const auto log_to_more = [&](int count) {
    for (int i = 0; i < count; ++i) {
      runs.push_back(store_.NewRun().info.id);
      ASSERT_TRUE(store_->runs.Log(runs.back(), {{Point("loss", i, 1, 1)}, {}, {}}));
    }
  };
  log_to_more(150);
  EXPECT_LE(waiting(), kMost);
  EXPECT_GE(waiting(), MetricBacklog::kMostRuns) << "a fold for every batch costs too much";
  store_.Reopen();
  log_to_more(40);
  EXPECT_LE(waiting(), kMost) << "those that a program before this one left are not counted";
  // As an older program left them, which folded when it searched.
  ASSERT_TRUE(store_.database().Transact([](sql::Connection& connection) {
    return connection.Run(
        "INSERT INTO metric_log (run, points) SELECT number, (SELECT points FROM metric_log LIMIT 1) FROM "
        "run");
  }));
  EXPECT_EQ(waiting(), runs.size());
  store_.Reopen();
  EXPECT_LE(waiting(), kMost);
  for (const auto& run : runs) EXPECT_GE(store_->runs.History(run, "loss", 0, "")->items.size(), 1u);
}

TEST_P(MetricsTest, PointsOfOneMomentStayTogetherHoweverManyThereAre) {
  const auto run = store_.NewRun().info.id;
  Naive naive;
  Random chance(9);
  for (int part = 0; part < 3; ++part) {
    std::vector<Metric> batch;
    for (int i = 0; i < 900; ++i) batch.push_back(Point("loss", part * 900 + i, 5, part == 2 ? i % 3 : 1));
    ASSERT_TRUE(store_->runs.Log(run, {batch, {}, {}}));
    naive.Log(batch);
    ASSERT_NO_FATAL_FAILURE(CheckSummaries(run, naive));
  }
  ASSERT_NO_FATAL_FAILURE(CheckRead(run, naive, chance));
}

/// A store as it was at step 2 of the schema, filled by `fill`, brought up to date.
class UpgradeTest : public ::testing::TestWithParam<std::string> {
 protected:
  UpgradeTest() {
    auto early = Schema();
    std::erase_if(early.steps, [](const sql::Migration& step) { return step.number > 2; });
    Migrate(early);
    // A run that ended as it would have then.
    Must(
        "INSERT INTO run (number, id, experiment, name, user_name, status, start_ms, end_ms, artifact_uri, "
        "deleted) VALUES (5, 'r', 0, 'r', '', 'RUNNING', 1, NULL, 'x', 0)");
    Must("INSERT INTO metric_key (id, name) VALUES (1, 'loss'), (2, 'acc')");
    for (int i = 0; i < 60; ++i) {
      Must(std::string("INSERT INTO ") + (i < 40 ? "metric_point" : "metric_tail") +
           " (run, key, step, at_ms, value, is_nan) VALUES (5, " + std::to_string(1 + i % 2) + ", " +
           std::to_string(i) + ", 9, " + std::to_string(100 - i) + ".5, 0)");
    }
    // In both, as a fold of then may leave it.
    Must("INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (5, 1, 0, 9, 100.5, 0)");
    Must("INSERT INTO metric_tail (run, key, step, at_ms, value, is_nan) VALUES (5, 1, 0, 9, 0, 1)");
  }

  void Migrate(const sql::RoomSchema& schema) {
    const sql::RoomSchema* schemas[] = {&metadata::Schema(), &schema};
    const auto migrated = store_->Migrate(schemas);
    if (!migrated) throw std::runtime_error(migrated.error().message);
  }
  sql::Rows Must(std::string_view statement) {
    auto rows = store_->Transact([&](sql::Connection& connection) { return connection.Run(statement); });
    if (!rows) throw std::runtime_error(rows.error().message);
    return *std::move(rows);
  }

  os::testing::ManualClock clock_;
  sql::testing::TestStore store_{GetParam()};
};

TEST_P(UpgradeTest, RowsBecomeChunksHoweverOftenThatIsBrokenOff) {
  Migrate(Schema());
  for (int times = 0; times < 4; ++times) {
    const auto moved =
        store_->Transact([](sql::Connection& connection) { return MoveSomeRowPoints(connection, 7); });
    ASSERT_TRUE(moved) << moved.error().message;
    EXPECT_TRUE(*moved);
    store_.Reopen();
  }
  auto tracking = Tracking::Open(*store_, clock_, "mlflow-artifacts:/");
  ASSERT_TRUE(tracking) << tracking.error().message;
  const auto& runs = (*tracking)->runs;
  const auto loss = runs.History("r", "loss", 0, "");
  ASSERT_EQ(loss->items.size(), 31u);
  EXPECT_TRUE(std::isnan(loss->items[0].value)) << "NaN counts as 0";
  EXPECT_EQ(loss->items[1].value, 100.5);
  EXPECT_EQ(loss->items.back().step, 58);
  EXPECT_EQ(runs.History("r", "acc", 0, "")->items.size(), 30u);
  const auto found = runs.Find("r");
  ASSERT_EQ(found->metrics.size(), 2u);
  EXPECT_EQ(found->metrics[0].value, 41.5);
  EXPECT_EQ(found->metrics[1].value, 42.5);
  EXPECT_EQ(Must("SELECT COUNT(*) FROM metric_point").front().Int(0), 0);
  EXPECT_EQ(Must("SELECT COUNT(*) FROM metric_tail").front().Int(0), 0);
}

/// On SQLite alone: the stored file is one of its.
TEST(StoredUpgradeTest, AStoreThatAnOlderProgramWroteReadsTheSame) {
  const sql::testing::TemporaryFolder folder;
  std::filesystem::copy_file("src/loop/tracking/testdata/store_at_002.db", folder / "cairn.db");
  const auto database = sql::Database::Open("sqlite:///" + (folder / "cairn.db"));
  ASSERT_TRUE(database) << database.error().message;
  const sql::RoomSchema* schemas[] = {&metadata::Schema(), &Schema()};
  ASSERT_TRUE((*database)->Migrate(schemas));
  os::testing::ManualClock clock;
  const auto tracking = Tracking::Open(**database, clock, "mlflow-artifacts:/");
  ASSERT_TRUE(tracking) << tracking.error().message;
  const auto& runs = (*tracking)->runs;
  const std::string folded = "012b22d19a9384170a960e7c6a9f52ad", tail = "cf5519ff63262cdf7e56fe2f093f4928";
  const auto loss = runs.History(folded, "loss", 0, "");
  ASSERT_TRUE(loss);
  ASSERT_EQ(loss->items.size(), 300u);
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(RankOf(loss->items[static_cast<std::size_t>(i)]), Rank(i, 5000 + i, 1.0 / (i + 1), false));
  }
  const std::vector<Rank> odd{
      {0, 1, 0, false}, {0, 1, 0, true}, {7, 2, -4.5, false}, {-2, 3, 1.7976931348623157e308, false}};
  EXPECT_EQ(RanksOf(runs.History(folded, "odd", 0, "")->items), odd);
  EXPECT_EQ(runs.Find(folded)->params.at(0).value, "x");
  const auto falling = runs.History(tail, "loss", 0, "");
  ASSERT_EQ(falling->items.size(), 20u);
  EXPECT_EQ(RankOf(falling->items.front()), Rank(19, 6981, 4.75, false));
  Runs::Search search;
  search.experiments = {runs.Find(tail)->info.experiment};
  search.filter = "metrics.loss < 0.01";
  const auto found = runs.Find(search);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->items.size(), 1u);
  EXPECT_EQ(found->items[0].info.name, "folded");
}

INSTANTIATE_TEST_SUITE_P(Engines, MetricsTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);
INSTANTIATE_TEST_SUITE_P(Engines, UpgradeTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
