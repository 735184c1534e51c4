#include "loop/pipeline/definition.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition/groups.h"
#include "loop/pipeline/definition/templates.h"
#include "loop/pipeline/plan.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kFile = "dvc.yaml";

/// `path` seen from `base`, which lies in the project as "." or "a/b", without detours; begins with ".." when
/// it leaves the project.
std::string Resolved(const std::string& base, std::string_view path) {
  std::vector<std::string> parts;
  const std::string joined = base + "/" + std::string(path);
  for (const std::string_view part : Split(joined, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != ".." || parts.empty() || parts.back() == "..") {
      parts.emplace_back(part);
    } else {
      parts.pop_back();
    }
  }
  return parts.empty() ? std::string(".") : Join(parts, "/");
}

bool Leaves(std::string_view resolved) { return resolved == ".." || resolved.starts_with("../"); }

/// `path` seen from `base`, both relative to the project; InvalidArgument when it leaves the project.
Result<std::string> Inside(const std::string& base, std::string_view path, const std::string& where) {
  if (repository::IsAddress(path)) {
    return Error{Reason::Unsupported, where + ": '" + std::string(path) +
                                          "' is an address, and a stage makes files of the project: let its "
                                          "command send it there, and write down what it sent"};
  }
  if (path.empty() || path.front() == '/')
    return WrongAt(where, "'" + std::string(path) + "' must be a path inside the project");
  std::string resolved = Resolved(base, path);
  if (Leaves(resolved)) return WrongAt(where, "'" + std::string(path) + "' leaves the project");
  return resolved;
}

