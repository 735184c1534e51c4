#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

/// "dvc.yaml:4:3: what".
Error WrongAt(const std::string& where, std::string_view what);

/// A value as it stands in a longer text: true, 0.1, None.
std::string ScalarText(const Json& value);

/// What ${a.b[0]} in dvc.yaml stands for, by DVC's rules: params.yaml beside the file, then `vars` in order.
/// Maps are merged; a value that is set twice is a mistake.
class Templates {
 public:
  /// `root` is the document dvc.yaml. InvalidArgument with the place: a value set twice, a file that is
  /// missing or read twice, an expression within `vars`.
  static Result<Templates> Read(const std::string& project, const Node& root);

  /// These and the `vars` of one stage, whose files lie below `folder`, relative to the project.
  Result<Templates> With(const Node& vars, const std::string& folder) const;
  /// These with `item`, and `key` where there is one, of one round of a group. `vars` cannot set them again.
  Templates WithItem(Json item, const std::optional<std::string>& key) const;

  /// InvalidArgument with the place for a key that nothing is known of, or whose value cannot stand in a
  /// text.
  Result<std::string> Fill(const std::string& text, const std::string& where) const {
    return Expand(text, where, Maps::Refused);
  }
  /// The same for a command, where a map becomes flags: {lr: 0.1, fast: true} gives "--lr 0.1 --fast".
  Result<std::string> FillCommand(const std::string& text, const std::string& where) const {
    return Expand(text, where, Maps::AsFlags);
  }
  /// The files that values were taken from.
  std::vector<std::string> Files() const;
  /// A whole subtree, filled. A text that is nothing but one expression becomes its value, of any kind.
  Result<Json> Value(const Node& node) const;

 private:
  enum class Maps { Refused, AsFlags };
  /// The keys that were taken from a file; none for all.
  using Taken = std::optional<std::set<std::string>>;

  Result<std::string> Expand(const std::string& text, const std::string& where, Maps maps) const;
  Result<const Json*> Known(std::string_view key, const std::string& where) const;
  Result<> AddVars(const Node& vars, const std::string& folder);
  Result<> AddFile(const Node& item, const std::string& folder);
  Result<> Merge(const Json& added, const std::string& where);

  std::string project_;
  Json values_ = Json::Object();
  std::map<std::string, Taken> files_;
  std::set<std::string> reserved_;
};

}  // namespace cairn::pipeline
