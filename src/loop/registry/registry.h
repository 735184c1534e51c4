#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/governance/decision.h"
#include "ledger/metadata/derived.h"
#include "loop/registry/guard.h"
#include "loop/registry/manifest.h"
#include "loop/tracking/artifacts.h"
#include "loop/tracking/logged_models.h"
#include "loop/tracking/runs.h"

/// What may be used: registered models, their versions, and the aliases that name one of them.
namespace cairn::registry {

using Tag = std::pair<std::string, std::string>;

struct Alias {
  std::string name;
  std::int64_t version = 0;
};

struct RegisteredModel {
  std::string name;
  std::string description;
  std::vector<Tag> tags;
  std::vector<Alias> aliases;
  TimeMs created_ms = 0;
  TimeMs updated_ms =
      0;  ///< Moves on: new version, stage change, version deleted, update, rename; not on tags or aliases.
};

struct ModelVersion {
  std::string model;
  std::int64_t version = 0;
  std::string source;  ///< As the client gave it: "models:/m-…", "runs:/…/model", "mlflow-artifacts:/…".
  std::string storage;   ///< The URI that holds its files: the source with a "models:/" in it resolved.
  std::string location;  ///< Where its files lie below the artifact root, resolved when it was registered:
                         ///< "1/models/m-…/artifacts"; "" when not ours.
  std::string run_id, model_id, run_link, description;
  std::string stage = "None";
  std::vector<Tag> tags;
  std::vector<std::string> aliases;
  std::string manifest;  ///< SHA-256 of the frozen manifest; "" for files that are not ours.
  /// Who made it: who ran the pipeline whose stage tracked its run, else the user of that run, else who
  /// registered it.
  std::string created_by;
  std::string cause;         ///< The id of the story that its run belongs to; "" for none.
  std::string pipeline_run;  ///< The run of the pipeline that made it; "" for none.
  std::string data;          ///< The data set version that this run of the pipeline went by: "flights@4".
  TimeMs created_ms = 0;
  TimeMs updated_ms = 0;
};

struct NewVersion {
  std::string model, source, run_id, model_id, run_link, description;
  std::vector<Tag> tags;
  std::string actor;  ///< Counts as its maker when the run that it comes from names none.
  std::string cause;  ///< Of a version whose run names none.
  /// Asked: a source of ours (runs:, models:, mlflow-artifacts:) must lie in the run or the logged model that
  /// is named beside it, as MLflow's server since 3.17 wants it.
  enum class Owner { NotAsked, Asked } owner = Owner::NotAsked;
};

/// "production" in any case becomes "Production"; InvalidArgument for what is none of MLflow's four stages.
Result<std::string> CanonicalStage(std::string_view stage);

/// Safe from any thread. Every change appends its event in its own transaction:
/// registry.model_created|renamed|deleted, registry.version_added|version_deleted, registry.alias_moved,
/// registry.stage_changed. What the guard refuses leaves governance.attempt_refused (governance/refusal.h).
class Registry {
 public:
  /// All must outlive it. `guard` is asked in each transaction that could touch what is guarded.
  Registry(sql::Database& database, const os::Clock& clock, tracking::Artifacts& artifacts,
           std::function<Result<Guard>(sql::Connection&)> guard);

  Result<RegisteredModel> Create(std::string_view name, const std::vector<Tag>& tags,
                                 std::string_view description, std::string_view actor);
  Result<RegisteredModel> FindModel(std::string_view name) const;
  Result<RegisteredModel> Describe(std::string_view name, std::string_view description);
  /// Denied for a bound model, which may neither lose its name nor vanish without a decision, and for another
  /// one that would bring an alias `production` of its own under the bound name. AlreadyExists when the new
  /// name is taken. Denied too while a legal hold keeps it or one of its versions, or a decision is about
  /// one. The aliases come along.
  Result<RegisteredModel> Rename(std::string_view name, std::string_view new_name, std::string_view actor);
  /// Denied for a bound model, and as Rename for holds and decisions. Versions, tags and aliases go with it;
  /// the files stay.
  Result<> DeleteModel(std::string_view name, std::string_view actor);

