#pragma once

#include <string>

#include "cli/command.h"
#include "cli/session.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/package/files.h"
#include "loop/runtime/format.h"

/// What commands that put files of rows to a version share.
namespace cairn::cli {

/// The format that a name ends in; InvalidArgument for another.
Result<tables::Format> FormatFor(const std::string& path);

/// A version's files as the server gave them, and how it is to be run here: as the accepted configuration
/// says, but for --python and --permit-code.
class VersionHere {
 public:
  /// `path` is the version's in the API.
  static Result<VersionHere> Fetch(Session& session, const std::string& path, const Arguments& arguments);

  /// Loads it to run on every core.
  Result<runtime::LoadedFolder> Load() const;
  const runtime::WorkerSettings& settings() const { return settings_; }

 private:
  VersionHere(os::TempFolder folder, runtime::WorkerSettings settings)
      : folder_(std::move(folder)), settings_(std::move(settings)) {}

  os::TempFolder folder_;
  runtime::WorkerSettings settings_;
};

}  // namespace cairn::cli
