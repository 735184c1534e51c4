#include "loop/tracking/runs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "loop/tracking/page.h"
#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

class RunsTest : public ::testing::TestWithParam<std::string> {
 protected:
  Result<> Log(const tracking::Run& run, std::vector<Metric> metrics, std::vector<Param> params = {},
               std::vector<Tag> tags = {}) {
    return store_->runs.Log(run.info.id, {std::move(metrics), std::move(params), std::move(tags)});
  }
  static Metric Point(double value, TimeMs at, std::int64_t step) {
    Metric metric;
    metric.key = "loss";
    metric.value = value;
    metric.at_ms = at;
    metric.step = step;
    return metric;
  }
  static Metric Named(std::string key, double value) {
    auto metric = Point(value, 1, 0);
    metric.key = std::move(key);
    return metric;
  }
  double Latest(const tracking::Run& run) { return store_->runs.Find(run.info.id)->metrics.at(0).value; }

  testing::TrackingStore store_{GetParam()};
};

TEST_P(RunsTest, ANewRunIsRunningAndNamed) {
  const auto run =
      store_.NewRun({.experiment = 0, .name = "first", .user = "ann", .start_ms = 5, .tags = {{"a", "b"}}});
  EXPECT_EQ(run.info.id.size(), 32u);
  EXPECT_EQ(run.info.artifact_uri, "mlflow-artifacts:/0/" + run.info.id + "/artifacts");
  const auto found = store_->runs.Find(run.info.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->info.status, RunStatus::Running);
  EXPECT_EQ(found->info.user, "ann");
  EXPECT_FALSE(found->info.end_ms);
  ASSERT_EQ(found->tags.size(), 2u);
  EXPECT_EQ(found->tags[1].value, "first");
  EXPECT_LE(store_.NewRun().info.name.size(), 20u);
}

TEST_P(RunsTest, EveryPointIsThereOnceHoweverManyHaveCome) {
  const auto run = store_.NewRun();
  const auto batch = [](int from) {
    std::vector<Metric> metrics;
    for (int step = from; step < from + 1000; ++step) metrics.push_back(Point(step, step, step));
    return metrics;
  };
  // More than a log holds, so that the first of them have been folded.
  for (int from = 0; from < 40'000; from += 1000) ASSERT_TRUE(Log(run, batch(from)));
  store_.Reopen();
  for (const int again : {0, 39'000}) ASSERT_TRUE(Log(run, batch(again)));
  ASSERT_TRUE(Log(run, batch(40'000)));
  const auto points = store_->runs.History(run.info.id, "loss", 0, "");
  ASSERT_TRUE(points);
  ASSERT_EQ(points->items.size(), 41'000u);
  for (int step = 0; step < 41'000; ++step)
    ASSERT_EQ(points->items[static_cast<std::size_t>(step)].step, step);
  EXPECT_EQ(store_->runs.Sampled({{run.info.id}, "loss", {}, {}, 100})->back().step, 40'999);
  EXPECT_EQ(Latest(run), 40'999);
}

TEST_P(RunsTest, TheLatestMetricIsTheLargestByStepThenTimeThenValueWhateverTheOrderOfArrival) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {Point(1, 100, 5)}));
  ASSERT_TRUE(Log(run, {Point(2, 999, 4)}));
  EXPECT_EQ(Latest(run), 1) << "an earlier step that comes late must not win";
  ASSERT_TRUE(Log(run, {Point(7, 100, 6), Point(9, 50, 6), Point(8, 100, 6)}));
  EXPECT_EQ(Latest(run), 8) << "the largest of a batch, not its last";
  ASSERT_TRUE(Log(run, {Point(7.5, 100, 6)}));
  EXPECT_EQ(Latest(run), 8);
  ASSERT_TRUE(Log(run, {Point(std::nan(""), 100, 7)}));
  EXPECT_TRUE(std::isnan(Latest(run)));
  ASSERT_TRUE(Log(run, {Point(-1, 100, 7)}));
  EXPECT_TRUE(std::isnan(Latest(run))) << "NaN counts as 0";
  ASSERT_TRUE(Log(run, {Point(1, 100, 7)}));
  EXPECT_EQ(Latest(run), 1);
}

TEST_P(RunsTest, ARepeatedPointIsKeptOnce) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {Point(1, 1, 1), Point(1, 1, 1), Point(std::nan(""), 1, 1), Point(0, 1, 1)}));
  ASSERT_TRUE(Log(run, {Point(1, 1, 1)}));
  const auto history = store_->runs.History(run.info.id, "loss", 0, "");
  ASSERT_TRUE(history);
  ASSERT_EQ(history->items.size(), 3u) << "NaN and 0 are two points";
}

TEST_P(RunsTest, HistoryComesByTimeStepAndValueInPages) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {Point(3, 2, 0), Point(1, 1, 9), Point(2, 1, 9), Point(0, 1, -3)}));
  const auto first = store_->runs.History(run.info.id, "loss", 3, "");
  ASSERT_TRUE(first);
  ASSERT_EQ(first->items.size(), 3u);
  EXPECT_EQ(first->items[0].step, -3);
  EXPECT_EQ(first->items[1].value, 1);
  const auto rest = store_->runs.History(run.info.id, "loss", 3, first->next);
  ASSERT_EQ(rest->items.size(), 1u);
  EXPECT_EQ(rest->items[0].at_ms, 2);
  EXPECT_EQ(rest->next, "");
  EXPECT_TRUE(store_->runs.History(run.info.id, "none", 0, "")->items.empty());
  EXPECT_EQ(store_->runs.History(run.info.id, "loss", 3, "x").error().reason, Reason::InvalidArgument);
}

TEST_P(RunsTest, AHistoryThatWasFoldedTakesAnyLimitAndNoImpossiblePage) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {Point(3, 2, 0), Point(1, 1, 9)}));
  ASSERT_TRUE(store_->runs.Update(run.info.id, {RunStatus::Finished, 5, {}}));
  EXPECT_EQ(store_->runs.History(run.info.id, "loss", INT64_MAX, "")->items.size(), 2u);
  const auto beyond = store_->runs.History(run.info.id, "loss", 3, PageToken(std::int64_t{1} << 53));
  ASSERT_TRUE(beyond);
  EXPECT_TRUE(beyond->items.empty());
  for (const auto offset : {std::int64_t{-1}, INT64_MAX, INT64_MAX - 2}) {
    EXPECT_EQ(store_->runs.History(run.info.id, "loss", 3, PageToken(offset)).error().reason,
              Reason::InvalidArgument);
  }
}

