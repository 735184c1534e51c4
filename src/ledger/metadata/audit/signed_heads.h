#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/result.h"
#include "ledger/metadata/audit/problem.h"
#include "ledger/metadata/store/heads_file.h"

namespace cairn::metadata {

/// A head whose signature holds.
struct SignedHead {
  std::string root;
  TimeMs at = 0;
  bool in_store = false;
  bool in_file = false;
};

/// The heads of the store and of the file, those with good signatures by size.
struct SignedHeads {
  std::map<std::uint64_t, SignedHead> good;
  std::size_t store_count = 0, file_count = 0;
  std::vector<Problem> problems;
  std::vector<std::string> notes;

  /// Events that some good head covers.
  std::uint64_t covered() const { return good.empty() ? 0 : good.rbegin()->first; }
};

/// `file` is the path for messages; "" when no file is to be looked at.
Result<SignedHeads> CollectHeads(sql::Connection& connection, const std::string& file,
                                 const std::vector<HeadLine>& lines, const std::string& public_key);

}  // namespace cairn::metadata
