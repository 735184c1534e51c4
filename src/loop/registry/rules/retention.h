#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/governance/retention.h"
#include "loop/registry/registry.h"
#include "loop/tracking/records.h"

/// What legal holds and decisions keep, whoever wants it gone.
namespace cairn::registry {

/// The run or logged model that files belong to.
struct Owner {
  enum class Kind { Run, Model };
  Kind kind = Kind::Run;
  std::string id;
  std::string source_run;  ///< Of a logged model.
  tracking::ExperimentId experiment = 0;
  std::string folder;  ///< Its artifacts, from the artifact root.
};
/// Whose artifacts `path` is or lies within; deleted ones too.
Result<std::optional<Owner>> OwnerOf(sql::Connection& connection, std::string_view path);

/// The subjects whose hold keeps a version: itself and its model, and the runs and experiments that it and
/// its files come from.
Result<std::vector<std::string>> BearersOf(sql::Connection& connection, const ModelVersion& version);

/// The holds that stand at one moment.
class StandingHolds {
 public:
  static Result<StandingHolds> Read(sql::Connection& connection);

  /// The sentence about the first of the subjects that is under hold; "" when none is.
  std::string WhyKept(const std::vector<std::string>& subjects) const;
  const std::map<std::string, governance::Hold>& by_subject() const { return by_subject_; }

 private:
  std::map<std::string, governance::Hold> by_subject_;
};

/// The sentence about a decision on this version ("" for any of the model); "" when there is none.
Result<std::string> WhyDecided(sql::Connection& connection, const std::string& model,
                               const std::string& version);

/// Denied while a hold keeps this version, or the model with any of its versions.
Result<> AllowRelease(sql::Connection& connection, const ModelVersion& version);
Result<> AllowRelease(sql::Connection& connection, std::string_view model);
/// Denied while a hold keeps files that are at, above or below `path` from the artifact root.
Result<> AllowFilesRemoval(sql::Connection& connection, const std::string& path);

}  // namespace cairn::registry
