#include "loop/registry/registry.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "loop/registry/testing/registry_store.h"

namespace cairn::registry {
namespace {

using testing::Must;

class RegistryTest : public ::testing::TestWithParam<std::string> {
 protected:
  RegisteredModel Model(const std::string& name) { return Must(registry.FindModel(name)); }
  Result<ModelVersion> Add(const std::string& source, const std::string& run = "",
                           const std::string& model_id = "") {
    return registry.Add({"churn", source, run, model_id, "", "", {}, "ada", ""});
  }

  testing::RegistryStore store{GetParam()};
  Registry& registry = store.registry;
};

Reason ReasonOf(const auto& result) { return result ? Reason::Internal : result.error().reason; }
std::string MessageOf(const auto& result) { return result ? "it succeeded" : result.error().message; }

TEST_P(RegistryTest, AModelIsFoundAsItWasCreated) {
  const auto made = Must(registry.Create("churn", {{"team", "blue"}}, "who leaves", "ada"));
  const auto found = Model("churn");
  EXPECT_EQ(found.name, "churn");
  EXPECT_EQ(found.description, "who leaves");
  EXPECT_EQ(found.tags, (std::vector<Tag>{{"team", "blue"}}));
  EXPECT_EQ(found.created_ms, store.clock().Now());
  EXPECT_EQ(made.updated_ms, found.updated_ms);
  EXPECT_EQ(store.Events("registry.model_created").size(), 1u);
}

TEST_P(RegistryTest, ANameIsTakenOnce) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto again = registry.Create("churn", {}, "", "ada");
  EXPECT_EQ(ReasonOf(again), Reason::AlreadyExists);
  EXPECT_EQ(MessageOf(again), "Registered Model (name=churn) already exists.");
}

TEST_P(RegistryTest, NamesThatClientsCannotAddressAreRefused) {
  for (const char* name : {"", "  ", "a/b", "a:b", ".", ".."}) {
    EXPECT_EQ(ReasonOf(registry.Create(name, {}, "", "ada")), Reason::InvalidArgument) << name;
  }
}

TEST_P(RegistryTest, AnUnknownModelIsNotFound) {
  EXPECT_EQ(MessageOf(registry.FindModel("none")), "Registered Model with name=none not found.");
  EXPECT_EQ(ReasonOf(registry.Versions("none")), Reason::NotFound);
  EXPECT_EQ(ReasonOf(registry.DeleteModel("none", "ada")), Reason::NotFound);
  EXPECT_EQ(ReasonOf(registry.SetTag("none", {"a", "b"})), Reason::NotFound);
}

TEST_P(RegistryTest, VersionsCountFromOneAndDeletedNumbersAreNotGivenAgain) {
  EXPECT_EQ(store.Register("churn").version, 1);
  EXPECT_EQ(store.Register("churn").version, 2);
  Must(registry.DeleteVersion("churn", 2, "ada"));
  EXPECT_EQ(store.Register("churn").version, 3);
  EXPECT_EQ(MessageOf(registry.Find("churn", 2)), "Model Version (name=churn, version=2) not found.");
  EXPECT_EQ(Must(registry.Versions("churn")).size(), 2u);
}

TEST_P(RegistryTest, DeletingAModelFreesItsNameAndNumbers) {
  store.Register("churn");
  store.Register("churn");
  Must(registry.SetAlias("churn", "best", 2, "ada"));
  Must(registry.DeleteModel("churn", "ada"));
  EXPECT_EQ(ReasonOf(registry.Find("churn", 1)), Reason::NotFound);
  EXPECT_EQ(store.Register("churn").version, 1);
  EXPECT_TRUE(Model("churn").aliases.empty());
}

TEST_P(RegistryTest, TheModelsTimeMovesWithVersionsStagesAndTextsButNotWithTagsAndAliases) {
  const auto later = [&] { store.clock().Advance(1000); };
  store.Register("churn");
  const auto unmoved = Model("churn").updated_ms;
  later();
  Must(registry.SetTag("churn", {"a", "b"}));
  Must(registry.SetAlias("churn", "best", 1, "ada"));
  Must(registry.SetVersionTag("churn", 1, {"a", "b"}));
  EXPECT_EQ(Model("churn").updated_ms, unmoved);
  const std::vector<std::function<void()>> deeds = {
      [&] { store.Register("churn"); },
      [&] { Must(registry.ChangeStage("churn", 1, "Staging", false, "ada")); },
      [&] { Must(registry.DeleteVersion("churn", 2, "ada")); },
      [&] { Must(registry.Describe("churn", "text")); },
      [&] { Must(registry.Rename("churn", "churn", "ada")); }};
  for (const auto& deed : deeds) {
    later();
    deed();
    EXPECT_EQ(Model("churn").updated_ms, store.clock().Now());
  }
}

TEST_P(RegistryTest, TagsAreOverwrittenAndDeletingOneThatIsNotThereIsFine) {
  store.Register("churn");
  Must(registry.SetTag("churn", {"team", "blue"}));
  Must(registry.SetTag("churn", {"team", "red"}));
  EXPECT_EQ(Model("churn").tags, (std::vector<Tag>{{"team", "red"}}));
  Must(registry.DeleteTag("churn", "team"));
  Must(registry.DeleteTag("churn", "team"));
  EXPECT_TRUE(Model("churn").tags.empty());
  Must(registry.SetVersionTag("churn", 1, {"score", "1"}));
  EXPECT_EQ(Must(registry.Find("churn", 1)).tags, (std::vector<Tag>{{"score", "1"}}));
  Must(registry.DeleteVersionTag("churn", 1, "score"));
  EXPECT_TRUE(Must(registry.Find("churn", 1)).tags.empty());
  EXPECT_EQ(ReasonOf(registry.SetTag("churn", {"bad\nkey", ""})), Reason::InvalidArgument);
}

TEST_P(RegistryTest, AnAliasNamesOneVersionAndMovesWhenItIsSetAgain) {
  store.Register("churn");
  store.Register("churn");
  Must(registry.SetAlias("churn", "best", 1, "ada"));
  Must(registry.SetAlias("churn", "best", 2, "ada"));
  EXPECT_EQ(Must(registry.FindByAlias("churn", "best")).version, 2);
  EXPECT_EQ(Must(registry.Find("churn", 2)).aliases, std::vector<std::string>{"best"});
  EXPECT_TRUE(Must(registry.Find("churn", 1)).aliases.empty());
  Must(registry.DeleteAlias("churn", "best", "ada"));
  const auto gone = registry.FindByAlias("churn", "best");
  EXPECT_EQ(ReasonOf(gone), Reason::InvalidArgument);
  EXPECT_EQ(MessageOf(gone), "Registered model alias best not found.");
}

TEST_P(RegistryTest, TheAliasLatestAlwaysMeansTheHighestVersion) {
  store.Register("churn");
  store.Register("churn");
  EXPECT_EQ(Must(registry.FindByAlias("churn", "latest")).version, 2);
  EXPECT_EQ(Must(registry.Newest("churn")).version, 2);
  for (const char* alias : {"latest", "LATEST", "v3", "", "a b", "a.b"}) {
    EXPECT_EQ(ReasonOf(registry.SetAlias("churn", alias, 1, "ada")), Reason::InvalidArgument) << alias;
  }
  EXPECT_EQ(ReasonOf(registry.SetAlias("churn", "best", 9, "ada")), Reason::NotFound);
}

TEST_P(RegistryTest, EveryMoveOfAnAliasIsAnEventWithWhatItNamedBefore) {
  store.Register("churn");
  store.Register("churn");
  Must(registry.SetAlias("churn", "best", 1, "ada"));
  Must(registry.SetAlias("churn", "best", 2, "ben"));
  Must(registry.DeleteAlias("churn", "best", "ada"));
  const auto events = store.Events("registry.alias_moved");
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[1].event.subject, "model:churn");
  EXPECT_EQ(events[1].event.actor, "ben");
  Json body = events[1].event.body;
  EXPECT_EQ(body.At("lineage"), (Json{{"of", "alias:churn@best"},
                                      {"from", Json::Array({Json{{"as", ""}, {"thing", "model:churn/2"}}})},
                                      {"to", Json::Array()}}));
  body.Remove("lineage");
  EXPECT_EQ(
      body,
      (Json{{"model", "churn"}, {"alias", "best"}, {"version", "2"}, {"previous", "1"}, {"decision", ""}}));
  EXPECT_EQ(events[2].event.body.Text("version", "?"), "");
}

