#include "loop/data/search.h"

#include <algorithm>
#include <utility>

#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

/// Each text of a data set that a search looks through, with what to call it.
std::vector<std::pair<std::string, std::string>> TextsOf(const DatasetVersion& version) {
  const Provenance& from = version.provenance;
  std::vector<std::pair<std::string, std::string>> texts = {
      {"name", version.dataset},         {"owner", from.owner},
      {"licence", from.licence},         {"jurisdiction", from.jurisdiction},
      {"description", from.description}, {"source", from.source}};
  for (const auto& column : version.columns) texts.emplace_back("column " + column.name, column.name);
  for (const auto& tag : from.tags) texts.emplace_back("tag " + tag, tag);
  for (const auto& alias : version.aliases) texts.emplace_back("alias " + alias, alias);
  return texts;
}

}  // namespace

std::vector<std::string> PlacesFound(const DatasetVersion& newest, std::string_view words) {
  const auto texts = TextsOf(newest);
  std::vector<std::string> places;
  for (const auto part : Split(words, ' ')) {
    const std::string word = LowerAscii(Trim(part));
    if (word.empty()) continue;
    bool found = false;
    for (const auto& [place, text] : texts) {
      if (LowerAscii(text).find(word) == std::string::npos) continue;
      found = true;
      if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
    if (!found) return {};
  }
  return places;
}

}  // namespace cairn::data
