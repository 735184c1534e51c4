#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/data/catalogue.h"

namespace cairn::data {

/// One look at sealed rows.
struct SealOpening {
  std::int64_t version = 0;
  std::string digest;  ///< Of the sealed rows that were seen.
  std::string by, purpose;
  std::string cause;  ///< The story that it belongs to, such as a rollout's; may be "".
  TimeMs at = 0;
  std::string event;
};

/// Every opening of a data set's seal, the oldest first; of all versions, or of one.
Result<std::vector<SealOpening>> SealOpenings(const Catalogue& catalogue, std::string_view dataset,
                                              std::int64_t version = 0);

}  // namespace cairn::data
