#include "ground/os/paths_like.h"

#include <glob.h>

namespace cairn::os {

std::vector<std::string> PathsLike(const std::string& pattern) {
  std::vector<std::string> paths;
  glob_t found{};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

}  // namespace cairn::os
