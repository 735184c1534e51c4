#include "server/mlflow/page/installed.h"

#include <algorithm>
#include <vector>

#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::mlflow {
namespace {

constexpr std::string_view kBuild = "mlflow/server/js/build";

/// The page below a folder of packages, or "".
std::string PageIn(const std::string& packages) {
  auto folder = os::JoinPath(packages, kBuild);
  return os::Exists(os::JoinPath(folder, "index.html")) ? folder : "";
}

/// Looks into lib/python3.* of a Python's root, the newest first.
std::string PageBelow(const std::string& root) {
  for (const char* lib : {"lib", "local/lib"}) {
    const auto folder = os::JoinPath(root, lib);
    auto names = os::ListFolder(folder);
    if (!names) continue;
    auto versions = *std::move(names);
    std::erase_if(versions, [](const std::string& name) { return !name.starts_with("python3"); });
    std::sort(versions.begin(), versions.end(), [](const std::string& a, const std::string& b) {
      return a.size() != b.size() ? a.size() > b.size() : a > b;  // python3.11 before python3.9
    });
    for (const auto& version : versions) {
      for (const char* packages : {"site-packages", "dist-packages"}) {
        auto found = PageIn(os::JoinPath(os::JoinPath(folder, version), packages));
        if (!found.empty()) return found;
      }
    }
  }
  return "";
}

/// The roots of the first python3 on the path: where it was called from, and where it really lies.
std::vector<std::string> RootsOnPath(std::string_view path) {
  for (const auto part : Split(path, ':')) {
    const auto program = os::JoinPath(std::string(part), "python3");
    if (part.empty() || !os::Exists(program)) continue;
    std::vector<std::string> roots{os::ParentOf(os::ParentOf(program))};
    if (os::Exists(os::JoinPath(roots.front(), "pyvenv.cfg"))) return roots;
    if (const auto real = os::RealPath(program)) roots.push_back(os::ParentOf(os::ParentOf(*real)));
    return roots;
  }
  return {};
}

}  // namespace

Surroundings Surroundings::Mine() {
  return {os::VariableOr("VIRTUAL_ENV", ""), os::VariableOr("PATH", ""), os::HomeFolder()};
}

Result<std::string> InstalledPage(const Surroundings& surroundings) {
  std::vector<std::string> roots;
  if (!surroundings.virtual_environment.empty()) roots.push_back(surroundings.virtual_environment);
  for (auto& root : RootsOnPath(surroundings.path)) roots.push_back(std::move(root));
  if (!surroundings.home.empty()) roots.push_back(os::JoinPath(surroundings.home, ".local"));
  for (const auto& root : roots) {
    auto found = PageBelow(root);
    if (!found.empty()) return found;
  }
  return Error{Reason::NotFound,
               "MLflow's own page is not on this machine: no Python on the path has the package 'mlflow'. "
               "Install it (pip install mlflow) and load this address again, or start with `cairn up "
               "--mlflow-page DIR`, where DIR is the folder mlflow/server/js/build of an installed package."};
}

}  // namespace cairn::mlflow
