#pragma once

#include <string>
#include <string_view>

#include "ground/query/tree.h"
#include "ground/vocabulary/result.h"

/// The search language: `metrics.loss < 0.3 and tags."my team" IN ('a', 'b')`. It knows grammar only; rooms
/// give names a meaning and compile the tree for their own tables.
///
///   filter     := [ comparison { AND comparison } ]            words in any case
///   comparison := name op value | name [NOT] IN ( value {, value} ) | name IS [NOT] NULL
///   op         := = | != | > | >= | < | <= | LIKE | ILIKE
///   name       := [ word . ] key            split at the first dot
///   key        := bare word | `back ticks` | "double quotes"
///   value      := number | 'text' | "text"  without escapes
///   order      := name [ ASC | DESC ]
namespace cairn::query {

/// Reads a filter; a blank one always holds. InvalidArgument with the position, what was expected and what
/// stands there.
Result<Condition> ParseFilter(std::string_view text);

/// Reads one entry of an ordering.
Result<OrderTerm> ParseOrder(std::string_view text);

/// The error for a name or value that is well formed but means nothing to the caller: "Invalid … at position
/// 5: …".
Error Refused(std::size_t position, std::string what);

}  // namespace cairn::query
