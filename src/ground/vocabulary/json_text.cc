#include "ground/vocabulary/json_text.h"

#include <charconv>

#include "ground/vocabulary/json.h"

namespace cairn {

void JsonText::Separate() {
  if (!out_.empty() && out_.back() != '{' && out_.back() != '[' && out_.back() != ':') out_ += ',';
}

JsonText& JsonText::Open(char bracket) {
  Separate();
  out_ += bracket;
  return *this;
}

JsonText& JsonText::Close(char bracket) {
  out_ += bracket;
  return *this;
}

JsonText& JsonText::Name(std::string_view name) {
  Separate();
  out_ += '"';
  out_ += name;
  out_ += "\":";
  return *this;
}

JsonText& JsonText::Value(std::string_view text) {
  Separate();
  AppendJsonString(out_, text);
  return *this;
}

JsonText& JsonText::Value(std::int64_t number) {
  Separate();
  char digits[24];
  out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
  return *this;
}

JsonText& JsonText::Value(double number) {
  Separate();
  AppendJsonDouble(out_, number);
  return *this;
}

}  // namespace cairn
