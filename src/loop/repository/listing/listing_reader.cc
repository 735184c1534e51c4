#include "loop/repository/listing/listing_reader.h"

#include <charconv>

#include "ground/vocabulary/text.h"
#include "loop/repository/python_text.h"

namespace cairn::repository {

bool StaysInside(std::string_view relpath) {
  if (relpath.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const auto slash = relpath.find('/');
    const std::string_view part = relpath.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (slash == std::string_view::npos) return true;
    relpath.remove_prefix(slash + 1);
  }
}

void ListingReader::SkipSpace() {
  const auto end = rest_.find_first_not_of(" \t\r\n");
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
}

bool ListingReader::Take(char c) {
  SkipSpace();
  if (!rest_.starts_with(c)) return false;
  rest_.remove_prefix(1);
  return true;
}

Error ListingReader::Wrong(std::string_view expected) const {
  return {Reason::Corrupt, "a folder's listing in the cache is damaged: " + std::string(expected) +
                               " was expected at byte " + std::to_string(size_ - rest_.size())};
}

Result<bool> ListingReader::Next() {
  if (!begun_) {
    begun_ = true;
    if (!Take('[')) return Wrong("a list");
    if (Take(']')) {
      SkipSpace();
      return rest_.empty() ? Result<bool>(false) : Wrong("the end");
    }
  } else if (!Take(',')) {
    if (!Take(']')) return Wrong("',' or ']'");
    SkipSpace();
    return rest_.empty() ? Result<bool>(false) : Wrong("the end");
  }
  if (!Take('{')) return Wrong("'{'");
  md5_ = relpath_ = {};
  decoded_ = false;
  for (bool first = true; !Take('}'); first = false) {
    if (!first && !Take(',')) return Wrong("',' or '}'");
    bool decoded = false;
    const std::string_view key = CAIRN_TRY(Text(key_buffer_, decoded));
    if (!Take(':')) return Wrong("':'");
    CAIRN_TRY(Value(key));
  }
  return true;
}

Result<> ListingReader::Value(std::string_view key) {
  bool decoded = false;
  if (key == "md5") {
    md5_ = CAIRN_TRY(Text(md5_buffer_, decoded));
  } else if (key == "relpath") {
    relpath_ = CAIRN_TRY(Text(relpath_buffer_, decoded_));
  } else {
    return Skip();
  }
  return Done{};
}

Result<std::string_view> ListingReader::Text(std::string& decoded, bool& was_decoded) {
  if (!Take('"')) return Wrong("a text");
  const auto end = rest_.find_first_of("\"\\");
  if (end == std::string_view::npos) return Wrong("the end of a text");
  const std::string_view plain = rest_.substr(0, end);
  rest_.remove_prefix(end);
  if (rest_.front() == '"') {
    rest_.remove_prefix(1);
    return plain;
  }
  was_decoded = true;
  decoded = plain;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return std::string_view(decoded);
    if (c != '\\') {
      decoded += c;
    } else if (!Escape(decoded)) {
      return Wrong("an escape");
    }
  }
  return Wrong("the end of a text");
}

bool ListingReader::Unit(char32_t& unit) {
  if (rest_.size() < 4) return false;
  unsigned value = 0;
  const auto [end, wrong] = std::from_chars(rest_.data(), rest_.data() + 4, value, 16);
  if (wrong != std::errc() || end != rest_.data() + 4) return false;
  rest_.remove_prefix(4);
  unit = value;
  return true;
}

bool ListingReader::Escape(std::string& decoded) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (rest_.empty()) return false;
  const char letter = rest_.front();
  rest_.remove_prefix(1);
  if (letter != 'u') {
    const auto at = kLetters.find(letter);
    if (at != std::string_view::npos) decoded += kMeanings[at];
    return at != std::string_view::npos;
  }
  char32_t point = 0;
  if (!Unit(point)) return false;
  if (point >= 0xD800 && point < 0xDC00) {
    char32_t low = 0;
    if (!rest_.starts_with("\\u")) return false;
    rest_.remove_prefix(2);
    if (!Unit(low) || low < 0xDC00 || low >= 0xE000) return false;
    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  }
  return AppendCodePoint(decoded, point);
}

Result<> ListingReader::Skip() {
  // Nothing that stands in a listing is nested deeply, so counting brackets is enough.
  int depth = 0;
  do {
    SkipSpace();
    if (rest_.empty()) return Wrong("a value");
    const char c = rest_.front();
    if (c == '"') {
      bool decoded = false;
      CAIRN_TRY(Text(key_buffer_, decoded));
    } else if (c == '{' || c == '[') {
      ++depth;
      rest_.remove_prefix(1);
    } else if (c == '}' || c == ']') {
      if (--depth < 0) return Wrong("a value");
      rest_.remove_prefix(1);
    } else if (depth > 0 && (c == ',' || c == ':')) {
      rest_.remove_prefix(1);
    } else {
      const auto end = rest_.find_first_of(",:]}[{\" \t\r\n");
      if (end == 0 || end == std::string_view::npos) return Wrong("a value");
      rest_.remove_prefix(end);
    }
  } while (depth > 0);
  return Done{};
}

}  // namespace cairn::repository
