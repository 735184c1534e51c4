#include "fuzz/folder.h"
#include "ground/archive/codec.h"

using cairn::archive::Codec;
using cairn::archive::Unpacked;
using cairn::fuzz::Hold;

/// A compressed file, unpacked piece by piece and all at once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 1 << 20;
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto codec = cairn::archive::CodecOf(bytes).value_or(Codec::Gzip);
  if (codec == Codec::Zlib) return 0;  // No file is one.
  const auto path = cairn::fuzz::Folder::Mine().Write("packed", bytes);
  std::string pieces;
  const auto end = cairn::archive::UnpackFile(path, codec, [&](std::string_view piece) {
    Hold(!piece.empty(), "a piece holds something");
    pieces.append(piece.substr(0, kMost + 1 - pieces.size()));
    return pieces.size() <= kMost;
  });
  Hold(end && (*end == Unpacked::End::OverLimit) == (pieces.size() > kMost), "what is too much is told");
  const auto whole = cairn::archive::Unpack(bytes, codec, kMost);
  Hold(static_cast<bool>(whole), "the libraries are there");
  if (whole->end != Unpacked::End::Whole) return 0;
  Hold(*end == Unpacked::End::Whole, "what unpacks in memory does so from a file");
  cairn::fuzz::HoldEqual(pieces, whole->bytes, "both ways give the same");
  return 0;
}
