#include "loop/tracking/logged_models.h"

#include <gtest/gtest.h>

#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

class LoggedModelsTest : public ::testing::TestWithParam<std::string> {
 protected:
  LoggedModel New(std::string name, std::vector<Param> params = {}, std::vector<Tag> tags = {}) {
    store_.clock().Advance(10);
    auto model =
        store_->models.Create({0, std::move(name), "sklearn", "", std::move(params), std::move(tags)});
    EXPECT_TRUE(model) << model.error().message;
    return *std::move(model);
  }
  void Measure(const LoggedModel& model, double value, TimeMs at, std::string dataset = "") {
    const auto run = store_.NewRun();
    Metric metric;
    metric.key = "auc";
    metric.value = value;
    metric.at_ms = at;
    metric.model_id = model.id;
    if (!dataset.empty()) metric.dataset_digest = "digest of " + dataset;
    metric.dataset_name = std::move(dataset);
    ASSERT_TRUE(store_->runs.Log(run.info.id, {{metric}, {}, {}}));
  }
  std::vector<std::string> Names(LoggedModels::Search search) {
    search.experiments = {0};
    const auto page = store_->models.Find(search);
    EXPECT_TRUE(page) << page.error().message;
    std::vector<std::string> names;
    if (page) {
      for (const auto& model : page->items) names.push_back(model.name);
    }
    return names;
  }
  static LoggedModels::Search Filter(std::string filter) {
    LoggedModels::Search search;
    search.filter = std::move(filter);
    return search;
  }

  testing::TrackingStore store_{GetParam()};
};

using Strings = std::vector<std::string>;

TEST_P(LoggedModelsTest, AMetricOfAModelThatNeverWasIsRefusedWithItsWholeBatch) {
  const auto run = store_.NewRun();
  Metric known, unknown;
  known.key = unknown.key = "auc";
  known.model_id = New("net").id;
  unknown.model_id = "m-00000000000000000000000000000000";
  const auto logged = store_->runs.Log(run.info.id, {{known, unknown}, {{"depth", "3"}}, {}});
  ASSERT_FALSE(logged);
  EXPECT_EQ(logged.error().reason, Reason::InvalidArgument);
  EXPECT_NE(logged.error().message.find(unknown.model_id), std::string::npos) << logged.error().message;
  const auto found = store_->runs.Find(run.info.id);
  EXPECT_TRUE(found->metrics.empty());
  EXPECT_TRUE(found->params.empty());
  EXPECT_TRUE(store_->models.Find(known.model_id)->metrics.empty());
  ASSERT_TRUE(store_->models.Delete(known.model_id));
  EXPECT_TRUE(store_->runs.Log(run.info.id, {{known}, {}, {}}));
}

TEST_P(LoggedModelsTest, AModelIsPendingUntilItIsFinalized) {
  const auto model = New("net", {{"depth", "3"}});
  EXPECT_EQ(model.id.size(), 34u);
  EXPECT_EQ(model.artifact_uri, "mlflow-artifacts:/0/models/" + model.id + "/artifacts");
  EXPECT_EQ(store_->models.Find(model.id)->status, ModelStatus::Pending);
  EXPECT_EQ(store_->models.Finalize(model.id, ModelStatus::Pending).error().reason, Reason::InvalidArgument);
  store_.clock().Advance(5);
  EXPECT_EQ(store_->models.Finalize(model.id, ModelStatus::Ready)->status, ModelStatus::Ready);
  const auto found = store_->models.Find(model.id);
  EXPECT_EQ(found->updated_ms, found->created_ms + 5);
  EXPECT_EQ(found->params[0].value, "3");
}

TEST_P(LoggedModelsTest, AMetricOfARunIsTheModelsToo) {
  const auto model = New("net");
  Measure(model, 0.5, 7, "val");
  const auto found = store_->models.Find(model.id);
  ASSERT_EQ(found->metrics.size(), 1u);
  EXPECT_EQ(found->metrics[0].value, 0.5);
  EXPECT_EQ(found->metrics[0].dataset_name, "val");
  EXPECT_EQ(found->metrics[0].run_id.size(), 32u);
}

TEST_P(LoggedModelsTest, ParametersAreWrittenOnceAndTagsOverwritten) {
  const auto model = New("net", {{"a", "1"}}, {{"t", "1"}});
  const std::vector<Param> again{{"a", "1"}}, other{{"b", "2"}};
  EXPECT_EQ(store_->models.LogParams(model.id, again).error().reason, Reason::InvalidArgument);
  ASSERT_TRUE(store_->models.LogParams(model.id, other));
  const std::vector<Tag> tags{{"t", "2"}};
  ASSERT_TRUE(store_->models.SetTags(model.id, tags));
  EXPECT_EQ(store_->models.Find(model.id)->tags[0].value, "2");
  ASSERT_TRUE(store_->models.DeleteTag(model.id, "t"));
  EXPECT_EQ(store_->models.DeleteTag(model.id, "t").error().reason, Reason::NotFound);
  EXPECT_EQ(store_->models.Find(model.id)->params.size(), 2u);
}

