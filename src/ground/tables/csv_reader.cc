#include "ground/tables/csv_reader.h"

#include <utility>

namespace cairn::tables {

CsvReader::CsvReader(const Dialect& dialect, Take take)
    : delimiter_(dialect.delimiter),
      quote_(dialect.quote.value_or('"')),
      escape_(dialect.escape.value_or(0)),
      take_(std::move(take)),
      skip_(dialect.skip_lines) {
  record_.line = 1;
}

/// What of `text` does not belong to the lines to be skipped.
std::string_view CsvReader::BehindSkipped(std::string_view text) {
  while (!text.empty() && (skip_ > 0 || after_return_)) {
    const char character = text.front();
    const bool second = std::exchange(after_return_, false) && character == '\n';
    if (skip_ == 0 && !second) break;
    text.remove_prefix(1);
    if (second || (character != '\n' && character != '\r')) continue;
    after_return_ = character == '\r';
    --skip_;
    record_.line = ++line_;
  }
  return text;
}

Result<> CsvReader::Add(std::string_view text) {
  if (skip_ > 0) text = BehindSkipped(text);
  for (const char character : text) CAIRN_TRY(Step(character));
  return Done{};
}

Result<> CsvReader::Step(char character) {
  // \r\n is one line end, outside quotes and within.
  if (character == '\n' && after_return_) {
    after_return_ = false;
    if (place_ == Place::Quoted) field_ += character;
    return Done{};
  }
  after_return_ = character == '\r';
  if (character == '\n' || character == '\r') ++line_;
  if (place_ == Place::Quoted || place_ == Place::EscapeInQuotes) return InQuotes(character);
  return Outside(character);
}

Result<> CsvReader::InQuotes(char character) {
  if (place_ == Place::EscapeInQuotes) {
    if (character != quote_ && character != escape_) field_ += escape_;
    field_ += character;
    place_ = Place::Quoted;
  } else if (escape_ != 0 && character == escape_ && escape_ != quote_) {
    place_ = Place::EscapeInQuotes;
  } else if (character == quote_) {
    place_ = Place::QuoteInQuotes;
  } else {
    field_ += character;
  }
  return Done{};
}

Result<> CsvReader::Outside(char character) {
  if (character == '\n' || character == '\r') return EndRecord();
  any_ = true;
  if (character == delimiter_) {
    EndField();
  } else if (quote_ != 0 && character == quote_ &&
             (place_ == Place::FieldStart || place_ == Place::QuoteInQuotes)) {
    // A second quote within quotes stands for one.
    if (place_ == Place::QuoteInQuotes) field_ += character;
    place_ = Place::Quoted;
  } else {
    record_.torn = record_.torn || place_ == Place::QuoteInQuotes;
    field_ += character;
    place_ = Place::Unquoted;
  }
  return Done{};
}

void CsvReader::EndField() {
  record_.fields.push_back(std::move(field_));
  field_.clear();
  place_ = Place::FieldStart;
}

Result<> CsvReader::EndRecord() {
  if (any_) {
    EndField();
    CAIRN_TRY(take_(record_));
  }
  record_.fields.clear();
  record_.torn = false;
  record_.line = line_;
  any_ = false;
  return Done{};
}

Result<> CsvReader::End(const std::string& path) {
  if (place_ == Place::Quoted || place_ == Place::EscapeInQuotes) {
    return Error{Reason::Unprocessable,
                 path + ", line " + std::to_string(record_.line) + ": a quote is opened and never closed."};
  }
  return EndRecord();
}

}  // namespace cairn::tables
