#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

struct Stage;

/// How a stage is run item by item: one call for each file of a folder that is new or changed, instead of the
/// stage's cmd, which does the whole. From cairn.yaml. The templates name `item` (the file's path below the
/// folder), `stem` (the same without the last ending); the call also `in` (the file's path), `out` (all its
/// outputs) and `out.NAME`, as words of the shell.
struct ItemMap {
  std::string over;  ///< The folder, as dvc.yaml writes it among the stage's deps.
  std::string call;  ///< One line of shell.
  /// What one call makes: name ("" for the only one) and path, from where the stage runs.
  std::vector<std::pair<std::string, std::string>> into;
  unsigned at_once = 0;  ///< Calls at the same time; 0 for as many as there is room for.
  std::string where;     ///< "cairn.yaml:4:3"

  // Put here by FitTo and Project:
  std::string folder;                 ///< `over`, from the project.
  std::vector<std::string> makes;     ///< The templates of `into`, from the project.
  std::vector<std::size_t> makes_in;  ///< Of each, which of the stage's outs it lies in.
  std::string record;                 ///< Where what was done is kept: the beginning of files' names.

  std::string CallFor(std::string_view item) const;
  /// The outputs of an item, from the project, in the order of `makes`.
  std::vector<std::string> OutsOf(std::string_view item) const;
  /// What it says, on one line: when this changes, every item is called again.
  std::string Text() const;
  /// Gets ready for `stage`. InvalidArgument with the place when `over` is none of its deps, an output lies
  /// in none of its outs, or one of its outs gets none.
  Result<> FitTo(const Stage& stage);
};

/// The map {over, call, into, at_once}. InvalidArgument with the place.
Result<ItemMap> ReadItemMap(const Node& node);

}  // namespace cairn::pipeline
