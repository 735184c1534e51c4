#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "loop/contract/contract.h"

namespace cairn::contract {

/// Whom a change breaks: consumers, who rely on what was promised; producers, whose data kept the old
/// contract and may not keep the new one.
enum class Breaks { Nobody, Consumers, Producers, Both };
std::string_view NameOf(Breaks breaks);  ///< "nobody", …

/// One thing in which two versions of a contract differ.
struct Change {
  std::string column;  ///< "" for the table.
  std::string what;    ///< "distance: max"; "column", "type" of a column itself.
  Breaks breaks = Breaks::Nobody;
  std::string sentence;  ///< "at most 6000 became at most 9000"
};

struct Difference {
  std::vector<Change> changes;
  std::string advice;  ///< What the version number should become, or "" when it says so already.

  bool Breaking(Breaks whom) const;
  Json ToJson() const;
};

/// How `after` differs from `before`. A rule that lets more pass breaks consumers, one that lets less pass
/// producers; where neither can be told, both. Descriptions, places and remarks do not count.
Difference Compare(const Contract& before, const Contract& after);

}  // namespace cairn::contract
