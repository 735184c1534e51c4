#include "loop/moving/import.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ground/fetch/testing/scripted_peer.h"
#include "ground/sql/foreign.h"
#include "loop/moving/addresses.h"
#include "loop/moving/backup.h"
#include "loop/moving/schema.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::moving {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
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
  /// A run of the experiment whose artifacts are said to lie at `uri`.
  void WriteRun(const std::string& name, const std::string& id, const std::string& uri) {
    Write("77/" + name + "/meta.yaml",
          "run_id: " + id +
              "\nstatus: 3\nstart_time: 1\nend_time: 2\nlifecycle_stage: active\n"
              "artifact_uri: " +
              uri + "\n");
  }
  bool Has(const std::string& artifact) { return bool(store.artifacts.Find("77/" + artifact)); }
  Result<Json> Bring(bool into = false, const std::string& artifact_root = "") {
    const Target target{store.database(), store.clock(),  *store.tracking,
                        store.artifacts,  store.registry, folder / "scratch"};
    return Import(target, {folder / "mlruns", artifact_root, false, into, "ada"}, {}, [](const Progress&) {});
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
  Write(bad + "params/depth", std::string("3\0", 2));
  const Json report = Must(Bring());
  EXPECT_FALSE(report.Bool("clean"));
  ASSERT_EQ(report.At("problems").items().size(), 1u);
  EXPECT_NE(report.At("problems").items().front().AsString().find("ffffffff"), std::string::npos);
  EXPECT_TRUE(store.tracking->runs.Find(kRun));
}

TEST_P(ImportTest, AFileAmongThoseOfABoundModelsVersionIsRefusedAndNamed) {
  Must(Bring());
  const std::string artifacts = std::string(kRun) + "/artifacts/";
  Must(store.registry.Create("churn", {}, "", "ada"));
  Must(store.registry.Add({"churn", "runs:/" + std::string(kRun) + "/a b", "", "", "", "", {}, "ada", ""}));
  store.Bind("churn");
  Write(Below("artifacts/a b/late.txt"), "late");
  Write(Below("artifacts/free.txt"), "free");
  const Json report = Must(Bring());
  EXPECT_FALSE(Has(artifacts + "a b/late.txt"));
  EXPECT_TRUE(Has(artifacts + "free.txt"));
  EXPECT_FALSE(report.Bool("clean"));
  ASSERT_EQ(report.At("problems").items().size(), 1u) << report.DumpPretty();
  EXPECT_NE(report.At("problems").items().front().AsString().find("a b/late.txt"), std::string::npos);
  EXPECT_TRUE(store.registry.Verify(Must(store.registry.Find("churn", 1))));
}

TEST_P(ImportTest, FilesOutsideTheSourceAreReadOnlyWhereTheArtifactRootIs) {
  Must(os::MakeFolders(folder / "elsewhere/deep"));
  Must(os::WriteFileAtomically(folder / "elsewhere/deep/key", "secret"));
  Must(os::Symlink(folder / "elsewhere", folder / "mlruns/link"));
  const std::vector<std::string> uris = {folder / "elsewhere/deep", "mlruns/../elsewhere/deep",
                                         "file://" + folder / "mlruns/77/..%2F..%2Felsewhere/deep",
                                         folder / "mlruns/link/deep"};
  const auto id = [](std::size_t i) { return std::string(31, 'e') + std::to_string(i); };
  for (std::size_t i = 0; i < uris.size(); ++i) WriteRun(id(i), id(i), uris[i]);
  const Json report = Must(Bring());
  for (std::size_t i = 0; i < uris.size(); ++i) {
    EXPECT_FALSE(Has(id(i) + "/artifacts/key")) << uris[i];
    EXPECT_EQ(Must(store.tracking->runs.Find(id(i))).info.artifact_uri, uris[i]);
  }
  EXPECT_TRUE(Has(std::string(kRun) + "/artifacts/a b/note.txt"));
  ASSERT_EQ(report.At("notes").items().size(), 1u) << report.DumpPretty();
  EXPECT_NE(report.At("notes").items().front().AsString().find("--artifact-root DIR"), std::string::npos);
  const std::string late(32, 'f');
  WriteRun(late, late, uris.front());
  Must(Bring(false, folder / "elsewhere"));
  EXPECT_TRUE(Has(late + "/artifacts/key"));
}

