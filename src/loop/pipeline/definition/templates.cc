#include "loop/pipeline/definition/templates.h"

#include <charconv>
#include <cmath>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition.h"

namespace cairn::pipeline {
namespace {

std::string ScalarText(const Json& value) {
  if (value.IsNull()) return "None";
  if (value.IsString()) return value.AsString();
  return value.kind() == Json::Kind::Double ? FloatText(value.AsDouble()) : value.Dump();
}

std::string ShellQuoted(const std::string& text) {
  static constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (!text.empty() && text.find_first_not_of(kSafe) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\"'\"'" : std::string(1, c);
  return quoted + "'";
}

void AddFlags(const Json& map, const std::string& prefix, std::string& flags) {
  for (const auto& [key, value] : map.members()) {
    const std::string name = prefix + key;
    if (value.IsObject()) {
      AddFlags(value, name + ".", flags);
    } else if (value.IsBool()) {
      if (value.AsBool()) flags += " --" + name;
    } else if (value.IsArray()) {
      flags += " --" + name;
      for (const Json& item : value.items()) flags += " " + ShellQuoted(ScalarText(item));
    } else {
      flags += " --" + name + " " + ShellQuoted(ScalarText(value));
    }
  }
}

}  // namespace

Error WrongAt(const std::string& where, std::string_view what) {
  return {Reason::InvalidArgument, where + ": " + std::string(what)};
}

std::string FloatText(double value) {
  if (std::isnan(value)) return ".nan";
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  char text[64];
  const double size = std::fabs(value);
  const bool scientific = size != 0 && (size < 1e-4 || size >= 1e16);
  const auto form = scientific ? std::chars_format::scientific : std::chars_format::fixed;
  std::string written(text, std::to_chars(text, text + sizeof text, value, form).ptr);
  if (!scientific && written.find('.') == std::string::npos) written += ".0";
  return written;
}

Result<Templates> Templates::Read(const std::string& project, const Node& root) {
  Templates templates;
  auto params = ReadParams(project, "params.yaml");
  if (!params && params.error().reason != Reason::NotFound) return std::move(params).error();
  if (params && params->IsObject()) templates.values_ = *std::move(params);
  const Node* vars = root.Find("vars");
  if (vars && !vars->IsNull()) CAIRN_TRY(templates.AddVars(project, *vars));
  return templates;
}

Result<> Templates::AddVars(const std::string& project, const Node& vars) {
  if (!vars.IsList()) return WrongAt(vars.Where(), "'vars' must be a list of files and maps");
  for (const Node& item : vars.items()) {
    const Json added = item.IsMap() ? item.ToJson() : CAIRN_TRY(ReadParams(project, item.text()));
    for (const auto& [key, value] : added.members()) {
      const Json* known = values_.Find(key);
      if (known && !(*known == value)) return WrongAt(item.Where(), "'" + key + "' is set twice");
      values_.Set(key, value);
    }
  }
  return Done{};
}

Result<std::string> Templates::Expand(const std::string& text, const std::string& where, Maps maps) const {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find("${", at);
    if (open == std::string::npos) return filled + text.substr(at);
    if (open > at && text[open - 1] == '\\') {
      filled += text.substr(at, open - 1 - at) + "${";
      at = open + 2;
      continue;
    }
    const auto close = text.find('}', open);
    if (close == std::string::npos)
      return WrongAt(where, "the template in '" + text + "' is not closed with '}'");
    const std::string key(Trim(std::string_view(text).substr(open + 2, close - open - 2)));
    const Json* value = FindDotted(values_, key);
    if (!value)
      return WrongAt(where, "nothing is known under '" + key + "': add it to params.yaml or to 'vars'");
    filled += text.substr(at, open - at);
    if (value->IsObject() && maps == Maps::AsFlags) {
      std::string flags;
      AddFlags(*value, "", flags);
      filled += Trim(flags);
    } else if (value->IsArray() || value->IsObject()) {
      return WrongAt(where, "'" + key + "' is no single value and cannot stand in a text");
    } else {
      filled += ScalarText(*value);
    }
    at = close + 1;
  }
  return filled;
}

}  // namespace cairn::pipeline
