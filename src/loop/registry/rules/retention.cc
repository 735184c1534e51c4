#include "loop/registry/rules/retention.h"

#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/registry/tables/version_table.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/deletion.h"

namespace cairn::registry {
namespace {

constexpr std::string_view kRun = "run:", kExperiment = "experiment:", kModel = "model:";

std::string ExperimentSubject(tracking::ExperimentId id) {
  return std::string(kExperiment) + std::to_string(id);
}

/// What is not there holds nothing.
Result<tracking::Doomed> RunIfThere(sql::Connection& connection, std::string_view id) {
  const std::string ids[] = {std::string(id)};
  auto found = tracking::DoomedRuns(connection, ids);
  if (!found && found.error().reason == Reason::NotFound) return tracking::Doomed();
  return found;
}

bool IsModelId(std::string_view name) { return name.starts_with("m-") && IsHex(name.substr(2), 32); }

Result<std::optional<Owner>> OwnerNamed(sql::Connection& connection, std::string_view name) {
  std::optional<Owner> owner;
  std::string uri;
  if (IsModelId(name)) {
    const auto found = CAIRN_TRY(tracking::DoomedModel(connection, name));
    for (const auto& model : found.models) {
      owner = Owner{Owner::Kind::Model, model.id, model.source_run, model.experiment, ""};
      uri = model.artifact_uri;
    }
  } else if (IsHex(name, 32)) {
    const auto found = CAIRN_TRY(RunIfThere(connection, name));
    for (const auto& run : found.runs) {
      owner = Owner{Owner::Kind::Run, run.id, "", run.experiment, ""};
      uri = run.artifact_uri;
    }
  }
  const auto folder = tracking::ProxiedPath(uri);
  if (!owner || !folder) return std::optional<Owner>();
  owner->folder = *folder;
  return owner;
}

Result<> AddRun(sql::Connection& connection, const std::string& id, std::vector<std::string>& subjects) {
  if (id.empty()) return {};
  subjects.push_back(std::string(kRun) + id);
  const auto found = CAIRN_TRY(RunIfThere(connection, id));
  for (const auto& run : found.runs) subjects.push_back(ExperimentSubject(run.experiment));
  return {};
}

/// The paths of what a hold is about.
Result<std::vector<std::string>> FoldersUnder(sql::Connection& connection, const std::string& subject) {
  std::vector<std::string> uris, folders;
  const std::string_view held = subject;
  if (held.starts_with(kRun)) {
    uris = tracking::ArtifactUris(CAIRN_TRY(RunIfThere(connection, held.substr(kRun.size()))));
  } else if (held.starts_with(kExperiment)) {
    const auto id = ParseInt(held.substr(kExperiment.size()));
    if (const auto location = tracking::LocationOf(connection, id ? *id : -1)) uris.push_back(*location);
  } else if (held.starts_with(kModel)) {
    const auto name = held.substr(kModel.size());
    const auto slash = name.rfind('/');
    const auto versions = CAIRN_TRY(ReadVersions(connection, name.substr(0, slash)));
    for (const auto& [key, version] : versions) {
      if (slash == std::string_view::npos || name.substr(slash + 1) == std::to_string(version.version))
        folders.push_back(version.location);
    }
  }
  for (const auto& uri : uris) {
    if (auto path = tracking::ProxiedPath(uri)) folders.push_back(*std::move(path));
  }
  return folders;
}

}  // namespace

Result<std::optional<Owner>> OwnerOf(sql::Connection& connection, std::string_view path) {
  for (const auto name : Split(path, '/')) {
    auto owner = CAIRN_TRY(OwnerNamed(connection, name));
    if (owner && !owner->folder.empty() && tracking::IsAtOrBelow(path, owner->folder)) return owner;
  }
  return std::optional<Owner>();
}

Result<std::vector<std::string>> BearersOf(sql::Connection& connection, const ModelVersion& version) {
  const auto model = std::string(kModel) + version.model;
  std::vector<std::string> subjects = {model, model + "/" + std::to_string(version.version)};
  CAIRN_TRY(AddRun(connection, version.run_id, subjects));
  const auto logged = CAIRN_TRY(tracking::DoomedModel(connection, version.model_id));
  for (const auto& one : logged.models) {
    CAIRN_TRY(AddRun(connection, one.source_run, subjects));
    subjects.push_back(ExperimentSubject(one.experiment));
  }
  if (const auto owner = CAIRN_TRY(OwnerOf(connection, version.location))) {
    CAIRN_TRY(AddRun(connection, owner->kind == Owner::Kind::Run ? owner->id : owner->source_run, subjects));
    subjects.push_back(ExperimentSubject(owner->experiment));
  }
  return subjects;
}

Result<StandingHolds> StandingHolds::Read(sql::Connection& connection) {
  StandingHolds standing;
  for (auto& hold : CAIRN_TRY(governance::HoldsIn(connection))) {
    const std::string subject = hold.subject;
    standing.by_subject_.emplace(subject, std::move(hold));
  }
  return standing;
}

std::string StandingHolds::WhyKept(const std::vector<std::string>& subjects) const {
  for (const auto& subject : subjects) {
    const auto hold = by_subject_.find(subject);
    if (hold == by_subject_.end()) continue;
    const auto& [held, reason, actor, at] = hold->second;
    return held + " is under legal hold since " + FormatUtc(at) + " by " + actor + " (" + reason +
           "): `cairn hold remove " + held + "` lifts it.";
  }
  return "";
}

Result<std::string> WhyDecided(sql::Connection& connection, const std::string& model,
                               const std::string& version) {
  const auto decision = CAIRN_TRY(governance::DecisionOn(connection, model, version));
  if (decision.empty()) return std::string();
  return "The decision " + decision + " is about " +
         (version.empty() ? "a version of model '" + model + "'"
                          : "version " + version + " of model '" + model + "'") +
         ": what a decision was about stays with its record.";
}

Result<> AllowRelease(sql::Connection& connection, const ModelVersion& version) {
  const auto holds = CAIRN_TRY(StandingHolds::Read(connection));
  if (holds.by_subject().empty()) return {};
  auto why = holds.WhyKept(CAIRN_TRY(BearersOf(connection, version)));
  if (!why.empty()) return Error{Reason::Denied, std::move(why)};
  return {};
}

Result<> AllowRelease(sql::Connection& connection, std::string_view model) {
  const auto holds = CAIRN_TRY(StandingHolds::Read(connection));
  if (holds.by_subject().empty()) return {};
  auto why = holds.WhyKept({std::string(kModel) + std::string(model)});
  if (!why.empty()) return Error{Reason::Denied, std::move(why)};
  const auto versions = CAIRN_TRY(ReadVersions(connection, model));
  for (const auto& [key, version] : versions) {
    why = holds.WhyKept(CAIRN_TRY(BearersOf(connection, version)));
    if (!why.empty()) return Error{Reason::Denied, std::move(why)};
  }
  return {};
}

Result<> AllowFilesRemoval(sql::Connection& connection, const std::string& path) {
  const auto holds = CAIRN_TRY(StandingHolds::Read(connection));
  for (const auto& [subject, hold] : holds.by_subject()) {
    for (const auto& folder : CAIRN_TRY(FoldersUnder(connection, subject))) {
      if (folder.empty() && !subject.starts_with(kExperiment)) continue;
      if (!tracking::IsAtOrBelow(path, folder) && !tracking::IsAtOrBelow(folder, path)) continue;
      return Error{Reason::Denied, "The artifact '" + path + "' stays: " + holds.WhyKept({subject})};
    }
  }
  return {};
}

}  // namespace cairn::registry
