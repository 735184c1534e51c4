#include "loop/pipeline/definition/templates.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/dvc_folder.h"
#include "loop/pipeline/parameters.h"
#include "loop/repository/configuration.h"
#include "loop/repository/float_text.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kStandardFile = "params.yaml";

std::string ShellQuoted(const std::string& text) {
  static constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (!text.empty() && text.find_first_not_of(kSafe) == std::string::npos) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\"'\"'" : std::string(1, c);
  return quoted + "'";
}

/// How maps become flags: `parsing.bool` and `parsing.list` of DVC's settings.
struct FlagStyle {
  bool negated = false;   ///< false is "--no-fast" instead of nothing.
  bool repeated = false;  ///< A list is "--n 1 --n 2" instead of "--n 1 2".

  static Result<FlagStyle> Of(const std::string& project) {
    const auto settings = CAIRN_TRY(repository::Configuration::Read(DvcRootOf(project)));
    return FlagStyle{settings.Find("parsing", "bool") == "boolean_optional",
                     settings.Find("parsing", "list") == "append"};
  }
};

/// "" or what cannot stand in flags.
std::string AddFlags(const Json& map, const std::string& prefix, const FlagStyle& style, std::string& flags) {
  for (const auto& [key, value] : map.members()) {
    const std::string name = prefix + key;
    if (value.IsObject()) {
      if (auto wrong = AddFlags(value, name + ".", style, flags); !wrong.empty()) return wrong;
    } else if (value.IsBool()) {
      if (value.AsBool()) flags += " --" + name;
      if (!value.AsBool() && style.negated) flags += " --no-" + name;
    } else if (value.IsArray()) {
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        const Json& item = value.items()[i];
        if (item.IsArray() || item.IsObject()) return name;
        if (i == 0 || style.repeated) flags += " --" + name;
        flags += " " + (item.IsString() ? ShellQuoted(item.AsString()) : ScalarText(item));
      }
    } else {
      flags += " --" + name + " " + ShellQuoted(ScalarText(value));
    }
  }
  return "";
}

/// The dotted name of a value that both have; "" when there is none.
std::string MergeInto(Json& into, const Json& added, const std::string& prefix) {
  for (const auto& [key, value] : added.members()) {
    const Json* known = into.Find(key);
    if (known && known->IsObject() && value.IsObject()) {
      Json merged = *known;
      if (auto twice = MergeInto(merged, value, prefix + key + "."); !twice.empty()) return twice;
      into.Set(key, std::move(merged));
    } else if (known) {
      return prefix + key;
    } else {
      into.Set(key, value);
    }
  }
  return "";
}

/// "a.b[0]" and "a.b.0" alike; null when nothing is there.
const Json* Selected(const Json& values, std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c != ']') plain += c == '[' ? '.' : c;
  }
  const Json* value = &values;
  for (const std::string_view part : Split(plain, '.')) {
    if (!value->IsArray()) {
      value = value->Find(Trim(part));
    } else {
      const auto place = ParseInt(Trim(part));
      const auto size = static_cast<std::int64_t>(value->items().size());
      const std::int64_t at = place ? (*place < 0 ? *place + size : *place) : -1;
      value = at >= 0 && at < size ? &value->items()[static_cast<std::size_t>(at)] : nullptr;
    }
    if (!value) return nullptr;
  }
  return value;
}

Result<> NoExpressionIn(const Node& node) {
  if (node.IsScalar() && node.text().find("${") != std::string::npos)
    return WrongAt(node.Where(), "an expression cannot stand within 'vars'");
  for (const Node& item : node.items()) CAIRN_TRY(NoExpressionIn(item));
  for (const auto& entry : node.entries()) CAIRN_TRY(NoExpressionIn(entry.value));
  return Done{};
}

}  // namespace

std::string ScalarText(const Json& value) {
  if (value.IsNull()) return "None";
  if (value.IsString()) return value.AsString();
  return value.kind() == Json::Kind::Double ? repository::FloatText(value.AsDouble()) : value.Dump();
}

Error WrongAt(const std::string& where, std::string_view what) {
  return {Reason::InvalidArgument, where + ": " + std::string(what)};
}

Result<Templates> Templates::Read(const std::string& project, const Node& root) {
  Templates templates;
  templates.project_ = project;
  auto params = ReadParams(project, std::string(kStandardFile));
  if (!params && params.error().reason != Reason::NotFound) return std::move(params).error();
  if (params && params->IsObject()) {
    templates.values_ = *std::move(params);
    templates.files_[std::string(kStandardFile)] = std::nullopt;
  }
  const Node* vars = root.Find("vars");
  if (vars && !vars->IsNull()) CAIRN_TRY(templates.AddVars(*vars, "."));
  return templates;
}

