#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// Finds the place of a path among a million, each of which stands somewhere that outlives this.
class PathTable {
 public:
  using PathAt = std::function<std::string_view(std::size_t place)>;

  PathTable() = default;
  PathTable(std::size_t count, PathAt path_at);

  /// The place of the path; of one that is there more than once, the first.
  std::optional<std::size_t> Find(std::string_view path) const;

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  /// Where a path is, or the free slot where it would be.
  std::size_t SlotOf(std::string_view path) const;

  PathAt path_at_;
  std::vector<std::uint32_t> slots_;  ///< A power of two of them, half of them free at least.
};

}  // namespace cairn::pipeline
