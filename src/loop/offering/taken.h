#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::offering {

/// A column or array that a model takes or gives, as its MLflow signature says.
struct Column {
  std::string name;  ///< "" for an array without one.
  std::string type;  ///< "double", "long", "string", …; of arrays the element's: "float32".
  Json shape;        ///< Of an array, [-1, 2]; else null.
  bool required = true;
};
Json ToJson(const Column& column);

struct Taken {
  std::vector<Column> inputs, outputs;
};
/// What the text of a file MLmodel says; nothing where it has no signature. Corrupt when it cannot be read.
Result<Taken> TakenBy(const std::string& mlmodel);

/// Whether one of the columns is what is wanted: "age:double", "age" of any type, ":double" of any name.
bool HasColumn(const std::vector<Column>& columns, std::string_view wanted);
/// InvalidArgument for a wish that names nothing.
Result<> CheckWanted(std::string_view wanted);

}  // namespace cairn::offering
