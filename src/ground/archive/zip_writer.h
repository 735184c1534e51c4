#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::archive {

/// Writes a zip whose bytes follow from what is put in and nothing else: entries in the order of Add, stored
/// as they are, dated 1980-01-01, names in UTF-8, files with mode 0644. For one thread.
class ZipWriter {
 public:
  /// TooLarge when the zip would pass 4 GiB, or has 65,535 entries already; Unsupported without zlib.
  Result<> Add(std::string_view name, std::string_view bytes);
  /// The whole zip; the writer is used up then.
  std::string Finish() &&;

 private:
  std::string bytes_;
  std::string folder_;
  std::uint16_t entries_ = 0;
};

}  // namespace cairn::archive
