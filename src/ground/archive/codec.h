#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

/// Bytes wrapped in other bytes, for whoever has to look inside what a stranger made: everything stays in
/// memory and within a limit, nothing is written, and what stands before a fault is given all the same. Every
/// function is safe from any thread. zlib and libarchive are opened at first use: Unsupported, with the
/// package to install, where they are missing.
namespace cairn::archive {

enum class Codec { Deflate, Zlib, Gzip, Bzip2, Xz, Lzma, Lz4, Zstd };

/// "gzip", "LZMA", …
const char* NameOf(Codec codec);

/// What the first bytes say. A bare Deflate stream has no mark of its own and is never recognised; of Zlib
/// two bytes are all there is, so that other bytes look like it now and then.
std::optional<Codec> CodecOf(std::string_view bytes);

struct Unpacked {
  enum class End {
    Whole,
    Damaged,    ///< The stream is broken or cut; `bytes` is what came before.
    OverLimit,  ///< There is more than was asked for; `bytes` is as much as was.
  };
  std::string bytes;
  End end = End::Whole;
};

/// Streams that follow each other without a gap are one, as Python's readers take them. At most `most_bytes`
/// come out.
Result<Unpacked> Unpack(std::string_view bytes, Codec codec, std::uint64_t most_bytes);

/// What a file of Gzip, Bzip2, Xz, Lzma, Lz4 or Zstd unpacks to, piece by piece in a buffer that is used
/// again, however much it is. `take` says whether it wants more; when not, the end is OverLimit. A file that
/// cannot be read is Damaged.
Result<Unpacked::End> UnpackFile(const std::string& path, Codec codec,
                                 const std::function<bool(std::string_view piece)>& take);

}  // namespace cairn::archive
