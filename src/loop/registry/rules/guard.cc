#include "loop/registry/rules/guard.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>

#include "ground/vocabulary/section.h"
#include "ledger/governance/configuration.h"
#include "loop/registry/rules/names.h"

namespace cairn::registry {
namespace {

constexpr const char* kHow =
    " It needs a decision: have the candidate judged and approved (`cairn model approve`), then `cairn model "
    "promote` moves it; "
    "`cairn model rollback` returns to the version before.";

bool Binds(const Guard& guard, std::string_view model) {
  return !guard.model.empty() && guard.model == model;
}

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

std::string Quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

/// The last configuration that was read, so that the same one is not read again.
struct Remembered {
  std::mutex mutex;
  std::string digest;
  Guard guard;
};

}  // namespace

Result<Guard> GuardOf(const Node& configuration) {
  Guard guard;
  guard.model = TextAtPath(configuration, "model.name");
  const Node* alias = configuration.FindPath("model.alias");
  if (alias == nullptr || alias->IsNull()) return guard;
  guard.alias = alias->IsScalar() ? alias->text() : "";
  if (const auto checked = CheckAlias(guard.alias); !checked) return WrongAt(*alias, checked.error().message);
  return guard;
}

std::function<Result<Guard>(sql::Connection&)> GuardOfAccepted() {
  return [last = std::make_shared<Remembered>()](sql::Connection& connection) -> Result<Guard> {
    const auto accepted = CAIRN_TRY(governance::AcceptedIn(connection));
    if (!accepted) return Guard();
    const std::lock_guard lock(last->mutex);
    if (last->digest != accepted->digest) {
      last->guard = CAIRN_TRY(GuardOf(CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml"))));
      last->digest = accepted->digest;
    }
    return last->guard;
  };
}

Result<> AllowAlias(const Guard& guard, std::string_view model, std::string_view alias) {
  if (!Binds(guard, model) || guard.alias != alias) return {};
  return Denied("The alias " + Quoted(alias) + " of model " + Quoted(model) +
                " is bound by the accepted configuration and cannot be set or deleted directly." + kHow);
}

Result<> AllowVersionDeletion(const Guard& guard, const ModelVersion& version) {
  if (!Binds(guard, version.model)) return {};
  const auto& aliases = version.aliases;
  if (std::find(aliases.begin(), aliases.end(), guard.alias) == aliases.end()) return {};
  return Denied("Version " + std::to_string(version.version) + " of model " + Quoted(version.model) +
                " is in production and cannot be deleted: promote another version first." + kHow);
}

Result<> AllowMarkingDeleted(const Guard& guard, const ModelVersion& version, const std::string& pending) {
  CAIRN_TRY(AllowVersionDeletion(guard, version));
  if (!Binds(guard, version.model) || pending.empty()) return {};
  return Denied("Version " + std::to_string(version.version) + " of model " + Quoted(version.model) +
                " cannot be deleted: by the decision " + pending +
                " it may still come into production, or production may return to it. Reject the decision "
                "(`cairn model reject`), or promote another version first." +
                kHow);
}

Result<> AllowDeletion(const Guard& guard, std::string_view model) {
  if (!Binds(guard, model)) return {};
  return Denied("The model " + Quoted(model) +
                " is bound by the accepted configuration and cannot be deleted: accept one that names "
                "another model first "
                "(`cairn apply`). What it has in production changes only by `cairn model approve`, `cairn "
                "model promote` and "
                "`cairn model rollback`.");
}

Result<> AllowRenaming(const Guard& guard, std::string_view model, std::string_view new_name,
                       bool carries_production) {
  if (Binds(guard, model)) {
    return Denied("The model " + Quoted(model) +
                  " is bound by the accepted configuration and cannot be renamed: accept one that names "
                  "another model first "
                  "(`cairn apply`). What it has in production changes only by `cairn model approve`, `cairn "
                  "model promote` and "
                  "`cairn model rollback`.");
  }
  if (!Binds(guard, new_name) || !carries_production) return {};
  return Denied("The name " + Quoted(new_name) + " is bound by the accepted configuration, and the model " +
                Quoted(model) + " has a version in production that no decision put there: delete its alias " +
                Quoted(guard.alias) + " or end its stage first." + kHow);
}

Result<> AllowStage(const Guard& guard, const ModelVersion& version, std::string_view stage) {
  if (!Binds(guard, version.model) || version.stage == stage) return {};
  if (version.stage != kProductionStage && stage != kProductionStage) return {};
  return Denied("The model " + Quoted(version.model) +
                " is bound by the accepted configuration: no transition brings its versions into the stage "
                "Production or "
                "out of it." +
                kHow);
}

}  // namespace cairn::registry
