#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "loop/package/files.h"
#include "loop/package/packing.h"

namespace cairn::package {

/// The files of a version as they were registered, below model/, compared with its manifest first; and, of
/// the model that the accepted configuration binds, worker.json: its section serving.worker. For who runs the
/// version elsewhere than here. NotFound without it; Corrupt when a file is not what was registered.
Result<Files> VersionFiles(const Rooms& rooms, const std::string& model, std::int64_t version);

/// A file of rows that somebody put to a version, and what came of it.
struct ScoredFile {
  std::string model;
  std::int64_t version = 0;
  std::string actor;
  std::vector<std::string> inputs;  ///< SHA-256 of each file that was read.
  std::string output;               ///< SHA-256.
  std::int64_t rows = 0;
};
/// Event "serving.file_scored" with its lineage; gives its id. NotFound without the version; InvalidArgument
/// for what is no SHA-256.
Result<std::string> RecordScoring(const Rooms& rooms, const ScoredFile& scored);

}  // namespace cairn::package
