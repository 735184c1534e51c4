#include <gtest/gtest.h>

#include "loop/registry/predecessor.h"
#include "loop/registry/testing/registry_store.h"

namespace cairn::registry {
namespace {

using governance::Act;
using testing::Must;

/// A bound model with version 1 in production and version 2 beside it.
class GuardTest : public ::testing::TestWithParam<std::string> {
 protected:
  GuardTest() {
    store.Bind("churn");
    first = store.Register("churn", "first");
    second = store.Register("churn", "second");
    store.Promote(first);
  }

  std::int64_t InProduction() { return Must(registry.FindByAlias("churn", "production")).version; }
  Act Promotion(const ModelVersion& version) {
    return {"promote", "churn", std::to_string(version.version), "production"};
  }

  testing::RegistryStore store{GetParam()};
  Registry& registry = store.registry;
  ModelVersion first, second;
};

Reason ReasonOf(const auto& result) { return result ? Reason::Internal : result.error().reason; }
std::string MessageOf(const auto& result) { return result ? "it succeeded" : result.error().message; }

/// Denied, and with the words of what can be done instead.
void ExpectDenied(const auto& result) {
  EXPECT_EQ(ReasonOf(result), Reason::Denied) << MessageOf(result);
  EXPECT_NE(MessageOf(result).find("`cairn model approve`"), std::string::npos) << MessageOf(result);
}

TEST_P(GuardTest, TheGuardedAliasMovesByNoOtherDoor) {
  ExpectDenied(registry.SetAlias("churn", "production", 2, "mallory"));
  ExpectDenied(registry.SetAlias("churn", "production", 1, "mallory"));
  ExpectDenied(registry.DeleteAlias("churn", "production", "mallory"));
  ExpectDenied(registry.DeleteVersion("churn", 1, "mallory"));
  ExpectDenied(registry.DeleteModel("churn", "mallory"));
  ExpectDenied(registry.Rename("churn", "other", "mallory"));
  ExpectDenied(registry.ChangeStage("churn", 2, "production", false, "mallory"));
  EXPECT_EQ(InProduction(), 1);
  EXPECT_EQ(Must(registry.Versions("churn")).size(), 2u);
  EXPECT_EQ(store.Events("registry.alias_moved").size(), 1u);
}

TEST_P(GuardTest, WhatStandsInProductionIsCoveredOnlyByTheDecisionThatPutItThere) {
  const auto standing = Must(registry.StandingOf("churn"));
  EXPECT_EQ(standing.version, 1);
  EXPECT_TRUE(standing.IsCovered());
  EXPECT_EQ(standing.decision, store.Events("registry.alias_moved").back().event.body.Text("decision"));
  EXPECT_EQ(Must(registry.StandingOf("nothing")).version, 0);
  // Set while nothing was bound: also to a version that a decision once let through.
  store.Bind("");
  Must(registry.SetAlias("churn", "production", 2, "mallory"));
  store.Bind("churn");
  EXPECT_EQ(Must(registry.StandingOf("churn")).version, 2);
  EXPECT_FALSE(Must(registry.StandingOf("churn")).IsCovered());
  store.Bind("");
  Must(registry.SetAlias("churn", "production", 1, "mallory"));
  store.Bind("churn");
  EXPECT_FALSE(Must(registry.StandingOf("churn")).IsCovered());
}

TEST_P(GuardTest, ThePredecessorIsWhatProductionCameFromAndNotWhatItReturnedFrom) {
  const auto third = store.Register("churn", "third");
  const auto move = [&](std::int64_t version) {
    store.Bind("");
    Must(registry.SetAlias("churn", "production", version, "ada"));
    store.Bind("churn");
  };
  const auto predecessor = [&] { return Must(PredecessorOf(store.database(), registry, "churn")); };
  EXPECT_EQ(predecessor(), 0);
  move(2);
  EXPECT_EQ(predecessor(), 1);
  move(3);
  EXPECT_EQ(predecessor(), 2);
  move(2);
  EXPECT_EQ(predecessor(), 1) << "it returned from 3";
  move(3);
  Must(registry.DeleteVersion("churn", 2, "ada"));
  EXPECT_EQ(predecessor(), 1) << "2 is no more";
  move(1);
  EXPECT_EQ(predecessor(), 0);
  EXPECT_EQ(Must(PredecessorOf(store.database(), registry, "nothing")), 0);
}

TEST_P(GuardTest, AnAliasThatAnotherHandMovedInTheStoreIsNotCovered) {
  store.office.ledger.Run("UPDATE model_alias SET version = 2 WHERE name = 'production'", {});
  EXPECT_EQ(Must(registry.StandingOf("churn")).version, 2);
  EXPECT_FALSE(Must(registry.StandingOf("churn")).IsCovered());
}

TEST_P(GuardTest, NoReturnLeadsToAVersionThatNoDecisionPutThere) {
  store.Bind("");
  Must(registry.SetAlias("churn", "production", 2, "mallory"));
  store.Bind("churn");
  const auto third = store.Register("churn", "third");
  EXPECT_EQ(store.Promote(third), "");
  EXPECT_NE(store.Promote(first), "") << "the third was promoted, so there is a way back to it";
}

TEST_P(GuardTest, OnlyVersionsThatADecisionHasAllowedMayAnswer) {
  Must(registry.AllowAnswering("churn", 1));
  ExpectDenied(registry.AllowAnswering("churn", 2));
  const auto act = Promotion(second);
  const auto decision = store.Decide(act, second.manifest);
  Must(registry.AllowAnswering("churn", 2));
  Must(registry.MoveGuarded(act, decision, Json::Object(), "grace", ""));
  Must(registry.AllowAnswering("churn", 1));
  Must(registry.AllowAnswering("other", 7));
}

TEST(Guard, IsReadFromTheConfiguration) {
  const auto guard = [](const std::string& text) { return GuardOf(*ParseYaml(text, "cairn.yaml")); };
  EXPECT_EQ(*guard("model: {name: churn}\n"), (Guard{"churn", "production"}));
  EXPECT_EQ(*guard("model: {name: churn, alias: champion}\n"), (Guard{"churn", "champion"}));
  EXPECT_EQ(*guard("project: x\n"), (Guard{"", "production"}));
  for (const std::string wrong : {"latest", "v7", "a b", "[a]"}) {
    const auto refused = guard("model: {name: churn, alias: " + wrong + "}\n");
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().message.find("cairn.yaml:1:"), 0u) << refused.error().message;
  }
}

TEST_P(GuardTest, NoModelTakesTheBoundNameWithAProductionOfItsOwn) {
  store.Bind("");
  store.Register("impostor");
  Must(registry.SetAlias("impostor", "production", 1, "mallory"));
  store.Bind("wanted");
  ExpectDenied(registry.Rename("impostor", "wanted", "mallory"));
  Must(registry.DeleteAlias("impostor", "production", "mallory"));
  Must(registry.ChangeStage("impostor", 1, "Production", false, "mallory"));
  ExpectDenied(registry.Rename("impostor", "wanted", "mallory"));
  Must(registry.ChangeStage("impostor", 1, "None", false, "mallory"));
  Must(registry.Rename("impostor", "wanted", "mallory"));
}

TEST_P(GuardTest, AVersionThatADecisionMayStillBringIntoProductionStays) {
  const auto third = store.Register("churn", "third");
  const auto decision = Must(store.office.decisions.Propose(
      {Promotion(third), {{"better", true, Json(0.9), Json(0.8), "measured"}}, Json::Object(), "ada", ""}));
  ExpectDenied(registry.DeleteVersion("churn", 3, "mallory"));
  store.Promote(second);
  ExpectDenied(registry.DeleteVersion("churn", 1, "mallory"));  // Production may return to it.
  const auto statement = governance::RejectionStatement(decision, "no");
  Must(store.office.decisions.Reject(decision.id, "no", store.office.Sign("grace", statement)));
  Must(registry.DeleteVersion("churn", 3, "ada"));
}

TEST_P(GuardTest, OtherAliasesVersionsAndModelsAreFree) {
  Must(registry.SetAlias("churn", "challenger", 2, "ada"));
  Must(registry.ChangeStage("churn", 2, "Staging", false, "ada"));
  Must(registry.DeleteVersion("churn", 2, "ada"));
  store.Register("fraud");
  Must(registry.SetAlias("fraud", "production", 1, "ada"));
  Must(registry.ChangeStage("fraud", 1, "Production", false, "ada"));
  Must(registry.DeleteAlias("fraud", "production", "ada"));
  Must(registry.Rename("fraud", "frauds", "ada"));
  Must(registry.DeleteModel("frauds", "ada"));
}

TEST_P(GuardTest, ADecisionMovesTheAliasAndIsNamedInTheEvent) {
  const auto act = Promotion(second);
  const auto decision = store.Decide(act, second.manifest);
  Must(registry.MoveGuarded(act, decision, Json::Object(), "grace", "alert-1"));
  EXPECT_EQ(InProduction(), 2);
  const auto event = store.Events("registry.alias_moved").back().event;
  Json body = event.body;
  EXPECT_EQ(body.At("lineage").At("from").items().back().Text("thing"), "decision:" + decision);
  body.Remove("lineage");
  EXPECT_EQ(body, (Json{{"model", "churn"},
                        {"alias", "production"},
                        {"version", "2"},
                        {"previous", "1"},
                        {"decision", decision}}));
  EXPECT_EQ(event.cause, "alert-1");
  const metadata::DerivedTable tables[] = {registry.AliasTable()};
  EXPECT_TRUE(Must(metadata::Rebuild(tables)).Bool("equal"));
}

TEST_P(GuardTest, ADecisionIsUsedOnceAndForItsOwnVersionOnly) {
  const auto act = Promotion(second);
  const auto decision = store.Decide(act, second.manifest);
  EXPECT_EQ(ReasonOf(registry.MoveGuarded(Promotion(first), decision, Json::Object(), "grace", "")),
            Reason::Denied);
  EXPECT_EQ(InProduction(), 1);
  Must(registry.MoveGuarded(act, decision, Json::Object(), "grace", ""));
  EXPECT_EQ(ReasonOf(registry.MoveGuarded(act, decision, Json::Object(), "grace", "")), Reason::Conflict);
  EXPECT_EQ(ReasonOf(registry.MoveGuarded(act, "no-such-decision", Json::Object(), "grace", "")),
            Reason::NotFound);
}

TEST_P(GuardTest, ADecisionThatSawOtherFilesMovesNothing) {
  const auto act = Promotion(second);
  const auto denied = registry.MoveGuarded(act, store.Decide(act, first.manifest),
                                           Json{{"manifest", first.manifest}}, "grace", "");
  EXPECT_EQ(ReasonOf(denied), Reason::Denied);
  EXPECT_NE(MessageOf(denied).find("manifest"), std::string::npos) << MessageOf(denied);
  EXPECT_EQ(InProduction(), 1);
}

TEST_P(GuardTest, FilesThatChangedSinceRegistrationMoveNothing) {
  const auto act = Promotion(second);
  const auto decision = store.Decide(act, second.manifest);
  store.Put(second.location + "/data/model.onnx", "tampered");
  EXPECT_EQ(ReasonOf(registry.MoveGuarded(act, decision, Json::Object(), "grace", "")), Reason::Corrupt);
  EXPECT_EQ(InProduction(), 1);
  store.Put(second.location + "/data/model.onnx", "second");
  Must(registry.MoveGuarded(act, decision, Json::Object(), "grace", ""));
}

TEST_P(GuardTest, TheReturnThatAPromotionPreAuthorisesGoesBackOnce) {
  const auto back = store.Promote(second);
  const Act rollback{"rollback", "churn", "1", "production"};
  Must(registry.MoveGuarded(rollback, back, Json::Object(), "ada", ""));
  EXPECT_EQ(InProduction(), 1);
  EXPECT_EQ(ReasonOf(registry.MoveGuarded(rollback, back, Json::Object(), "ada", "")), Reason::Conflict);
}

TEST_P(GuardTest, OnlyTheBoundAliasMovesByDecision) {
  store.Register("fraud");
  const Act act{"promote", "fraud", "1", "production"};
  EXPECT_EQ(ReasonOf(registry.MoveGuarded(act, store.Decide(act, "x"), Json::Object(), "grace", "")),
            Reason::Conflict);
}

TEST_P(GuardTest, TheFilesOfABoundModelsVersionsAreFrozen) {
  const auto frozen = [&](const std::string& path) { return Must(registry.IsFrozen(path)); };
  EXPECT_TRUE(frozen(second.location));
  EXPECT_TRUE(frozen(second.location + "/MLmodel"));
  EXPECT_TRUE(frozen(second.location + "/new/file"));
  EXPECT_TRUE(frozen("0"));
  EXPECT_TRUE(frozen("0/models"));
  EXPECT_TRUE(frozen("0//models/./" + second.model_id));
  EXPECT_FALSE(frozen(second.location + "2/MLmodel"));
  EXPECT_FALSE(frozen("1/models"));
  const auto free = store.Register("fraud");
  EXPECT_FALSE(frozen(free.location + "/MLmodel"));
  Must(registry.DeleteVersion("churn", 2, "ada"));
  EXPECT_FALSE(frozen(second.location + "/MLmodel"));
  store.Bind("");
  EXPECT_FALSE(frozen(first.location));
}

INSTANTIATE_TEST_SUITE_P(Engines, GuardTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::registry
