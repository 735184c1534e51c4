#include "loop/registry/rules/erasure.h"

#include <algorithm>
#include <set>

#include "loop/registry/rules/guard.h"
#include "loop/registry/rules/retention.h"
#include "loop/registry/tables/removal_table.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::registry {
namespace {

/// Gathers refusals and folders while it goes through what is meant.
class Survey {
 public:
  Survey(sql::Connection& connection, const Guard& guard, const std::string& address, StandingHolds holds)
      : connection_(connection), guard_(guard), address_(address), holds_(std::move(holds)) {}

  Result<Scope> Finish() {
    CAIRN_TRY(AddFolders());
    return std::move(scope_);
  }

  Result<> Take(const Deletion::OfRuns& wish) {
    scope_.doomed = CAIRN_TRY(tracking::DoomedRuns(connection_, wish.ids));
    for (const auto& run : scope_.doomed.runs) scope_.plan.subjects.push_back("run:" + run.id);
    return CheckTracked();
  }

  Result<> Take(const Deletion::OfExperiment& wish) {
    scope_.doomed = CAIRN_TRY(tracking::DoomedExperiment(connection_, wish.id));
    const std::string subject = "experiment:" + std::to_string(wish.id);
    scope_.plan.subjects.push_back(subject);
    if (wish.id == 0)
      Refuse(subject, "The experiment Default takes the runs that name no other: delete its runs instead.");
    CheckHolds(subject, {subject});
    return CheckTracked();
  }

  Result<> Take(const Deletion::OfModel& wish) {
    scope_.model = CAIRN_TRY(ReadModel(connection_, wish.name));
    scope_.versions = CAIRN_TRY(ReadVersions(connection_, wish.name));
    const std::string subject = "model:" + wish.name;
    scope_.plan.subjects.push_back(subject);
    if (const auto allowed = AllowDeletion(guard_, wish.name); !allowed)
      Refuse(subject, allowed.error().message);
    CheckHolds(subject, {subject});
    CAIRN_TRY(CheckDecision(wish.name, ""));
    meant_ = {wish.name, 0};
    return CheckVersions();
  }

  Result<> Take(const Deletion::OfVersion& wish) {
    scope_.versions.push_back(CAIRN_TRY(ReadVersion(connection_, wish.model, wish.version)));
    scope_.plan.subjects.push_back(SubjectOf(scope_.versions.front().version));
    CAIRN_TRY(CheckDecision(wish.model, std::to_string(wish.version)));
    meant_ = {wish.model, wish.version};
    return CheckVersions();
  }

 private:
  static std::string SubjectOf(const ModelVersion& version) {
    return "model:" + version.model + "/" + std::to_string(version.version);
  }
  static std::string SubjectOf(const tracking::LoggedModel& model) {
    return model.source_run.empty() ? "experiment:" + std::to_string(model.experiment)
                                    : "run:" + model.source_run;
  }
  static std::string Words(const Origination& version) {
    return "version " + std::to_string(version.version) + " of model '" + version.model + "'";
  }

  void Refuse(const std::string& subject, std::string why) {
    scope_.plan.refusals.push_back({subject, std::move(why)});
  }

  void CheckHolds(const std::string& subject, const std::vector<std::string>& bearers) {
    if (auto why = holds_.WhyKept(bearers); !why.empty()) Refuse(subject, std::move(why));
  }

  Result<> CheckDecision(const std::string& model, const std::string& version) {
    auto why = CAIRN_TRY(WhyDecided(connection_, model, version));
    if (!why.empty()) Refuse("model:" + model + (version.empty() ? "" : "/" + version), std::move(why));
    return {};
  }

  void RefuseOrigin(const std::string& subject, const Origination& version) {
    if (!refused_for_origin_.insert(subject).second) return;
    Refuse(subject, "What " + Words(version) + " was registered from is kept: " +
                        (version.deleted ? "the version was deleted, but a decision is about it."
                                         : "delete the version first (`cairn model delete " + version.model +
                                               " " + std::to_string(version.version) + "`)."));
  }

  Result<> CheckTracked() {
    std::vector<sql::Value> runs, models;
    for (const auto& run : scope_.doomed.runs) {
      CheckHolds("run:" + run.id, {"run:" + run.id, "experiment:" + std::to_string(run.experiment)});
      runs.emplace_back(run.id);
    }
    for (const auto& model : scope_.doomed.models) models.emplace_back(model.id);
    for (const auto& [run, version] : CAIRN_TRY(VersionsFromRuns(connection_, runs)))
      RefuseOrigin("run:" + run, version);
    const auto versions = CAIRN_TRY(VersionsFromModels(connection_, models));
    for (const auto& model : scope_.doomed.models) {
      const auto version = versions.find(model.id);
      if (version == versions.end()) continue;
      RefuseOrigin(SubjectOf(model), version->second);
    }
    return {};
  }