TEST_P(RunsTest, InfinitiesBecomeTheLargestNumbersAndDoublesComeBackExactly) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(
      run, {Named("up", HUGE_VAL), Named("down", -HUGE_VAL), Named("tenth", 0.1), Named("tiny", 5e-324)}));
  const auto found = store_->runs.Find(run.info.id);
  ASSERT_EQ(found->metrics.size(), 4u);
  EXPECT_EQ(found->metrics[0].value, -1.7976931348623157e308);
  EXPECT_EQ(found->metrics[1].value, 0.1);
  EXPECT_EQ(found->metrics[2].value, 5e-324);
  EXPECT_EQ(found->metrics[3].value, 1.7976931348623157e308);
}

TEST_P(RunsTest, ABatchIsAllOrNothing) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {}, {{"p", "1"}}));
  const auto refused = Log(run, {Point(1, 1, 1)}, {{"q", "1"}, {"p", "2"}}, {{"t", "1"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::InvalidArgument);
  EXPECT_NE(refused.error().message.find("Changing param values is not allowed"), std::string::npos);
  const auto found = store_->runs.Find(run.info.id);
  EXPECT_EQ(found->params.size(), 1u);
  EXPECT_TRUE(found->metrics.empty());
  EXPECT_EQ(found->tags.size(), 1u);
}

TEST_P(RunsTest, ADeletedRunIsReadButNotWritten) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(store_->runs.Delete(run.info.id));
  ASSERT_TRUE(store_->runs.Delete(run.info.id));
  EXPECT_TRUE(store_->runs.Find(run.info.id)->info.deleted);
  EXPECT_EQ(Log(run, {Point(1, 1, 1)}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(store_->runs.Update(run.info.id, {.status = RunStatus::Finished, .end_ms = {}, .name = {}})
                .error()
                .reason,
            Reason::InvalidArgument);
  ASSERT_TRUE(store_->runs.Restore(run.info.id));
  EXPECT_TRUE(Log(run, {Point(1, 1, 1)}));
  EXPECT_EQ(store_.Events("run.deleted").size(), 1u) << "the second deletion changed nothing";
  EXPECT_EQ(store_.Events("run.restored").size(), 1u);
}

TEST_P(RunsTest, AnUnknownRunIsNotFound) {
  const std::string id(32, 'a');
  EXPECT_EQ(store_->runs.Find(id).error().reason, Reason::NotFound);
  EXPECT_EQ(store_->runs.Log(id, {{Point(1, 1, 1)}, {}, {}}).error().reason, Reason::NotFound);
  EXPECT_EQ(store_->runs.Delete(id).error().reason, Reason::NotFound);
  EXPECT_EQ(store_->runs.Create({.experiment = 77, .name = "", .user = "", .tags = {}}).error().reason,
            Reason::NotFound);
}

TEST_P(RunsTest, TheEndOfARunIsOneEventWithCountsAndItsCause) {
  const auto run = store_.NewRun(
      {.experiment = 0, .name = "", .user = "", .start_ms = 1000, .tags = {{"cairn.cause", "alert-7"}}});
  ASSERT_TRUE(Log(run, {Named("a", 1), Named("b", 2)}, {{"p", "1"}}));
  const Runs::Change ended{.status = RunStatus::Failed, .end_ms = 1500, .name = {}};
  ASSERT_TRUE(store_->runs.Update(run.info.id, ended));
  ASSERT_TRUE(store_->runs.Update(run.info.id, ended));
  const auto events = store_.Events("run.ended");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].event.subject, "run:" + run.info.id);
  EXPECT_EQ(events[0].event.cause, "alert-7");
  EXPECT_EQ(events[0].event.body.Text("status"), "FAILED");
  EXPECT_EQ(events[0].event.body.Int("metrics"), 2);
  EXPECT_EQ(events[0].event.body.Int("params"), 1);
  EXPECT_EQ(events[0].event.body.Int("duration_ms"), 500);
}

