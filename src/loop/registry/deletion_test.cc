#include "loop/registry/deletion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "ledger/governance/retention.h"
#include "loop/registry/sources.h"
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

  /// As an erasure does whose files are not removed yet.
  void Remember(const std::string& path) {
    Must(store_.database().Transact([&](sql::Connection& connection) -> Result<> {
      CAIRN_TRY(connection.Run("INSERT INTO artifact_removal (path, at_ms) VALUES ($1, 1)", {path}));
      return {};
    }));
  }
  std::vector<std::string> Remembered() {
    return Must(store_.database().Read([](sql::Connection& connection) -> Result<std::vector<std::string>> {
      std::vector<std::string> paths;
      for (const auto& row : CAIRN_TRY(connection.Run("SELECT path FROM artifact_removal")))
        paths.push_back(row.Text(0));
      return paths;
    }));
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
  const auto path = "0/" + std::string(32, 'a');
  store_.Put(path + "/artifacts/notes.txt", "left");
  Remember(path);
  Must(deletion_.Sweep());
  EXPECT_FALSE(IsThere(path));
  EXPECT_THAT(Remembered(), IsEmpty());
  Must(deletion_.Sweep());
}

TEST_P(DeletionTest, FilesOfWhatIsThereAgainAreNotSwept) {
  const auto run = "0/" + Run();
  const auto model = "0/models/" + store_.Log().id;
  const auto folder = std::to_string(Must(store_.tracking->experiments.Create({"churn", "", {}})));
  store_.Put(folder + "/notes.txt", "mine");
  Must(store_.registry.Create("stray", {}, "", "ada"));
  store_.Put("stray/model/weights.bin", "mine");
  Must(store_.registry.Add({"stray", "mlflow-artifacts:/stray/model", "", "", "", "", {}, "ada", ""}));
  for (const auto& path : {run, model, folder, std::string("stray/model")}) Remember(path);
  Must(deletion_.Sweep());
  for (const auto& path : {run, model, folder, std::string("stray/model")})
    EXPECT_TRUE(IsThere(path)) << path;
  EXPECT_THAT(Remembered(), IsEmpty());
}

TEST_P(DeletionTest, AFolderThatCannotBeRemovedStopsNeitherTheDeedNorTheOthers) {
  Remember("../elsewhere");
  const auto left = "0/" + std::string(32, 'a');
  store_.Put(left + "/artifacts/notes.txt", "left");
  Remember(left);
  const auto id = Run();
  Must(deletion_.Erase(Deletion::OfRuns{{id}}, "ada"));
  EXPECT_FALSE(IsThere("0/" + id));
  EXPECT_FALSE(IsThere(left));
  EXPECT_EQ(deletion_.Sweep().error().reason, Reason::InvalidArgument);
  EXPECT_THAT(Remembered(), SizeIs(1));
}

TEST_P(DeletionTest, FilesOfAVersionThatNamesNoRunKeepTheirRun) {
  const auto id = Run(), other = Run();
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Must(store_.registry.Add({"churn", "runs:/" + id + "/notes.txt", "", "", "", "", {}, "ada", ""}));
  Must(store_.registry.Add(
      {"churn", "mlflow-artifacts:/0/" + other + "/artifacts", "", "", "", "", {}, "ada", ""}));
  EXPECT_THAT(Refused(Deletion::OfRuns{{id}}), HasSubstr("version 1 of model 'churn'"));
  EXPECT_THAT(Refused(Deletion::OfRuns{{other}}), HasSubstr("version 2 of model 'churn'"));
  EXPECT_TRUE(IsThere("0/" + id + "/artifacts/notes.txt"));
  EXPECT_TRUE(IsThere("0/" + other + "/artifacts/notes.txt"));
}

