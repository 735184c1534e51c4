#include "server/mlflow/fields.h"

#include <cmath>

#include "ground/vocabulary/text.h"

namespace cairn::mlflow {
namespace {

/// Whether `camel` is `snake` in lowerCamel: without underscores, the letters behind them raised.
bool IsLowerCamelOf(std::string_view camel, std::string_view snake) {
  std::size_t at = 0;
  bool raise = false;
  for (const char c : snake) {
    if (c == '_') {
      raise = true;
      continue;
    }
    const char wanted = raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (at == camel.size() || camel[at++] != wanted) return false;
    raise = false;
  }
  return at == camel.size();
}

std::optional<std::int64_t> WholeNumber(const Json& value) {
  if (value.IsInt()) return value.AsInt();
  if (value.IsNumber()) {
    const double number = value.AsDouble();
    constexpr double kEdge = 9223372036854775808.0;
    if (number == std::floor(number) && number >= -kEdge && number < kEdge)
      return static_cast<std::int64_t>(number);
    return std::nullopt;
  }
  if (!value.IsString()) return std::nullopt;
  const auto number = ParseInt(value.AsString());
  return number ? std::optional(*number) : std::nullopt;
}

std::optional<double> Number(const Json& value) {
  if (value.IsNumber()) return value.AsDouble();
  if (value.IsBool()) return value.AsBool() ? 1.0 : 0.0;
  if (!value.IsString()) return std::nullopt;
  const auto& text = value.AsString();
  if (text == "NaN") return std::nan("");
  if (text == "Infinity") return HUGE_VAL;
  if (text == "-Infinity") return -HUGE_VAL;
  const auto number = ParseDouble(text);
  return number && std::isfinite(*number) ? std::optional(*number) : std::nullopt;
}

constexpr std::string_view kSeeDocs = " See the API docs for more information about request parameters.";

}  // namespace

std::string Fields::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

Error Fields::Missing(std::string_view name) const {
  return {Reason::InvalidArgument,
          "Missing value for required parameter '" + PathOf(name) + "'." + std::string(kSeeDocs)};
}

Error Fields::Invalid(std::string_view name, const Json& value, std::string_view hint) const {
  return {Reason::InvalidArgument, "Invalid value " + value.Canonical() + " for parameter '" + PathOf(name) +
                                       "' supplied: " + std::string(hint) + "." + std::string(kSeeDocs)};
}

Result<const Json*> Fields::Find(std::string_view name) const {
  const Json* found = object_.Find(name);
  if (name.find('_') != std::string_view::npos) {
    for (const auto& [camel, other] : object_.members()) {
      if (!IsLowerCamelOf(camel, name)) continue;
      if (found != nullptr) return Invalid(name, other, "it is given twice, also as " + camel);
      found = &other;
    }
  }
  return found != nullptr && found->IsNull() ? nullptr : found;
}

Result<std::optional<std::string>> Fields::Text(std::string_view name) const {
  const Json* value = CAIRN_TRY(Find(name));
  if (value == nullptr) return std::optional<std::string>();
  if (!value->IsString()) return Invalid(name, *value, "a text was expected");
  return std::optional(value->AsString());
}

Result<std::string> Fields::RequiredText(std::string_view name) const {
  auto text = CAIRN_TRY(Text(name));
  if (!text || text->empty()) return Missing(name);
  return *std::move(text);
}

Result<std::string> Fields::TextOrEmpty(std::string_view name) const {
  return CAIRN_TRY(Text(name)).value_or("");
}

Result<std::string> Fields::RequiredTextOf(std::string_view name, std::string_view elder) const {
  auto text = CAIRN_TRY(Text(name));
  if (!text || text->empty()) text = CAIRN_TRY(Text(elder));
  if (!text || text->empty()) return Missing(name);
  return *std::move(text);
}

Result<std::optional<std::int64_t>> Fields::Int(std::string_view name) const {
  const Json* value = CAIRN_TRY(Find(name));
  if (value == nullptr) return std::optional<std::int64_t>();
  const auto number = WholeNumber(*value);
  if (!number) return Invalid(name, *value, "a whole number was expected");
  return number;
}

Result<std::int64_t> Fields::RequiredInt(std::string_view name) const {
  const auto number = CAIRN_TRY(Int(name));
  if (!number) return Missing(name);
  return *number;
}

Result<std::int64_t> Fields::IntWithin(std::string_view name, std::int64_t least, std::int64_t most,
                                       std::int64_t otherwise) const {
  const auto number = CAIRN_TRY(Int(name)).value_or(otherwise);
  if (number >= least && number <= most) return number;
  return Invalid(name, number,
                 "it must be at least " + std::to_string(least) + " and at most " + std::to_string(most));
}

Result<double> Fields::RequiredDouble(std::string_view name) const {
  const Json* value = CAIRN_TRY(Find(name));
  if (value == nullptr) return Missing(name);
  const auto number = Number(*value);
  if (!number) return Invalid(name, *value, "a number was expected");
  return *number;
}

Result<bool> Fields::Bool(std::string_view name, bool otherwise) const {
  const Json* value = CAIRN_TRY(Find(name));
  if (value == nullptr) return otherwise;
  if (value->IsBool()) return value->AsBool();
  if (value->IsString() && EqualsIgnoringCase(value->AsString(), "true")) return true;
  if (value->IsString() && EqualsIgnoringCase(value->AsString(), "false")) return false;
  return Invalid(name, *value, "true or false was expected");
}

Result<std::optional<int>> Fields::Enum(std::string_view name, std::span<const Choice> choices) const {
  const Json* value = CAIRN_TRY(Find(name));
  if (value == nullptr) return std::optional<int>();
  const auto number = WholeNumber(*value);
  std::string known;
  for (const auto& choice : choices) {
    if (number == choice.number || (value->IsString() && value->AsString() == choice.name))
      return std::optional(choice.number);
    known += (known.empty() ? "" : ", ") + std::string(choice.name);
  }
  return Invalid(name, *value, "one of " + known + " was expected");
}

Result<std::vector<std::string>> Fields::Texts(std::string_view name) const {
  const Json* value = CAIRN_TRY(Find(name));
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (value->IsString()) {
    texts.push_back(value->AsString());
    return texts;
  }
  if (!value->IsArray()) return Invalid(name, *value, "a list of texts was expected");
  for (const auto& item : value->items()) {
    if (!item.IsString()) return Invalid(name, *value, "a list of texts was expected");
    texts.push_back(item.AsString());
  }
  return texts;
}

Result<std::vector<Fields>> Fields::Messages(std::string_view name) const {
  const Json* value = CAIRN_TRY(Find(name));
  std::vector<Fields> messages;
  if (value == nullptr) return messages;
  if (!value->IsArray()) return Invalid(name, *value, "a list of objects was expected");
  messages.reserve(value->items().size());
  for (const auto& item : value->items()) {
    if (!item.IsObject()) return Invalid(name, *value, "a list of objects was expected");
    messages.emplace_back(item, PathOf(name) + "[" + std::to_string(messages.size()) + "]");
  }
  return messages;
}

Result<std::optional<Fields>> Fields::Message(std::string_view name) const {
  const Json* value = CAIRN_TRY(Find(name));
  if (value == nullptr) return std::optional<Fields>();
  if (!value->IsObject()) return Invalid(name, *value, "an object was expected");
  return std::optional<Fields>(std::in_place, *value, PathOf(name));
}

namespace {

Result<Json> QueryMessage(const http::Request& request) {
  Json message = Json::Object();
  for (auto& [name, value] : CAIRN_TRY(request.QueryParameters())) {
    const Json* present = message.Find(name);
    if (present == nullptr) {
      message.Set(std::move(name), std::move(value));
      continue;
    }
    Json list = present->IsArray() ? *present : Json::Array({*present});
    list.Push(std::move(value));
    message.Set(std::move(name), std::move(list));
  }
  return message;
}

Result<Json> BodyMessage(const http::Request& request) {
  if (Trim(request.body).empty()) return Json::Object();
  const auto type = request.headers.Get("Content-Type");
  if (!EqualsIgnoringCase(Trim(type.substr(0, type.find(';'))), "application/json")) {
    return Error{Reason::InvalidArgument,
                 "Bad Request. Content-Type must be application/json, not '" + std::string(type) + "'."};
  }
  auto parsed = Json::Parse(request.body);
  if (parsed && parsed->IsString()) parsed = Json::Parse(std::string(parsed->AsString()));
  if (!parsed)
    return Error{Reason::InvalidArgument, "The request's body is not JSON: " + parsed.error().message};
  if (!parsed->IsObject()) return Error{Reason::InvalidArgument, "The request's body must be a JSON object."};
  return parsed;
}

}  // namespace

Result<Json> MessageOf(const http::Request& request) {
  const bool in_query = request.method == "GET" && !request.query.empty();
  Json message = CAIRN_TRY(in_query ? QueryMessage(request) : BodyMessage(request));
  for (const auto& [name, value] : request.captures) {
    const Json* said = message.Find(name);
    if (said != nullptr && *said != Json(value))
      return Fields(message).Invalid(name, *said, "the address names '" + value + "'");
    message.Set(name, value);
  }
  return message;
}

}  // namespace cairn::mlflow