TEST_P(RegistryTest, TheAliasesThatStandAreWhatTheEventsSay) {
  store.Register("churn");
  store.Register("churn");
  store.Register("fraud");
  Must(registry.SetAlias("churn", "best", 1, "ada"));
  Must(registry.SetAlias("churn", "next", 2, "ada"));
  Must(registry.SetAlias("fraud", "best", 1, "ada"));
  Must(registry.Rename("churn", "leavers", "ada"));
  Must(registry.DeleteVersion("leavers", 2, "ada"));
  Must(registry.DeleteModel("fraud", "ada"));
  const metadata::DerivedTable tables[] = {registry.AliasTable()};
  const auto rebuilt = Must(metadata::Rebuild(tables));
  EXPECT_TRUE(rebuilt.Bool("equal")) << rebuilt.Dump();
  EXPECT_EQ(Must(tables[0].stored()),
            Json::Array({Json{{"model", "leavers"}, {"alias", "best"}, {"version", "1"}}}));
}

TEST_P(RegistryTest, AnAliasChangedBehindTheEventsBackIsFound) {
  store.Register("churn");
  store.Register("churn");
  Must(registry.SetAlias("churn", "best", 1, "ada"));
  store.office.ledger.Run("UPDATE model_alias SET version = 2");
  const metadata::DerivedTable tables[] = {registry.AliasTable()};
  EXPECT_FALSE(Must(metadata::Rebuild(tables)).Bool("equal", true));
}

