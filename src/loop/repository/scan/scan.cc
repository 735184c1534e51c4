#include "loop/repository/scan/scan.h"

#include <climits>

namespace cairn::repository {
namespace {

Error Unfit(const std::string& path, const os::WalkedFolder& folder, const os::WalkedEntry& entry) {
  const std::string at = os::JoinPath(path, os::JoinPath(folder.path, entry.name));
  if (entry.kind == os::FileKind::File) {
    return {Reason::InvalidArgument,
            "'" + at +
                "' lies in a folder under version, where DVC refuses it: move its rules to a folder above"};
  }
  return {Reason::InvalidArgument,
          "'" + at + "' is neither a file nor a folder: remove it or keep it elsewhere"};
}

Error Unreadable(const std::string& path) {
  if (path.size() < PATH_MAX)
    return {Reason::Denied, "'" + path + "' may not be read; check its owner and mode"};
  constexpr std::size_t kShown = 200;
  return {Reason::InvalidArgument, "the folder '" + path.substr(0, kShown) + "…' has a path of " +
                                       std::to_string(path.size()) +
                                       " bytes, more than the system takes: move it up, or leave it out by a "
                                       ".dvcignore"};
}

/// Makes room for the paths first, so that they stay where they are put.
void ReserveFor(const std::vector<os::WalkedFolder>& folders, Scan& scan) {
  std::size_t files = 0, bytes = 0;
  for (const auto& folder : folders) {
    files += folder.entries.size();
    bytes += folder.names.size() + folder.entries.size() * (folder.path.size() + 1);
  }
  scan.files.reserve(files);
  scan.paths.reserve(bytes);
}

std::string_view Put(std::vector<char>& paths, std::string_view folder, std::string_view name) {
  const std::size_t begin = paths.size();
  paths.insert(paths.end(), folder.begin(), folder.end());
  if (!folder.empty()) paths.push_back('/');
  paths.insert(paths.end(), name.begin(), name.end());
  const std::size_t length = paths.size() - begin;
  paths.push_back('\0');
  return {paths.data() + begin, length};
}

}  // namespace

Fingerprint Scan::KeyOf(const std::string& folder, std::string_view relpath) {
  const auto slash = relpath.rfind('/');
  if (slash == std::string_view::npos) return Fingerprint::Of(folder).Then(Fingerprint::Of(relpath));
  return Fingerprint::Of(folder + "/" + std::string(relpath.substr(0, slash)))
      .Then(Fingerprint::Of(relpath.substr(slash + 1)));
}

Result<Scan> ScanFolder(const std::string& path, const std::shared_ptr<const os::WalkRules>& rules) {
  Scan scan;
  scan.began_ns = NowNs();
  auto walk = CAIRN_TRY(os::WalkTree(path, os::Detail::Stamps, rules));
  if (!walk.unreadable.empty()) return Unreadable(os::JoinPath(path, walk.unreadable.front()));
  scan.folders = std::move(walk.folders);
  ReserveFor(scan.folders, scan);
  for (const auto& folder : scan.folders) {
    const Fingerprint print = Fingerprint::Of(folder.path);
    for (const auto& entry : folder.entries) {
      if (entry.kind == os::FileKind::Folder) continue;
      if (entry.kind == os::FileKind::Other || entry.name == ".dvcignore") return Unfit(path, folder, entry);
      const bool broken = entry.kind == os::FileKind::Symlink;
      scan.files.push_back({Put(scan.paths, folder.path, entry.name), entry.stamp, entry.mode, entry.links,
                            entry.is_link, broken});
      scan.state.Add(print.Then(Fingerprint::Of(entry.name)).Then(Fingerprint::Of(entry.stamp)));
      scan.bytes += entry.stamp.size;
      scan.settled = scan.settled && IsSettled(entry.stamp, scan.began_ns);
    }
  }
  return scan;
}

}  // namespace cairn::repository
