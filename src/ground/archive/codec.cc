#include "ground/archive/codec.h"

#include "ground/archive/libarchive/reader.h"
#include "ground/archive/zlib/inflate.h"

namespace cairn::archive {
namespace {

using namespace std::string_view_literals;

/// RFC 1950: the method is deflate, and both bytes as one number are a multiple of 31.
bool IsZlib(std::string_view bytes) {
  if (bytes.size() < 6) return false;
  const unsigned method = static_cast<unsigned char>(bytes[0]), flags = static_cast<unsigned char>(bytes[1]);
  return (method & 15) == 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 == 0;
}

/// The properties that every writer uses, a power of two as dictionary, and a size that is unknown or sane.
bool IsLzma(std::string_view bytes) {
  if (bytes.size() < 14 || !bytes.starts_with("\x5d\x00\x00"sv)) return false;
  const auto size = bytes.substr(5, 8);
  return size == "\xff\xff\xff\xff\xff\xff\xff\xff"sv || size.substr(5) == "\0\0\0"sv;
}

}  // namespace

const char* NameOf(Codec codec) {
  switch (codec) {
    case Codec::Deflate:
      return "deflate";
    case Codec::Zlib:
      return "zlib";
    case Codec::Gzip:
      return "gzip";
    case Codec::Bzip2:
      return "bzip2";
    case Codec::Xz:
      return "xz";
    case Codec::Lzma:
      return "LZMA";
    case Codec::Lz4:
      return "LZ4";
    case Codec::Zstd:
      return "Zstandard";
  }
  return "";
}

std::optional<Codec> CodecOf(std::string_view bytes) {
  if (bytes.starts_with("\x1f\x8b"sv)) return Codec::Gzip;
  if (bytes.starts_with("\xfd"
                        "7zXZ\0"sv))
    return Codec::Xz;
  if (bytes.starts_with("\x04\x22\x4d\x18"sv)) return Codec::Lz4;
  if (bytes.starts_with("\x28\xb5\x2f\xfd"sv)) return Codec::Zstd;
  if (bytes.starts_with("BZh"sv) && bytes.size() > 4 && bytes[3] >= '1' && bytes[3] <= '9')
    return Codec::Bzip2;
  if (IsLzma(bytes)) return Codec::Lzma;
  if (IsZlib(bytes)) return Codec::Zlib;
  return std::nullopt;
}

Result<Unpacked> Unpack(std::string_view bytes, Codec codec, std::uint64_t most_bytes) {
  switch (codec) {
    case Codec::Deflate:
    case Codec::Zlib:
    case Codec::Gzip:
      return zlib::Inflate(bytes, codec, most_bytes);
    case Codec::Bzip2:
    case Codec::Xz:
    case Codec::Lzma:
    case Codec::Lz4:
    case Codec::Zstd:
      return libarchive::Unfilter(bytes, most_bytes);
  }
  return Unpacked{{}, Unpacked::End::Damaged};
}

Result<Unpacked::End> UnpackFile(const std::string& path, Codec codec,
                                 const std::function<bool(std::string_view)>& take) {
  return codec == Codec::Gzip ? zlib::GunzipFile(path, take) : libarchive::UnfilterFile(path, take);
}

}  // namespace cairn::archive