TEST_P(ImportTest, TheirAliasIsNotSetOnAVersionOfOurs) {
  Write("models/churn/meta.yaml", "name: churn\ncreation_timestamp: 5\nlast_updated_timestamp: 6\n");
  for (const char* version : {"1", "2"})
    Write(std::string("models/churn/version-") + version + "/meta.yaml",
          std::string("version: ") + version + "\nsource: s3://theirs/m\ncreation_timestamp: 7\n");
  Write("models/churn/aliases/champion", "1");
  Write("models/churn/aliases/challenger", "2");
  store.Register("churn");
  const Json report = Must(Bring(true));
  const auto here = Must(store.registry.FindModel("churn"));
  ASSERT_EQ(here.aliases.size(), 1u) << report.DumpPretty();
  EXPECT_EQ(here.aliases.front().name, "challenger");
  EXPECT_NE(report.At("notes").Dump().find("'champion'"), std::string::npos) << report.DumpPretty();
}

TEST_P(ImportTest, ACopiedRunFolderDoesNotTurnThePagesBack) {
  for (int i = 100; i < 298; ++i) WriteRun("r" + std::to_string(i), "r" + std::to_string(i), "");
  WriteRun("r298", kRun, "");
  WriteRun("r299", "r299", "");
  const auto source = Must(OpenSource({folder / "mlruns", "", folder / "scratch"}));
  ASSERT_EQ(Must(source->Experiments()).size(), 1u);
  const auto first = Must(source->Runs(77, ""));
  EXPECT_EQ(first.runs.size(), 200u);
  EXPECT_EQ(first.runs.back().info.id, kRun);
  const auto second = Must(source->Runs(77, first.next));
  ASSERT_EQ(second.runs.size(), 1u);
  EXPECT_EQ(second.runs.front().info.id, "r299");
  EXPECT_EQ(second.next, "");
}

INSTANTIATE_TEST_SUITE_P(Engines, ImportTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

Result<std::unique_ptr<Source>> At(const ScriptedPeer& peer) {
  return OpenSource({"http://127.0.0.1:" + std::to_string(peer.port()), "", ""});
}

std::string Listing(const std::string& folder) {
  return Answering(200, R"({"files":[{"path":")" + folder + R"(","is_dir":true}]})");
}

TEST(MlflowServer, AFolderThatIsItsOwnChildOrHasNoBottomIsRefused) {
  const ScriptedPeer circle({Listing("a")});
  const auto own = Must(At(circle))->Files({Owner::Kind::Run, kRun, "mlflow-artifacts:/0"});
  ASSERT_FALSE(own);
  EXPECT_EQ(own.error().reason, Reason::Unprocessable);
  EXPECT_EQ(circle.requests().size(), 2u);
  std::vector<std::string> script;
  std::string path = "a";
  for (int depth = 0; depth < 80; ++depth, path += "/a") script.push_back(Listing(path));
  script.push_back(Answering(200, "{}"));
  const ScriptedPeer shaft(script);
  const auto deep = Must(At(shaft))->Files({Owner::Kind::Model, "m-1", "mlflow-artifacts:/0"});
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().reason, Reason::Unprocessable);
}

TEST(MlflowServer, APageThatComesAgainEndsTheListing) {
  const ScriptedPeer peer({Answering(200, R"({"next_page_token":"one"})"),
                           Answering(200, R"({"next_page_token":"two"})"),
                           Answering(200, R"({"next_page_token":"one"})"), Answering(200, "{}")});
  const auto endless = Must(At(peer))->Experiments();
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().reason, Reason::Corrupt);
}

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
