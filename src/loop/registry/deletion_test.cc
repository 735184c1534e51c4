#include "loop/registry/deletion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/governance/retention.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::registry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Must;
using ::testing::SizeIs;

class DeletionTest : public ::testing::TestWithParam<std::string> {
 protected:
  /// A run that logged a bit of everything, and a file.
  std::string Run(tracking::ExperimentId experiment = 0) {
    const auto run = Must(store_.tracking->runs.Create({experiment, "", "ada", 1, {{"team", "blue"}}}));
    tracking::Runs::Batch batch;
    for (int step = 0; step < 30; ++step)
      batch.metrics.push_back({"loss", 1.0 / (step + 1), 100 + step, step, "", "", "", ""});
    batch.params = {{"lr", "0.1"}};
    Must(store_.tracking->runs.Log(run.info.id, batch));
    store_.Put(std::to_string(experiment) + "/" + run.info.id + "/artifacts/notes.txt", "0123456789");
    return run.info.id;
  }
  bool IsThere(const std::string& path) { return os::Exists(store_.artifacts_folder + "/" + path); }
  std::int64_t CountIn(const Deletion::Plan& plan, const std::string& kind) {
    for (const auto& [name, count] : plan.records) {
      if (name == kind) return count;
    }
    return 0;
  }
  /// What keeps it, or "".
  std::string Refused(const Deletion::Wish& wish) {
    const auto erased = deletion_.Erase(wish, "ada");
    if (erased) return "";
    EXPECT_EQ(erased.error().reason, Reason::Denied);
    return erased.error().message;
  }

  testing::RegistryStore store_{GetParam()};
  Deletion deletion_{store_.database(), store_.clock(), store_.artifacts,
                     [this](sql::Connection&) -> Result<Guard> { return store_.guard; }};
  governance::Holds holds_{store_.database(), store_.clock()};
};

TEST_P(DeletionTest, WeighingTellsWhatWouldGoAndTakesNothing) {
  const auto id = Run();
  const auto plan = Must(deletion_.Weigh(Deletion::OfRuns{{id}}));
  EXPECT_EQ(CountIn(plan, "runs"), 1);
  EXPECT_EQ(CountIn(plan, "parameters"), 1);
  EXPECT_EQ(plan.files, 1);
  EXPECT_EQ(plan.bytes, 10u);
  EXPECT_THAT(plan.refusals, IsEmpty());
  EXPECT_EQ(Must(store_.tracking->runs.Find(id)).params.size(), 1u);
  EXPECT_TRUE(IsThere("0/" + id + "/artifacts/notes.txt"));
}

TEST_P(DeletionTest, ErasedRunsAreGoneWithTheirFilesAndOthersStay) {
  const auto gone = Run(), stays = Run();
  Must(deletion_.Erase(Deletion::OfRuns{{gone}}, "ada"));
  EXPECT_EQ(store_.tracking->runs.Find(gone).error().reason, Reason::NotFound);
  EXPECT_THAT(Must(store_.tracking->runs.History(gone, "loss", 0, "")).items, IsEmpty());
  EXPECT_FALSE(IsThere("0/" + gone));
  EXPECT_THAT(Must(store_.tracking->runs.History(stays, "loss", 0, "")).items, SizeIs(30));
  EXPECT_TRUE(IsThere("0/" + stays + "/artifacts/notes.txt"));
  const auto events = store_.Events("run.erased");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].event.subject, "run:" + gone);
  EXPECT_EQ(events[0].event.actor, "ada");
}

TEST_P(DeletionTest, NoRowOfAnErasedRunIsLeftInAnyTable) {
  const auto id = Run();
  const auto number = [&] {
    return Must(store_.database().Read([&](sql::Connection& connection) {
             return connection.Run("SELECT number FROM run WHERE id = $1", {id});
           }))[0]
        .Int(0);
  }();
  Must(deletion_.Erase(Deletion::OfRuns{{id}}, "ada"));
  for (const char* table : {"run_param", "run_tag", "metric_latest", "metric_point", "metric_tail",
                            "metric_log", "metric_chunk", "run_input", "run_input_tag", "run_model"}) {
    const auto rows = Must(store_.database().Read([&](sql::Connection& connection) {
      return connection.Run("SELECT COUNT(*) FROM " + std::string(table) + " WHERE run = $1", {number});
    }));
    EXPECT_EQ(rows[0].Int(0), 0) << table;
  }
}

TEST_P(DeletionTest, AnExperimentGoesWithAllItHolds) {
  const auto experiment = Must(store_.tracking->experiments.Create({"churn", "", {}}));
  const auto inside = Run(experiment), outside = Run();
  const auto plan = Must(deletion_.Erase(Deletion::OfExperiment{experiment}, "ada"));
  EXPECT_EQ(plan.files, 1);
  EXPECT_FALSE(store_.tracking->experiments.Find(experiment));
  EXPECT_FALSE(store_.tracking->runs.Find(inside));
  EXPECT_TRUE(store_.tracking->runs.Find(outside));
  EXPECT_FALSE(IsThere(std::to_string(experiment)));
  EXPECT_THAT(store_.Events("experiment.erased"), SizeIs(1));
  EXPECT_TRUE(store_.tracking->experiments.Create({"churn", "", {}})) << "its name is free again";
}

