#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/sql/connection.h"
#include "ground/vocabulary/result.h"
#include "ledger/metadata/audit/event_survey.h"
#include "ledger/metadata/audit/signed_heads.h"

namespace cairn::metadata {

/// What the tree over the surveyed leaves says.
struct TreeFindings {
  std::string root;  ///< Over all leaves known.
  std::uint64_t proven_inside = 0,
                proven_outside = 0;  ///< Events below the last head that holds, in the store and in the file.
  std::vector<Problem> problems;
};

/// Computes the tree from the leaves and compares it with every signed head and every stored node.
Result<TreeFindings> CheckTree(sql::Connection& connection, const EventSurvey& survey,
                               const SignedHeads& heads);

}  // namespace cairn::metadata
