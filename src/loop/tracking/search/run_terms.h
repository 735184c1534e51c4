#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "ground/query/tree.h"
#include "ground/sql/connection.h"

/// What the names in a search for runs mean.
namespace cairn::tracking {

enum class Entity { Attribute, Metric, Param, Tag, Dataset };
/// What is before the dot: "metrics", "param", "" and the like.
std::optional<Entity> EntityOf(std::string_view prefix);

inline constexpr std::string_view kRunPrefixes = "metrics, params, tags, attributes, datasets";
inline constexpr std::string_view kRunAttributes =
    "run_id, run_name, user_id, status, artifact_uri, start_time, end_time";

struct Attribute {
  std::string_view name;
  std::string_view column;
  enum class Kind { Id, Text, Time } kind;
};
/// Null for none.
const Attribute* AttributeOf(std::string_view key);

/// Which figure of a metric's history is meant: without a function and by last() the latest value, by min(),
/// max() and first() the others. InvalidArgument for another function, and for one around anything but a
/// metric.
struct Figure {
  std::string column;
  std::string is_nan;   ///< A condition, after "<table>.".
  bool latest = false;  ///< The index metric_by_value is ordered by it.
};
Result<Figure> FigureOf(const query::Identifier& name, Entity entity);

/// The store's numbers for the metric keys that a search names.
class KeyNumbers {
 public:
  Result<> Read(sql::Connection& connection, const std::set<std::string>& names);
  /// Of a key that nothing was ever logged under, a number that no metric has.
  std::int64_t Of(const std::string& name) const;

 private:
  std::map<std::string, std::int64_t> numbers_;
};

}  // namespace cairn::tracking
