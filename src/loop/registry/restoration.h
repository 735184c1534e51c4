#pragma once

#include <functional>
#include <string>

#include "loop/registry/registry.h"

namespace cairn::registry {

/// Puts registered models back with the numbers, times and stages they had elsewhere: what an import, and
/// nothing else, may do. What is here already is never overwritten, and what the accepted configuration
/// guards is never set. Safe from any thread.
class Restoration {
 public:
  /// All must outlive this.
  Restoration(sql::Database& database, const os::Clock& clock, tracking::Artifacts& artifacts,
              std::function<Result<Guard>(sql::Connection&)> guard);

  /// Name, description, tags and times; where the model is here already, the tags that it lacks are added.
  Result<> Restore(const RegisteredModel& model);
  /// A version under its own number, with a manifest of the files that lie at its location now. `deleted`:
  /// only the number, so that it is not given again. Nothing where the number is taken. The stage Production
  /// of a bound model becomes None.
  Result<> Restore(const ModelVersion& version, bool deleted);

  enum class Outcome { Set, WasSet, Elsewhere, Guarded };
  /// Elsewhere: the alias names another version here and stays there.
  Result<Outcome> RestoreAlias(const std::string& model, const Alias& alias, const std::string& actor,
                               const std::string& cause);

 private:
  sql::Database& database_;
  const os::Clock& clock_;
  tracking::Artifacts& artifacts_;
  std::function<Result<Guard>(sql::Connection&)> guard_;
};

}  // namespace cairn::registry
