#pragma once

#include <string>
#include <string_view>

#include "ground/query/tree.h"
#include "ground/vocabulary/result.h"

/// The search language: `metrics.loss < 0.3 and tags."my team" IN ('a', 'b')`. It knows grammar only; rooms
/// give names a meaning and compile the tree for their own tables.
///
///   filter     := { AND } [ any { AND } ]                      words in any case
///   any        := all { OR all }
///   all        := one { AND one }                              several ANDs in a row are one
///   one        := comparison | NOT one | ( any )
///   comparison := name op value | name [NOT] IN ( value {, value} [,] ) | name IS [NOT] NULL
///   op         := = | != | > | >= | < | <= | LIKE | ILIKE
///   name       := [ prefix . ] key | function ( [ prefix . ] key )    split at the first dot
///   prefix     := word | `back ticks` | "double quotes"
///   key        := bare word | `back ticks` | "double quotes"
///   value      := number | 'text' | "text"  without escapes; two quotes in a row are inside, as two
///   order      := name [ ASC | DESC ]
///
/// MLflow's own grammar is the part without OR, NOT before a condition, parentheses and functions.
namespace cairn::query {

/// Bounds on what is read, so that no filter makes a reader or a store work without end.
inline constexpr std::size_t kMaxFilterBytes = 1 << 20;
inline constexpr std::size_t kMaxTokens = 40'000;      ///< Names, values and signs together.
inline constexpr std::size_t kMaxDepth = 64;           ///< Of parentheses and NOTs inside each other.
inline constexpr std::size_t kMaxComparisons = 500;    ///< In one filter.
inline constexpr std::size_t kMaxListValues = 10'000;  ///< In all lists of one filter together.

/// Reads a filter; a blank one always holds. The outermost condition is of Kind::All. InvalidArgument with
/// the position, what was expected and what stands there, or the bound that was passed.
Result<Condition> ParseFilter(std::string_view text);

/// Reads one entry of an ordering.
Result<OrderTerm> ParseOrder(std::string_view text);

/// The error for a name or value that is well formed but means nothing to the caller: "Invalid … at position
/// 5: …".
Error Refused(std::size_t position, std::string what);

}  // namespace cairn::query
