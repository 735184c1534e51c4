#include "ground/tables/table.h"

#include <cstdio>
#include <cstdlib>
#include <limits>

#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

[[noreturn]] void WrongType(const std::string& column, Type is, const char* asked) {
  std::fprintf(stderr, "column '%s' holds %s and was read as %s\n", column.c_str(), NameOf(is), asked);
  std::abort();
}

}  // namespace

const char* NameOf(Type type) {
  switch (type) {
    case Type::Bool:
      return "bool";
    case Type::Int:
      return "int";
    case Type::Double:
      return "double";
    case Type::Text:
      return "text";
    case Type::Time:
      return "time";
  }
  return "text";
}

Column::Column(std::string name, Type type) : name_(std::move(name)), type_(type) {
  switch (type) {
    case Type::Bool:
      values_ = Bools();
      break;
    case Type::Int:
    case Type::Time:
      values_ = Ints();
      break;
    case Type::Double:
      values_ = Doubles();
      break;
    case Type::Text:
      values_ = Texts();
      break;
  }
}

bool Column::Bool(std::size_t row) const {
  if (type_ != Type::Bool) WrongType(name_, type_, "bool");
  return bools()[row] != 0;
}

std::int64_t Column::Int(std::size_t row) const {
  if (type_ != Type::Int) WrongType(name_, type_, "int");
  return ints()[row];
}

double Column::Double(std::size_t row) const {
  switch (type_) {
    case Type::Double:
      return doubles()[row];
    case Type::Int:
      return IsNull(row) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(ints()[row]);
    case Type::Bool:
      return IsNull(row) ? std::numeric_limits<double>::quiet_NaN() : bools()[row];
    case Type::Text:
    case Type::Time:
      break;
  }
  WrongType(name_, type_, "double");
}

const std::string& Column::Text(std::size_t row) const {
  if (type_ != Type::Text) WrongType(name_, type_, "text");
  return std::get<Texts>(values_)[row];
}

TimeMs Column::Time(std::size_t row) const {
  if (type_ != Type::Time) WrongType(name_, type_, "time");
  return ints()[row];
}

std::string Column::Shown(std::size_t row) const {
  if (IsNull(row)) return "";
  switch (type_) {
    case Type::Bool:
      return Bool(row) ? "true" : "false";
    case Type::Int:
      return std::to_string(Int(row));
    case Type::Double:
      return ShortestText(Double(row));
    case Type::Text:
      return Text(row);
    case Type::Time:
      return FormatUtc(Time(row));
  }
  return "";
}

void Column::PushFrom(const Column& from, std::size_t row) {
  if (from.IsNull(row)) return PushNull();
  switch (type_) {
    case Type::Bool:
      return PushBool(from.Bool(row));
    case Type::Int:
    case Type::Time:
      return Push(from.ints()[row]);
    case Type::Double:
      return Push(from.doubles()[row]);
    case Type::Text:
      return Push(from.Text(row));
  }
}

void Column::PushNull() {
  nulls_.push_back(1);
  ++null_count_;
  switch (type_) {
    case Type::Bool:
      std::get<Bools>(values_).push_back(0);
      break;
    case Type::Int:
    case Type::Time:
      std::get<Ints>(values_).push_back(0);
      break;
    case Type::Double:
      std::get<Doubles>(values_).push_back(std::numeric_limits<double>::quiet_NaN());
      break;
    case Type::Text:
      std::get<Texts>(values_).emplace_back();
      break;
  }
}

void Column::Push(std::int64_t value) {
  if (type_ != Type::Int && type_ != Type::Time) WrongType(name_, type_, "int");
  nulls_.push_back(0);
  std::get<Ints>(values_).push_back(value);
}

void Column::Push(double value) {
  if (type_ != Type::Double) WrongType(name_, type_, "double");
  nulls_.push_back(0);
  std::get<Doubles>(values_).push_back(value);
}

void Column::Push(std::string value) {
  if (type_ != Type::Text) WrongType(name_, type_, "text");
  nulls_.push_back(0);
  std::get<Texts>(values_).push_back(std::move(value));
}

void Column::PushBool(bool value) {
  if (type_ != Type::Bool) WrongType(name_, type_, "bool");
  nulls_.push_back(0);
  std::get<Bools>(values_).push_back(value ? 1 : 0);
}

const Column* Table::Find(std::string_view name) const {
  for (const auto& column : columns_)
    if (column.name() == name) return &column;
  return nullptr;
}

Result<const Column*> Table::Named(std::string_view name) const {
  if (const auto* column = Find(name)) return column;
  std::vector<std::string_view> names;
  for (const auto& column : columns_) names.push_back(column.name());
  return Error{Reason::Unprocessable,
               "There is no column '" + std::string(name) + "'." + Suggestion(name, names)};
}

}  // namespace cairn::tables
