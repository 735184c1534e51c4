#include "ground/tables/json_depth.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <memory>
#include <string_view>

#include "ground/archive/codec.h"
#include "ground/tables/file_head.h"

namespace cairn::tables {
namespace {

constexpr std::streamsize kPiece = 1 << 20;

/// How deep one line's text stands, character by character.
class Depth {
 public:
  int Take(char c) {
    if (escaped_) {
      escaped_ = false;
    } else if (quoted_) {
      escaped_ = c == '\\';
      quoted_ = c != '"';
    } else if (c == '"') {
      quoted_ = true;
    } else if (c == '[' || c == '{') {
      ++depth_;
    } else if (c == ']' || c == '}') {
      --depth_;
    }
    return depth_;
  }

 private:
  int depth_ = 0;
  bool quoted_ = false, escaped_ = false;
};

/// How many opening brackets stand in a text, within quotes or not: eight characters at a time, since every
/// byte of a file goes through here.
std::size_t BracketsIn(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kLow = 0x7F * kOnes;
  std::size_t count = 0, at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, 8);
    // '[' and '{' differ in one bit only; without it and with '{' taken away, they are the bytes that are 0.
    word = (word | 0x20 * kOnes) ^ '{' * kOnes;
    count += static_cast<std::size_t>(std::popcount(~(((word & kLow) + kLow) | word | kLow)));
  }
  for (; at < text.size(); ++at) count += text[at] == '[' || text[at] == '{' ? 1 : 0;
  return count;
}

/// Lines as they come in pieces. One with few brackets cannot nest deeply, so that only the others are
/// followed, and what does not end with its piece.
class Lines {
 public:
  Lines(int most, bool one_value) : most_(most), one_value_(one_value) {}

  /// The number of the first line that nests too deep.
  std::optional<std::int64_t> Take(std::string_view piece) {
    while (!piece.empty()) {
      const std::size_t size = std::min(piece.find('\n'), piece.size());
      const std::string_view part = piece.substr(0, size);
      const bool whole = size < piece.size();
      const bool few = whole && !begun_ && !one_value_ && BracketsIn(part) <= static_cast<std::size_t>(most_);
      if (!few && NestsTooDeep(part)) return line_;
      begun_ = !whole;
      if (!whole) break;
      if (!one_value_) depth_ = Depth();
      ++line_;
      piece.remove_prefix(size + 1);
    }
    return std::nullopt;
  }

 private:
  bool NestsTooDeep(std::string_view part) {
    return std::any_of(part.begin(), part.end(), [this](char c) { return depth_.Take(c) > most_; });
  }

  const int most_;
  const bool one_value_;
  std::int64_t line_ = 1;
  bool begun_ = false;  ///< Whether the line has a part in an earlier piece.
  Depth depth_;
};

}  // namespace

std::optional<std::int64_t> LineNestedDeeperThan(const std::string& path, int most, bool whole) {
  Lines lines(most, whole);
  if (const auto head = HeadOf(path); IsCompressed(head)) {
    std::optional<std::int64_t> line;
    // What cannot be unpacked here is told by whoever reads the file.
    static_cast<void>(bool(archive::UnpackFile(
        path, *archive::CodecOf(head), [&](std::string_view piece) { return !(line = lines.Take(piece)); })));
    return line;
  }
  std::ifstream file(path, std::ios::binary);
  const std::unique_ptr<char[]> piece(new char[kPiece]);
  while (file) {
    file.read(piece.get(), kPiece);
    if (const auto line = lines.Take({piece.get(), static_cast<std::size_t>(file.gcount())})) return line;
  }
  return std::nullopt;
}

}  // namespace cairn::tables
