#include "ground/sql/connection.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ground/vocabulary/text.h"

namespace cairn::sql {
namespace {

constexpr std::size_t kShown = 40;

bool IsPlainAscii(std::string_view text) {
  for (const char c : text) {
    if (static_cast<signed char>(c) <= 0) return false;
  }
  return true;
}

Result<> CheckText(const std::string& text, std::size_t position) {
  if (IsPlainAscii(text)) return {};
  std::string beginning = text.substr(0, std::min(text.find('\0'), kShown));
  if (!IsUtf8(beginning)) beginning.clear();
  const std::string parameter = beginning.empty() ? "Text " + std::to_string(position) + " of this record "
                                                  : "The text '" + beginning + "…' ";
  if (text.find('\0') != std::string::npos) {
    return Error{Reason::InvalidArgument,
                 parameter + "contains a zero byte, which cannot be stored; remove it."};
  }
  if (!IsUtf8(text)) {
    return Error{Reason::InvalidArgument,
                 parameter + "is not UTF-8; encode it, or store its bytes as base64."};
  }
  return {};
}

Result<> CheckValues(std::span<const Value> values) {
  std::size_t position = 0;
  for (const Value& value : values) {
    ++position;
    if (const auto* text = std::get_if<std::string>(&value.state())) CAIRN_TRY(CheckText(*text, position));
    const auto* number = std::get_if<double>(&value.state());
    if (number != nullptr && std::isnan(*number)) {
      return Error{Reason::InvalidArgument, "The number for $" + std::to_string(position) +
                                                " is NaN, which cannot be stored; store a flag beside it."};
    }
  }
  return {};
}

}  // namespace

std::int64_t Row::Int(std::size_t column) const {
  const auto* number = std::get_if<std::int64_t>(&columns_[column].state());
  return number != nullptr ? *number : 0;
}

double Row::Double(std::size_t column) const {
  const auto& state = columns_[column].state();
  if (const auto* number = std::get_if<double>(&state)) return *number;
  if (const auto* whole = std::get_if<std::int64_t>(&state)) return static_cast<double>(*whole);
  return 0.0;
}

void Value::Set(std::string_view text) {
  if (auto* own = std::get_if<std::string>(&state_)) {
    own->assign(text);
  } else {
    state_.emplace<std::string>(text);
  }
}

const std::string& Row::Text(std::size_t column) const {
  static const std::string none;
  const auto* text = std::get_if<std::string>(&columns_[column].state());
  return text != nullptr ? *text : none;
}

const std::string& Row::Content(std::size_t column) const {
  static const std::string none;
  const auto* bytes = std::get_if<Bytes>(&columns_[column].state());
  return bytes != nullptr ? bytes->content : none;
}

Result<Rows> Connection::Run(std::string_view statement, std::span<const Value> values) {
  Rows rows;
  CAIRN_TRY(Each(statement, values, [&](Row& row) { rows.push_back(std::move(row)); }));
  return rows;
}

Result<> Connection::Each(std::string_view statement, std::span<const Value> values, const Take& take) {
  if (failure_) return *failure_;
  auto outcome = CheckValues(values);
  if (outcome) outcome = Execute(statement, values, take);
  if (!outcome) failure_ = outcome.error();
  return outcome;
}

Result<> Connection::InsertRows(std::string_view head, std::size_t width, std::span<const Value> values,
                                std::string_view tail) {
  if (failure_) return *failure_;
  auto outcome = CheckValues(values);
  if (width == 0 || values.size() % width != 0) {
    outcome = Error{Reason::Internal, "InsertRows got " + std::to_string(values.size()) +
                                          " values for rows of " + std::to_string(width) + "."};
  }
  if (outcome && !values.empty()) outcome = ExecuteRows(head, width, values, tail);
  if (!outcome) failure_ = outcome.error();
  return outcome;
}

Result<> Connection::Perform(const std::function<Result<>(Connection&)>& work) {
  failure_.reset();
  auto outcome = work(*this);
  if (outcome && failure_) outcome = std::move(*failure_);
  failure_.reset();
  return outcome;
}

std::string Connection::Like(std::string_view column, std::string_view parameter) const {
  // PostgreSQL's LIKE has a backslash as escape unless told otherwise; SQLite's has none, and keeps case by a
  // pragma.
  const std::string comparison = std::string(column) + " LIKE " + std::string(parameter);
  return engine() == Engine::Postgres ? "(" + comparison + " ESCAPE '')" : "(" + comparison + ")";
}

std::string Connection::ILike(std::string_view column, std::string_view parameter) const {
  if (engine() == Engine::Sqlite)
    return "cairn_ilike(" + std::string(column) + ", " + std::string(parameter) + ")";
  // Under COLLATE "C" PostgreSQL folds the case of ASCII alone.
  return "(" + std::string(column) + " COLLATE \"und-x-icu\" ILIKE " + std::string(parameter) + " ESCAPE '')";
}

}  // namespace cairn::sql
