#pragma once

#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn::archive {

struct ZipPart {
  std::string_view name, bytes;  ///< Both point into the zip.
};

/// Reads a zip that ZipWriter wrote, in which not one byte may be another: headers and sums are made anew
/// from names and contents and compared. Corrupt names the entry to which the first wrong byte belongs, as it
/// is called in the one of its two headers that is whole; or says that it is the end of the zip. Unsupported
/// without zlib.
Result<std::vector<ZipPart>> ReadWrittenZip(std::string_view zip);

}  // namespace cairn::archive
