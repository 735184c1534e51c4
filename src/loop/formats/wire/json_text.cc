#include "loop/formats/wire/json_text.h"

#include <algorithm>

namespace cairn::formats::wire {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

void SkipSpace(std::string_view text, std::size_t& at) {
  at = std::min(text.find_first_not_of(kSpace, at), text.size());
}

/// A quote stands at `at`; moves behind the closing one. False when there is none.
bool SkipString(std::string_view text, std::size_t& at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      ++at;
      return true;
    }
  }
  return false;
}

bool SkipValue(std::string_view text, std::size_t& at) {
  std::size_t depth = 0;
  const std::size_t begin = at;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      if (!SkipString(text, at)) return false;
      if (depth == 0) return true;
      continue;
    }
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at > begin;
      if (--depth == 0) return ++at, true;
    } else if (depth == 0 && (c == ',' || kSpace.find(c) != std::string_view::npos)) {
      return at > begin;
    }
    ++at;
  }
  return depth == 0 && at > begin;
}

}  // namespace

bool EachMember(std::string_view text, const std::function<bool(std::string_view, std::string_view)>& take) {
  std::size_t at = 0;
  SkipSpace(text, at);
  if (at >= text.size() || text[at] != '{') return false;
  SkipSpace(text, ++at);
  if (at < text.size() && text[at] == '}') return true;
  while (at < text.size() && text[at] == '"') {
    const std::size_t name = at + 1;
    if (!SkipString(text, at)) return false;
    const auto key = text.substr(name, at - name - 1);
    SkipSpace(text, at);
    if (at >= text.size() || text[at] != ':') return false;
    SkipSpace(text, ++at);
    const std::size_t value = at;
    if (!SkipValue(text, at)) return false;
    if (!take(key, text.substr(value, at - value))) return true;
    SkipSpace(text, at);
    if (at < text.size() && text[at] == '}') return true;
    if (at >= text.size() || text[at] != ',') return false;
    SkipSpace(text, ++at);
  }
  return false;
}

std::string_view MemberAt(std::string_view text, std::initializer_list<std::string_view> path) {
  for (const auto wanted : path) {
    std::string_view found;
    EachMember(text, [&](std::string_view name, std::string_view value) {
      if (name != wanted) return true;
      found = value;
      return false;
    });
    if (found.empty()) return {};
    text = found;
  }
  return text;
}

std::string PlainText(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
  return std::string(value);
}

std::uint64_t ItemCount(std::string_view array) {
  std::size_t at = 0;
  SkipSpace(array, at);
  if (at >= array.size() || array[at] != '[') return 0;
  std::uint64_t count = 0;
  SkipSpace(array, ++at);
  while (at < array.size() && array[at] != ']') {
    if (!SkipValue(array, at)) return count;
    ++count;
    SkipSpace(array, at);
    if (at < array.size() && array[at] == ',') SkipSpace(array, ++at);
  }
  return count;
}

std::string_view Balanced(std::string_view text) {
  std::size_t at = 0;
  return SkipValue(text, at) ? text.substr(0, at) : std::string_view();
}

}  // namespace cairn::formats::wire
