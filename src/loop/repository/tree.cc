#include "loop/repository/tree.h"

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/remote/landing.h"

namespace cairn::repository {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

/// Calls `take(key, path)` for each name in the folders of two digits below both parts of the tree.
template <class Take>
Result<> EachName(const std::string& root, Take take) {
  for (const std::string part : {"files/md5/", ""}) {
    const std::string folder = os::JoinPath(root, part);
    if (!os::IsFolder(folder)) continue;
    for (const auto& digits : CAIRN_TRY(os::ListFolder(folder))) {
      if (!IsHex(digits, 2) || !os::IsFolder(os::JoinPath(folder, digits))) continue;
      for (const auto& name : CAIRN_TRY(os::ListFolder(os::JoinPath(folder, digits)))) {
        const std::string key = part + digits + "/" + name;
        CAIRN_TRY(take(key, os::JoinPath(root, key), name));
      }
    }
  }
  return Done{};
}

}  // namespace

Result<std::vector<HeldObject>> ObjectsBelow(const std::string& root) {
  std::vector<HeldObject> objects;
  CAIRN_TRY(
      EachName(root, [&](const std::string& key, const std::string& path, const std::string&) -> Result<> {
        auto id = ObjectAt(key);
        if (!id) return Done{};
        const auto status = os::Stat(path);
        // Another process may have taken it away meanwhile.
        if (!status) return status.error().reason == Reason::NotFound ? Result<>() : status.error();
        objects.push_back({*std::move(id), status->stamp.size, status->stamp.mtime_ns / kNsPerMs});
        return Done{};
      }));
  return objects;
}

Result<std::vector<Leftover>> LeftoversBelow(const std::string& root) {
  std::vector<Leftover> leftovers;
  const auto add = [&](const std::string& path) {
    const auto status = os::Stat(path, os::Symlinks::Report);
    if (status) leftovers.push_back({path, status->stamp.size, status->stamp.mtime_ns / kNsPerMs});
  };
  CAIRN_TRY(
      EachName(root, [&](const std::string&, const std::string& path, const std::string& name) -> Result<> {
        if (Landing::IsHidden(name)) add(path);
        return Done{};
      }));
  for (const std::string part : {"files/md5/", ""}) {
    const std::string folder = os::JoinPath(root, part);
    if (!os::IsFolder(folder)) continue;
    for (const auto& name : CAIRN_TRY(os::ListFolder(folder))) {
      const std::string hidden = os::JoinPath(folder, name);
      if (!Landing::IsHiddenFolder(name) || !os::IsFolder(hidden)) continue;
      for (const auto& file : CAIRN_TRY(os::ListFolder(hidden))) add(os::JoinPath(hidden, file));
      add(hidden);  // After what is in it.
    }
  }
  return leftovers;
}

}  // namespace cairn::repository
