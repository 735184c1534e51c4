#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/documents/content.h"

namespace cairn::documents {
namespace {

constexpr std::size_t kMostProblems = 50;

/// The lines that two texts do not share, each with its number in the first; equal beginnings and ends are
/// left out, and what lies between is matched greedily.
Json Differences(const std::string& given, const std::string& due) {
  const auto says = Split(given, '\n'), records = Split(due, '\n');
  Json problems = Json::Array();
  std::size_t at = 0, next = 0;
  while (at < says.size() || next < records.size()) {
    if (problems.items().size() == kMostProblems) break;
    const std::string_view one = at < says.size() ? says[at] : std::string_view(),
                           other = next < records.size() ? records[next] : std::string_view();
    if (at < says.size() && next < records.size() && one == other) {
      ++at, ++next;
      continue;
    }
    const auto later = std::find(records.begin() + static_cast<std::ptrdiff_t>(next), records.end(), one);
    const auto sooner = std::find(says.begin() + static_cast<std::ptrdiff_t>(at), says.end(), other);
    const bool lacks = at < says.size() && later != records.end(),
               adds = next < records.size() && sooner != says.end();
    const bool only_records = next < records.size() && (at >= says.size() || (lacks && !adds));
    const bool only_says = !only_records && at < says.size() && (next >= records.size() || (adds && !lacks));
    problems.Push(Json{{"line", at + 1},
                       {"says", only_records ? Json() : Json(one)},
                       {"records", only_says ? Json() : Json(other)}});
    if (!only_records) ++at;
    if (!only_says) ++next;
  }
  return problems;
}

}  // namespace

Result<Json> Verify(const evidence::Rooms& rooms, const std::string& text) {
  const auto read = CAIRN_TRY(ReadMarked(text));
  const Wanted wanted{read.about.Text("document"), read.about.Text("name"), read.about.Int("version"),
                      read.shape};
  if (wanted.version < 1)
    return Error{Reason::Corrupt, "The document does not say which version it is about any more."};
  const auto due = CAIRN_TRY(Write(rooms, wanted));
  const auto fresh = CAIRN_TRY(ReadMarked(due.text));
  Json problems = Differences(read.body, fresh.body);
  // The line of the mark, and in HTML the one before it.
  const std::int64_t before = wanted.shape == Shape::Html ? 2 : 1;
  Json numbered = Json::Array();
  for (const Json& problem : problems.items()) {
    Json one = problem;
    numbered.Push(one.Set("line", problem.Int("line") + before));
  }
  return Json{{"current", read.sound && numbered.items().empty()},
              {"form", wanted.form},
              {"name", wanted.name},
              {"version", wanted.version},
              {"edited", !read.sound},
              {"problems", std::move(numbered)},
              {"missing", due.missing.size()}};
}

}  // namespace cairn::documents
