#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::pipeline {

/// "dvc.yaml:4:3: what".
Error WrongAt(const std::string& where, std::string_view what);

/// A float as Python writes it, which is how DVC puts it into commands and into dvc.lock.
std::string FloatText(double value);

/// Fills ${key} from params.yaml and the file's `vars`, as DVC does.
class Templates {
 public:
  /// `root` is the document dvc.yaml. InvalidArgument for a value set twice.
  static Result<Templates> Read(const std::string& project, const Node& root);

  /// InvalidArgument with the place for a key that nothing is known of, or whose value cannot stand in a
  /// text.
  Result<std::string> Fill(const std::string& text, const std::string& where) const {
    return Expand(text, where, Maps::Refused);
  }
  /// The same for a command, where a map becomes flags: {lr: 0.1, fast: true} gives "--lr 0.1 --fast".
  Result<std::string> FillCommand(const std::string& text, const std::string& where) const {
    return Expand(text, where, Maps::AsFlags);
  }

 private:
  enum class Maps { Refused, AsFlags };
  Result<std::string> Expand(const std::string& text, const std::string& where, Maps maps) const;
  Result<> AddVars(const std::string& project, const Node& vars);

  Json values_ = Json::Object();
};

}  // namespace cairn::pipeline