TEST_P(DeletionTest, WhatIsUnderLegalHoldStays) {
  const auto experiment = Must(store_.tracking->experiments.Create({"churn", "", {}}));
  const auto held = Run(experiment), free = Run();
  Must(holds_.Place("run:" + held, "audit", "grace"));
  EXPECT_THAT(Refused(Deletion::OfRuns{{free, held}}), HasSubstr("under legal hold"));
  EXPECT_THAT(Refused(Deletion::OfExperiment{experiment}), HasSubstr("cairn hold remove run:" + held));
  EXPECT_TRUE(store_.tracking->runs.Find(free)) << "all or nothing";
  EXPECT_TRUE(IsThere("0/" + free + "/artifacts/notes.txt"));
  Must(holds_.Lift("run:" + held, "grace"));
  EXPECT_EQ(Refused(Deletion::OfRuns{{free, held}}), "");
}

TEST_P(DeletionTest, AHoldOnAnExperimentCoversItsRuns) {
  const auto id = Run();
  Must(holds_.Place("experiment:0", "audit", "grace"));
  EXPECT_THAT(Refused(Deletion::OfRuns{{id}}), HasSubstr("experiment:0 is under legal hold"));
}

TEST_P(DeletionTest, WhatARegisteredVersionWasMadeFromStays) {
  const auto id = Run();
  const auto logged = store_.Log("weights", id);
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Must(store_.registry.Add({"churn", "models:/" + logged.id, id, "", "", "", {}, "ada", ""}));
  EXPECT_THAT(Refused(Deletion::OfRuns{{id}}), HasSubstr("version 1 of model 'churn'"));
  EXPECT_EQ(Refused(Deletion::OfVersion{"churn", 1}), "");
  EXPECT_EQ(Refused(Deletion::OfRuns{{id}}), "");
}

TEST_P(DeletionTest, AVersionGoesWithItsFilesAndItsNumberIsNotGivenAgain) {
  const auto first = store_.Register("churn"), second = store_.Register("churn");
  Must(store_.registry.SetAlias("churn", "best", 1, "ada"));
  Must(deletion_.Erase(Deletion::OfVersion{"churn", 1}, "ada"));
  EXPECT_FALSE(IsThere(first.location));
  EXPECT_TRUE(IsThere(second.location));
  EXPECT_EQ(store_.registry.Find("churn", 1).error().reason, Reason::NotFound);
  EXPECT_FALSE(store_.tracking->models.Find(first.model_id, tracking::LoggedModels::Deleted::Shown));
  EXPECT_EQ(store_.Register("churn").version, 3);
  const auto deleted = store_.Events("registry.version_deleted");
  ASSERT_THAT(deleted, SizeIs(1));
  EXPECT_TRUE(deleted[0].event.body.Bool("permanently"));
  const auto aliases = store_.registry.AliasTable();
  EXPECT_EQ(Must(aliases.stored()), Must(aliases.recomputed()));
}

TEST_P(DeletionTest, FilesThatAnotherVersionHasTooStay) {
  const auto first = store_.Register("churn");
  Must(store_.registry.Create("copy", {}, "", "ada"));
  const auto copy = Must(store_.registry.Add({"copy", "models:/churn/1", "", "", "", "", {}, "ada", ""}));
  ASSERT_EQ(copy.location, first.location);
  Must(deletion_.Erase(Deletion::OfVersion{"churn", 1}, "ada"));
  EXPECT_TRUE(IsThere(copy.location));
  Must(store_.registry.Verify(copy));
  Must(deletion_.Erase(Deletion::OfModel{"copy"}, "ada"));
  EXPECT_FALSE(IsThere(copy.location));
  EXPECT_EQ(store_.registry.FindModel("copy").error().reason, Reason::NotFound);
}

TEST_P(DeletionTest, WhatADecisionIsAboutAndWhatIsBoundStays) {
  store_.Bind("churn");
  const auto version = store_.Register("churn");
  store_.Promote(version);
  EXPECT_NE(Refused(Deletion::OfVersion{"churn", 1}), "");
  EXPECT_NE(Refused(Deletion::OfModel{"churn"}), "");
  store_.Bind("");
  EXPECT_THAT(Refused(Deletion::OfVersion{"churn", 1}), HasSubstr("decision"));
  EXPECT_THAT(Refused(Deletion::OfModel{"churn"}), HasSubstr("decision"));
  EXPECT_TRUE(IsThere(version.location));
}

TEST_P(DeletionTest, FilesThatWereLeftBehindAreSweptLater) {
  const auto id = Run();
  Must(store_.database().Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(connection.Run("INSERT INTO artifact_removal (path, at_ms) VALUES ($1, 1)", {"0/" + id}));
    return {};
  }));
  EXPECT_TRUE(IsThere("0/" + id));
  Must(deletion_.Sweep());
  EXPECT_FALSE(IsThere("0/" + id));
  Must(deletion_.Sweep());
}

TEST_P(DeletionTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(deletion_.Weigh(Deletion::OfRuns{{"none"}}).error().reason, Reason::NotFound);
  EXPECT_EQ(deletion_.Weigh(Deletion::OfModel{"none"}).error().reason, Reason::NotFound);
  EXPECT_EQ(deletion_.Weigh(Deletion::OfExperiment{7}).error().reason, Reason::NotFound);
  EXPECT_THAT(Refused(Deletion::OfExperiment{0}), HasSubstr("Default"));
}

INSTANTIATE_TEST_SUITE_P(Engines, DeletionTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::registry
