#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loop/tracking/artifacts.h"

namespace cairn::tracking {

/// Files that arrive in parts, each sent (and after a broken connection sent again) by itself, in any order
/// and several at once; the file appears when the last step says so. Uploads outlive a restart of the server.
/// What is never finished is garbage. Safe from any thread.
class ArtifactParts {
 public:
  /// `artifacts` must outlive it.
  explicit ArtifactParts(Artifacts& artifacts);

  struct Part {
    std::int64_t number = 0;  ///< From 1 to 10,000; the order in the file.
    std::string tag;          ///< The SHA-256 of its bytes.
  };

  /// Gives the upload's id. InvalidArgument for a path that cannot be a file's.
  Result<std::string> Begin(std::string_view path);
  /// Takes the file at `source` away as that part, in place of one that came before; gives its tag. NotFound
  /// for an upload that is not under way.
  Result<std::string> Take(std::string_view id, std::int64_t number, const std::string& source);
  /// Puts the file together and hands it to the artifacts. `parts` in the order of their numbers;
  /// InvalidArgument when one of them is not there or has another tag, or `path` is not the one it was begun
  /// with; Corrupt when a part is not what came.
  Result<> Complete(std::string_view id, std::string_view path, std::span<const Part> parts);
  /// Fine when there is no such upload.
  Result<> Abort(std::string_view id);

 private:
  Result<std::string> FolderOf(std::string_view id) const;

  Artifacts& artifacts_;
};

}  // namespace cairn::tracking