TEST_P(RegistryTest, RenamingKeepsVersionsTagsAndAliases) {
  store.Register("churn");
  store.Register("fraud");
  Must(registry.SetAlias("churn", "best", 1, "ada"));
  Must(registry.SetTag("churn", {"team", "blue"}));
  const auto renamed = Must(registry.Rename("churn", "leavers", "ada"));
  EXPECT_EQ(renamed.name, "leavers");
  EXPECT_EQ(renamed.tags.size(), 1u);
  EXPECT_EQ(Must(registry.FindByAlias("leavers", "best")).model, "leavers");
  EXPECT_EQ(ReasonOf(registry.FindModel("churn")), Reason::NotFound);
  EXPECT_EQ(ReasonOf(registry.Rename("leavers", "fraud", "ada")), Reason::AlreadyExists);
  EXPECT_EQ(Model("leavers").name, "leavers");
}

TEST_P(RegistryTest, StagesAreReadInAnyCaseAndCanArchiveTheOthers) {
  store.Register("churn");
  store.Register("churn");
  EXPECT_EQ(Must(registry.ChangeStage("churn", 1, "pRoDuCtIoN", false, "ada")).stage, "Production");
  Must(registry.ChangeStage("churn", 2, "Production", true, "ada"));
  EXPECT_EQ(Must(registry.Find("churn", 1)).stage, "Archived");
  const auto unknown = registry.ChangeStage("churn", 1, "Retired", false, "ada");
  EXPECT_EQ(ReasonOf(unknown), Reason::InvalidArgument);
  EXPECT_TRUE(MessageOf(unknown).starts_with("Invalid Model Version stage"));
  EXPECT_EQ(ReasonOf(registry.ChangeStage("churn", 1, "None", true, "ada")), Reason::InvalidArgument);
}

TEST_P(RegistryTest, AVersionTakesRunAndFilesFromItsLoggedModel) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto run = store.tracking->runs.Create({});
  const auto model = store.Log("weights", run->info.id);
  const auto added = Must(Add("models:/" + model.id));
  EXPECT_EQ(added.source, "models:/" + model.id);
  EXPECT_EQ(added.model_id, model.id);
  EXPECT_EQ(added.run_id, run->info.id);
  EXPECT_EQ(added.location, "0/models/" + model.id + "/artifacts");
  EXPECT_EQ(added.storage, model.artifact_uri);
  EXPECT_EQ(Must(registry.FolderOf(added)), store.artifacts_folder + "/" + added.location);
  const auto event = store.Events("registry.version_added").at(0).event;
  EXPECT_EQ(event.subject, "model:churn/1");
  EXPECT_EQ(event.body.Text("manifest"), added.manifest);
  EXPECT_EQ(event.body.Text("run_id"), run->info.id);
}

