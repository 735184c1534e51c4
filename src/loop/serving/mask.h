#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/serving/request_values.h"

namespace cairn::serving {

/// A value as profiles name it among a column's levels: a text as it is, a number at its shortest.
std::string LevelOf(const Json& value);

/// What stands in the prediction log for values that must not be there: "masked:" and the first 32
/// hexadecimal digits of HMAC-SHA-256 (RFC 2104) over the column's name, a zero byte and the level. Equal
/// values of one column have equal masks, so that they can be counted and joined; across columns, or under
/// another key, they have nothing in common, and without the key nobody can try values out. A plain value.
class Mask {
 public:
  explicit Mask(std::string key) : key_(std::move(key)) {}
  /// By the key in the file at `path`, made (32 random bytes, mode 0600) when there is none. Denied when
  /// others than its owner may read or write it; Corrupt when it holds less.
  static Result<Mask> ByKeyIn(const std::string& path);

  std::string OfLevel(std::string_view column, std::string_view level) const;
  /// Null stays null, and a mask stays what it is.
  Json Of(std::string_view column, const Json& value) const;
  /// The columns that `masked` (sorted) names as masks, the others as they are.
  Columns Of(const Columns& columns, const std::vector<std::string>& masked) const;

 private:
  std::string key_;
};

}  // namespace cairn::serving