bool Contains(std::string_view folder, std::string_view path) {
  return folder == "." || path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

/// Turns the nodes of dvc.yaml into stages.
class Reader {
 public:
  /// `project` (absolute, links resolved) and `templates` must outlive the reader.
  Reader(const std::string& project, const Templates& templates)
      : project_(project), templates_(&templates) {}

  Result<Stage> ReadStage(const std::string& name, const Node& node) {
    Stage stage;
    stage.name = name;
    stage.where = node.Where();
    if (!node.IsMap()) return WrongAt(stage.where, "stage '" + name + "' must be a map");
    CAIRN_TRY(node.OnlyKeys({"cmd", "wdir", "deps", "params", "outs", "metrics", "plots", "frozen",
                             "always_changed", "meta", "desc", "vars", "matrix"}));
    if (const Node* wdir = node.Find("wdir")) stage.wdir = CAIRN_TRY(PathOf(*wdir, "."));
    if (const Node* vars = node.Find("vars"); vars && !vars->IsNull()) {
      stage.has_vars = true;
      const Templates more = CAIRN_TRY(templates_->With(*vars, stage.wdir));
      return Reader(project_, more).ReadRest(node, std::move(stage));
    }
    return ReadRest(node, std::move(stage));
  }

 private:
  Result<Stage> ReadRest(const Node& node, Stage stage) {
    CAIRN_TRY(ReadCommand(node, stage));
    CAIRN_TRY(Each(node, "deps", [&](const Node& item) { return ReadDep(item, stage); }));
    CAIRN_TRY(ReadOuts(node, "outs", stage));
    CAIRN_TRY(ReadOuts(node, "metrics", stage));
    CAIRN_TRY(ReadOuts(node, "plots", stage));
    CAIRN_TRY(ReadParamList(node, stage));
    stage.frozen = node.Find("frozen") && node.Find("frozen")->text() == "true";
    stage.always_changed = node.Find("always_changed") && node.Find("always_changed")->text() == "true";
    return stage;
  }

  Result<> ReadDep(const Node& node, Stage& stage) {
    if (!node.IsScalar()) return WrongAt(node.Where(), "a path is expected here");
    std::string path = CAIRN_TRY(templates_->Fill(node.text(), node.Where()));
    if (repository::IsAddress(path)) {
      const auto known = repository::CheckAddress(path);
      if (!known) return Error{known.error().reason, node.Where() + ": " + known.error().message};
      stage.outside.push_back(std::move(path));
      return Done{};
    }
    if (path.empty()) return WrongAt(node.Where(), "'' is no path");
    if (path.front() == '/') {
      const std::string plain = "/" + Resolved(".", path);
      if (!Contains(project_, plain)) {
        stage.outside.push_back(std::move(path));
      } else {
        stage.deps.push_back(plain == project_ ? "." : plain.substr(project_.size() + 1));
      }
      return Done{};
    }
    std::string resolved = Resolved(stage.wdir, path);
    if (Leaves(resolved)) {
      stage.outside.push_back(WrittenPath(stage, resolved));
    } else {
      stage.deps.push_back(std::move(resolved));
    }
    return Done{};
  }

  Result<> ReadCommand(const Node& node, Stage& stage) {
    const Node* cmd = node.Find("cmd");
    if (!cmd || cmd->IsNull()) return WrongAt(stage.where, "stage '" + stage.name + "' has no 'cmd'");
    if (cmd->IsScalar()) {
      stage.cmd = CAIRN_TRY(templates_->FillCommand(cmd->text(), cmd->Where()));
      return Done{};
    }
    if (!cmd->IsList()) return WrongAt(cmd->Where(), "'cmd' must be text or a list of texts");
    stage.cmd = Json::Array();
    for (const Node& item : cmd->items())
      stage.cmd.Push(CAIRN_TRY(templates_->FillCommand(item.text(), item.Where())));
    return Done{};
  }

  Result<std::string> PathOf(const Node& node, const std::string& base) {
    if (!node.IsScalar()) return WrongAt(node.Where(), "a path is expected here");
    return Inside(base, CAIRN_TRY(templates_->Fill(node.text(), node.Where())), node.Where());
  }

  template <class Take>
  static Result<> Each(const Node& node, std::string_view key, Take take) {
    const Node* list = node.Find(key);
    if (!list || list->IsNull()) return Done{};
    if (!list->IsList()) return WrongAt(list->Where(), "'" + std::string(key) + "' must be a list");
    for (const Node& item : list->items()) CAIRN_TRY(take(item));
    return Done{};
  }

  Result<> ReadOuts(const Node& node, std::string_view key, Stage& stage) {
    return Each(node, key, [&](const Node& item) -> Result<> {
      Out out;
      out.metric = key == "metrics";
      if (item.IsScalar()) {
        out.path = CAIRN_TRY(PathOf(item, stage.wdir));
      } else {
        if (!item.IsMap() || item.entries().size() != 1)
          return WrongAt(item.Where(), "an out is a path, or one path with its settings");
        const auto& [path, mark, settings] = item.entries().front();
        out.path =
            CAIRN_TRY(Inside(stage.wdir, CAIRN_TRY(templates_->Fill(path, item.Where())), item.Where()));
        CAIRN_TRY(ReadSettings(settings, out));
      }
      stage.outs.push_back(std::move(out));
      return Done{};
    });
  }

  /// A plot may have several, one for each way to draw it.
  static Result<> ReadSettings(const Node& settings, Out& out) {
    if (settings.IsList()) {
      for (const Node& one : settings.items()) CAIRN_TRY(ReadSettings(one, out));
      return Done{};
    }
    if (!settings.IsNull() && !settings.IsMap())
      return WrongAt(settings.Where(), "the settings of an out must be a map");
    CAIRN_TRY(settings.OnlyKeys({"cache", "persist", "remote", "push", "desc", "type", "labels", "meta",
                                 "template", "x", "y", "x_label", "y_label", "title", "header"}));
    if (settings.Find("cache")) out.cache = settings.Find("cache")->text() != "false";
    if (settings.Find("persist")) out.persist = settings.Find("persist")->text() == "true";
    return Done{};
  }

  Result<> ReadParamList(const Node& node, Stage& stage) {
    const std::string standard = stage.wdir == "." ? "params.yaml" : stage.wdir + "/params.yaml";
    return Each(node, "params", [&](const Node& item) -> Result<> {
      if (item.IsScalar()) {
        ParamsOf(stage, standard).keys.push_back(CAIRN_TRY(templates_->Fill(item.text(), item.Where())));
        return Done{};
      }
      if (!item.IsMap())
        return WrongAt(item.Where(), "a parameter is a key, or a file with the keys to read from it");
      for (const auto& [file, mark, keys] : item.entries()) {
        if (!keys.IsList() && !keys.IsNull())
          return WrongAt(keys.Where(),
                         "the keys to read from '" + file + "' must be a list, or nothing for all");
        Params& params = ParamsOf(
            stage,
            CAIRN_TRY(Inside(stage.wdir, CAIRN_TRY(templates_->Fill(file, item.Where())), item.Where())));
        for (const Node& key : keys.items())
          params.keys.push_back(CAIRN_TRY(templates_->Fill(key.text(), key.Where())));
      }
      return Done{};
    });
  }

  static Params& ParamsOf(Stage& stage, const std::string& file) {
    for (Params& params : stage.params) {
      if (params.file == file) return params;
    }
    return stage.params.emplace_back(Params{file, {}});
  }

  const std::string& project_;
  const Templates* templates_;
};

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
    definition.stages.push_back(CAIRN_TRY(Reader(project, templates).ReadStage(name, node)));
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
    definition.stages.push_back(CAIRN_TRY(Reader(project, filled).ReadStage(name + "@" + round.name, *body)));
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
