#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cairn::cli {

struct SkeletonFile {
  std::string path;  ///< Relative to the project.
  std::string text;
};

/// The files of a new project, with comments that say what each part is for. `public_key` is the first
/// approver's, base64.
std::vector<SkeletonFile> Skeleton(std::string_view project, std::string_view person,
                                   std::string_view public_key);

}  // namespace cairn::cli
