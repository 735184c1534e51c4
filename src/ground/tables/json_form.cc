#include "ground/tables/json_form.h"

#include "ground/tables/file_head.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

/// Whether the value that `text` begins with is still open where its first line ends.
bool GoesOverLines(std::string_view text) {
  int depth = 0;
  bool quoted = false, escaped = false;
  for (const char c : text) {
    if (c == '\n') return depth > 0;
    if (escaped) {
      escaped = false;
    } else if (quoted) {
      escaped = c == '\\';
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Result<JsonForm> JsonFormOf(const std::string& path) {
  const auto refused = [&](const char* why) { return Error{Reason::Unprocessable, "'" + path + "' " + why}; };
  const std::string whole = UnpackedHeadOf(path);
  const std::string_view text = Trim(whole);
  if (text.starts_with('[')) {
    const std::string_view first = Trim(text.substr(1));
    if (first.starts_with(']')) return refused("is an empty JSON array, which names no columns.");
    if (first.starts_with('{')) return JsonForm::Array;
    return refused("is a JSON array of other things than objects; write one object per row.");
  }
  if (text.starts_with('{') && GoesOverLines(text))
    return refused(
        "begins with a JSON object that goes over several lines; write each row's object in one line, such "
        "as `jq -c .` does, or put the objects into one array.");
  return JsonForm::Lines;
}

}  // namespace cairn::tables
