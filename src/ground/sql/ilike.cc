#include "ground/sql/ilike.h"

#include <locale.h>
#include <wctype.h>

#include <cstdint>

namespace cairn::sql {
namespace {

char32_t Lower(char32_t character) {
  if (character < 0x80) return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
  // The C library's tables, apart from the process's locale; where C.UTF-8 is missing, only ASCII folds.
  static const locale_t tables = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (tables == nullptr) return character;
  return static_cast<char32_t>(towlower_l(static_cast<wint_t>(character), tables));
}

// Stored text is valid UTF-8; stray bytes of a foreign file stand for themselves.
std::u32string Folded(std::string_view text) {
  std::u32string folded;
  folded.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[at]);
    const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 1 || at + length > text.size()) {
      folded.push_back(Lower(lead));
      ++at;
      continue;
    }
    char32_t character = lead & (0x7Fu >> length);
    for (std::size_t next = 1; next < length; ++next) {
      character = (character << 6) | (static_cast<std::uint8_t>(text[at + next]) & 0x3Fu);
    }
    folded.push_back(Lower(character));
    at += length;
  }
  return folded;
}

}  // namespace

FoldedPattern::FoldedPattern(std::string_view pattern) : pattern_(Folded(pattern)) {}

bool FoldedPattern::Matches(std::string_view utf8) const {
  const std::u32string text = Folded(utf8);
  // Only the last % met may have to give way, so the time is at most text × pattern.
  std::size_t t = 0, p = 0, after_percent = std::u32string::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern_.size() && pattern_[p] == U'%') {
      after_percent = ++p;
      resume = t;
    } else if (p < pattern_.size() && (pattern_[p] == U'_' || pattern_[p] == text[t])) {
      ++p, ++t;
    } else if (after_percent != std::u32string::npos) {
      p = after_percent;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern_.size() && pattern_[p] == U'%') ++p;
  return p == pattern_.size();
}

}  // namespace cairn::sql
