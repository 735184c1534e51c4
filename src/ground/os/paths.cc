#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>

#include "ground/os/files.h"
#include "ground/os/system_error.h"

namespace cairn::os {
namespace {

std::string_view WithoutTrailingSlashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

std::string FindProgram() {
  auto path = ReadLink("/proc/self/exe");
  return path ? *std::move(path) : std::string();
}

}  // namespace

std::string ParentOf(std::string_view path) {
  path = WithoutTrailingSlashes(path);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(WithoutTrailingSlashes(path.substr(0, slash == 0 ? 1 : slash)));
}

std::string BaseName(std::string_view path) {
  path = WithoutTrailingSlashes(path);
  return std::string(path == "/" ? path : path.substr(path.rfind('/') + 1));
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.starts_with('/')) return std::string(name);
  std::string path(folder);
  if (path.back() != '/') path += '/';
  return path += name;
}

Result<std::string> RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> found(realpath(path.c_str(), nullptr), &free);
  if (!found) return SystemError(errno, "read", path);
  return std::string(found.get());
}

Result<std::string> WorkingFolder() { return RealPath("."); }

Result<std::string> ReadLink(const std::string& path) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t length = readlink(path.c_str(), target.data(), target.size());
    if (length < 0) return SystemError(errno, "read the link", path);
    if (static_cast<std::size_t>(length) < target.size()) {
      target.resize(static_cast<std::size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

const std::string& ProgramPath() {
  static const std::string path = FindProgram();
  return path;
}

const std::string& ProgramFolder() {
  static const std::string folder = ParentOf(ProgramPath());
  return folder;
}

}  // namespace cairn::os
