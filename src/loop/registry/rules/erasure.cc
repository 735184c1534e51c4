#include "loop/registry/rules/erasure.h"

#include <algorithm>
#include <map>
#include <set>

#include "ground/vocabulary/time.h"
#include "ledger/governance/retention.h"
#include "loop/registry/rules/guard.h"
#include "loop/registry/tables/removal_table.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::registry {
namespace {

/// Gathers refusals and folders while it goes through what is meant.
class Survey {
 public:
  Survey(sql::Connection& connection, const Guard& guard, std::vector<governance::Hold> holds)
      : connection_(connection), guard_(guard) {
    for (auto& hold : holds) {
      const std::string subject = hold.subject;
      holds_.emplace(subject, std::move(hold));
    }
  }

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
    return CheckVersions({wish.name, 0});
  }

  Result<> Take(const Deletion::OfVersion& wish) {
    scope_.versions.push_back(CAIRN_TRY(ReadVersion(connection_, wish.model, wish.version)));
    scope_.plan.subjects.push_back(SubjectOf(scope_.versions.front().version));
    CAIRN_TRY(CheckDecision(wish.model, std::to_string(wish.version)));
    return CheckVersions({wish.model, wish.version});
  }

 private:
  static std::string SubjectOf(const ModelVersion& version) {
    return "model:" + version.model + "/" + std::to_string(version.version);
  }
  static std::string Words(const Origination& version) {
    return "version " + std::to_string(version.version) + " of model '" + version.model + "'";
  }

  void Refuse(const std::string& subject, std::string why) {
    scope_.plan.refusals.push_back({subject, std::move(why)});
  }

  void CheckHolds(const std::string& subject, const std::vector<std::string>& bearers) {
    for (const auto& bearer : bearers) {
      const auto hold = holds_.find(bearer);
      if (hold == holds_.end()) continue;
      const auto& [held, reason, actor, at] = hold->second;
      Refuse(subject, held + " is under legal hold since " + FormatUtc(at) + " by " + actor + " (" + reason +
                          "): `cairn hold remove " + held + "` lifts it.");
      return;
    }
  }

  Result<> CheckDecision(const std::string& model, const std::string& version) {
    const auto decision = CAIRN_TRY(governance::DecisionOn(connection_, model, version));
    if (decision.empty()) return {};
    const std::string subject = "model:" + model + (version.empty() ? "" : "/" + version);
    Refuse(subject, "The decision " + decision + " is about " +
                        (version.empty() ? "a version of model '" + model + "'"
                                         : "version " + version + " of model '" + model + "'") +
                        ": what a decision was about stays with its record.");
    return {};
  }

  void RefuseOrigin(const std::string& subject, const Origination& version) {
    if (!refused_for_origin_.insert(subject).second) return;
    Refuse(subject, "What " + Words(version) +
                        " was registered from is kept: delete the version first (`cairn model delete " +
                        version.model + " " + std::to_string(version.version) + "`).");
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
      RefuseOrigin(model.source_run.empty() ? "experiment:" + std::to_string(model.experiment)
                                            : "run:" + model.source_run,
                   version->second);
    }
    return {};
  }

  Result<> CheckVersions(const Origination& meant) {
    for (const auto& stored : scope_.versions) {
      const auto& version = stored.version;
      const auto subject = SubjectOf(version);
      if (const auto allowed = AllowVersionDeletion(guard_, version); !allowed)
        Refuse(subject, allowed.error().message);
      CheckHolds(subject, {"model:" + version.model, subject, "run:" + version.run_id});
      if (!version.location.empty() && !CAIRN_TRY(VersionAt(connection_, version.location, meant)))
        CAIRN_TRY(TakeFiles(version));
      if (version.location.empty()) scope_.plan.elsewhere.push_back(version.source);
    }
    return {};
  }

  /// A version's files are those of the logged model that it was registered from, which goes along.
  Result<> TakeFiles(const ModelVersion& version) {
    auto logged = CAIRN_TRY(tracking::DoomedModel(connection_, version.model_id));
    if (logged.models.empty()) AddFolder(version.location);
    for (auto& model : logged.models) {
      const bool known = std::any_of(scope_.doomed.models.begin(), scope_.doomed.models.end(),
                                     [&](const auto& one) { return one.id == model.id; });
      if (!known) scope_.doomed.models.push_back(std::move(model));
    }
    return {};
  }

  void AddFolder(const std::string& path) {
    // The root itself is never meant.
    if (!path.empty()) scope_.plan.folders.push_back(path);
  }

  Result<> AddFolders() {
    auto uris = tracking::ArtifactUris(scope_.doomed);
    if (const auto& experiment = scope_.doomed.experiment) {
      const bool own = experiment->artifact_location.ends_with("/" + std::to_string(experiment->id));
      if (own) uris.push_back(experiment->artifact_location);
    }
    for (const auto& uri : uris) {
      const auto path = tracking::ProxiedPath(uri);
      if (path) {
        AddFolder(*path);
      } else {
        scope_.plan.elsewhere.push_back(uri);
      }
    }
    LeaveOutNested();
    return {};
  }

  /// A folder within another one goes with it.
  void LeaveOutNested() {
    auto& folders = scope_.plan.folders;
    for (auto& folder : folders) folder += '/';
    std::sort(folders.begin(), folders.end());
    // With the slash at their ends, folders stand right behind those that they lie in.
    std::vector<std::string> outermost;
    for (auto& folder : folders) {
      if (outermost.empty() || !folder.starts_with(outermost.back())) outermost.push_back(std::move(folder));
    }
    for (auto& folder : outermost) folder.pop_back();
    folders = std::move(outermost);
  }

  sql::Connection& connection_;
  const Guard& guard_;
  std::map<std::string, governance::Hold> holds_;
  std::set<std::string> refused_for_origin_;
  Scope scope_;
};

}  // namespace

Result<Scope> ScopeOf(sql::Connection& connection, const Guard& guard, const Deletion::Wish& wish) {
  Survey survey(connection, guard, CAIRN_TRY(governance::HoldsIn(connection)));
  CAIRN_TRY(std::visit([&](const auto& one) { return survey.Take(one); }, wish));
  return survey.Finish();
}

}  // namespace cairn::registry
