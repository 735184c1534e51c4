#include "ground/tables/json_depth.h"

#include <optional>

#include "fuzz/folder.h"
#include "ground/archive/codec.h"
#include "ground/tables/file_head.h"

using cairn::fuzz::Hold;

namespace {

/// The definition, character by character.
std::optional<std::int64_t> LineIn(std::string_view text, int most) {
  std::int64_t line = 1;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++line, depth = 0, quoted = false;
    } else if (quoted) {
      // A backslash takes the next character's meaning, but no line's end.
      if (c == '\\' && i + 1 < text.size() && text[i + 1] != '\n') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else {
      depth += (c == '[' || c == '{' ? 1 : 0) - (c == ']' || c == '}' ? 1 : 0);
    }
    if (depth > most) return line;
  }
  return std::nullopt;
}

}  // namespace

/// The first line of a file of JSON lines that nests too deep, plain or compressed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = cairn::fuzz::Bytes(data, size);
  const auto path = cairn::fuzz::Folder::Mine().Write("rows.jsonl", bytes);
  cairn::archive::Unpacked unpacked;
  const bool compressed = cairn::tables::IsCompressed(bytes);
  if (compressed) {
    const auto whole = cairn::archive::Unpack(bytes, *cairn::archive::CodecOf(bytes), 1 << 20);
    Hold(static_cast<bool>(whole), "the libraries are there");
    unpacked = *whole;
    bytes = unpacked.bytes;
  }
  for (const int most : {0, 1, 3, 64}) {
    const auto line = cairn::tables::LineNestedDeeperThan(path, most);
    if (unpacked.end == cairn::archive::Unpacked::End::Whole)
      Hold(line == LineIn(bytes, most), "the line is the one that the definition says");
  }
  return 0;
}
