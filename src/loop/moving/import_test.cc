#include "loop/moving/import.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ground/sql/foreign.h"
#include "loop/moving/addresses.h"
#include "loop/moving/backup.h"
#include "loop/moving/schema.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::moving {
namespace {

using registry::testing::Must;

constexpr const char* kRun = "0123456789abcdef0123456789abcdef";

/// A store on one engine, and an mlruns folder with one experiment and one run.
class ImportTest : public ::testing::TestWithParam<std::string> {
 protected:
  ImportTest() {
    const std::array<const sql::RoomSchema*, 1> schemas = {&Schema()};
    Must(store.database().Migrate(schemas));
    Write("77/meta.yaml", "experiment_id: '77'\nname: churn\nartifact_location: " + folder / "mlruns/77" +
                              "\nlifecycle_stage: active\ncreation_time: 5\nlast_update_time: 6\n");
    Write(Below("meta.yaml"), "run_id: " + std::string(kRun) +
                                  "\nrun_name: first\nstatus: 3\nstart_time: 10\nend_time: 20\nuser_id: ada\n"
                                  "lifecycle_stage: active\nartifact_uri: " +
                                  folder / ("mlruns/77/" + std::string(kRun) + "/artifacts") + "\n");
    Write(Below("params/depth"), "3");
    Write(Below("metrics/loss/train"), "11 0.5 1\n12 nan 2\n11 0.5 1\n");
    Write(Below("artifacts/a b/note.txt"), "left behind");
  }

  std::string Below(const std::string& path) { return "77/" + std::string(kRun) + "/" + path; }
  void Write(const std::string& path, const std::string& text) {
    const std::string place = folder / ("mlruns/" + path);
    Must(os::MakeFolders(os::ParentOf(place)));
    Must(os::WriteFileAtomically(place, text));
  }
  Result<Json> Bring(bool into = false) {
    const Target target{store.database(), store.clock(),  *store.tracking,
                        store.artifacts,  store.registry, folder / "scratch"};
    return Import(target, {folder / "mlruns", "", false, into, "ada"}, {}, [](const Progress&) {});
  }

  sql::testing::TemporaryFolder folder;
  registry::testing::RegistryStore store{GetParam()};
};

TEST_P(ImportTest, KeepsIdsTimesValuesAndFiles) {
  const Json report = Must(Bring());
  EXPECT_TRUE(report.Bool("clean")) << report.DumpPretty();
  const auto experiment = Must(store.tracking->experiments.Find(77));
  EXPECT_EQ(experiment.name, "churn");
  EXPECT_EQ(experiment.created_ms, 5);
  const auto run = Must(store.tracking->runs.Find(kRun));
  EXPECT_EQ(run.info.status, tracking::RunStatus::Finished);
  EXPECT_EQ(run.info.end_ms, 20);
  EXPECT_EQ(run.params.front().value, "3");
  const auto points = Must(store.tracking->runs.History(kRun, "loss/train", 0, "")).items;
  ASSERT_EQ(points.size(), 2u);
  EXPECT_EQ(points[0].value, 0.5);
  EXPECT_TRUE(std::isnan(points[1].value));
  const auto file = Must(store.artifacts.Find("77/" + std::string(kRun) + "/artifacts/a b/note.txt"));
  EXPECT_EQ(Must(os::ReadFile(file.path)), "left behind");
  EXPECT_EQ(store.Events("moving.imported").size(), 1u);
}

TEST_P(ImportTest, ASecondOneChangesNothingAndAddsWhatIsNew) {
  Must(Bring());
  const Json again = Must(Bring());
  EXPECT_EQ(again.Int("changed"), 0);
  EXPECT_EQ(store.Events("moving.imported").size(), 1u);
  Write(Below("metrics/loss/train"), "11 0.5 1\n12 nan 2\n13 0.25 3\n");
  const Json more = Must(Bring());
  EXPECT_TRUE(more.Bool("clean")) << more.DumpPretty();
  EXPECT_EQ(Must(store.tracking->runs.History(kRun, "loss/train", 0, "")).items.size(), 3u);
  EXPECT_EQ(store.Events("moving.imported").size(), 2u);
}

TEST_P(ImportTest, WhatWasChangedHereStaysAndIsNamed) {
  Must(Bring());
  Must(store.tracking->runs.Log(kRun, {{}, {}, {{"mine", "yes"}}}));
  const Json report = Must(Bring());
  EXPECT_FALSE(report.Bool("clean"));
  ASSERT_EQ(report.At("differences").items().size(), 1u);
  EXPECT_NE(report.At("differences").items().front().AsString().find("tags.mine"), std::string::npos);
}

TEST_P(ImportTest, ATakenNameIsRefusedBeforeAnythingIsDone) {
  const auto mine = Must(store.tracking->experiments.Create({"churn", "", {}}));
  const auto refused = Bring();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::AlreadyExists);
  EXPECT_FALSE(store.tracking->runs.Find(kRun));
  const Json report = Must(Bring(true));
  EXPECT_TRUE(report.Bool("clean")) << report.DumpPretty();
  EXPECT_EQ(Must(store.tracking->runs.Find(kRun)).info.experiment, mine);
  EXPECT_EQ(report.At("mapping").items().front().Text("here"), std::to_string(mine));
  EXPECT_EQ(Must(Bring(true)).Int("changed"), 0);
}

