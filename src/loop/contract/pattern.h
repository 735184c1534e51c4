#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace re2 {
class RE2;
}

namespace cairn::contract {

/// A regular expression of a contract, in the syntax of RE2, compiled. Cheap to copy; safe from any thread.
class Pattern {
 public:
  /// InvalidArgument: "is no regular expression: missing ): (".
  static Result<Pattern> Compile(std::string_view text);

  /// Whether `text` matches somewhere.
  bool Matches(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> expression) : expression_(std::move(expression)) {}

  std::shared_ptr<const re2::RE2> expression_;
  /// Of "^beginning": what is compared instead, which takes a tenth of the time.
  std::optional<std::string> beginning_;
};

}  // namespace cairn::contract
