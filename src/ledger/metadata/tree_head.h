#pragma once

#include <cstdint>
#include <string>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

namespace cairn::metadata {

/// The sealer's signed word that the log's first `size` events have this Merkle root.
struct TreeHead {
  std::uint64_t size = 0;
  std::string root;  ///< 64 hexadecimal digits.
  TimeMs at = 0;
  std::string signature;  ///< Ed25519 over Statement(), as base64.
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

/// The bytes that are signed: canonical JSON of {"at", "root", "size"}.
std::string Statement(const TreeHead& head);

/// {"size", "root", "at", "signature"}: one line of the heads file.
Json ToJson(const TreeHead& head);
/// InvalidArgument names the member that is missing or wrong.
Result<TreeHead> TreeHeadOf(const Json& json);

}  // namespace cairn::metadata
