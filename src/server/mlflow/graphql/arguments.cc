#include "server/mlflow/graphql/arguments.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::mlflow::graphql {
namespace {

constexpr std::string_view kViews[] = {"ACTIVE_ONLY", "DELETED_ONLY", "ALL"};

Error Refused(std::string message) { return {Reason::InvalidArgument, std::move(message)}; }

Json NumberOf(const std::string& digits) {
  const auto whole = ParseInt(digits);
  if (whole) return *whole;
  const auto number = ParseDouble(digits);
  return number ? Json(*number) : Json();
}

/// The value as JSON; an enum's name as a text.
Result<Json> Plain(const Value& value, const Json& variables) {
  switch (value.kind) {
    case Value::Kind::Null:
      return Json();
    case Value::Kind::Bool:
      return Json(value.text == "true");
    case Value::Kind::Int:
    case Value::Kind::Float:
      return NumberOf(value.text);
    case Value::Kind::Text:
    case Value::Kind::Enum:
      return Json(value.text);
    case Value::Kind::Variable: {
      const Json* given = variables.Find(value.text);
      if (given == nullptr) return Refused("Variable '$" + value.text + "' is not defined by the operation.");
      return *given;
    }
    case Value::Kind::List: {
      Json list = Json::Array();
      for (const auto& item : value.items) list.Push(CAIRN_TRY(Plain(item, variables)));
      return list;
    }
    case Value::Kind::Object: {
      Json object = Json::Object();
      for (std::size_t i = 0; i < value.names.size(); ++i)
        object.Set(value.names[i], CAIRN_TRY(Plain(value.items[i], variables)));
      return object;
    }
  }
  return Json();
}

bool IsListOfTexts(const Json& value) {
  if (!value.IsArray()) return value.IsString();  // One alone is a list of one.
  return std::all_of(value.items().begin(), value.items().end(),
                     [](const Json& item) { return item.IsString(); });
}

bool Fits(Input::Shape shape, const Json& value) {
  switch (shape) {
    case Input::Shape::Text:
      return value.IsString();
    case Input::Shape::Texts:
      return IsListOfTexts(value);
    case Input::Shape::Int:
      return value.IsInt();
    case Input::Shape::Long:
      return value.IsInt() || (value.IsString() && bool(ParseInt(value.AsString())));
    case Input::Shape::View:
      return value.IsString() &&
             std::find(std::begin(kViews), std::end(kViews), value.AsString()) != std::end(kViews);
  }
  return false;
}

const char* NameOf(Input::Shape shape) {
  switch (shape) {
    case Input::Shape::Text:
      return "String";
    case Input::Shape::Texts:
      return "[String]";
    case Input::Shape::Int:
      return "Int";
    case Input::Shape::Long:
      return "LongString";
    case Input::Shape::View:
      return "MlflowViewType";
  }
  return "";
}

Result<> CheckMessage(const InputType& type, const Json& message) {
  if (!message.IsObject())
    return Refused("Expected value of type '" + std::string(type.name) + "', found " + message.Dump() + ".");
  for (const auto& member : message.members()) {
    const auto& name = member.first;
    const auto& value = member.second;
    const auto input = std::find_if(type.members.begin(), type.members.end(),
                                    [&](const Input& candidate) { return candidate.name == name; });
    if (input == type.members.end()) {
      return Refused("Field '" + name + "' is not defined by type '" + std::string(type.name) + "'.");
    }
    if (!value.IsNull() && !Fits(input->shape, value)) {
      return Refused("Expected value of type '" + std::string(NameOf(input->shape)) + "' for '" + name +
                     "', found " + value.Dump() + ".");
    }
  }
  return {};
}

/// The argument's name, or "" for a field without one.
std::string_view ArgumentNameOf(const Field& field) {
  if (field.shape == Field::Shape::Call) return "input";
  return field.shape == Field::Shape::Echo ? "inputString" : "";
}

}  // namespace

Result<Json> VariablesOf(const Operation& operation, const Json& given) {
  Json variables = Json::Object();
  for (const auto& variable : operation.variables) {
    const Json* value = given.Find(variable.name);
    if (value == nullptr && variable.otherwise) {
      variables.Set(variable.name, CAIRN_TRY(Plain(*variable.otherwise, Json())));
      continue;
    }
    if (variable.required && (value == nullptr || value->IsNull()))
      return Refused("Variable '$" + variable.name + "' is required and was not provided.");
    variables.Set(variable.name, value == nullptr ? Json() : *value);
  }
  return variables;
}

Result<Json> ArgumentOf(const Selection& selection, const Field& field, const Json& variables) {
  const auto expected = ArgumentNameOf(field);
  const bool call = field.shape == Field::Shape::Call;
  Json argument = call ? Json::Object() : Json();
  for (const auto& [name, value] : selection.arguments) {
    if (name != expected)
      return Refused("Unknown argument '" + name + "' on field '" + std::string(field.name) + "'.");
    auto plain = CAIRN_TRY(Plain(value, variables));
    if (plain.IsNull()) continue;
    if (call) CAIRN_TRY(CheckMessage(*field.input, plain));
    if (!call && !plain.IsString())
      return Refused("String cannot represent a non string value: " + plain.Dump());
    argument = std::move(plain);
  }
  return argument;
}

}  // namespace cairn::mlflow::graphql
