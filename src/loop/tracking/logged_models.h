#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "loop/tracking/records.h"

namespace cairn::tracking {

/// Models as runs logged them. Safe from any thread. One that does not exist is NotFound; one that was
/// deleted is hidden, and can still be changed. Parameters and tags have no limits, unlike a run's;
/// InvalidArgument for a parameter given twice.
class LoggedModels {
 public:
  /// Both must outlive this.
  LoggedModels(sql::Database& database, const os::Clock& clock);

  struct New {
    ExperimentId experiment = 0;
    std::string name;  ///< "": a random one.
    std::string type;
    std::string source_run;
    std::vector<Param> params;
    std::vector<Tag> tags;
  };
  Result<LoggedModel> Create(const New& wanted);

  enum class Deleted { Hidden, Shown };
  Result<LoggedModel> Find(std::string_view id, Deleted deleted = Deleted::Hidden) const;

  /// Ready or UploadFailed.
  Result<LoggedModel> Finalize(std::string_view id, ModelStatus status);
  Result<> Delete(std::string_view id);
  /// A tag that is there is overwritten.
  Result<> SetTags(std::string_view id, std::span<const Tag> tags);
  Result<> DeleteTag(std::string_view id, std::string_view key);
  /// InvalidArgument for a parameter that is there already.
  Result<> LogParams(std::string_view id, std::span<const Param> params);

  /// "These metrics count": those measured on this data set; an empty digest stands for any.
  struct OnDataset {
    std::string name;
    std::string digest;
  };
  struct Order {
    std::string field;
    bool ascending = true;
    OnDataset dataset;
  };
  struct Search {
    std::vector<ExperimentId> experiments;
    std::string filter;
    std::vector<OnDataset> datasets;
    std::vector<Order> order_by;
    Deleted deleted = Deleted::Hidden;
    std::int64_t limit = 50;
    std::string page;  ///< Refused when the other fields changed since it was given.
  };
  Result<Page<LoggedModel>> Find(const Search& search) const;

 private:
  sql::Database& database_;
  const os::Clock& clock_;
};

}  // namespace cairn::tracking
