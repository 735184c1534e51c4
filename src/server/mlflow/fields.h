#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ground/http/message.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"

namespace cairn::mlflow {

/// The fields of a protobuf message as MLflow's clients send them in JSON. A view: what it reads must outlive
/// it.
///
/// Names go in snake_case or lowerCamel (both at once is InvalidArgument); null is the same as absent;
/// unknown fields are ignored. Whole numbers may come as numbers, as 1.0 or as decimal text; doubles also as
/// "NaN", "Infinity" and "-Infinity". Everything else is InvalidArgument: "Invalid value <JSON> for parameter
/// '<path>' supplied…" or "Missing value for required parameter '<path>'…", with paths such as
/// metrics[0].timestamp.
class Fields {
 public:
  explicit Fields(const Json& object, std::string path = "") : object_(object), path_(std::move(path)) {}

  Result<std::optional<std::string>> Text(std::string_view name) const;
  /// The empty text counts as missing.
  Result<std::string> RequiredText(std::string_view name) const;
  /// The text, or "" when absent.
  Result<std::string> TextOrEmpty(std::string_view name) const;
  Result<std::optional<std::int64_t>> Int(std::string_view name) const;
  Result<std::int64_t> RequiredInt(std::string_view name) const;
  /// A whole number within bounds, or `otherwise` when absent.
  Result<std::int64_t> IntWithin(std::string_view name, std::int64_t least, std::int64_t most,
                                 std::int64_t otherwise) const;
  Result<double> RequiredDouble(std::string_view name) const;
  Result<bool> Bool(std::string_view name, bool otherwise) const;

  struct Choice {
    std::string_view name;
    int number = 0;
  };
  /// An enum by name or number; its number.
  Result<std::optional<int>> Enum(std::string_view name, std::span<const Choice> choices) const;

  /// Repeated fields; absent is none. In a query one value alone is a list of one.
  Result<std::vector<std::string>> Texts(std::string_view name) const;
  Result<std::vector<Fields>> Messages(std::string_view name) const;
  Result<std::optional<Fields>> Message(std::string_view name) const;

  /// The first of two names that is there: `run_id`, or else its elder `run_uuid`.
  Result<std::string> RequiredTextOf(std::string_view name, std::string_view elder) const;

  Error Missing(std::string_view name) const;
  Error Invalid(std::string_view name, const Json& value, std::string_view hint) const;

 private:
  /// Null when absent.
  Result<const Json*> Find(std::string_view name) const;
  std::string PathOf(std::string_view name) const;

  const Json& object_;
  std::string path_;
};

/// The request's message: the JSON body, or of a GET the query. What the route captured counts as fields too;
/// a field that says otherwise is refused.
Result<Json> MessageOf(const http::Request& request);

}  // namespace cairn::mlflow
