#include "loop/offering/taken.h"

#include <algorithm>
#include <utility>

#include "ground/vocabulary/document.h"

namespace cairn::offering {
namespace {

Column ColumnOf(const Json& given) {
  Column column{given.Text("name"), "", Json(), given.Bool("required", true)};
  const Json& type = given.At("type");
  column.type = type.IsString() ? type.AsString() : type.Text("type");
  const Json& array = given.At("tensor-spec");
  if (!array.IsObject()) return column;
  column.type = array.Text("dtype");
  column.shape = array.At("shape");
  return column;
}

/// MLmodel's signature keeps each side as a JSON text.
std::vector<Column> Side(const Node& root, const char* name) {
  std::vector<Column> columns;
  const Node* side = root.FindPath(name);
  if (side == nullptr || !side->IsScalar()) return columns;
  const auto list = Json::Parse(side->text());
  if (!list || !list->IsArray()) return columns;
  for (const Json& one : list->items()) columns.push_back(ColumnOf(one));
  return columns;
}

/// Name and type; a name may hold colons itself.
std::pair<std::string_view, std::string_view> Parts(std::string_view wanted) {
  const auto colon = wanted.rfind(':');
  if (colon == std::string_view::npos) return {wanted, {}};
  return {wanted.substr(0, colon), wanted.substr(colon + 1)};
}

}  // namespace

Json ToJson(const Column& column) {
  return Json{
      {"name", column.name}, {"type", column.type}, {"shape", column.shape}, {"required", column.required}};
}

Result<Taken> TakenBy(const std::string& mlmodel) {
  const auto root = ParseYaml(mlmodel, "MLmodel");
  if (!root) return Error{Reason::Corrupt, root.error().message};
  return Taken{Side(*root, "signature.inputs"), Side(*root, "signature.outputs")};
}

bool HasColumn(const std::vector<Column>& columns, std::string_view wanted) {
  const auto [name, type] = Parts(wanted);
  return std::any_of(columns.begin(), columns.end(), [&, name = name, type = type](const Column& column) {
    if (column.name == wanted) return true;
    return (name.empty() || column.name == name) && (type.empty() || column.type == type);
  });
}

Result<> CheckWanted(std::string_view wanted) {
  const auto [name, type] = Parts(wanted);
  if (!name.empty() || !type.empty()) return Done{};
  return Error{Reason::InvalidArgument, "'" + std::string(wanted) +
                                            "' names no column: write NAME, NAME:TYPE or :TYPE, such as "
                                            "age:double"};
}

}  // namespace cairn::offering
