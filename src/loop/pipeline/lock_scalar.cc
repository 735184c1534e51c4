#include "loop/pipeline/lock_scalar.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/float_text.h"

namespace cairn::pipeline {
namespace {

constexpr std::size_t kWidth = 80;

using Characters = std::vector<std::string_view>;

/// Of text that is UTF-8.
Characters CharactersOf(std::string_view text) {
  Characters characters;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin + 1;
    while (end < text.size() && end < begin + 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
      ++end;
    characters.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return characters;
}

char32_t CodeOf(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (first < 0x80) return first;
  char32_t code = first & (0x7F >> character.size());
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3F);
  return code;
}

bool IsBreak(char32_t code) { return code == '\n' || code == 0x85 || code == 0x2028 || code == 0x2029; }

/// What stands in double quotes alone, and there as an escape.
bool IsSpecial(char32_t code) {
  const bool plain = code == '\n' || (code >= 0x20 && code <= 0x7E) || code == 0x85 ||
                     (code >= 0xA0 && code <= 0xD7FF) || (code >= 0xE000 && code <= 0xFFFD) ||
                     code >= 0x10000;
  return !plain || code == 0xFEFF;
}

std::string EscapeOf(char32_t code) {
  static constexpr std::pair<char32_t, char> kShort[] = {
      {0, '0'},  {7, 'a'},    {8, 'b'},   {9, 't'},     {10, 'n'},   {11, 'v'},     {12, 'f'},
      {13, 'r'}, {0x1B, 'e'}, {'"', '"'}, {'\\', '\\'}, {0x85, 'N'}, {0x2028, 'L'}, {0x2029, 'P'}};
  for (const auto& [special, letter] : kShort) {
    if (code == special) return std::string("\\") + letter;
  }
  char text[12];
  const char* form = code <= 0xFF ? "\\x%02X" : code <= 0xFFFF ? "\\u%04X" : "\\U%08X";
  std::snprintf(text, sizeof text, form, static_cast<unsigned>(code));
  return text;
}

/// One text on its way into a line, and into further lines.
class Scalar {
 public:
  Scalar(std::string_view text, const ScalarPlace& place)
      : characters_(CharactersOf(text)),
        count_(characters_.size()),
        width_(place.folds ? kWidth : std::numeric_limits<std::size_t>::max() / 2),
        column_(place.column),
        indent_(place.indent) {}

  std::string Plain() && {
    std::size_t start = 0;
    bool spaces = false;
    for (std::size_t end = 0; end <= count_; ++end) {
      const bool space = IsSpace(end);
      if (spaces && !space) {
        if (start + 1 == end && column_ >= width_) {
          Break();
        } else {
          Write(start, end);
        }
        start = end;
      } else if (!spaces && (space || end == count_)) {
        // A word that is too long for what is left of the line begins the next one.
        if (column_ + (end - start) > width_ && column_ > indent_) Break();
        Write(start, end);
        start = end;
      }
      spaces = space;
    }
    return std::move(out_);
  }

  /// Of text without single quotes.
  std::string Single() && {
    Write("'");
    std::size_t start = 0;
    bool spaces = false;
    for (std::size_t end = 0; end <= count_; ++end) {
      const bool space = IsSpace(end);
      if (spaces != space || end == count_) {
        const bool breaks = spaces && start + 1 == end && start != 0 && end != count_ && column_ > width_;
        if (breaks) {
          Break();
        } else {
          Write(start, end);
        }
        start = end;
      }
      spaces = space;
    }
    Write("'");
    return std::move(out_);
  }

  std::string Double() && {
    Write("\"");
    std::size_t start = 0;
    for (std::size_t end = 0; end <= count_; ++end) {
      const bool over = end == count_;
      if (over || IsEscaped(end)) {
        Write(start, end);
        start = std::max(start, end);
        if (!over) {
          Write(EscapeOf(CodeOf(characters_[end])));
          start = end + 1;
        }
      }
      if (end == 0 || end + 1 >= count_ || !(IsSpace(end) || start >= end)) continue;
      if (column_ + end <= width_ + start) continue;
      start = Continue(start, end);
    }
    Write("\"");
    return std::move(out_);
  }

 private:
  bool IsSpace(std::size_t at) const { return at < count_ && characters_[at] == " "; }
  bool IsEscaped(std::size_t at) const {
    const char32_t code = CodeOf(characters_[at]);
    return code == '"' || code == '\\' || IsBreak(code) || IsSpecial(code);
  }

  void Write(std::string_view text) {
    out_ += text;
    column_ += text.size();
  }
  void Write(std::size_t start, std::size_t end) {
    for (; start < end; ++start, ++column_) out_ += characters_[start];
  }
  void Break() {
    out_ += "\n" + std::string(indent_, ' ');
    column_ = indent_;
  }

  /// Whether the line may end here without an escape: what follows is a word that ends at one space.
  bool FoldsAt(std::size_t start, std::size_t end) const {
    std::size_t next = end;
    for (; next < count_ && !IsSpace(next); ++next) {
      const std::string_view one = characters_[next];
      if (one == "\n" || one == "\"" || one == "'") return false;
    }
    if (next + 1 >= count_ || IsSpace(next + 1) || characters_[next + 1] == "\n") return false;
    const bool two_spaces = IsSpace(end - 1) && IsSpace(end);
    return !two_spaces && start != end;
  }

  /// Ends the line before `end`; gives what is to be written next.
  std::size_t Continue(std::size_t start, std::size_t end) {
    const bool folds = FoldsAt(start, end);
    Write(start, end);
    start = std::max(start, end);
    if (!folds) Write("\\");
    Break();
    if (!IsSpace(start)) return start;
    if (folds) return start + 1;
    Write("\\");
    return start;
  }

  const Characters characters_;
  const std::size_t count_, width_;
  std::size_t column_;
  const std::size_t indent_;
  std::string out_;
};

/// Whether YAML reads `scalar` as that text.
bool ReadsAs(const std::string& scalar, const std::string& text) {
  const auto parsed = ParseYaml("k: " + scalar, "");
  return parsed && parsed->Find("k") && parsed->Find("k")->ToJson() == Json(text);
}

}  // namespace

std::string LockScalar(const Json& value, const ScalarPlace& place) {
  if (value.IsNull()) return "";
  if (value.kind() == Json::Kind::Double) return repository::FloatText(value.AsDouble());
  if (!value.IsString()) return value.Dump();
  const std::string& text = value.AsString();
  const auto characters = CharactersOf(text);
  const bool one_line = std::none_of(characters.begin(), characters.end(), [](std::string_view one) {
    return IsBreak(CodeOf(one)) || IsSpecial(CodeOf(one));
  });
  // The last two are tags of YAML 1.1 that DVC's reader still knows.
  const bool means = text.starts_with("---") || text.starts_with("...") || text == "=" || text == "<<";
  std::string (Scalar::*form)()&& = one_line && !means && ReadsAs(text, text)          ? &Scalar::Plain
                                    : one_line && text.find('\'') == std::string::npos ? &Scalar::Single
                                                                                       : &Scalar::Double;
  const std::string folded = (Scalar(text, place).*form)();
  // DVC's writer loses a space where two meet the end of a line, or one follows an escape there.
  if (folded.find('\n') == std::string::npos || ReadsAs(folded, text)) return folded;
  return (Scalar(text, {0, 0, false}).*form)();
}

}  // namespace cairn::pipeline
