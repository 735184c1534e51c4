#include "loop/serving/versions/columns.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::serving {
namespace {

using runtime::Features;

struct Seen {
  bool texts = false, fractions = false, others = false, nulls = false;
};

Error Wrong(const std::string& name, std::size_t row, std::string_view what) {
  return {Reason::Unprocessable,
          "Column '" + name + "' in row " + std::to_string(row + 1) + " " + std::string(what) + "."};
}

Result<Seen> Look(const std::string& name, const std::vector<Json>& values) {
  Seen seen;
  for (std::size_t row = 0; row < values.size(); ++row) {
    switch (values[row].kind()) {
      case Json::Kind::Null:
        seen.nulls = true;
        break;
      case Json::Kind::String:
        seen.texts = true;
        break;
      case Json::Kind::Double:
        seen.fractions = seen.others = true;
        break;
      case Json::Kind::Int:
      case Json::Kind::Bool:
        seen.others = true;
        break;
      case Json::Kind::Array:
      case Json::Kind::Object:
        return Wrong(name, row, "is a list or an object, and must be one value");
    }
    if (seen.texts && seen.others) return Wrong(name, row, "is a text among numbers or a number among texts");
  }
  return seen;
}

Features::Texts Texts(const std::vector<Json>& values) {
  Features::Texts texts(values.size());
  for (std::size_t row = 0; row < values.size(); ++row)
    if (values[row].IsString()) texts[row] = values[row].AsString();
  return texts;
}

Features::Wholes Wholes(const std::vector<Json>& values) {
  Features::Wholes wholes(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (values[row].IsInt()) wholes[row] = values[row].AsInt();
    if (values[row].IsBool()) wholes[row] = values[row].AsBool() ? 1 : 0;
  }
  return wholes;
}

Features::Numbers Numbers(const std::vector<Json>& values) {
  Features::Numbers numbers(values.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (values[row].IsNumber()) numbers[row] = values[row].AsDouble();
    if (values[row].IsBool()) numbers[row] = values[row].AsBool() ? 1 : 0;
  }
  return numbers;
}

Result<Features::Column> ColumnOfList(const std::string& name, const Values::List& values, Wanted wanted) {
  const Seen seen = CAIRN_TRY(Look(name, values));
  Features::Column column{name, {}, {}};
  if (seen.nulls) {
    column.nulls.resize(values.size());
    for (std::size_t row = 0; row < values.size(); ++row) column.nulls[row] = values[row].IsNull() ? 1 : 0;
  }
  if (seen.texts || (!seen.others && wanted == Wanted::Text)) {
    column.values = Texts(values);
  } else if (seen.fractions || !seen.others) {
    column.values = Numbers(values);
  } else {
    column.values = Wholes(values);
  }
  return column;
}

template <class T>
Features::Column ColumnOfReals(const std::string& name, const std::vector<T>& values) {
  Features::Column column{name, Features::Numbers(values.begin(), values.end()), {}};
  const auto none = [](T value) { return std::isnan(value); };
  if (std::none_of(values.begin(), values.end(), none)) return column;
  column.nulls.resize(values.size());
  std::transform(values.begin(), values.end(), column.nulls.begin(), none);
  return column;
}

}  // namespace

Result<Features::Column> ColumnOf(const std::string& name, const Values& values, Wanted wanted) {
  if (const auto* list = std::get_if<Values::List>(&values.kept())) return ColumnOfList(name, *list, wanted);
  if (const auto* wholes = std::get_if<Values::Wholes>(&values.kept()))
    return Features::Column{name, *wholes, {}};
  if (wanted == Wanted::Text) {
    Values listed = values;
    return ColumnOfList(name, listed.list(), wanted);
  }
  if (const auto* floats = std::get_if<Values::Floats>(&values.kept())) return ColumnOfReals(name, *floats);
  return ColumnOfReals(name, std::get<Values::Doubles>(values.kept()));
}

}  // namespace cairn::serving