TEST_P(RegistryTest, ALoggedModelIsToldOnceWhatItBecame) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto model = store.Log();
  Must(Add("models:/" + model.id));
  const std::string once = R"([{"name":"churn","version":"1"}])";
  EXPECT_EQ(Must(store.tracking->models.Find(model.id)).tags.at(0).value, once);
  // As MLflow's client does it: what it found and the same once more.
  const tracking::Tag twice{"mlflow.modelVersions",
                            R"([{"name": "churn", "version": "1"}, {"name": "churn", "version": 1}])"};
  Must(store.tracking->models.SetTags(model.id, std::span(&twice, 1)));
  EXPECT_EQ(Must(store.tracking->models.Find(model.id)).tags.at(0).value, once);
  Must(Add("models:/" + model.id));
  EXPECT_EQ(Must(store.tracking->models.Find(model.id)).tags.at(0).value,
            R"([{"name":"churn","version":"1"},{"name":"churn","version":"2"}])");
}

TEST_P(RegistryTest, ASourceCanNameAnotherVersionByNumberOrAlias) {
  const auto first = store.Register("fraud");
  Must(registry.SetAlias("fraud", "best", 1, "ada"));
  Must(registry.Create("churn", {}, "", "ada"));
  for (const char* source : {"models:/fraud/1", "models:/fraud@best", "models:/fraud/latest"}) {
    const auto copy = Must(Add(source));
    EXPECT_EQ(copy.source, "models:/fraud/1");
    EXPECT_EQ(copy.location, first.location);
    EXPECT_EQ(copy.manifest, first.manifest);
    EXPECT_EQ(copy.storage, first.storage);
  }
  EXPECT_EQ(ReasonOf(Add("models:/fraud/7")), Reason::NotFound);
  EXPECT_EQ(ReasonOf(Add("models:/m-00000000000000000000000000000000")), Reason::NotFound);
}

TEST_P(RegistryTest, ARunsSourceIsFoundInItsArtifactsOrAmongTheModelsItLogged) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto run = Must(store.tracking->runs.Create({}));
  store.Put("0/" + run.info.id + "/artifacts/old/MLmodel", "flavors: {}\n");
  const auto in_run = Must(Add("runs:/" + run.info.id + "/old", run.info.id));
  EXPECT_EQ(in_run.location, "0/" + run.info.id + "/artifacts/old");
  EXPECT_EQ(in_run.manifest.size(), 64u);
  const auto logged = store.Log("weights", run.info.id);
  const tracking::ModelOutput output{logged.id, 3};
  Must(store.tracking->runs.LogOutputs(run.info.id, std::span(&output, 1)));
  EXPECT_EQ(Must(Add("runs:/" + run.info.id + "/model", run.info.id)).location,
            "0/models/" + logged.id + "/artifacts");
}

TEST_P(RegistryTest, FilesElsewhereAreRegisteredWithoutAManifest) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto added = Must(Add("s3://bucket/models/1"));
  EXPECT_EQ(added.location, "");
  EXPECT_EQ(added.manifest, "");
  EXPECT_EQ(ReasonOf(registry.Verify(added)), Reason::Unsupported);
  EXPECT_EQ(ReasonOf(registry.FolderOf(added)), Reason::Unsupported);
  EXPECT_EQ(Must(Add("mlflow-artifacts:/nothing/here")).manifest, "");
}

TEST_P(RegistryTest, SourcesThatLeadAwayAreRefused) {
  Must(registry.Create("churn", {}, "", "ada"));
  for (const char* source : {"mlflow-artifacts:/a/../../b", "mlflow-artifacts:/a/%2e%2e/b",
                             "mlflow-artifacts:/a/%252e%252e/b", "s3://bucket/a/../b", "mlflow-artifacts:a",
                             "https://host/api/2.0/mlflow-artifacts/artifacts/..%2f..%2fb", "/etc",
                             "file:///etc", "relative/path"}) {
    const auto added = Add(source, Must(store.tracking->runs.Create({})).info.id);
    EXPECT_EQ(ReasonOf(added), Reason::InvalidArgument) << source;
    EXPECT_TRUE(MessageOf(added).starts_with("Invalid model version source")) << MessageOf(added);
  }
  EXPECT_TRUE(Must(registry.Versions("churn")).empty());
}

