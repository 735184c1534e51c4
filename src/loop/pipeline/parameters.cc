#include "loop/pipeline/parameters.h"

#include <cmath>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/pipeline/parameters/python_file.h"
#include "loop/pipeline/parameters/toml_file.h"
#include "loop/repository/float_text.h"

namespace cairn::pipeline {
namespace {

/// As both languages read it; TOML also what is not finite.
std::string NumberText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return repository::FloatText(value);
}

/// As both languages read it.
std::string Quoted(std::string_view text) {
  static constexpr std::string_view kMeant = "\\\"\n\r\t\b\f", kMarks = "\\\"nrtbf";
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto known = kMeant.find(c);
    const auto code = static_cast<unsigned char>(c);
    if (known != std::string_view::npos) {
      out += {'\\', kMarks[known]};
    } else if (code < 0x20 || code == 0x7F) {
      out += "\\u00";
      out += {kHex[code >> 4], kHex[code & 0xF]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

Result<Json> ReadParams(const std::string& project, const std::string& file) {
  const std::string path = os::JoinPath(project, file);
  auto text = os::ReadFile(path, 16 << 20);
  if (!text) return std::move(text).error();
  return ParseParams(*text, file);
}

Result<Json> ParseParams(std::string_view text, const std::string& file) {
  if (file.ends_with(".json")) {
    auto parsed = Json::Parse(text);
    if (!parsed) return Error{parsed.error().reason, file + ": " + parsed.error().message};
    return parsed;
  }
  if (file.ends_with(".toml")) return ReadTomlParams(text, file);
  if (file.ends_with(".py")) return ReadPythonParams(text);
  return CAIRN_TRY(ParseYaml(text, file)).ToJson();
}

std::optional<std::pair<std::size_t, std::size_t>> FindWritten(std::string_view text, const std::string& file,
                                                               std::string_view key) {
  return file.ends_with(".toml") ? FindInToml(text, key) : FindInPython(text, key);
}

Result<std::string> WriteParam(const Json& value, const std::string& file) {
  const bool toml = file.ends_with(".toml");
  std::string out;
  switch (value.kind()) {
    case Json::Kind::Null:
      if (toml) return Error{Reason::Unsupported, file + ": TOML has no word for a value that is none"};
      return std::string("None");
    case Json::Kind::Bool:
      return std::string(value.AsBool() ? (toml ? "true" : "True") : (toml ? "false" : "False"));
    case Json::Kind::Int:
      return std::to_string(value.AsInt());
    case Json::Kind::Double:
      return NumberText(value.AsDouble());
    case Json::Kind::String:
      return Quoted(value.AsString());
    case Json::Kind::Array:
      for (const Json& item : value.items()) {
        const std::string written = CAIRN_TRY(WriteParam(item, file));
        out += (out.empty() ? "" : ", ") + written;
      }
      return "[" + out + "]";
    case Json::Kind::Object:
      for (const auto& [name, member] : value.members()) {
        const std::string written = CAIRN_TRY(WriteParam(member, file));
        out += (out.empty() ? "" : ", ") + Quoted(name) + (toml ? " = " : ": ") + written;
      }
      return "{" + out + "}";
  }
  return out;
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
