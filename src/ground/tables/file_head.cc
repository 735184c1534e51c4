#include "ground/tables/file_head.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "ground/archive/codec.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {

std::string HeadOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(kHeadBytes, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

std::string UnpackedHeadOf(const std::string& path) {
  std::string head = HeadOf(path);
  if (!IsCompressed(head)) return head;
  std::string text;
  // What cannot be unpacked here is told by whoever reads the file.
  static_cast<void>(bool(archive::UnpackFile(path, *archive::CodecOf(head), [&](std::string_view piece) {
    text += piece;
    return text.size() < kHeadBytes;
  })));
  return text;
}

bool IsCompressed(std::string_view head) {
  return head.starts_with("\x1f\x8b") || head.starts_with("\x28\xb5\x2f\xfd");
}

std::string PlainName(const std::string& path) {
  auto name = LowerAscii(path);
  for (const std::string_view ending : {".gz", ".zst"})
    if (name.ends_with(ending)) name.resize(name.size() - ending.size());
  return name;
}

char DelimiterIn(std::string_view head, const std::string& path) {
  if (PlainName(path).ends_with(".tsv")) return '\t';
  constexpr std::string_view candidates = ",;\t|";
  std::array<int, candidates.size()> counts{};
  bool quoted = false;
  for (const char character : head) {
    if (character == '"') quoted = !quoted;
    if (quoted) continue;
    if (character == '\n') break;
    if (const auto which = candidates.find(character); which != std::string_view::npos) ++counts[which];
  }
  return candidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) -
                                             counts.begin())];
}

}  // namespace cairn::tables
