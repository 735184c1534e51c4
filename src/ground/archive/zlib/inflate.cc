#include "ground/archive/zlib/inflate.h"

#define _LARGEFILE64_SOURCE 1  // for gzopen64
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "ground/os/library.h"

namespace cairn::archive::zlib {
namespace {

constexpr std::size_t kPiece = 256 << 10;

struct Functions {
  decltype(&::inflateInit2_) init;
  decltype(&::inflate) inflate;
  decltype(&::inflateReset) reset;
  decltype(&::inflateEnd) end;
  decltype(&::crc32) crc32;
  decltype(&::gzopen64) open;
  decltype(&::gzread) read;
  decltype(&::gzclose) close;
};

Result<const Functions*> Load() {
  static const Result<Functions> loaded = []() -> Result<Functions> {
    const auto opened = os::Library::Open({"zlib", {"libz.so.1"}, "install Debian's package zlib1g"});
    if (!opened) return Error{Reason::Unsupported, opened.error().message};
    return Functions{CAIRN_TRY(opened->Symbol<decltype(&::inflateInit2_)>("inflateInit2_")),
                     CAIRN_TRY(opened->Symbol<decltype(&::inflate)>("inflate")),
                     CAIRN_TRY(opened->Symbol<decltype(&::inflateReset)>("inflateReset")),
                     CAIRN_TRY(opened->Symbol<decltype(&::inflateEnd)>("inflateEnd")),
                     CAIRN_TRY(opened->Symbol<decltype(&::crc32)>("crc32")),
                     CAIRN_TRY(opened->Symbol<decltype(&::gzopen64)>("gzopen64")),
                     CAIRN_TRY(opened->Symbol<decltype(&::gzread)>("gzread")),
                     CAIRN_TRY(opened->Symbol<decltype(&::gzclose)>("gzclose"))};
  }();
  if (!loaded) return loaded.error();
  return &*loaded;
}

int WindowOf(Codec codec) {
  if (codec == Codec::Deflate) return -MAX_WBITS;
  return codec == Codec::Gzip ? MAX_WBITS + 16 : MAX_WBITS;
}

/// One z_stream over all of the input; `rest` shrinks as it is taken.
class Stream {
 public:
  Stream(const Functions& functions, std::string_view bytes) : functions_(functions), rest_(bytes) {}
  ~Stream() { functions_.end(&stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool Begin(Codec codec) {
    return functions_.init(&stream_, WindowOf(codec), ZLIB_VERSION, sizeof stream_) == Z_OK;
  }
  bool BeginNext() { return functions_.reset(&stream_) == Z_OK; }
  std::string_view rest() const { return rest_; }

  /// Fills `room`; gives zlib's answer and how much was filled.
  std::pair<int, std::size_t> Fill(char* room, std::size_t size) {
    const auto most = std::size_t{std::numeric_limits<uInt>::max()};
    const auto given = static_cast<uInt>(std::min(rest_.size(), most));
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest_.data()));
    stream_.avail_in = given;
    stream_.next_out = reinterpret_cast<Bytef*>(room);
    stream_.avail_out = static_cast<uInt>(size);
    const int answer = functions_.inflate(&stream_, Z_NO_FLUSH);
    rest_.remove_prefix(given - stream_.avail_in);
    return {answer, size - stream_.avail_out};
  }

 private:
  const Functions& functions_;
  z_stream stream_{};
  std::string_view rest_;
};

}  // namespace

Result<Unpacked> Inflate(std::string_view bytes, Codec codec, std::uint64_t most_bytes) {
  const auto& functions = *CAIRN_TRY(Load());
  Stream stream(functions, bytes);
  Unpacked unpacked;
  if (!stream.Begin(codec)) return Error{Reason::Exhausted, "There is no memory to unpack in."};
  std::string piece(kPiece, '\0');
  for (;;) {
    const auto [answer, filled] = stream.Fill(piece.data(), piece.size());
    const auto taken = std::min<std::uint64_t>(filled, most_bytes - unpacked.bytes.size());
    unpacked.bytes.append(piece, 0, taken);
    if (taken < filled) {
      unpacked.end = Unpacked::End::OverLimit;
      return unpacked;
    }
    if (answer == Z_STREAM_END) {
      if (codec == Codec::Deflate || CodecOf(stream.rest()) != codec || !stream.BeginNext()) return unpacked;
      continue;
    }
    if (answer != Z_OK || (filled == 0 && stream.rest().empty())) {
      unpacked.end = Unpacked::End::Damaged;
      return unpacked;
    }
  }
}

Result<Unpacked::End> GunzipFile(const std::string& path, const std::function<bool(std::string_view)>& take) {
  const auto& functions = *CAIRN_TRY(Load());
  std::unique_ptr<gzFile_s, decltype(functions.close)> file(functions.open(path.c_str(), "rb"),
                                                            functions.close);
  if (!file) return Unpacked::End::Damaged;
  std::string piece(kPiece, '\0');
  for (;;) {
    const int count = functions.read(file.get(), piece.data(), static_cast<unsigned>(piece.size()));
    if (count < 0) return Unpacked::End::Damaged;
    // Only the closing tells that the stream was cut.
    if (count == 0)
      return functions.close(file.release()) == Z_OK ? Unpacked::End::Whole : Unpacked::End::Damaged;
    if (!take({piece.data(), static_cast<std::size_t>(count)})) return Unpacked::End::OverLimit;
  }
}

Result<std::uint32_t> Crc32(std::string_view bytes) {
  const auto& functions = *CAIRN_TRY(Load());
  uLong crc = functions.crc32(0, nullptr, 0);
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, 1 << 30);
    crc = functions.crc32(crc, reinterpret_cast<const Bytef*>(part.data()), static_cast<uInt>(part.size()));
    bytes.remove_prefix(part.size());
  }
  return static_cast<std::uint32_t>(crc);
}

}  // namespace cairn::archive::zlib