  Result<> CheckVersions() {
    for (const auto& stored : scope_.versions) {
      const auto& version = stored.version;
      const auto subject = SubjectOf(version);
      if (const auto allowed = AllowVersionDeletion(guard_, version); !allowed)
        Refuse(subject, allowed.error().message);
      CheckHolds(subject, CAIRN_TRY(BearersOf(connection_, version)));
      if (version.location.empty()) {
        scope_.plan.elsewhere.push_back(version.source);
      } else if (!CAIRN_TRY(VersionAt(connection_, version.location, meant_))) {
        CAIRN_TRY(TakeFiles(version));
      }
    }
    return {};
  }

  static bool Owns(const Owner& owner, const ModelVersion& version) {
    if (owner.kind == Owner::Kind::Run) return version.run_id == owner.id && version.location != owner.folder;
    if (!version.model_id.empty()) return version.model_id == owner.id;
    return !version.run_id.empty() && version.run_id == owner.source_run;
  }

  /// A version's files are those below its run's artifacts, or all of the logged model that it was registered
  /// from, which goes along. Whatever else a source named belongs to others too.
  Result<> TakeFiles(const ModelVersion& version) {
    const auto owner = CAIRN_TRY(OwnerOf(connection_, version.location));
    if (!owner || !Owns(*owner, version)) {
      scope_.plan.elsewhere.push_back(version.source);
      return {};
    }
    if (owner->kind == Owner::Kind::Run) {
      AddFolder(SubjectOf(version), version.location);
      return {};
    }
    auto logged = CAIRN_TRY(tracking::DoomedModel(connection_, owner->id));
    for (const auto& uri : tracking::ArtifactUris(logged)) {
      if (CAIRN_TRY(VersionAt(connection_, CAIRN_TRY(tracking::ProxiedPath(uri)), meant_))) return {};
    }
    for (auto& model : logged.models) {
      const bool known = std::any_of(scope_.doomed.models.begin(), scope_.doomed.models.end(),
                                     [&](const auto& one) { return one.id == model.id; });
      if (!known) scope_.doomed.models.push_back(std::move(model));
    }
    return {};
  }

  void AddFolder(const std::string& subject, const std::string& path) {
    // The root itself is never meant.
    if (!path.empty()) folders_.push_back({path, subject});
  }

  void AddUri(const std::string& subject, const std::string& uri) {
    if (const auto path = tracking::ProxiedPath(uri)) {
      AddFolder(subject, *path);
    } else {
      scope_.plan.elsewhere.push_back(uri);
    }
  }

  /// An experiment's folder bears its id; still another record may have been told to keep its files there.
  Result<> AddExperiment(const tracking::Experiment& experiment) {
    const auto& uri = experiment.artifact_location;
    if (!uri.ends_with("/" + std::to_string(experiment.id))) return {};
    const auto path = tracking::ProxiedPath(uri);
    if (path && !path->empty() &&
        !CAIRN_TRY(tracking::KeeperBelow(connection_, *path, address_, scope_.doomed)).empty())
      return {};
    AddUri("experiment:" + std::to_string(experiment.id), uri);
    return {};
  }

  Result<> AddFolders() {
    const auto& doomed = scope_.doomed;
    const auto uris = tracking::ArtifactUris(doomed);
    for (std::size_t i = 0; i < uris.size(); ++i) {
      const bool of_run = i < doomed.runs.size();
      AddUri(of_run ? "run:" + doomed.runs[i].id : SubjectOf(doomed.models[i - doomed.runs.size()]), uris[i]);
    }
    if (doomed.experiment) CAIRN_TRY(AddExperiment(*doomed.experiment));
    LeaveOutNested();
    for (const auto& [path, subject] : folders_) {
      const auto version = CAIRN_TRY(VersionAt(connection_, path, meant_));
      if (version) RefuseOrigin(subject, *version);
      scope_.plan.folders.push_back(path);
    }
    return {};
  }

  /// A folder within another one goes with it.
  void LeaveOutNested() {
    for (auto& folder : folders_) folder.path += '/';
    // With the slash at their ends, folders stand right behind those that they lie in.
    std::sort(folders_.begin(), folders_.end(),
              [](const Folder& a, const Folder& b) { return a.path < b.path; });
    std::vector<Folder> outermost;
    for (auto& folder : folders_) {
      if (outermost.empty() || !folder.path.starts_with(outermost.back().path))
        outermost.push_back(std::move(folder));
    }
    for (auto& folder : outermost) folder.path.pop_back();
    folders_ = std::move(outermost);
  }

  /// What goes with all in it, and for whose sake.
  struct Folder {
    std::string path, subject;
  };

  sql::Connection& connection_;
  const Guard& guard_;
  const std::string& address_;
  const StandingHolds holds_;
  Origination meant_;  ///< The version that goes, or with number 0 all of its model; else no version goes.
  std::vector<Folder> folders_;
  std::set<std::string> refused_for_origin_;
  Scope scope_;
};

}  // namespace

Result<Scope> ScopeOf(sql::Connection& connection, const Guard& guard, const std::string& address,
                      const Deletion::Wish& wish) {
  Survey survey(connection, guard, address, CAIRN_TRY(StandingHolds::Read(connection)));
  CAIRN_TRY(std::visit([&](const auto& one) { return survey.Take(one); }, wish));
  return survey.Finish();
}

}  // namespace cairn::registry
