#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "ledger/metadata/log.h"
#include "loop/batch/answer_table.h"
#include "loop/registry/registry.h"

namespace cairn::batch {

/// The tables of answers that are looked up, by name. Which one a name means is on record alone: the newest
/// event "serving.batch_published" of the subject "batch:NAME". So a table is published by one transaction,
/// from which on every look-up goes to it, and whoever looks something up in the one before finishes there.
///
/// Events, subject "batch:NAME": serving.batch_published, whose body is the table's stamp (batch, model,
/// version, manifest, input, inputs, key, rows, began, drift, output, and decision where somebody published
/// despite drift) with `table`, its SHA-256, and as lineage that the output was made of its inputs by the
/// version; serving.batch_refused with model, version, input, rows and drift.
///
/// Safe from any thread. The tables lie in a folder of this machine: a server that shares a store with others
/// answers for what was published through it.
class Published {
 public:
  /// All must outlive it. The folder is made when something is published.
  Published(sql::Database& database, const os::Clock& clock, const registry::Registry& registry,
            std::string folder);

  /// Copies the table at `file`, and publishes it: gives {"batch", "event", "table", "rows"}. The one that
  /// stands there already is left as it is. InvalidArgument for a file that is no sound table, a stamp that
  /// is not about this name, or lacks something; NotFound without the version; Denied, saying how it
  /// can be done, for a version that no decision lets answer (Registry::AllowAnswering); Conflict where the
  /// version's files are others, or the drift is beyond the limit that the stamp names and nobody decided
  /// otherwise.
  Result<Json> Publish(const std::string& name, const std::string& file, const std::string& actor);
  /// Puts on record that a batch was kept back; gives {"event"}. NotFound without the version.
  Result<Json> Refuse(const std::string& name, const Json& stamp, const std::string& actor);

  /// What is published, by name: stamps with `event` and `published_at`.
  Result<std::vector<Json>> List() const;
  /// NotFound when nothing was published under the name.
  Result<Json> About(const std::string& name) const;
  /// The row of a key (row_text.h), as JSON: {"batch", "model", "version", "manifest", "input", "began",
  /// "published_at", "event", "row": {…}}. NotFound for an unknown name or key; InvalidArgument for a key of
  /// another number of values; Unavailable when the table lies on another machine.
  Result<std::string> Find(const std::string& name, const std::vector<std::string>& key) const;

 private:
  struct Current {
    std::string event;
    Json about;
  };
  Result<Current> CurrentOf(const std::string& name) const;
  Result<std::shared_ptr<const AnswerTable>> TableOf(const std::string& name,
                                                     const std::string& digest) const;
  std::string FolderOf(const std::string& name) const;
  Result<std::string> Take(const std::string& name, const std::string& file) const;
  Result<std::string> Record(const std::string& name, const Json& stamp, const std::string& actor);
  void RemoveOthers(const std::string& name, const std::string& digest) const;

  sql::Database& database_;
  const os::Clock& clock_;
  const registry::Registry& registry_;
  metadata::Log log_;
  std::string folder_;
  std::mutex publishing_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::pair<std::string, std::shared_ptr<const AnswerTable>>>
      open_;  ///< By name.
};

}  // namespace cairn::batch
