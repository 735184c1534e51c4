#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cairn::query {

/// A name as written, split at its first dot: `metrics.val.loss` is prefix "metrics", key "val.loss". Without
/// a dot the prefix is empty. Quotes (back ticks or double quotes) around the key are taken off. What
/// prefixes, keys and functions exist is the caller's knowledge.
struct Identifier {
  std::string function;  ///< In lower case, of `min(metrics.loss)`; "" without one.
  std::string prefix;
  std::string key;
  std::size_t position = 0;  ///< Of its first character, counted from 1; positions in messages are the same.
};

enum class Comparator {
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  Greater,
  GreaterOrEqual,
  Like,   ///< With case kept; % and _ are wildcards, there is no escape.
  ILike,  ///< With case ignored.
  In,
  NotIn,
  IsNull,
  IsNotNull,
};

/// As it is written in a filter: "=", "NOT IN".
const char* NameOf(Comparator comparator);
/// The six that compare numbers.
bool IsOrdering(Comparator comparator);

/// A number or a quoted text.
struct Literal {
  enum class Kind { Number, Text };
  Kind kind = Kind::Text;
  std::string text;    ///< Without quotes; of a number, as written.
  double number = 0;   ///< Of a number.
  bool whole = false;  ///< The number is an integer that fits 64 bits: `integer` holds it exactly.
  std::int64_t integer = 0;
  std::size_t position = 0;
};

struct Comparison {
  Identifier name;
  Comparator comparator = Comparator::Equal;
  std::size_t comparator_position = 0;
  std::vector<Literal> values;  ///< None for IS [NOT] NULL, one or more for [NOT] IN, else exactly one.
};

/// A condition: one comparison, or several conditions that must all hold, or of which one must, or one that
/// must not. What does not hold because nothing is there to compare, does hold under Not.
struct Condition {
  enum class Kind { Comparison, All, Any, Not };
  Kind kind = Kind::All;
  Comparison comparison;         ///< Of Kind::Comparison.
  std::vector<Condition> parts;  ///< Of All: any number, none means "always"; of Any two or more; of Not one.
};

/// One entry of an ordering: a name, and which way.
struct OrderTerm {
  Identifier name;
  bool ascending = true;
};

}  // namespace cairn::query