TEST_P(ImportTest, OneBadRecordIsNamedAndTheRestComes) {
  const std::string bad = "77/ffffffffffffffffffffffffffffffff/";
  Write(bad + "meta.yaml",
        "run_id: ffffffffffffffffffffffffffffffff\nstatus: 1\nstart_time: 1\nlifecycle_stage: active\n");
  Write(bad + "params/" + std::string(251, 'k').substr(0, 250) + "x/y", "too long a key");
  const Json report = Must(Bring());
  EXPECT_FALSE(report.Bool("clean"));
  ASSERT_EQ(report.At("problems").items().size(), 1u);
  EXPECT_NE(report.At("problems").items().front().AsString().find("ffffffff"), std::string::npos);
  EXPECT_TRUE(store.tracking->runs.Find(kRun));
}

INSTANTIATE_TEST_SUITE_P(Engines, ImportTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

TEST(NameOfSource, LeavesPasswordsOut) {
  EXPECT_EQ(NameOfSource("postgresql+psycopg2://me:secret@db:5432/ml?sslmode=require"),
            "postgresql://me@db:5432/ml");
  EXPECT_EQ(NameOfSource("http://host:5000/"), "http://host:5000");
  EXPECT_EQ(NameOfSource("sqlite:////a/b.db"), "sqlite:////a/b.db");
}

TEST(CopySqlite, TakesOneMomentWhileOthersWriteAndRefusesWhatIsThere) {
  const sql::testing::TemporaryFolder folder;
  const auto owner = Must(sql::Database::Open("sqlite:///" + folder / "a.db"));
  const auto write = [&](const char* statement) {
    return owner->Transact([&](sql::Connection& c) -> Result<> {
      CAIRN_TRY(c.Run(statement));
      return {};
    });
  };
  Must(write("CREATE TABLE t (x BIGINT)"));
  Must(write("INSERT INTO t (x) VALUES (1)"));
  Must(sql::CopySqlite(folder / "a.db", folder / "b.db"));
  Must(write("INSERT INTO t (x) VALUES (2)"));
  const auto copy = Must(sql::OpenToRead("sqlite:///" + folder / "b.db"));
  const auto count = Must(copy->Read([](sql::Connection& c) { return c.Run("SELECT COUNT(*) FROM t"); }));
  EXPECT_EQ(count.front().Int(0), 1);
  EXPECT_EQ(sql::CopySqlite(folder / "a.db", folder / "b.db").error().reason, Reason::AlreadyExists);
  EXPECT_FALSE(copy->Transact([](sql::Connection&) { return Result<>(); }));
  EXPECT_EQ(sql::OpenToRead("sqlite:///" + folder / "none.db").error().reason, Reason::NotFound);
}

}  // namespace
}  // namespace cairn::moving
