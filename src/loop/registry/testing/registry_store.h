#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "ground/os/files.h"
#include "ledger/governance/testing/test_office.h"
#include "loop/registry/registry.h"
#include "loop/registry/schema.h"
#include "loop/tracking/schema.h"
#include "loop/tracking/tracking.h"

namespace cairn::registry::testing {

using metadata::testing::Must;

/// A registry over a fresh store and artifact folder, with people who can approve. Nothing is bound until
/// `guard` says so.
class RegistryStore {
 public:
  explicit RegistryStore(const std::string& engine)
      : office(engine), artifacts_folder(folder_.path() + "/artifacts"), artifacts(artifacts_folder) {
    const std::array<const sql::RoomSchema*, 4> schemas = {&metadata::Schema(), &governance::Schema(),
                                                           &tracking::Schema(), &Schema()};
    Must(database().Migrate(schemas));
    tracking = Must(tracking::Tracking::Open(database(), clock(), "mlflow-artifacts:/"));
  }

  sql::Database& database() { return office.ledger.database(); }
  os::testing::ManualClock& clock() { return office.ledger.clock(); }
  std::vector<metadata::LoggedEvent> Events(const std::string& kind) { return office.Events(kind); }

  /// Puts a file below the artifact root.
  void Put(const std::string& path, const std::string& bytes) {
    const auto place = artifacts_folder + "/" + path;
    Must(os::MakeFolders(os::ParentOf(place)));
    Must(os::WriteFileAtomically(place, bytes));
  }
  /// A logged model with files.
  tracking::LoggedModel Log(const std::string& weights = "weights", const std::string& run = "") {
    const auto model = Must(tracking->models.Create({0, "model", "", run, {}, {}}));
    const auto root = "0/models/" + model.id + "/artifacts/";
    Put(root + "MLmodel", "flavors: {}\n");
    Put(root + "data/model.onnx", weights);
    return model;
  }
  /// The next version of `model`, made from a new logged model; the registered model is made when it is not
  /// there.
  ModelVersion Register(const std::string& model, const std::string& weights = "weights") {
    if (!registry.FindModel(model)) Must(registry.Create(model, {}, "", "ada"));
    return Must(registry.Add({model, "models:/" + Log(weights).id, "", "", "", "", {}, "ada", ""}));
  }
  void Bind(const std::string& model) { guard.model = model; }

  /// An approved decision about exactly this, approved by grace.
  std::string Decide(const governance::Act& act, const std::string& manifest) {
    if (!Must(office.configurations.Accepted())) Must(office.Accept(office.Text()));
    governance::Proposal proposal{
        act, {{"better", true, Json(0.9), Json(0.8), "measured"}}, Json{{"manifest", manifest}}, "ada", ""};
    const auto decision = Must(office.decisions.Propose(proposal));
    Must(
        office.decisions.Approve(decision.id, office.Sign("grace", governance::ApprovalStatement(decision))));
    return decision.id;
  }
  /// Promotes a version of the bound model; the id of the pre-authorised return.
  std::string Promote(const ModelVersion& version) {
    const governance::Act act{"promote", version.model, std::to_string(version.version), guard.alias};
    return Must(registry.MoveGuarded(act, Decide(act, version.manifest), Json::Object(), "grace", ""));
  }

 private:
  sql::testing::TemporaryFolder folder_;

 public:
  governance::testing::TestOffice office;
  std::string artifacts_folder;
  tracking::Artifacts artifacts;
  std::unique_ptr<tracking::Tracking> tracking;
  Guard guard;
  Registry registry{database(), clock(), artifacts,
                    [this](sql::Connection&) -> Result<Guard> { return guard; }};
};

}  // namespace cairn::registry::testing
