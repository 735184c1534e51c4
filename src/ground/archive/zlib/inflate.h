#pragma once

#include "ground/archive/codec.h"

namespace cairn::archive::zlib {

/// Deflate, Zlib or Gzip, as Unpack promises.
Result<Unpacked> Inflate(std::string_view bytes, Codec codec, std::uint64_t most_bytes);

/// As UnpackFile promises.
Result<Unpacked::End> GunzipFile(const std::string& path, const std::function<bool(std::string_view)>& take);

/// CRC-32 as zip files keep it (ISO 3309).
Result<std::uint32_t> Crc32(std::string_view bytes);

}  // namespace cairn::archive::zlib