TEST_P(DeletionTest, AnExperimentTakesNoFilesOfOthersThatKeepTheirsInItsFolder) {
  const auto experiment = Must(store_.tracking->experiments.Create({"churn", "", {}}));
  const auto inside = Run(experiment);
  const auto folder = std::to_string(experiment);
  const auto nested =
      Must(store_.tracking->experiments.Create({"guest", "mlflow-artifacts:/" + folder + "/guest", {}}));
  const auto guest = Must(store_.tracking->runs.Create({nested, "", "ada", 1, {}}));
  const auto place = folder + "/guest/" + guest.info.id + "/artifacts/notes.txt";
  store_.Put(place, "mine");
  Must(deletion_.Erase(Deletion::OfExperiment{experiment}, "ada"));
  EXPECT_FALSE(IsThere(folder + "/" + inside));
  EXPECT_TRUE(IsThere(place));
}

TEST_P(DeletionTest, AVersionTakesOnlyWhatLiesInItsOwnRunOrModel) {
  const auto id = Run();
  store_.Put("0/" + id + "/artifacts/model/weights.bin", "1");
  Must(store_.registry.Create("churn", {}, "", "ada"));
  for (const auto& source :
       {std::string("mlflow-artifacts:/0"), "mlflow-artifacts:/0/" + id + "/artifacts"}) {
    const auto version = Must(store_.registry.Add({"churn", source, id, "", "", "", {}, "ada", ""}));
    const auto plan = Must(deletion_.Erase(Deletion::OfVersion{"churn", version.version}, "ada"));
    EXPECT_THAT(plan.folders, IsEmpty()) << source;
    EXPECT_THAT(plan.elsewhere, ::testing::ElementsAre(source));
    EXPECT_TRUE(IsThere("0/" + id + "/artifacts/model")) << source;
  }
  Must(store_.registry.Add({"churn", "runs:/" + id + "/model", id, "", "", "", {}, "ada", ""}));
  Must(deletion_.Erase(Deletion::OfVersion{"churn", 3}, "ada"));
  EXPECT_FALSE(IsThere("0/" + id + "/artifacts/model"));
  EXPECT_TRUE(IsThere("0/" + id + "/artifacts/notes.txt"));
}

TEST_P(DeletionTest, AHoldOnAnExperimentOrOnTheFilesRunCoversVersions) {
  const auto experiment = Must(store_.tracking->experiments.Create({"held", "", {}}));
  const auto id = Run(experiment);
  Must(store_.registry.Create("churn", {}, "", "ada"));
  const auto below = std::to_string(experiment) + "/" + id + "/artifacts/model";
  store_.Put(below + "/weights.bin", "1");
  Must(store_.registry.Add({"churn", "mlflow-artifacts:/" + below, "", "", "", "", {}, "ada", ""}));
  for (const auto& subject : {"experiment:" + std::to_string(experiment), "run:" + id}) {
    Must(holds_.Place(subject, "audit", "grace"));
    EXPECT_THAT(Refused(Deletion::OfVersion{"churn", 1}), HasSubstr(subject + " is under legal hold"));
    EXPECT_THAT(Refused(Deletion::OfModel{"churn"}), HasSubstr(subject + " is under legal hold"));
    Must(holds_.Lift(subject, "grace"));
  }
  EXPECT_EQ(Refused(Deletion::OfVersion{"churn", 1}), "");
}

TEST_P(DeletionTest, AHoldAlsoStopsTheRegistrysOwnDeletionsAndRenaming) {
  const auto id = Run();
  const auto logged = store_.Log("weights", id);
  Must(store_.registry.Create("churn", {}, "", "ada"));
  Must(store_.registry.Add({"churn", "models:/" + logged.id, id, "", "", "", {}, "ada", ""}));
  for (const auto& subject : {std::string("model:churn"), std::string("model:churn/1"), "run:" + id}) {
    Must(holds_.Place(subject, "audit", "grace"));
    for (const auto& outcome :
         {store_.registry.DeleteVersion("churn", 1, "ada"), store_.registry.DeleteModel("churn", "ada")}) {
      ASSERT_FALSE(outcome) << subject;
      EXPECT_EQ(outcome.error().reason, Reason::Denied);
      EXPECT_THAT(outcome.error().message, HasSubstr("cairn hold remove " + subject));
    }
    const auto renamed = store_.registry.Rename("churn", "leavers", "ada");
    EXPECT_EQ(renamed ? Reason::Internal : renamed.error().reason, Reason::Denied) << subject;
    Must(holds_.Lift(subject, "grace"));
  }
  Must(store_.registry.Rename("churn", "leavers", "ada"));
  Must(store_.registry.DeleteVersion("leavers", 1, "ada"));
  Must(store_.registry.DeleteModel("leavers", "ada"));
}

