#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ledger/metadata/tree_head.h"

namespace cairn::metadata {

/// One line of the file of signed heads.
struct HeadLine {
  int number = 0;                ///< Counted from 1.
  std::optional<TreeHead> head;  ///< None when the line is no head.
  bool torn =
      false;  ///< A writer died within the line: it has no end, or it is the beginning of the line after it.
};

/// Every line; none when there is no file.
Result<std::vector<HeadLine>> ReadHeads(const std::string& path);
/// Whether the file's last byte ends a line, and how long it is; an absent file is empty and ended.
struct HeadsEnd {
  std::uint64_t bytes = 0;
  bool ended = true;
};
Result<HeadsEnd> EndOf(const std::string& path);
/// Appends the heads, one line each, after the end found, and puts them on disk; gives the new end. Only ever
/// appends, so the file may lie on a store that allows no more than that.
Result<HeadsEnd> AppendHeads(const std::string& path, HeadsEnd end, const std::vector<TreeHead>& heads);

}  // namespace cairn::metadata
