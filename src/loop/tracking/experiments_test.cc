#include "loop/tracking/experiments.h"

#include <gtest/gtest.h>

#include "loop/tracking/testing/tracking_store.h"

namespace cairn::tracking {
namespace {

class ExperimentsTest : public ::testing::TestWithParam<std::string> {
 protected:
  ExperimentId New(std::string name, std::vector<Tag> tags = {}) {
    store_.clock().Advance(10);
    auto id = store_->experiments.Create({std::move(name), "", std::move(tags)});
    EXPECT_TRUE(id) << id.error().message;
    return id ? *id : -1;
  }

  testing::TrackingStore store_{GetParam()};
};

TEST_P(ExperimentsTest, ANewStoreHasExperimentZeroAndARestartAddsNoOther) {
  store_.Reopen();
  const auto found = store_->experiments.Find(0);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "Default");
  EXPECT_EQ(store_.Events("experiment.created").size(), 1u);
}

TEST_P(ExperimentsTest, IdsHaveEighteenDigitsAndGrow) {
  const auto first = New("a"), second = New("b");
  EXPECT_EQ(std::to_string(first).size(), 18u);
  EXPECT_LT(first, second);
  EXPECT_EQ(store_->experiments.Find(first)->artifact_location, "mlflow-artifacts:/" + std::to_string(first));
}

TEST_P(ExperimentsTest, NamesAreUniqueAlsoAmongDeletedOnes) {
  const auto id = New("a");
  EXPECT_EQ(store_->experiments.Create({"a", "", {}}).error().reason, Reason::AlreadyExists);
  ASSERT_TRUE(store_->experiments.Delete(id));
  EXPECT_EQ(store_->experiments.Create({"a", "", {}}).error().reason, Reason::AlreadyExists);
  EXPECT_EQ(store_->experiments.Rename(New("b"), "a").error().reason, Reason::AlreadyExists);
}

TEST_P(ExperimentsTest, DeletionTakesRunsAlongAndRestorationBringsThemBack) {
  const auto id = New("a");
  const auto run = store_.NewRun({.experiment = id, .name = "", .user = "", .tags = {}});
  const auto before = store_->experiments.Find(id)->updated_ms;
  store_.clock().Advance(5);
  ASSERT_TRUE(store_->experiments.Delete(id));
  EXPECT_EQ(store_->experiments.Delete(id).error().reason, Reason::NotFound);
  EXPECT_EQ(store_->experiments.Find(id)->updated_ms, before + 5);
  EXPECT_TRUE(store_->runs.Find(run.info.id)->info.deleted);
  EXPECT_EQ(store_->experiments.SetTag(id, {"a", "b"}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(store_->experiments.Rename(id, "c").error().reason, Reason::InvalidArgument);
  ASSERT_TRUE(store_->experiments.Restore(id));
  EXPECT_EQ(store_->experiments.Restore(id).error().reason, Reason::NotFound);
  EXPECT_FALSE(store_->runs.Find(run.info.id)->info.deleted);
  EXPECT_EQ(store_.Events("experiment.deleted").size(), 1u);
  EXPECT_EQ(store_.Events("experiment.restored").size(), 1u);
}

TEST_P(ExperimentsTest, TagsAreSetOverwrittenAndDeleted) {
  const auto id = New("a", {{"k", "1"}});
  ASSERT_TRUE(store_->experiments.SetTag(id, {"k", "2"}));
  EXPECT_EQ(store_->experiments.FindByName("a")->tags[0].value, "2");
  ASSERT_TRUE(store_->experiments.DeleteTag(id, "k"));
  EXPECT_EQ(store_->experiments.DeleteTag(id, "k").error().reason, Reason::NotFound);
  EXPECT_EQ(store_->experiments.SetTag(id, {"k", std::string(20001, 'x')}).error().reason,
            Reason::InvalidArgument);
}

TEST_P(ExperimentsTest, NamesAndLocationsOutsideTheLimitsAreRefused) {
  for (const auto& wanted :
       {Experiments::New{"", "", {}}, Experiments::New{"  ", "", {}},
        Experiments::New{std::string(501, 'a'), "", {}}, Experiments::New{"a", "s3://b#c", {}},
        Experiments::New{"a", "runs:/x", {}}, Experiments::New{"a", std::string(2049, 'a'), {}}}) {
    EXPECT_EQ(store_->experiments.Create(wanted).error().reason, Reason::InvalidArgument);
  }
  EXPECT_EQ(store_->experiments.FindByName("a").error().reason, Reason::NotFound);
}

TEST_P(ExperimentsTest, ALocationOfItsOwnKeepsItsQueryBehindThePath) {
  const auto id = store_->experiments.Create({"a", "s3://bucket/top?region=x", {}});
  ASSERT_TRUE(id);
  const auto run = store_.NewRun({.experiment = *id, .name = "", .user = "", .tags = {}});
  EXPECT_EQ(run.info.artifact_uri, "s3://bucket/top/" + run.info.id + "/artifacts?region=x");
}

TEST_P(ExperimentsTest, SearchFiltersOrdersAndPages) {
  const auto a = New("alpha", {{"team", "x"}});
  New("beta", {{"team", "y"}});
  New("gamma");
  const auto names = [&](Experiments::Search search) {
    std::vector<std::string> found;
    const auto page = store_->experiments.Find(search);
    EXPECT_TRUE(page) << page.error().message;
    for (const auto& e : page->items) found.push_back(e.name);
    return found;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names({}), (Names{"gamma", "beta", "alpha", "Default"}));
  EXPECT_EQ(names({.filter = "tags.team != 'x'", .order_by = {}, .page = ""}), (Names{"beta"}));
  EXPECT_EQ(names({.filter = "tags.team IS NULL", .order_by = {"name"}, .page = ""}),
            (Names{"Default", "gamma"}));
  EXPECT_EQ(
      names({.filter = "name LIKE '%a' and tags.team is not null", .order_by = {"name DESC"}, .page = ""}),
      (Names{"beta", "alpha"}));
  EXPECT_EQ(names({.filter = "experiment_id IN ('0', '" + std::to_string(a) + "')",
                   .order_by = {"name"},
                   .page = ""}),
            (Names{"Default", "alpha"}));
  EXPECT_EQ(
      names(
          {.filter = "creation_time >= " + std::to_string(store_.clock().Now()), .order_by = {}, .page = ""}),
      (Names{"gamma"}));
  const auto first = store_->experiments.Find(
      {.filter = "", .order_by = {"name"}, .view = View::All, .limit = 3, .page = ""});
  EXPECT_EQ(first->items.size(), 3u);
  EXPECT_EQ(names({.filter = "", .order_by = {"name"}, .view = View::All, .limit = 3, .page = first->next}),
            (Names{"gamma"}));
  for (const char* wrong :
       {"wrong = 'x'", "name > 'x'", "params.a = 'x'", "name = x", "creation_time = 'x'"}) {
    EXPECT_EQ(store_->experiments.Find({.filter = wrong, .order_by = {}, .page = ""}).error().reason,
              Reason::InvalidArgument)
        << wrong;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ExperimentsTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::tracking
