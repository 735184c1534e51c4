#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "loop/data/version.h"

namespace cairn::data {

/// What is known of a file whose rows were made up, so that nobody takes them for real ones. It lies beside
/// the file as <file>.synthetic (JSON), and an addition of the file takes it over.
struct SyntheticNote {
  std::string sha256;   ///< Of the file.
  std::string profile;  ///< SHA-256 of the saved profile that it was drawn from.
  std::string of;       ///< "dataset:flights@3" where that was of a version, or "".
  std::uint64_t seed = 0;
  std::int64_t rows = 0;

  /// "synthetic from profile sha256:…, seed 7, 10000 rows".
  std::string Sentence() const;
};

/// Whether a file of a data set was recorded as made up.
bool IsSynthetic(const DatasetFile& file);

Result<> KeepSyntheticNote(const std::string& file, const SyntheticNote& note);
/// The note beside `file`, whose digest is `sha256`; nothing when there is none. Unprocessable for one of
/// other bytes, or that cannot be read: what the file then is, somebody has to say.
Result<std::optional<SyntheticNote>> FindSyntheticNote(const std::string& file, std::string_view sha256);

/// Puts what the note beside a file says, where there is one, in the place of what is said of its source.
Result<> TakeSyntheticNote(const std::string& file, std::string_view sha256, Provenance& provenance,
                           std::vector<Parent>& parents);

}  // namespace cairn::data
