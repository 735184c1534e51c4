#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::evidence {

/// Checks a bundle, needing nothing else: no byte of the zip is another than was written; every file is what
/// SHA256SUMS lists and the signature over that holds; model signature and provenance hold and are about
/// these files; every event is in the tree whose head is signed; the approvers' signatures hold; the bill of
/// materials names these digests. {"sound", "model", "version", "head": {"size", "root", "at"}, "events",
/// "key" (SHA-256 of keys/log.pem), "problems": [{"file", "message"}…], "notes": […]}. The first problem is
/// where to look: others may follow from it.
///
/// `trusted_key`: the log's public key as one has it from elsewhere (PEM or base64); "" takes the bundle's
/// own, which then only proves that the bundle agrees with itself. Corrupt for what is no bundle;
/// InvalidArgument for a key that is none.
Result<Json> Verify(std::string_view zip, std::string_view trusted_key = "");

}  // namespace cairn::evidence
