#pragma once

#include <functional>
#include <string>

#include "ground/archive/codec.h"

namespace cairn::archive::libarchive {

/// Bzip2, Xz, Lzma, Lz4 or Zstd, as Unpack promises; which of them it is, is seen from the bytes.
Result<Unpacked> Unfilter(std::string_view bytes, std::uint64_t most_bytes);

/// The same for a file, as UnpackFile promises.
Result<Unpacked::End> UnfilterFile(const std::string& path,
                                   const std::function<bool(std::string_view)>& take);

/// Calls `take(name, content)` for each regular file of a plain tar, in order, until it says false.
Result<Unpacked::End> EachTarFile(std::string_view bytes, std::uint64_t most_bytes,
                                  const std::function<bool(std::string name, std::string content)>& take);

}  // namespace cairn::archive::libarchive
