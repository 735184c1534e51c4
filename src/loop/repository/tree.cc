#include "loop/repository/tree.h"

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/remote/landing.h"

namespace cairn::repository {
namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

/// Calls `take(part, name)` for each folder at the head of both parts of the tree.
template <class Take>
Result<> EachFolder(const std::string& root, Take take) {
  for (const std::string part : {"files/md5/", ""}) {
    const std::string above = os::JoinPath(root, part);
    if (!os::IsFolder(above)) continue;
    for (const auto& name : CAIRN_TRY(os::ListFolder(above))) {
      if (os::IsFolder(os::JoinPath(above, name))) CAIRN_TRY(take(part, name));
    }
  }
  return Done{};
}

/// Calls `take(key, path, name)` for each name in the folders of two digits below both parts of the tree.
template <class Take>
Result<> EachName(const std::string& root, Take take) {
  return EachFolder(root, [&](const std::string& part, const std::string& digits) -> Result<> {
    if (!IsHex(digits, 2)) return Done{};
    for (const auto& name : CAIRN_TRY(os::ListFolder(os::JoinPath(root, part + digits)))) {
      const std::string key = part + digits + "/" + name;
      CAIRN_TRY(take(key, os::JoinPath(root, key), name));
    }
    return Done{};
  });
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
  CAIRN_TRY(EachFolder(root, [&](const std::string& part, const std::string& name) -> Result<> {
    if (!Landing::IsHiddenFolder(name)) return Done{};
    const std::string hidden = os::JoinPath(root, part + name);
    for (const auto& file : CAIRN_TRY(os::ListFolder(hidden))) add(os::JoinPath(hidden, file));
    add(hidden);  // After what is in it.
    return Done{};
  }));
  return leftovers;
}

}  // namespace cairn::repository
