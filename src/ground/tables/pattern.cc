#include "ground/tables/pattern.h"

#include <optional>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

/// Whether `character` is in the set that opens `pattern`, and how long the set is; nothing when it is never
/// closed.
struct InSet {
  bool fits = false;
  std::size_t length = 0;
};
std::optional<InSet> SetAt(std::string_view pattern, char character) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && pattern[at] == '!';
  if (negated) ++at;
  bool found = false;
  for (const auto first = at; at < pattern.size(); ++at) {
    if (pattern[at] == ']' && at > first) return InSet{found != negated, at + 1};
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      found = found || (pattern[at] <= character && character <= pattern[at + 2]);
      at += 2;
    } else {
      found = found || pattern[at] == character;
    }
  }
  return std::nullopt;
}

/// How many characters of `pattern` the one character fits; 0 when it does not.
std::size_t FitsOne(char character, std::string_view pattern) {
  if (pattern.empty()) return 0;
  if (pattern[0] == '?') return 1;
  if (pattern[0] == '[')
    if (const auto set = SetAt(pattern, character)) return set->fits ? set->length : 0;
  return pattern[0] == character ? 1 : 0;
}

bool HasPattern(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

}  // namespace

bool FitsPattern(std::string_view name, std::string_view pattern) {
  // On a mismatch, the last star takes one character more; earlier stars never need to.
  std::optional<std::pair<std::size_t, std::size_t>> star;
  std::size_t in_name = 0;
  std::size_t in_pattern = 0;
  while (in_name < name.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = {in_name, ++in_pattern};
    } else if (const auto length = FitsOne(name[in_name], pattern.substr(in_pattern))) {
      ++in_name;
      in_pattern += length;
    } else if (star) {
      in_name = ++star->first;
      in_pattern = star->second;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in_pattern) == std::string_view::npos;
}

Result<std::vector<std::string>> PathsLike(std::string_view pattern) {
  std::vector<std::string> found = {pattern.starts_with('/') ? "/" : ""};
  for (const auto part : Split(pattern, '/')) {
    if (part.empty()) continue;
    std::vector<std::string> next;
    for (const auto& folder : found) {
      if (!HasPattern(part)) {
        if (auto path = os::JoinPath(folder, part); os::Exists(path)) next.push_back(std::move(path));
        continue;
      }
      const std::string listed = folder.empty() ? "." : folder;
      if (!os::IsFolder(listed)) continue;
      for (const auto& name : CAIRN_TRY(os::ListFolder(listed)))
        if ((name.front() != '.' || part.front() == '.') && FitsPattern(name, part))
          next.push_back(os::JoinPath(folder, name));
    }
    found = std::move(next);
  }
  return found;
}

}  // namespace cairn::tables
