#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ground/vocabulary/result.h"

namespace cairn {

/// A JSON value (RFC 8259). Objects keep the order of their members; integers that fit 64 bits stay integers.
/// A plain value type.
class Json {
 public:
  enum class Kind { Null, Bool, Int, Double, String, Array, Object };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : state_(value) {}
  Json(int value) : state_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : state_(value) {}
  Json(std::size_t value) : state_(static_cast<std::int64_t>(value)) {}
  Json(double value) : state_(value) {}
  Json(const char* value) : state_(std::string(value)) {}
  Json(std::string_view value) : state_(std::string(value)) {}
  Json(std::string value) : state_(std::move(value)) {}
  struct Part;
  /// An object: Json{{"name", "x"}, {"count", 3}}. The parts are moved from.
  Json(std::initializer_list<Part> parts);

  static Json Array() { return Json(State(std::vector<Json>())); }
  static Json Array(std::vector<Json> items) { return Json(State(std::move(items))); }
  static Json Object() { return Json(State(std::vector<Member>())); }
  /// Of members with the same name, the value of the last stands in the place of the first. Takes n log n
  /// steps where as many Sets would take n².
  static Json Object(std::vector<Member> members);

  Kind kind() const { return static_cast<Kind>(state_.index()); }
  bool IsNull() const { return kind() == Kind::Null; }
  bool IsBool() const { return kind() == Kind::Bool; }
  bool IsInt() const { return kind() == Kind::Int; }
  bool IsNumber() const { return kind() == Kind::Int || kind() == Kind::Double; }
  bool IsString() const { return kind() == Kind::String; }
  bool IsArray() const { return kind() == Kind::Array; }
  bool IsObject() const { return kind() == Kind::Object; }

  /// The value as its own kind; asking for another kind is a bug and ends the program. AsDouble also takes an
  /// integer.
  bool AsBool() const;
  std::int64_t AsInt() const;
  double AsDouble() const;
  const std::string& AsString() const&;
  std::string AsString() &&;

  /// The items of an array (none for any other kind).
  const std::vector<Json>& items() const;
  /// The members of an object in order (none for any other kind).
  const std::vector<Member>& members() const;

  /// The member's value, or null when this is no object or has no such member.
  const Json* Find(std::string_view name) const;
  /// The member's value, or a JSON null to read from; chains: answer.At("run").At("info").
  const Json& At(std::string_view name) const;
  /// The member as text, or `otherwise` when absent or of another kind. The same for whole numbers, numbers
  /// and truth values.
  std::string Text(std::string_view name, std::string_view otherwise = "") const;
  std::int64_t Int(std::string_view name, std::int64_t otherwise = 0) const;
  double Double(std::string_view name, double otherwise = 0) const;
  bool Bool(std::string_view name, bool otherwise = false) const;

  /// Adds or replaces a member; makes an object of a null. Gives the object back, for chains.
  Json& Set(std::string name, Json value);
  void Remove(std::string_view name);
  /// Appends to an array; makes an array of a null.
  void Push(Json value);

  /// Equal kinds and values; members in any order.
  friend bool operator==(const Json& a, const Json& b);

  /// Compact text. Doubles in the shortest form that reads back the same; NaN and infinities, which JSON
  /// lacks, as the strings "NaN", "Infinity",
  /// "-Infinity".
  std::string Dump() const;
  void DumpTo(std::string& out) const;
  /// Indented by two spaces, with a final newline.
  std::string DumpPretty() const;
  /// One text per value: members sorted by name (byte order), no spaces. What digests and signatures are
  /// taken over.
  std::string Canonical() const;

  struct Limits {
    std::size_t depth = 64;
  };
  /// InvalidArgument with line and column when `text` is not one JSON value, is not UTF-8, or is deeper than
  /// the limit.
  static Result<Json> Parse(std::string_view text, Limits limits);
  static Result<Json> Parse(std::string_view text);

 private:
  using State = std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, std::vector<Json>,
                             std::vector<Member>>;
  explicit Json(State state) : state_(std::move(state)) {}

  State state_ = nullptr;
};

/// What stands between braces. A list's elements are constant, and would be copied with all that is in them.
struct Json::Part {
  mutable std::string name;
  mutable Json value;
};

/// Appends `text` as a JSON string with its quotes.
void AppendJsonString(std::string& out, std::string_view text);
/// Appends a number in its shortest form; NaN and infinities as named strings.
void AppendJsonDouble(std::string& out, double value);

/// A member that must be there; InvalidArgument names it when it is absent or of another kind.
Result<std::string> RequiredText(const Json& object, std::string_view name);
Result<std::int64_t> RequiredInt(const Json& object, std::string_view name);

}  // namespace cairn
