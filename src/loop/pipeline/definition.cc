#include "loop/pipeline/definition.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition/groups.h"
#include "loop/pipeline/definition/paths.h"
#include "loop/pipeline/definition/stage_reader.h"
#include "loop/pipeline/definition/templates.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kFile = "dvc.yaml";

Result<> CheckName(const std::string& name, const Node& node) {
  if (name.empty()) return WrongAt(node.Where(), "a stage has no name");
  for (const char c : name) {
    if (std::string_view("!\"#$%&'()*+,./:;<=>?@[\\]^`{|}~").find(c) != std::string_view::npos) {
      return WrongAt(node.Where(), "the stage name '" + name + "' holds '" + std::string(1, c) +
                                       "': use letters, digits, '-' and '_'");
    }
  }
  return Done{};
}

/// The stages that an entry of dvc.yaml stands for: itself, or those of a group.
Result<> ReadEntry(const std::string& project, const std::string& name, const Node& node,
                   const Templates& templates, Definition& definition) {
  CAIRN_TRY(CheckName(name, node));
  const bool group = node.IsMap() && (node.Find("foreach") || node.Find("do") || node.Find("matrix"));
  if (!group) {
    definition.stages.push_back(CAIRN_TRY(ReadStage(project, name, node, templates)));
    return Done{};
  }
  const Node* body = &node;
  if (!node.Find("matrix")) {
    CAIRN_TRY(node.OnlyKeys({"foreach", "do"}));
    body = node.Find("do");
    if (!body || !node.Find("foreach"))
      return WrongAt(node.Where(),
                     "the group '" + name + "' needs 'foreach', which says over what, and 'do', the stage");
    if (body->IsMap() && body->Find("matrix"))
      return WrongAt(body->Where(), "'matrix' cannot stand within 'foreach'");
  }
  for (Round& round : CAIRN_TRY(RoundsOf(node, templates))) {
    const Templates filled = templates.WithItem(std::move(round.item), round.key);
    definition.stages.push_back(CAIRN_TRY(ReadStage(project, name + "@" + round.name, *body, filled)));
  }
  return Done{};
}

/// Outs by path, to find those that contain a path or lie in it without looking at all.
class Makers {
 public:
  void Add(const std::string& path, std::size_t stage) { stages_.emplace(path, stage); }

  /// Calls `found` with each out that is `path`, contains it or lies in it, and its stage; until it gives
  /// true.
  template <class Found>
  void Around(const std::string& path, Found found) const {
    for (std::string at = path;; at = os::ParentOf(at)) {
      const auto one = stages_.find(at);
      if (one != stages_.end() && found(one->first, one->second)) return;
      if (at == ".") break;
    }
    const std::string inside = path == "." ? "" : path + "/";
    for (auto one = stages_.lower_bound(inside); one != stages_.end() && one->first.starts_with(inside);
         ++one) {
      if (one->first != path && found(one->first, one->second)) return;
    }
  }

 private:
  std::map<std::string, std::size_t> stages_;
};

Result<> CheckOuts(const Definition& definition) {
  Makers makers;
  for (std::size_t i = 0; i < definition.stages.size(); ++i) {
    const Stage& stage = definition.stages[i];
    for (const Out& out : stage.outs) {
      std::optional<Error> wrong;
      makers.Around(out.path, [&](const std::string& path, std::size_t maker) {
        wrong =
            path == out.path
                ? WrongAt(stage.where, "'" + path + "' is made by stage '" + definition.stages[maker].name +
                                           "' and by stage '" + stage.name + "'")
                : WrongAt(stage.where, "the outs '" + path + "' and '" + out.path + "' lie one in the other");
        return true;
      });
      if (wrong) return *wrong;
      makers.Add(out.path, i);
      if (std::find(stage.deps.begin(), stage.deps.end(), out.path) != stage.deps.end()) {
        return WrongAt(stage.where, "stage '" + stage.name + "' both reads and makes '" + out.path + "'");
      }
    }
  }
  return Done{};
}

}  // namespace

bool Overlap(std::string_view a, std::string_view b) { return Contains(a, b) || Contains(b, a); }

std::vector<std::string> Stage::Commands() const {
  std::vector<std::string> commands;
  const auto add = [&](std::string_view command) {
    if (!Trim(command).empty()) commands.emplace_back(Trim(command));
  };
  if (cmd.IsString()) {
    for (const std::string_view line : Split(cmd.AsString(), '\n')) add(line);
  }
  for (const Json& item : cmd.items()) add(item.AsString());
  return commands;
}

