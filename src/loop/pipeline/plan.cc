#include "loop/pipeline/plan.h"

#include <algorithm>
#include <set>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/comparison.h"

namespace cairn::pipeline {
namespace {

/// The stages that a word names: one, or those of a group.
Result<std::vector<const Stage*>> StagesNamed(const Definition& definition, const std::string& name) {
  auto named = definition.Named(name);
  if (!named.empty()) return named;
  std::vector<std::string_view> names;
  for (const Stage& one : definition.stages) names.push_back(one.name);
  return Error{Reason::NotFound, "dvc.yaml has no stage '" + name + "'." + Suggestion(name, names)};
}

/// Those named and those in reach, or everything when none is named.
Result<std::set<const Stage*>> Chosen(const Definition& definition, const Selection& selection) {
  std::set<const Stage*> chosen;
  std::vector<const Stage*> open;
  for (const auto& name : selection.only) {
    for (const Stage* stage : CAIRN_TRY(StagesNamed(definition, name))) open.push_back(stage);
  }
  while (!open.empty()) {
    const Stage* stage = open.back();
    open.pop_back();
    if (!chosen.insert(stage).second || selection.reach != Selection::Reach::Upstream) continue;
    for (const Stage* before : definition.Before(*stage)) open.push_back(before);
  }
  if (selection.only.empty()) {
    for (const Stage& stage : definition.stages) chosen.insert(&stage);
  }
  if (selection.reach != Selection::Reach::Downstream) return chosen;
  for (const Stage* stage : definition.Ordered()) {
    const auto before = definition.Before(*stage);
    if (std::any_of(before.begin(), before.end(), [&](const Stage* one) { return chosen.contains(one); }))
      chosen.insert(stage);
  }
  return chosen;
}

}  // namespace

const char* NameOf(Cause::Level level) {
  switch (level) {
    case Cause::Level::Never:
      return "never";
    case Cause::Level::Command:
      return "command";
    case Cause::Level::Code:
      return "code";
    case Cause::Level::Data:
      return "data";
    case Cause::Level::Model:
      return "model";
    case Cause::Level::Params:
      return "params";
    case Cause::Level::Environment:
      return "environment";
    case Cause::Level::Output:
      return "output";
    case Cause::Level::Always:
      return "always";
    case Cause::Level::Upstream:
      return "upstream";
    case Cause::Level::Forced:
      return "forced";
  }
  return "never";
}

bool Plan::AnyStale() const {
  return std::any_of(stages.begin(), stages.end(),
                     [](const PlannedStage& planned) { return planned.Stale(); });
}

Result<Plan> MakePlan(const std::string& project, const Definition& definition, const Lock& lock,
                      const repository::Objects& objects, repository::StatIndex& index,
                      const Selection& selection) {
  const auto chosen = CAIRN_TRY(Chosen(definition, selection));
  std::vector<const Stage*> looking;
  for (const Stage* stage : chosen) {
    if (!stage->outside.empty() && !stage->frozen && lock.Find(stage->name)) looking.push_back(stage);
  }
  const OutsideView outside(project, looking, index);
  Plan plan;
  std::set<const Stage*> stale;
  for (const Stage* stage : definition.Ordered()) {
    if (!chosen.contains(stage)) continue;
    std::set<std::string> remade;
    std::vector<Cause> upstream;
    for (const Stage* before : definition.Before(*stage)) {
      if (!stale.contains(before)) continue;
      upstream.push_back(
          {Cause::Level::Upstream, before->name, "stage '" + before->name + "' runs before it"});
      for (const Out& out : before->outs) remade.insert(out.path);
    }
    const bool forced = selection.Forces(stage->name);
    Comparison comparison(project, *stage, lock.Find(stage->name), outside, objects, index, forced);
    PlannedStage planned;
    planned.stage = stage;
    planned.causes = CAIRN_TRY(comparison.Run(remade));
    planned.items = comparison.items();
    planned.causes.insert(planned.causes.end(), upstream.begin(), upstream.end());
    if (forced)
      planned.causes.insert(planned.causes.begin(),
                            {Cause::Level::Forced, stage->name, "it was asked for by force"});
    if (planned.Stale()) stale.insert(stage);
    plan.stages.push_back(std::move(planned));
  }
  return plan;
}

bool Selection::Forces(std::string_view stage) const {
  // A group forces its stages.
  return force && (only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& name) {
                     return stage == name || stage.starts_with(name + "@");
                   }));
}

Result<Selection::Reach> ReachNamed(std::string_view name) {
  if (name == "upstream") return Selection::Reach::Upstream;
  if (name == "alone") return Selection::Reach::Alone;
  if (name == "downstream") return Selection::Reach::Downstream;
  return Error{Reason::InvalidArgument,
               "'" + std::string(name) + "' is not how far stages reach: upstream, alone or downstream"};
}

Result<std::vector<Cause>> CausesOf(const std::string& project, const Stage& stage, const LockedStage* locked,
                                    const repository::Objects& objects, repository::StatIndex& index) {
  const OutsideView outside(project, {&stage}, index);
  return Comparison(project, stage, locked, outside, objects, index, false).Run({});
}

}  // namespace cairn::pipeline
