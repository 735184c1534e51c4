#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/decision.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/proven.h"
#include "ledger/metadata/sealer.h"
#include "loop/charter/charter.h"
#include "loop/data/catalogue.h"
#include "loop/package/files.h"
#include "loop/pipeline/runner.h"
#include "loop/registry/manifest.h"
#include "loop/registry/registry.h"
#include "loop/rollout/rollout.h"
#include "loop/tracking/tracking.h"

/// What outsiders get to see of a version, in forms that they can check without this program.
namespace cairn::evidence {

/// What is asked; all must outlive the call.
struct Rooms {
  sql::Database& database;
  const os::Clock& clock;
  const metadata::Log& log;
  metadata::Sealer& sealer;
  const governance::Configurations& configurations;
  const governance::Decisions& decisions;
  const registry::Registry& registry;
  const data::Catalogue& catalogue;
  const tracking::Tracking& tracking;
  pipeline::Runner& runner;
  const rollout::Rollouts& rollouts;
  std::string program;  ///< Who writes: "cairn==0.1.0".
};

struct Wanted {
  std::string model;
  std::int64_t version = 0;
  std::int64_t at = 0;  ///< The log as of the head over so many events; 0 for the newest, sealed first.
  enum class Contents {
    Digests,  ///< Of the version's files.
    Whole,    ///< Also the files themselves.
    None,     ///< Neither, and nothing is read of them: `manifest` stays empty.
  } contents = Contents::Digests;
};

/// A data set version that a version rests on.
struct UsedData {
  std::string part;  ///< "training" or "evaluation"
  data::DatasetVersion version;
};

/// A package that MLflow wrote down beside the model: "scikit-learn", "1.7.2".
struct Requirement {
  std::string name;
  std::string version;  ///< "" where none was pinned.
};

/// What the file MLmodel says of the model.
struct Kind {
  std::vector<std::string> flavours;  ///< "onnx", "python_function", …
  Json inputs, outputs;               ///< MLflow's signature; null where there is none.
};

/// Everything on record about one version. What is not on record is absent; nothing is guessed.
struct Dossier {
  registry::RegisteredModel model;
  registry::ModelVersion version;
  registry::Manifest manifest;  ///< Of its files; their digests are what was registered.
  package::Files files;         ///< By path below "model/"; only with Contents::Whole.
  Kind kind;
  std::vector<Requirement> requirements;
  std::string licence;  ///< As a tag of the version, or of its model, says; or "".
  std::optional<tracking::Run> run;
  std::optional<pipeline::RunRecord> pipeline;
  std::vector<UsedData> data;
  std::optional<rollout::Rollout> rollout;       ///< The newest that examined it.
  std::string report_digest;                     ///< SHA-256 of the examination's canonical text; or "".
  std::optional<governance::Decision> decision;  ///< Of that rollout.
  /// That the decision saw; without a decision the accepted one, where it binds the model.
  std::optional<governance::Configuration> configuration;
  std::optional<charter::Charter> charter;  ///< Of that configuration.
  Json score;                               ///< GET /api/v1/score as of the head.
  metadata::TreeHead head;
  std::vector<metadata::LoggedEvent> events;  ///< Its story, and what the score cites; in order.
  std::vector<metadata::ProvenEvent> proven;  ///< The same, with their proofs.
  std::string program;

  /// "late-arrival/3"
  std::string Name() const;
  /// What was measured of the version itself on the sealed rows; null before it was examined.
  const Json& Own() const;
};

/// Reads all of it. NotFound without the version, or without a head of `at` events; Corrupt naming the file
/// when one is not what was registered; Unsupported for a version whose files are not kept here.
Result<Dossier> Gather(const Rooms& rooms, const Wanted& wanted);

}  // namespace cairn::evidence