TEST_P(RegistryTest, ALocalSourceMustLieWithinItsRunsArtifacts) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto experiment = Must(store.tracking->experiments.Create({"local", "/data/runs", {}}));
  const auto run = Must(store.tracking->runs.Create({experiment, "", "", 0, {}}));
  EXPECT_EQ(Must(Add(run.info.artifact_uri + "/model", run.info.id)).location, "");
  EXPECT_EQ(Must(Add("file://" + run.info.artifact_uri + "/model", run.info.id)).manifest, "");
  for (const auto& source :
       {run.info.artifact_uri + "/../other", run.info.artifact_uri + "-not", std::string("/data")}) {
    EXPECT_EQ(ReasonOf(Add(source, run.info.id)), Reason::InvalidArgument) << source;
  }
  EXPECT_EQ(ReasonOf(Add(run.info.artifact_uri + "/model")), Reason::InvalidArgument);
}

TEST_P(RegistryTest, AManifestToldWhatTheFilesWere) {
  const auto added = store.Register("churn", "weights");
  Must(registry.Verify(added));
  store.Put(added.location + "/data/model.onnx", "weightz");
  const auto changed = registry.Verify(added);
  EXPECT_EQ(ReasonOf(changed), Reason::Corrupt);
  EXPECT_NE(MessageOf(changed).find("'data/model.onnx' has changed"), std::string::npos)
      << MessageOf(changed);
  store.Put(added.location + "/data/model.onnx", "weights");
  Must(registry.Verify(added));
  store.Put(added.location + "/code/extra.py", "import os");
  EXPECT_NE(MessageOf(registry.Verify(added)).find("'code/extra.py' was not there"), std::string::npos);
  Must(os::RemoveTree(store.artifacts_folder + "/" + added.location + "/code"));
  Must(os::Remove(store.artifacts_folder + "/" + added.location + "/MLmodel"));
  EXPECT_EQ(ReasonOf(registry.Verify(added)), Reason::NotFound);
}

TEST_P(RegistryTest, AManifestThatWasRewrittenInTheStoreIsCorrupt) {
  const auto added = store.Register("churn");
  store.office.ledger.Run("UPDATE version_manifest SET body = '{\"files\":[]}'");
  EXPECT_EQ(ReasonOf(registry.Verify(added)), Reason::Corrupt);
}

TEST_P(RegistryTest, ManyCallersGetDifferentNumbers) {
  Must(registry.Create("churn", {}, "", "ada"));
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      for (int k = 0; k < 5; ++k) EXPECT_TRUE(Add("s3://bucket/model"));
    });
  }
  for (auto& caller : callers) caller.join();
  const auto versions = Must(registry.Versions("churn"));
  ASSERT_EQ(versions.size(), 20u);
  EXPECT_EQ(versions.front().version, 20);
}

TEST_P(RegistryTest, AVersionKnowsTheStoryItsRunBelongsToAndWhoMadeIt) {
  Must(registry.Create("churn", {}, "", "ada"));
  const auto made_by = [&](const std::string& user, const std::vector<tracking::Tag>& tags) {
    const auto run = Must(store.tracking->runs.Create({0, "", user, 1, tags}));
    return Must(registry.Add(
        {"churn", "models:/" + store.Log("w", run.info.id).id, "", "", "", "", {}, "client", ""}));
  };
  const auto piped = made_by("root", {{"mlflow.user", "root"},
                                      {"cairn.cause", "alert-1"},
                                      {"cairn.pipeline_run", "run-1"},
                                      {"cairn.actor", "ben"},
                                      {"cairn.data", "customers@4"}});
  EXPECT_EQ(piped.created_by, "ben");
  EXPECT_EQ(piped.cause, "alert-1");
  EXPECT_EQ(piped.pipeline_run, "run-1");
  EXPECT_EQ(piped.data, "customers@4");
  const auto event = store.Events("registry.version_added").back().event;
  EXPECT_EQ(event.cause, "alert-1");
  EXPECT_EQ(event.actor, "ben");
  EXPECT_EQ(event.body.Text("pipeline_run"), "run-1");
  EXPECT_EQ(made_by("root", {{"mlflow.user", "carol"}}).created_by, "carol");
  EXPECT_EQ(made_by("dora", {}).created_by, "dora");
  EXPECT_EQ(made_by("unknown", {}).created_by, "client") << "what the client sends when it knows nobody";
  EXPECT_EQ(made_by("", {}).cause, "");
}

INSTANTIATE_TEST_SUITE_P(Engines, RegistryTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::registry
