#include "loop/moving/registry_mover.h"

#include <algorithm>
#include <set>

#include "loop/moving/run_mover.h"
#include "loop/registry/restoration.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::moving {
namespace {

constexpr const char* kProduction = "Production";

struct Office {
  const Target& target;
  const Addresses& addresses;
  registry::Restoration& restoration;
  registry::Guard guard;
  Tally& tally;
};

std::string Named(const registry::ModelVersion& version) {
  return version.model + "/" + std::to_string(version.version);
}

/// Whether both were registered as one and the same; what may be edited afterwards does not count.
bool IsSame(const registry::ModelVersion& a, const registry::ModelVersion& b) {
  return a.created_ms == b.created_ms && a.source == b.source && a.run_id == b.run_id;
}

template <class T>
Result<std::optional<T>> IfThere(Result<T> found) {
  if (found) return std::optional<T>(*std::move(found));
  if (found.error().reason == Reason::NotFound) return std::optional<T>();
  return std::move(found).error();
}

/// A number that was given once is not given again.
Result<> MoveRemoved(const Office& office, const registry::ModelVersion& version) {
  const auto taken = [&]() -> Result<bool> {
    if (CAIRN_TRY(IfThere(office.target.registry.Find(version.model, version.version)))) return true;
    const auto removed = CAIRN_TRY(office.target.registry.RemovedVersions(version.model));
    return std::any_of(removed.begin(), removed.end(),
                       [&](const auto& one) { return one.version == version.version; });
  };
  const bool had = CAIRN_TRY(taken());
  CAIRN_TRY(office.restoration.Restore(version, true));
  const Json number{{"number", version.version}};
  office.tally.Compare("numbers of deleted versions", Named(version), number,
                       CAIRN_TRY(taken()) ? number : Json(),
                       had ? Tally::Fate::Unchanged : Tally::Fate::Added);
  return {};
}

/// Whether the version here is theirs.
Result<bool> MoveVersion(const Office& office, FoundVersion found) {
  auto& version = found.version;
  if (found.deleted) {
    CAIRN_TRY(MoveRemoved(office, version));
    return false;
  }
  version.source = office.addresses.Translated(version.source);
  version.storage = office.addresses.Translated(version.storage);
  const auto location = tracking::ProxiedPath(version.storage);
  if (location) version.location = *location;
  if (version.model == office.guard.model && version.stage == kProduction) {
    version.stage = "None";
    office.tally.Note("Version " + Named(version) +
                      " was in the stage Production; here it is in None, because only a "
                      "decision may put a version of the bound model there.");
  }
  const auto had = CAIRN_TRY(IfThere(office.target.registry.Find(version.model, version.version)));
  if (!had) CAIRN_TRY(office.restoration.Restore(version, false));
  const auto here =
      had ? had : CAIRN_TRY(IfThere(office.target.registry.Find(version.model, version.version)));
  office.tally.Compare("model versions", Named(version), Canonical(found),
                       here ? Canonical(FoundVersion{*here, false}) : Json(),
                       had ? Tally::Fate::Unchanged : Tally::Fate::Added);
  return here && IsSame(version, *here);
}

Result<> MoveAlias(const Office& office, const std::string& model, const registry::Alias& alias,
                   const std::string& actor, const std::string& cause) {
  using Outcome = registry::Restoration::Outcome;
  const auto outcome = CAIRN_TRY(office.restoration.RestoreAlias(model, alias, actor, cause));
  if (outcome == Outcome::Guarded) {
    office.tally.Note(
        "The alias '" + alias.name + "' of model '" + model + "' named version " +
        std::to_string(alias.version) +
        " and was not set: it is bound by the accepted configuration and moves only by a decision "
        "(`cairn model consider`, `cairn model approve`).");
    return {};
  }
  const auto here = CAIRN_TRY(office.target.registry.FindModel(model));
  Json ours;
  for (const auto& one : here.aliases) {
    if (one.name == alias.name) ours = Json{{"version", one.version}};
  }
  office.tally.Compare("aliases", model + "@" + alias.name, Json{{"version", alias.version}}, ours,
                       outcome == Outcome::Set ? Tally::Fate::Added : Tally::Fate::Unchanged);
  return {};
}

Result<> MoveModel(const Office& office, const FoundModel& found, const std::string& actor,
                   const std::string& cause) {
  const auto had = CAIRN_TRY(IfThere(office.target.registry.FindModel(found.model.name)));
  CAIRN_TRY(office.restoration.Restore(found.model));
  const auto here = CAIRN_TRY(office.target.registry.FindModel(found.model.name));
  const auto fate = !had                                   ? Tally::Fate::Added
                    : had->tags.size() != here.tags.size() ? Tally::Fate::Completed
                                                           : Tally::Fate::Unchanged;
  // One that was made here keeps its own record; only what is below it came over.
  if (had && had->created_ms != found.model.created_ms) {
    office.tally.Note("The model '" + found.model.name +
                      "' was here already and keeps its own description and times.");
  } else {
    office.tally.Compare("registered models", found.model.name, Canonical(found.model), Canonical(here),
                         fate);
  }
  std::set<std::int64_t> theirs;
  for (const auto& version : found.versions) {
    if (CAIRN_TRY(MoveVersion(office, version))) theirs.insert(version.version.version);
  }
  for (const auto& alias : found.model.aliases) {
    if (theirs.contains(alias.version)) {
      CAIRN_TRY(MoveAlias(office, found.model.name, alias, actor, cause));
      continue;
    }
    office.tally.Note("The alias '" + alias.name + "' of model '" + found.model.name + "' names version " +
                      std::to_string(alias.version) +
                      " there and was not set: the version of that number here is not theirs; set the alias "
                      "by hand on the version you mean.");
  }
  return {};
}

}  // namespace

Result<> MoveRegistry(const Target& target, const std::vector<FoundModel>& models, const Addresses& addresses,
                      const std::string& actor, const std::string& cause, Tally& tally) {
  registry::Restoration restoration(target.database, target.clock, target.artifacts,
                                    registry::GuardOfAccepted());
  const Office office{target, addresses, restoration, CAIRN_TRY(target.registry.guard()), tally};
  for (const auto& model : models) {
    const auto moved = MoveModel(office, model, actor, cause);
    if (moved) continue;
    if (!ConcernsOneRecord(moved.error())) return moved.error();
    tally.Problem("registered model " + model.model.name + ": " + moved.error().message);
  }
  return {};
}

}  // namespace cairn::moving