TEST_P(DeletionTest, WhatADecidedVersionCameFromStaysWhenTheVersionIsDeleted) {
  store_.Bind("churn");
  const auto id = Run();
  const auto logged = store_.Log("weights", id);
  Must(store_.registry.Create("churn", {}, "", "ada"));
  store_.Promote(Must(store_.registry.Add({"churn", "models:/" + logged.id, id, "", "", "", {}, "ada", ""})));
  store_.Bind("");
  Must(store_.registry.DeleteVersion("churn", 1, "ada"));
  EXPECT_FALSE(store_.registry.Find("churn", 1));
  EXPECT_THAT(Refused(Deletion::OfRuns{{id}}), HasSubstr("a decision is about it"));
  const auto sources =
      Must(store_.database().Read([](sql::Connection& connection) { return VersionSources(connection); }));
  EXPECT_THAT(sources, ::testing::Contains("mlflow-artifacts:/0/models/" + logged.id + "/artifacts"));
  EXPECT_EQ(store_.registry.DeleteModel("churn", "ada").error().reason, Reason::Denied);
  EXPECT_EQ(store_.registry.Rename("churn", "leavers", "ada").error().reason, Reason::Denied);
}

TEST_P(DeletionTest, FilesUnderHoldMayNotBeRemovedOneByOne) {
  const auto id = Run(), free = Run();
  const auto experiment = Must(store_.tracking->experiments.Create({"held", "", {}}));
  const auto allowed = [&](const std::string& path) {
    const auto outcome = store_.registry.AllowFilesRemoval(path);
    EXPECT_TRUE(outcome || outcome.error().reason == Reason::Denied);
    return bool(outcome);
  };
  Must(holds_.Place("run:" + id, "audit", "grace"));
  Must(holds_.Place("experiment:" + std::to_string(experiment), "audit", "grace"));
  EXPECT_FALSE(allowed("0/" + id + "/artifacts/notes.txt"));
  EXPECT_FALSE(allowed("0//" + id));
  EXPECT_FALSE(allowed("0"));
  EXPECT_FALSE(allowed(std::to_string(experiment) + "/x/artifacts/notes.txt"));
  EXPECT_TRUE(allowed("0/" + free + "/artifacts/notes.txt"));
  Must(holds_.Lift("run:" + id, "grace"));
  EXPECT_TRUE(allowed("0/" + id + "/artifacts/notes.txt"));
}

/// Does something whenever it is asked, as another client may at any moment.
class BusyClock final : public os::Clock {
 public:
  TimeMs Now() const override {
    if (const auto work = std::exchange(between, nullptr)) work();
    return 1;
  }
  mutable std::function<void()> between;
};

TEST_P(DeletionTest, WhatIsErasedWhileItIsBeingRegisteredMakesNoVersion) {
  const auto run = Run(), lone = Run();
  const auto logged = store_.Log("weights", run);
  Must(store_.registry.Create("churn", {}, "", "ada"));
  BusyClock clock;
  Registry registry(store_.database(), clock, store_.artifacts,
                    [this](sql::Connection&) -> Result<Guard> { return store_.guard; });
  const std::pair<std::string, std::string> cases[] = {{"models:/" + logged.id, run},
                                                       {"runs:/" + lone + "/notes.txt", lone}};
  for (const auto& [source, erased] : cases) {
    clock.between = [&, id = erased] { Must(deletion_.Erase(Deletion::OfRuns{{id}}, "ada")); };
    const auto added = registry.Add({"churn", source, "", "", "", "", {}, "ada", ""});
    ASSERT_FALSE(added) << source;
    EXPECT_EQ(added.error().reason, Reason::Conflict) << added.error().message;
  }
  EXPECT_THAT(Must(store_.registry.Versions("churn")), IsEmpty());
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
