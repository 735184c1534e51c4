#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "loop/tracking/records.h"

namespace cairn::tracking {

/// Which lines of trial there are. Safe from any thread. Names are unique, those of deleted experiments
/// included; every id that does not exist is NotFound.
class Experiments {
 public:
  /// Both must outlive this. `artifact_root` is the URI below which experiments without a location of their
  /// own keep artifacts.
  Experiments(sql::Database& database, const os::Clock& clock, std::string artifact_root);

  const std::string& artifact_root() const { return artifact_root_; }

  struct New {
    std::string name;
    std::string artifact_location;  ///< "": <artifact root>/<id>.
    std::vector<Tag> tags;
  };
  /// AlreadyExists for a name that is taken; InvalidArgument for a name, location or tag outside the limits.
  Result<ExperimentId> Create(const New& wanted);
  /// Makes experiment 0 if the store is new.
  Result<> EnsureDefault();

  /// Also when deleted.
  Result<Experiment> Find(ExperimentId id) const;
  Result<Experiment> FindByName(std::string_view name) const;

  /// Active ones only (else InvalidArgument); AlreadyExists for a name that is taken.
  Result<> Rename(ExperimentId id, std::string_view name);
  /// Takes all its runs along. NotFound when it is deleted already.
  Result<> Delete(ExperimentId id);
  /// Brings its runs back too. NotFound when it is not deleted.
  Result<> Restore(ExperimentId id);

  /// Active experiments only.
  Result<> SetTag(ExperimentId id, const Tag& tag);
  /// NotFound without such a tag.
  Result<> DeleteTag(ExperimentId id, std::string_view key);

  struct Search {
    std::string filter;
    std::vector<std::string> order_by;
    View view = View::Active;
    std::int64_t limit = 1000;
    std::string page;  ///< From the page before; "" for the first.
  };
  Result<Page<Experiment>> Find(const Search& search) const;

  struct DatasetSummary {
    ExperimentId experiment = 0;
    std::string name;
    std::string digest;
    std::string context;
  };
  /// The data sets that runs of these experiments read, each once with each context; at most 1000.
  Result<std::vector<DatasetSummary>> Datasets(std::span<const ExperimentId> experiments) const;

 private:
  Result<> SetDeleted(ExperimentId id, bool deleted);

  sql::Database& database_;
  const os::Clock& clock_;
  std::string artifact_root_;
};

}  // namespace cairn::tracking