  /// Registers the next version and freezes a manifest of digests of its files. What its run says of where it
  /// comes from (tracking/provenance.h) becomes the version's own. Sources as MLflow takes them:
  /// InvalidArgument for a path that leads elsewhere, and for a folder of this machine unless it lies within
  /// the artifacts of the run or logged model that is named with it. A logged model is told that it was
  /// registered. Conflict when the run or logged model that it comes from was erased meanwhile.
  Result<ModelVersion> Add(const NewVersion& version);
  Result<ModelVersion> Find(std::string_view model, std::int64_t version) const;
  /// The newest by number; NotFound when the model has none.
  Result<ModelVersion> Newest(std::string_view model) const;
  /// All, newest first.
  Result<std::vector<ModelVersion>> Versions(std::string_view model) const;
  /// Those that were deleted: only model, number and times mean anything; by number.
  Result<std::vector<ModelVersion>> RemovedVersions(std::string_view model) const;
  /// The newest version in each stage, of all these models, by model and number. What is not there is left
  /// out.
  Result<std::vector<ModelVersion>> NewestInStages(std::span<const std::string> models) const;
  Result<ModelVersion> DescribeVersion(std::string_view model, std::int64_t version,
                                       std::optional<std::string_view> description);
  /// Denied for the version that the guarded alias names, and while a legal hold keeps it, its model, or the
  /// run or experiment that it comes from. Where a decision is about it, what it came from stays known.
  Result<> DeleteVersion(std::string_view model, std::int64_t version, std::string_view actor);
  /// MLflow's stages, deprecated. Denied for a bound model's move into or out of Production.
  Result<ModelVersion> ChangeStage(std::string_view model, std::int64_t version, std::string_view stage,
                                   bool archive_existing, std::string_view actor);

  Result<> SetTag(std::string_view model, const Tag& tag);
  Result<> DeleteTag(std::string_view model, std::string_view key);
  Result<> SetVersionTag(std::string_view model, std::int64_t version, const Tag& tag);
  Result<> DeleteVersionTag(std::string_view model, std::int64_t version, std::string_view key);

  /// Any alias but a guarded one: that is Denied, saying how (`cairn model approve`, `cairn model promote`).
  Result<> SetAlias(std::string_view model, std::string_view alias, std::int64_t version,
                    std::string_view actor);
  Result<> DeleteAlias(std::string_view model, std::string_view alias, std::string_view actor);
  /// InvalidArgument "Registered model alias A not found" as MLflow answers. "latest" gives the highest
  /// version.
  Result<ModelVersion> FindByAlias(std::string_view model, std::string_view alias) const;

  /// What the guarded alias of `model` names, and under which decision. Nothing for an unknown model.
  Result<Standing> StandingOf(std::string_view model) const;
  /// Denied, saying how it can be done, for a version of the bound model that no decision lets answer
  /// requests: none that was carried out put it under the guarded alias before, and none is approved to.
  Result<> AllowAnswering(std::string_view model, std::int64_t version) const;

  /// Moves the guarded alias under a decision, redeemed in the same transaction. The manifest is verified
  /// first (Corrupt when a file changed since registration). `act.action` is "promote" or "rollback"; `seen`
  /// as governance::Redemption, except that "manifest" is filled in here with the digest that was just
  /// verified: a decision must have seen it. A pre-authorised return sees {"manifest"} of the version it
  /// returns to. Conflict when the accepted configuration binds another model or alias; Unsupported for a
  /// version whose files are not kept here. Gives the id of the pre-authorised return, or "": nothing returns
  /// to a version that no decision had put there.
  Result<std::string> MoveGuarded(const governance::Act& act, std::string_view decision, const Json& seen,
                                  std::string_view actor, std::string_view cause);

  /// The version's files against its manifest: Corrupt naming the first that differs or was added, NotFound
  /// when one is missing, Unsupported when there is no manifest because the files are not kept here.
  Result<> Verify(const ModelVersion& version) const;
  /// The folder on this machine that holds the version's files (verified by the caller when it matters).
  /// Unsupported when they are not ours.
  Result<std::string> FolderOf(const ModelVersion& version) const;
  /// Whether a path below the artifact root is, holds, or lies in the folder of a registered version of the
  /// bound model: what is there must not change any more.
  Result<bool> IsFrozen(std::string_view artifact_path) const;
  /// Denied, saying which, while a legal hold on a run, experiment, model or version keeps files that are at,
  /// above or below a path from the artifact root.
  Result<> AllowFilesRemoval(std::string_view artifact_path) const;

  struct Search {
    std::string filter;
    std::vector<std::string> order_by;
    std::int64_t max_results = 100;
    std::string page_token;
  };
  template <class T>
  struct Page {
    std::vector<T> items;
    std::string next;  ///< "" at the end.
  };
  /// Filters and order as in MLflow's: name, tags.; prompts are hidden unless the filter names their tag.
  Result<Page<RegisteredModel>> SearchModels(const Search& search) const;
  /// name, run_id, source_path, version_number, tags.; without aliases in the answer.
  Result<Page<ModelVersion>> SearchVersions(const Search& search) const;

  /// What is guarded now.
  Result<Guard> guard() const;

  /// Every alias that stands, against what the events registry.alias_moved say: rows {"model", "alias",
  /// "version"} by model and alias.
  metadata::DerivedTable AliasTable() const;

 private:
  sql::Database& database_;
  const os::Clock& clock_;
  tracking::Artifacts& artifacts_;
  std::function<Result<Guard>(sql::Connection&)> guard_;
  tracking::LoggedModels logged_models_;
  tracking::Runs runs_;
};

}  // namespace cairn::registry