TEST_P(RunsTest, TagsOverwriteAndTheNameTagRenames) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {}, {}, {{"a", "1"}, {"a", "2"}, {"mlflow.runName", "new"}}));
  EXPECT_EQ(store_->runs.Find(run.info.id)->info.name, "new");
  EXPECT_EQ(store_->runs.Find(run.info.id)->tags[0].value, "2");
  ASSERT_TRUE(store_->runs.DeleteTag(run.info.id, "a"));
  EXPECT_EQ(store_->runs.DeleteTag(run.info.id, "a").error().reason, Reason::NotFound);
}

TEST_P(RunsTest, ValuesThatAreTooLongAreCutAtWholeCharacters) {
  const auto run = store_.NewRun();
  std::string umlauts;
  for (int i = 0; i < 6001; ++i) umlauts += "ü";
  ASSERT_TRUE(Log(run, {}, {{"p", umlauts}}));
  ASSERT_TRUE(Log(run, {}, {{"p", umlauts + "x"}})) << "compared after cutting";
  EXPECT_EQ(store_->runs.Find(run.info.id)->params[0].value.size(), 12000u);
}

TEST_P(RunsTest, KeysThatAreNoPlainPathAreRefused) {
  const auto run = store_.NewRun();
  for (const char* key : {"", ".", "..", "/a", "a/", "a//b", "a/../b", "./a", "a*b", "a\nb"}) {
    EXPECT_EQ(Log(run, {Named(key, 1)}).error().reason, Reason::InvalidArgument) << key;
  }
  for (const char* key : {"a/b", "a b", "a:b", "a.b-c_d", "größe", ".a"})
    EXPECT_TRUE(Log(run, {Named(key, 1)})) << key;
}

