#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::serving {

/// What the prediction log keeps of a model's answers: every request, and of it all columns but those that
/// the contract classifies, unless `serving.log` of the accepted configuration says otherwise.
struct LogPolicy {
  double share = 1;                 ///< Of the requests, each kept with that chance; 0: none is.
  std::string reason;               ///< Why not every request and every mask; "" when nothing says otherwise.
  std::vector<std::string> masked;  ///< Columns of which only masks are kept (mask.h); sorted.
  std::vector<std::string> plain;   ///< Classified columns that are kept all the same; sorted.
  /// `when_full: count`: what the log's disk has no room for is answered, counted and lost, in place of being
  /// refused.
  bool counts_when_full = false;
  /// Where closed segments go as Parquet: "s3://bucket/prefix" or a folder; "" for nowhere (shipping.h).
  std::string ship;
  /// How long a closed segment stays on this machine, at the least; 0: for ever. What is to be shipped stays
  /// until it was.
  std::int64_t keep_ms = 0;
  friend bool operator==(const LogPolicy&, const LogPolicy&) = default;

  /// Whether each request is kept as it came, and here alone.
  bool KeepsAll() const {
    return share == 1 && masked.empty() && plain.empty() && !counts_when_full && ship.empty() && keep_ms == 0;
  }
  /// {"share", "reason", "masked", "plain"}, and "when_full": "count", "ship" and "keep_ms" where that is so.
  Json ToJson() const;
};

/// From `serving.log` and the contract of the model's data set: a column is masked when examples of its
/// values are kept back (contract::ColumnRule::Masked) and it is not the data set's time. InvalidArgument
/// with the place for an unknown key, a wrong value, less than all (or what may become less when the disk is
/// full) without a reason or for a model of high risk, or, when it is nothing at all, beside monitors; and
/// for a column to be kept plain that is not classified.
Result<LogPolicy> LogPolicyOf(const Node& configuration);

}  // namespace cairn::serving
