#include "loop/pipeline/dvc_folder.h"

#include <map>
#include <set>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::pipeline {
namespace {

constexpr std::string_view kDvcIgnore =
    "# Add patterns of files dvc should ignore, which could improve\n# the performance. Learn more at\n# "
    "https://dvc.org/doc/user-guide/dvcignore\n";

bool HasGit(const std::string& folder) {
  for (std::string at = folder;; at = os::ParentOf(at)) {
    if (os::Exists(os::JoinPath(at, ".git"))) return true;
    if (at == os::ParentOf(at)) return false;
  }
}

/// `dir` in the section [cache] of one of DVC's INI files, or "".
std::string CacheDirIn(const std::string& file) {
  const auto text = os::ReadFile(file, 1 << 20);
  if (!text) return "";
  bool inside = false;
  for (const std::string_view raw : Split(*text, '\n')) {
    const std::string_view line = Trim(raw);
    if (line.starts_with('[')) inside = line == "[cache]";
    const auto equals = line.find('=');
    if (inside && equals != std::string_view::npos && Trim(line.substr(0, equals)) == "dir")
      return std::string(Trim(line.substr(equals + 1)));
  }
  return "";
}

}  // namespace

std::string DvcRootOf(const std::string& project) {
  for (std::string at = project;; at = os::ParentOf(at)) {
    if (os::IsFolder(os::JoinPath(at, ".dvc"))) return at;
    if (at == os::ParentOf(at)) return project;
  }
}

std::string MemoryOf(const std::string& root, const std::string& project) {
  const std::string below = project == root ? "." : project.substr(root.size() + (root == "/" ? 0 : 1));
  return os::JoinPath(root, ".dvc/tmp/cairn/" + PercentEncode(below));
}

std::string CacheOf(const std::string& root) {
  const std::string folder = os::JoinPath(root, ".dvc");
  for (const char* file : {"config.local", "config"}) {
    const std::string dir = CacheDirIn(os::JoinPath(folder, file));
    if (!dir.empty()) return os::JoinPath(folder, dir);
  }
  return os::JoinPath(folder, "cache");
}

Result<> MakeDvcFolder(const std::string& root) {
  const std::string folder = os::JoinPath(root, ".dvc");
  if (os::Exists(os::JoinPath(folder, "config"))) return Done{};
  CAIRN_TRY(os::MakeFolders(os::JoinPath(folder, "tmp")));
  const std::string ignored = os::JoinPath(root, ".dvcignore");
  if (!os::Exists(ignored)) CAIRN_TRY(os::WriteFileAtomically(ignored, kDvcIgnore));
  if (!HasGit(root))
    return os::WriteFileAtomically(os::JoinPath(folder, "config"), "[core]\n    no_scm = True\n");
  CAIRN_TRY(os::WriteFileAtomically(os::JoinPath(folder, ".gitignore"), "/config.local\n/tmp\n/cache\n"));
  return os::WriteFileAtomically(os::JoinPath(folder, "config"), "");
}

namespace {

/// Adds to a .gitignore what it does not name yet.
Result<> Ignore(const std::string& file, const std::set<std::string>& lines) {
  std::string text;
  if (auto known = os::ReadFile(file, 1 << 20)) {
    text = *std::move(known);
  } else if (known.error().reason != Reason::NotFound) {
    return std::move(known).error();
  }
  std::set<std::string> missing = lines;
  for (std::string_view pattern : Split(text, '\n')) {
    if (pattern.ends_with('/')) pattern.remove_suffix(1);
    missing.erase(std::string(pattern));
    missing.erase("/" + std::string(pattern));
  }
  if (missing.empty()) return Done{};
  if (!text.empty() && text.back() != '\n') text += "\n";
  for (const auto& line : missing) text += line + "\n";
  return os::WriteFileAtomically(file, text);
}

}  // namespace

Result<> IgnoreOuts(const std::string& project, const std::vector<const Stage*>& stages) {
  std::map<std::string, std::set<std::string>> lines;
  for (const Stage* stage : stages) {
    for (const Out& out : stage->outs) {
      const std::string path = os::JoinPath(project, out.path);
      if (out.cache) lines[os::ParentOf(path)].insert("/" + os::BaseName(path));
    }
  }
  for (const auto& [folder, names] : lines) {
    if (HasGit(folder)) CAIRN_TRY(Ignore(os::JoinPath(folder, ".gitignore"), names));
  }
  return Done{};
}

}  // namespace cairn::pipeline