TEST_P(LoggedModelsTest, ADeletedModelIsHiddenUnlessAskedFor) {
  const auto model = New("net");
  ASSERT_TRUE(store_->models.Delete(model.id));
  EXPECT_EQ(store_->models.Find(model.id).error().reason, Reason::NotFound);
  EXPECT_TRUE(store_->models.Delete(model.id)) << "once more changes nothing";
  EXPECT_EQ(store_->models.Delete("m-none").error().reason, Reason::NotFound);
  EXPECT_TRUE(store_->models.Find(model.id, LoggedModels::Deleted::Shown)->deleted);
  EXPECT_TRUE(Names({}).empty());
}

TEST_P(LoggedModelsTest, NamesAreChecked) {
  for (const char* name : {"a/b", "a:b", "a.b", "a%b", "a\"b", "a'b"}) {
    EXPECT_EQ(store_->models.Create({0, name, "", "", {}, {}}).error().reason, Reason::InvalidArgument)
        << name;
  }
  EXPECT_NE(New("").name, "");
}

TEST_P(LoggedModelsTest, SearchKnowsMetricsOfDataSetsParametersTagsAndAttributes) {
  const auto a = New("a", {{"depth", "1"}}, {{"team", "x"}}), b = New("b", {{"depth", "2"}}), c = New("c");
  Measure(a, 0.9, 1, "train");
  Measure(a, 0.5, 2, "val");
  Measure(b, 0.7, 1, "val");
  EXPECT_EQ(Names({}), (Strings{"c", "b", "a"}));
  EXPECT_EQ(Names(Filter("metrics.auc > 0.6")), (Strings{"b", "a"})) << "any row may satisfy it";
  auto on_val = Filter("metrics.auc > 0.6");
  on_val.datasets = {{"val", ""}};
  EXPECT_EQ(Names(on_val), (Strings{"b"}));
  EXPECT_EQ(Names(Filter("params.depth IN ('1', '3')")), (Strings{"a"}));
  EXPECT_EQ(Names(Filter("tags.team ILIKE 'X' AND model_type = 'sklearn' AND status = 'PENDING'")),
            (Strings{"a"}));
  EXPECT_EQ(Names(Filter("experiment_id = '0' AND attributes.name != 'a'")), (Strings{"c", "b"}));
  auto ordered = LoggedModels::Search();
  ordered.order_by = {{"metrics.auc", true, {}}};
  EXPECT_EQ(Names(ordered), (Strings{"a", "b", "c"})) << "the newest row counts, none comes last";
  ordered.order_by = {{"metrics.auc", false, {"train", ""}}, {"name", true, {}}};
  EXPECT_EQ(Names(ordered), (Strings{"a", "b", "c"}));
  for (const char* wrong : {"metric.auc > 1", "metrics.auc = 'x'", "wrong = 'x'", "name > 'a'"}) {
    EXPECT_EQ(store_->models.Find(Filter(wrong)).error().reason, Reason::InvalidArgument) << wrong;
  }
}

TEST_P(LoggedModelsTest, AnOrderByStatusGoesFromPendingByReadyToFailed) {
  New("pending");
  ASSERT_TRUE(store_->models.Finalize(New("failed").id, ModelStatus::UploadFailed));
  ASSERT_TRUE(store_->models.Finalize(New("ready").id, ModelStatus::Ready));
  auto ordered = LoggedModels::Search();
  ordered.order_by = {{"status", true, {}}};
  EXPECT_EQ(Names(ordered), (Strings{"pending", "ready", "failed"}));
  ordered.order_by = {{"status", false, {}}};
  EXPECT_EQ(Names(ordered), (Strings{"failed", "ready", "pending"}));
}

TEST_P(LoggedModelsTest, NumbersWithoutQuotesAreTexts) {
  New("a", {{"depth", "1"}}), New("b", {{"depth", "2"}}), New("c", {{"depth", "12"}});
  EXPECT_EQ(Names(Filter("params.depth IN (1, 2)")), (Strings{"b", "a"}));
  EXPECT_EQ(Names(Filter("params.depth NOT IN (1, 2)")), (Strings{"c"}));
  EXPECT_EQ(Names(Filter("params.depth LIKE 12")), (Strings{"c"}));
  EXPECT_EQ(Names(Filter("params.depth > 1")), (Strings{"c", "b"})) << "compared as numbers";
}

TEST_P(LoggedModelsTest, APageBelongsToItsSearch) {
  New("a"), New("b"), New("c");
  LoggedModels::Search search;
  search.experiments = {0};
  search.limit = 2;
  const auto first = store_->models.Find(search);
  ASSERT_NE(first->next, "");
  search.page = first->next;
  EXPECT_EQ(store_->models.Find(search)->items.size(), 1u);
  search.filter = "name = 'a'";
  EXPECT_EQ(store_->models.Find(search).error().reason, Reason::InvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Engines, LoggedModelsTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