TEST_P(RunsTest, ASampleKeepsFirstAndLastAndNeverExceedsItsLimit) {
  const auto run = store_.NewRun();
  std::vector<Metric> points;
  for (int i = 0; i < 103; ++i) points.push_back(Point(i, i, i / 10));
  ASSERT_TRUE(Log(run, points));
  Runs::Interval interval{
      .runs = {run.info.id, "unknown"}, .key = "loss", .first_step = {}, .last_step = {}, .limit = 10};
  const auto sampled = store_->runs.Sampled(interval);
  ASSERT_TRUE(sampled) << sampled.error().message;
  ASSERT_EQ(sampled->size(), 10u);
  EXPECT_EQ(sampled->front().value, 0);
  EXPECT_EQ(sampled->at(1).value, 11);
  EXPECT_EQ(sampled->back().value, 102);
  interval.limit = 1;
  ASSERT_EQ(store_->runs.Sampled(interval)->size(), 1u);
  EXPECT_EQ(store_->runs.Sampled(interval)->front().value, 102);
  interval.limit = 2500;
  EXPECT_EQ(store_->runs.Sampled(interval)->size(), 103u);
  interval.first_step = 3;
  EXPECT_EQ(store_->runs.Sampled(interval).error().reason, Reason::InvalidArgument);
  interval.last_step = 3;
  EXPECT_EQ(store_->runs.Sampled(interval)->size(), 10u);
}

TEST_P(RunsTest, InputsAreKeptOnceWithTheTagsOfTheFirstTime) {
  const auto run = store_.NewRun();
  const Dataset flights{"flights", "d1", "local", "{}", "{\"rows\":1}", std::nullopt};
  const std::vector<DatasetInput> first{{flights, {{"mlflow.data.context", "training"}}}};
  const std::vector<DatasetInput> again{{flights, {{"mlflow.data.context", "validation"}}}};
  const std::vector<std::string> models{"m-1"};
  ASSERT_TRUE(store_->runs.LogInputs(run.info.id, first, models));
  ASSERT_TRUE(store_->runs.LogInputs(run.info.id, again, models));
  const std::vector<ModelOutput> outputs{{"m-2", 3}};
  ASSERT_TRUE(store_->runs.LogOutputs(run.info.id, outputs));
  const auto found = store_->runs.Find(run.info.id);
  ASSERT_EQ(found->inputs.size(), 1u);
  EXPECT_EQ(found->inputs[0].tags[0].value, "training");
  EXPECT_EQ(found->inputs[0].dataset.schema, "{\"rows\":1}");
  EXPECT_FALSE(found->inputs[0].dataset.profile);
  EXPECT_EQ(found->input_models, models);
  ASSERT_EQ(found->outputs.size(), 1u);
  EXPECT_EQ(found->outputs[0].step, 3);
  const std::vector<ExperimentId> here{0};
  const auto datasets = store_->experiments.Datasets(here);
  ASSERT_EQ(datasets->size(), 1u);
  EXPECT_EQ(datasets->front().context, "training");
}

TEST_P(RunsTest, WhatWasLoggedOutlivesARestart) {
  const auto run = store_.NewRun();
  ASSERT_TRUE(Log(run, {Point(1, 1, 1)}, {{"p", "x"}}));
  store_.Reopen();
  ASSERT_TRUE(Log(run, {Point(2, 2, 2), Named("other", 3)}));
  const auto found = store_->runs.Find(run.info.id);
  ASSERT_EQ(found->metrics.size(), 2u);
  EXPECT_EQ(found->metrics[0].value, 2);
  EXPECT_EQ(found->params[0].value, "x");
}

TEST_P(RunsTest, ManyWritersAtOnceLoseNothing) {
  constexpr int kWriters = 6, kBatches = 20;
  const auto shared = store_.NewRun();
  std::vector<std::thread> writers;
  std::atomic<int> failures{0};
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int b = 0; b < kBatches; ++b) {
        auto metric = Point(b, b, b);
        metric.key = "writer " + std::to_string(w);
        if (!Log(shared, {metric, Point(w, w, b)}, {{"p" + std::to_string(w), "1"}})) ++failures;
        if (!store_->runs.Create({.experiment = 0, .name = "", .user = "", .tags = {}})) ++failures;
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failures, 0);
  const auto found = store_->runs.Find(shared.info.id);
  EXPECT_EQ(found->metrics.size(), kWriters + 1u);
  EXPECT_EQ(found->params.size(), static_cast<std::size_t>(kWriters));
  EXPECT_EQ(store_->runs.History(shared.info.id, "loss", 0, "")->items.size(),
            static_cast<std::size_t>(kWriters * kBatches));
  EXPECT_EQ(found->metrics[0].value, kWriters - 1) << "the largest time of the last step";
  Runs::Search all;
  all.experiments = {0};
  EXPECT_EQ(store_->runs.Find(all)->items.size(), 1u + kWriters * kBatches);
}

INSTANTIATE_TEST_SUITE_P(Engines, RunsTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
