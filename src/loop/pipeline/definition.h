#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

/// The stages of a project as dvc.yaml (DVC 3) declares them.
namespace cairn::pipeline {

struct ItemMap;

struct Out {
  std::string path;      ///< Relative to the project, with '/'.
  bool cache = true;     ///< Kept in the cache of objects.
  bool persist = false;  ///< Not removed before the stage runs.
  bool metric = false;   ///< Holds figures (JSON or YAML) that are shown.
};

/// Values that a stage reads from one parameter file.
struct Params {
  std::string file;               ///< Relative to the project.
  std::vector<std::string> keys;  ///< Dotted; empty: the whole file.
};

struct Stage {
  std::string name;  ///< Of a group's stage "GROUP@NAME".
  Json cmd;          ///< Text, or a list of texts, with templates filled in.
  std::string wdir = ".";
  std::vector<std::string> deps;  ///< Relative to the project.
  /// Deps that do not lie in the project, as dvc.lock writes them: addresses (repository::Look), absolute
  /// paths, and paths that lead out of it, relative to `wdir`.
  std::vector<std::string> outside;
  std::vector<Out> outs;
  std::vector<Params> params;
  bool frozen = false;
  bool always_changed = false;
  bool has_vars = false;  ///< Has `vars` of its own.
  std::string where;      ///< "dvc.yaml:4:3"
  /// Files that pin what is installed, relative to the project: from cairn.yaml, put here by Project.
  std::vector<std::string> environment;
  /// How it is run item by item; null for one that is run as a whole. From cairn.yaml too (item_map.h).
  std::shared_ptr<const ItemMap> map;

  /// The commands in order, one per line of a text or entry of a list.
  std::vector<std::string> Commands() const;
};

class Definition {
 public:
  std::vector<Stage> stages;  ///< In the order of the file.
  /// The files, besides dvc.yaml, whose values stand in it.
  std::vector<std::string> sources;

  /// Finds out which stage needs which. To be called again when `stages` has changed; InvalidArgument when
  /// they form a cycle, which is shown as a path.
  Result<> Link();

  const Stage* Find(std::string_view name) const;
  /// The stage of that name, or all stages of the group of that name.
  std::vector<const Stage*> Named(std::string_view name) const;
  /// The stages that must be finished before `stage`, one of `stages`, can run: whose outs contain, or lie
  /// in, one of its deps. None for a frozen stage.
  std::vector<const Stage*> Before(const Stage& stage) const;
  /// All stages, each after those it needs.
  std::vector<const Stage*> Ordered() const;

 private:
  Result<> Arrange();

  std::vector<std::vector<std::size_t>> before_;  ///< By place in `stages`.
  std::vector<std::size_t> order_;
};

/// Whether two paths are the same, or one lies in the other.
bool Overlap(std::string_view a, std::string_view b);

/// Reads `<project>/dvc.yaml`. NotFound when there is none. InvalidArgument with the place: an unknown key
/// (naming the nearest), a missing cmd, one out in two stages, an out inside another, a path that is both dep
/// and out, an out outside the project, a template that does not resolve, a cycle (shown as a path).
/// Groups (foreach, matrix) are written out. Unsupported for what DVC knows and Cairn does not run: addresses
/// of other kinds than repository::Look looks at.
Result<Definition> ReadDefinition(const std::string& project);

}  // namespace cairn::pipeline
