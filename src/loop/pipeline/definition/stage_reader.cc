#include "loop/pipeline/definition/stage_reader.h"

#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition/paths.h"
#include "loop/pipeline/written_path.h"
#include "loop/repository/outside.h"

namespace cairn::pipeline {
namespace {

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

}  // namespace

Result<Stage> ReadStage(const std::string& project, const std::string& name, const Node& node,
                        const Templates& templates) {
  return Reader(project, templates).ReadStage(name, node);
}

}  // namespace cairn::pipeline