Result<Templates> Templates::With(const Node& vars, const std::string& folder) const {
  Templates more = *this;
  CAIRN_TRY(more.AddVars(vars, folder));
  return more;
}

std::vector<std::string> Templates::Files() const {
  std::vector<std::string> files;
  for (const auto& [file, taken] : files_) files.push_back(file);
  return files;
}

Templates Templates::WithItem(Json item, const std::optional<std::string>& key) const {
  Templates round = *this;
  round.values_.Set("item", std::move(item));
  round.reserved_.insert("item");
  if (key) {
    round.values_.Set("key", *key);
    round.reserved_.insert("key");
  }
  return round;
}

Result<> Templates::AddVars(const Node& vars, const std::string& folder) {
  if (!vars.IsList()) return WrongAt(vars.Where(), "'vars' must be a list of files and maps");
  CAIRN_TRY(NoExpressionIn(vars));
  for (const Node& item : vars.items())
    CAIRN_TRY(item.IsMap() ? Merge(item.ToJson(), item.Where()) : AddFile(item, folder));
  return Done{};
}

/// "file" or "file:key,key".
Result<> Templates::AddFile(const Node& item, const std::string& folder) {
  if (!item.IsScalar()) return WrongAt(item.Where(), "'vars' must be a list of files and maps");
  const std::string_view text = item.text();
  const auto colon = text.find(':');
  const std::string named(text.substr(0, colon)), file = folder == "." ? named : folder + "/" + named;
  Taken wanted;
  if (colon != std::string::npos) {
    wanted.emplace();
    for (const std::string_view key : Split(text.substr(colon + 1), ',')) wanted->emplace(key);
  }
  const auto before = files_.find(file);
  if (before != files_.end()) {
    if (!wanted && !before->second) return Done{};
    const bool again = !wanted || !before->second ||
                       std::any_of(wanted->begin(), wanted->end(),
                                   [&](const auto& key) { return before->second->contains(key); });
    if (again) return WrongAt(item.Where(), "'" + item.text() + "' was read already, in part or whole");
  }
  const auto values = ReadParams(project_, file);
  if (!values) return WrongAt(item.Where(), values.error().message);
  if (!values->IsObject()) return WrongAt(item.Where(), "'" + file + "' must hold a map");
  Json added = Json::Object();
  for (const auto& [key, value] : values->members()) {
    if (!wanted || wanted->contains(key)) added.Set(key, value);
  }
  if (wanted) {
    for (const auto& key : *wanted) {
      if (!added.Find(key)) return WrongAt(item.Where(), "'" + file + "' has no '" + key + "'");
    }
  }
  CAIRN_TRY(Merge(added, item.Where()));
  if (before != files_.end()) wanted->insert(before->second->begin(), before->second->end());
  files_[file] = std::move(wanted);
  return Done{};
}

Result<> Templates::Merge(const Json& added, const std::string& where) {
  for (const auto& [key, value] : added.members()) {
    if (reserved_.contains(key))
      return WrongAt(where, "'" + key + "' is what a group sets for each of its stages: choose another name");
  }
  const std::string twice = MergeInto(values_, added, "");
  return twice.empty() ? Result<>(Done{}) : WrongAt(where, "'" + twice + "' is set twice");
}

Result<const Json*> Templates::Known(std::string_view key, const std::string& where) const {
  const Json* value = Selected(values_, key);
  if (value) return value;
  return WrongAt(where,
                 "nothing is known under '" + std::string(key) + "': add it to params.yaml or to 'vars'");
}

Result<Json> Templates::Value(const Node& node) const {
  if (node.IsMap()) {
    Json map = Json::Object();
    for (const auto& [key, mark, value] : node.entries()) {
      const std::string name = CAIRN_TRY(Fill(key, value.Where()));
      map.Set(name, CAIRN_TRY(Value(value)));
    }
    return map;
  }
  if (node.IsList()) {
    Json list = Json::Array();
    for (const Node& item : node.items()) list.Push(CAIRN_TRY(Value(item)));
    return list;
  }
  const std::string& text = node.text();
  const Json plain = node.ToJson();
  if (!plain.IsString()) return plain;
  if (text.starts_with("${") && text.find('}') == text.size() - 1)
    return *CAIRN_TRY(Known(Trim(std::string_view(text).substr(2, text.size() - 3)), node.Where()));
  return Json(CAIRN_TRY(Fill(text, node.Where())));
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
    const Json* value = CAIRN_TRY(Known(key, where));
    filled += text.substr(at, open - at);
    if (value->IsObject() && maps == Maps::AsFlags) {
      std::string flags;
      const std::string wrong = AddFlags(*value, "", CAIRN_TRY(FlagStyle::Of(project_)), flags);
      if (!wrong.empty())
        return WrongAt(where, "'" + wrong + "' is a list that holds lists or maps and cannot become a flag");
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