const Stage* Definition::Find(std::string_view name) const {
  const auto found =
      std::find_if(stages.begin(), stages.end(), [&](const Stage& stage) { return stage.name == name; });
  return found == stages.end() ? nullptr : &*found;
}

std::vector<const Stage*> Definition::Named(std::string_view name) const {
  std::vector<const Stage*> named;
  const std::string group = std::string(name) + "@";
  for (const Stage& stage : stages) {
    if (stage.name == name || stage.name.starts_with(group)) named.push_back(&stage);
  }
  return named;
}

Result<> Definition::Link() {
  Makers makers;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    for (const Out& out : stages[i].outs) makers.Add(out.path, i);
  }
  before_.assign(stages.size(), {});
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].frozen) continue;
    std::set<std::size_t> named;
    for (const auto& dep : stages[i].deps) {
      makers.Around(dep, [&](const std::string&, std::size_t maker) {
        if (named.insert(maker).second) before_[i].push_back(maker);
        return false;
      });
    }
  }
  return Arrange();
}

Result<> Definition::Arrange() {
  enum class Seen : char { No, Open, Done };
  std::vector<Seen> seen(stages.size(), Seen::No);
  /// The way from a stage down to what it needs, each with how many of its own were looked at.
  std::vector<std::pair<std::size_t, std::size_t>> way;
  order_.clear();
  for (std::size_t first = 0; first < stages.size(); ++first) {
    if (seen[first] == Seen::No) way.emplace_back(first, 0);
    while (!way.empty()) {
      auto& [at, looked] = way.back();
      seen[at] = Seen::Open;
      if (looked == before_[at].size()) {
        seen[at] = Seen::Done;
        order_.push_back(at);
        way.pop_back();
        continue;
      }
      const std::size_t next = before_[at][looked++];
      if (seen[next] == Seen::Open) {
        std::vector<std::string> cycle{stages[next].name};
        for (auto step = way.rbegin(); step->first != next; ++step) cycle.push_back(stages[step->first].name);
        cycle.push_back(stages[next].name);
        std::reverse(cycle.begin(), cycle.end());
        return WrongAt(std::string(kFile), "the stages form a cycle: " + Join(cycle, " → "));
      }
      if (seen[next] == Seen::No) way.emplace_back(next, 0);
    }
  }
  return Done{};
}

std::vector<const Stage*> Definition::Before(const Stage& stage) const {
  std::vector<const Stage*> before;
  for (const std::size_t one : before_[static_cast<std::size_t>(&stage - stages.data())])
    before.push_back(&stages[one]);
  return before;
}

std::vector<const Stage*> Definition::Ordered() const {
  std::vector<const Stage*> ordered;
  ordered.reserve(order_.size());
  for (const std::size_t one : order_) ordered.push_back(&stages[one]);
  return ordered;
}

Result<Definition> ReadDefinition(const std::string& project) {
  const auto text = os::ReadFile(os::JoinPath(project, kFile), 64 << 20);
  if (!text) {
    if (text.error().reason != Reason::NotFound) return text.error();
    return Error{Reason::NotFound, "there is no dvc.yaml in '" + project +
                                       "': it declares the stages to run (`cairn init` writes one)"};
  }
  const Node root = CAIRN_TRY(ParseYaml(*text, kFile));
  if (!root.IsNull() && !root.IsMap()) return WrongAt(root.Where(), "this must be a map with 'stages'");
  CAIRN_TRY(root.OnlyKeys({"stages", "vars", "params", "metrics", "plots", "artifacts", "datasets"}));
  const Templates templates = CAIRN_TRY(Templates::Read(project, root));
  Definition definition;
  const Node* stages = root.Find("stages");
  if (stages && !stages->IsNull() && !stages->IsMap())
    return WrongAt(stages->Where(), "'stages' must be a map");
  if (stages) {
    const std::string real = CAIRN_TRY(os::RealPath(project));
    for (const auto& [name, mark, node] : stages->entries())
      CAIRN_TRY(ReadEntry(real, name, node, templates, definition));
  }
  definition.sources = templates.Files();
  CAIRN_TRY(CheckOuts(definition));
  CAIRN_TRY(definition.Link());
  return definition;
}

}  // namespace cairn::pipeline
