#include "loop/pipeline/parameters.h"

#include <vector>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/parameters/python_file.h"
#include "loop/pipeline/parameters/toml_file.h"

namespace cairn::pipeline {

Result<Json> ReadParams(const std::string& project, const std::string& file) {
  const std::string path = os::JoinPath(project, file);
  auto text = os::ReadFile(path, 16 << 20);
  if (!text) return std::move(text).error();
  if (file.ends_with(".json")) {
    auto parsed = Json::Parse(*text);
    if (!parsed) return Error{parsed.error().reason, file + ": " + parsed.error().message};
    return parsed;
  }
  if (file.ends_with(".toml")) return ReadTomlParams(*text, file);
  if (file.ends_with(".py")) return ReadPythonParams(*text);
  return CAIRN_TRY(ParseYaml(*text, file)).ToJson();
}

const Json* FindDotted(const Json& values, std::string_view key) {
  const Json* value = &values;
  for (std::string_view part : Split(key, '.')) {
    std::vector<std::size_t> places;
    while (part.ends_with(']')) {
      const auto open = part.rfind('[');
      const auto place = open == std::string_view::npos
                             ? Result<std::int64_t>(Error{})
                             : ParseInt(part.substr(open + 1, part.size() - open - 2));
      if (!place || *place < 0) break;
      places.insert(places.begin(), static_cast<std::size_t>(*place));
      part = part.substr(0, open);
    }
    value = value->Find(part);
    for (const std::size_t place : places) {
      if (!value || place >= value->items().size()) return nullptr;
      value = &value->items()[place];
    }
    if (!value) return nullptr;
  }
  return value;
}

}  // namespace cairn::pipeline
