#pragma once

#include <string>
#include <string_view>

#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"

namespace cairn::tracking {

/// What people call a run: its id, the beginning of it, or its name. Safe from any thread.
class RunNames {
 public:
  /// The database must outlive it.
  explicit RunNames(sql::Database& database) : database_(database) {}

  /// The id of the run that is meant. A whole id always wins. A name or a beginning must fit one run alone,
  /// active ones before deleted ones: Conflict naming the candidates when it fits several, NotFound when it
  /// fits none.
  Result<std::string> IdOf(std::string_view given) const;

 private:
  sql::Database& database_;
};

}  // namespace cairn::tracking
