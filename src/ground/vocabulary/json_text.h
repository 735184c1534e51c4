#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cairn {

/// Writes JSON at the end of a text, piece by piece, for answers of which a tree would be built only to be
/// written. Commas come by themselves; whoever opens closes:
///
///   JsonText(out).Open('{').Member("key", "loss").Name("steps").Open('[').Value(1).Close(']').Close('}');
///
/// Names are plain: nothing in them needs an escape. Values are written as Json::Dump writes them.
class JsonText {
 public:
  explicit JsonText(std::string& out) : out_(out) {}

  JsonText& Open(char bracket);
  JsonText& Close(char bracket);
  JsonText& Name(std::string_view name);
  JsonText& Value(std::string_view text);
  JsonText& Value(const char* text) { return Value(std::string_view(text)); }
  JsonText& Value(std::int64_t number);
  JsonText& Value(int number) { return Value(std::int64_t{number}); }
  JsonText& Value(double number);

  template <class Any>
  JsonText& Member(std::string_view name, const Any& value) {
    return Name(name).Value(value);
  }

 private:
  /// A comma, where something stands before.
  void Separate();

  std::string& out_;
};

}  // namespace cairn
