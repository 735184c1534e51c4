#include "loop/pipeline/definition/paths.h"

#include <vector>

#include "ground/vocabulary/text.h"

namespace cairn::pipeline {

std::string Resolved(const std::string& base, std::string_view path) {
  std::vector<std::string> parts;
  const std::string joined = base + "/" + std::string(path);
  for (const std::string_view part : Split(joined, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != ".." || parts.empty() || parts.back() == "..") {
      parts.emplace_back(part);
    } else {
      parts.pop_back();
    }
  }
  return parts.empty() ? std::string(".") : Join(parts, "/");
}

bool Contains(std::string_view folder, std::string_view path) {
  return folder == "." || path == folder ||
         (path.starts_with(folder) && path.size() > folder.size() && path[folder.size()] == '/');
}

}  // namespace cairn::pipeline
