#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/remote_watch.h"
#include "loop/pipeline/triggers.h"
#include "loop/repository/stat_index.h"

namespace cairn::pipeline {

/// What a trigger looks at, as it stands now.
struct Sight {
  std::string seen;              ///< Equal as long as nothing that counts has changed.
  Json detail = Json::Object();  ///< For the record of a firing.
  bool counts = true;            ///< False: seen is new, but nothing that the trigger waits for changed.
};

/// Looks at data and code for triggers. One thread at a time.
class Watch {
 public:
  /// The newest version of a data set, 0 for none.
  using Newest = std::function<Result<std::int64_t>(const std::string& dataset)>;

  /// `data_dir` keeps the memory of digests.
  Watch(std::string project, const std::string& data_dir, Newest newest);
  ~Watch();

  /// The content at a path (a file or folder; `before` while there is nothing), the newest version of a data
  /// set, the commit of a ref, what lies in a bucket or database. `before` is what was seen last. NotFound
  /// for a ref that leads nowhere, or a project outside of git; Conflict while a file is being written, or
  /// the look at a bucket or database is under way: then it is to be asked again.
  Result<Sight> Look(const TriggerRule& rule, const std::string& before);
  /// What the trigger of that name was about to see does not count.
  void Forget(const std::string& trigger);

 private:
  struct Repository;

  Result<Sight> AtPath(const TriggerRule& rule, const std::string& before);
  Result<Sight> AtRef(const TriggerRule& rule, const std::string& before);
  Result<Sight> AtRemote(const TriggerRule& rule, const std::string& before);

  const std::string project_;
  const Newest newest_;
  repository::StatIndex index_;
  RemoteWatch remote_;
  std::unique_ptr<Repository> repository_;
};

}  // namespace cairn::pipeline
