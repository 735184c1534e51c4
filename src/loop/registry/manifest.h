#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::registry {

/// The files of a model version as they were when it was registered.
struct Manifest {
  struct File {
    std::string path;  ///< Relative to the version's folder, with '/'.
    std::string sha256;
    std::uint64_t bytes = 0;
    std::string md5 = {};  ///< As DVC names it; "" unless asked for. No part of the manifest's text.
  };
  std::vector<File> files;  ///< Sorted by path.

  Json ToJson() const;
  static Result<Manifest> Parse(const Json& json);
  /// SHA-256 of its canonical JSON.
  std::string Digest() const;
};

/// Reads every file below `folder`. NotFound when there is none; Unsupported for a link or the like, whose
/// bytes are elsewhere.
Result<Manifest> TakeManifest(const std::string& folder, crypto::Kinds kinds = crypto::Kinds::Sha256);

/// Whether `found` is what was `recorded`: Corrupt naming the first file that differs or was added, NotFound
/// naming the first that is missing.
Result<> Compare(const Manifest& recorded, const Manifest& found);

}  // namespace cairn::registry
