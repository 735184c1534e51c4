#include "loop/pipeline/parameters/toml_file.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// It asserts what files need not keep, "[=" for one, before it refuses it with a sentence.
#define TOML_ASSERT(expr) static_assert(true)
#include <toml++/toml.h>

namespace cairn::pipeline {
namespace {

Json JsonOf(const toml::node& node);

/// The library keeps a table by its keys; a lock has them as the file does.
Json JsonOf(const toml::table& table) {
  std::vector<std::pair<const toml::key*, const toml::node*>> entries;
  for (const auto& [key, node] : table) entries.emplace_back(&key, &node);
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.first->source().begin < b.first->source().begin; });
  Json json = Json::Object();
  for (const auto& [key, node] : entries) json.Set(std::string(key->str()), JsonOf(*node));
  return json;
}

Json JsonOf(const toml::node& node) {
  if (const auto* table = node.as_table()) return JsonOf(*table);
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return number->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* truth = node.as_boolean()) return truth->get();
  if (const auto* array = node.as_array()) {
    Json json = Json::Array();
    for (const auto& item : *array) json.Push(JsonOf(item));
    return json;
  }
  std::ostringstream written;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_date<decltype(value)> || toml::is_time<decltype(value)> ||
                  toml::is_date_time<decltype(value)>)
      written << value.get();
  });
  return written.str();
}

/// Lines and characters are counted from 1.
std::size_t OffsetOf(std::string_view text, const toml::source_position& place) {
  std::size_t at = 0;
  for (toml::source_index line = 1; line < place.line && at < text.size(); ++line)
    at = text.find('\n', at) + 1;
  for (toml::source_index column = 1; column < place.column && at < text.size(); ++column) {
    ++at;
    while (at < text.size() && (text[at] & 0xC0) == 0x80) ++at;
  }
  return at;
}

}  // namespace

Result<Json> ReadTomlParams(std::string_view text, std::string_view file) {
  const auto parsed = toml::parse(text, file);
  if (parsed) return JsonOf(parsed.table());
  const auto& place = parsed.error().source().begin;
  return Error{Reason::InvalidArgument, std::string(file) + ":" + std::to_string(place.line) + ":" +
                                            std::to_string(place.column) + ": " +
                                            std::string(parsed.error().description())};
}

std::optional<std::pair<std::size_t, std::size_t>> FindInToml(std::string_view text, std::string_view key) {
  const auto parsed = toml::parse(text);
  if (!parsed) return std::nullopt;
  const auto found = toml::at_path(parsed.table(), key);
  const toml::node* node = found.node();
  if (!node || (node->is_table() && !node->as_table()->is_inline())) return std::nullopt;
  return std::pair(OffsetOf(text, node->source().begin), OffsetOf(text, node->source().end));
}

}  // namespace cairn::pipeline
