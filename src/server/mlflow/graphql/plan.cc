#include "server/mlflow/graphql/plan.h"

#include <algorithm>
#include <set>

#include "server/mlflow/graphql/arguments.h"

namespace cairn::mlflow::graphql {
namespace {

constexpr std::string_view kTypeName = "__typename";

Error Refused(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }
std::string Quoted(std::string_view name) { return "'" + std::string(name) + "'"; }

/// Selections that the answer holds under one name.
struct Group {
  const Selection* first = nullptr;
  std::vector<const std::vector<Selection>*> below;
};

class Planner {
 public:
  Planner(const Document& document, Json variables) : document_(document), variables_(std::move(variables)) {}

  Result<std::vector<Step>> Steps(const Type& type, const std::vector<const std::vector<Selection>*>& sets) {
    std::vector<Group> groups;
    std::set<std::string_view> spread;
    for (const auto* set : sets) CAIRN_TRY(Gather(type, *set, groups, spread));
    std::vector<Step> steps;
    for (const auto& group : groups) steps.push_back(CAIRN_TRY(StepOf(type, group)));
    return steps;
  }

 private:
  /// Into `groups`; a fragment that is spread again on the same level adds nothing.
  Result<> Gather(const Type& type, const std::vector<Selection>& selections, std::vector<Group>& groups,
                  std::set<std::string_view>& spread) {
    for (const auto& selection : selections) {
      if (!selection.directives.empty())
        return Refused("Unknown directive '@" + selection.directives.front() + "'.");
      switch (selection.kind) {
        case Selection::Kind::Field:
          CAIRN_TRY(Join(selection, groups));
          break;
        case Selection::Kind::Inline:
          if (!selection.name.empty()) CAIRN_TRY(CheckType(type, selection.name));
          CAIRN_TRY(Gather(type, selection.selections, groups, spread));
          break;
        case Selection::Kind::Spread:
          const auto* fragment = document_.Find(selection.name);
          if (fragment == nullptr) return Refused("Unknown fragment " + Quoted(selection.name) + ".");
          CAIRN_TRY(CheckType(type, fragment->on));
          if (spread.insert(fragment->name).second)
            CAIRN_TRY(Gather(type, fragment->selections, groups, spread));
          break;
      }
    }
    return {};
  }

  static Result<> CheckType(const Type& type, std::string_view on) {
    if (on == type.name) return {};
    return Refused("A fragment on " + Quoted(on) + " cannot be spread on type " + Quoted(type.name) + ".");
  }

  Result<> Join(const Selection& selection, std::vector<Group>& groups) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& known) { return known.first->key() == selection.key(); });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{&selection, {}});
    if (group->first->name != selection.name)
      return Clash(selection.key(),
                   Quoted(group->first->name) + " and " + Quoted(selection.name) + " are different fields");
    if (!SameArguments(group->first->arguments, selection.arguments))
      return Clash(selection.key(), "they have differing arguments");
    group->below.push_back(&selection.selections);
    return {};
  }

  static Error Clash(std::string_view key, const std::string& why) {
    return Refused("Fields " + Quoted(key) + " conflict because " + why + ". Use different aliases.");
  }

  static bool Same(const Value& a, const Value& b) {
    return a.kind == b.kind && a.text == b.text && a.names == b.names &&
           std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), Same);
  }
  static bool SameArguments(const Arguments& a, const Arguments& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
      return left.first == right.first && Same(left.second, right.second);
    });
  }

  Result<Step> StepOf(const Type& type, const Group& group) {
    const auto& selection = *group.first;
    Step step{selection.key(), nullptr, Json(), {}};
    if (selection.name == kTypeName) return step;
    step.field = type.Find(selection.name);
    if (step.field == nullptr)
      return Refused("Cannot query field " + Quoted(selection.name) + " on type " + Quoted(type.name) + ".");
    step.argument = CAIRN_TRY(ArgumentOf(selection, *step.field, variables_));
    const auto* below = step.field->type;
    const bool asked = std::any_of(group.below.begin(), group.below.end(),
                                   [](const auto* selections) { return !selections->empty(); });
    if (below == nullptr && asked) {
      return Refused("Field " + Quoted(selection.name) +
                     " must not have a selection since it has no subfields.");
    }
    if (below != nullptr && !asked) {
      return Refused("Field " + Quoted(selection.name) + " of type " + Quoted(below->name) +
                     " must have a selection of subfields.");
    }
    if (below != nullptr) step.steps = CAIRN_TRY(Steps(*below, group.below));
    return step;
  }

  const Document& document_;
  const Json variables_;
};

Result<const Operation*> Chosen(const Document& document, std::string_view name) {
  const auto& operations = document.operations;
  if (name.empty() && operations.size() == 1) return &operations.front();
  if (name.empty() && operations.empty()) return Refused("The document has no operation.");
  if (name.empty()) return Refused("Must provide operation name if query contains multiple operations.");
  const auto found = std::find_if(operations.begin(), operations.end(),
                                  [&](const Operation& candidate) { return candidate.name == name; });
  if (found == operations.end()) return Refused("Unknown operation named " + Quoted(name) + ".");
  return &*found;
}

}  // namespace

Result<Plan> PlanOf(const Document& document, std::string_view operation, const Json& variables) {
  const auto* chosen = CAIRN_TRY(Chosen(document, operation));
  for (const auto& directive : chosen->directives) {
    if (directive != "component") return Refused("Unknown directive '@" + directive + "'.");
  }
  Planner planner(document, CAIRN_TRY(VariablesOf(*chosen, variables)));
  Plan plan{chosen->changes ? &kMutation : &kQuery, {}};
  plan.steps = CAIRN_TRY(planner.Steps(*plan.root, {&chosen->selections}));
  return plan;
}

}  // namespace cairn::mlflow::graphql
