#include "loop/repository/remote/need.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/objects.h"
#include "loop/repository/remote/content.h"

namespace cairn::repository {
namespace {

bool IsWanted(const std::string& path, const std::vector<std::string>& only) {
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& one) {
           return path == one || path.starts_with(one + "/");
         });
}

}  // namespace

std::string PathInCache(const std::string& cache, const ObjectId& id) {
  return os::JoinPath(cache, id.Key());
}
bool IsInCache(const std::string& cache, const ObjectId& id) { return os::Exists(PathInCache(cache, id)); }

bool IsTrusted(const std::string& cache, const ObjectId& id) {
  constexpr unsigned kProtected = 0444;
  const std::string path = PathInCache(cache, id);
  const auto status = os::Stat(path);
  if (!status || status->mode == kProtected) return bool(status);
  return CheckContent(id, path) && os::SetMode(path, kProtected);
}

std::optional<ObjectOfPath> ObjectOf(const Chosen& chosen) {
  if (!chosen.path.cached || chosen.path.md5.empty()) return std::nullopt;
  return ObjectOfPath{{chosen.path.md5, chosen.path.legacy}, chosen.path.path};
}

Result<NeededFolder> ReadFolder(const Chosen& chosen, const std::string& path) {
  NeededFolder folder{*ObjectOf(chosen), {}, chosen.only.empty()};
  CAIRN_TRY(CheckContent(folder.listing.id, path));
  const Listing listing = CAIRN_TRY(Listing::Parse(CAIRN_TRY(os::ReadFile(path))));
  for (const auto& file : listing.files()) {
    std::string at = chosen.path.path + "/" + std::string(file.relpath);
    if (IsWanted(at, chosen.only))
      folder.files.push_back({{HexOf(file.md5), chosen.path.legacy}, std::move(at)});
  }
  return folder;
}

void NeedOf::AddFile(const ObjectOfPath& file) {
  if (seen_.emplace(file.id, true).second) need_.files.push_back(file);
}

void NeedOf::AddFolder(NeededFolder folder) {
  for (const auto& file : folder.files) AddFile(file);
  need_.folders.push_back(std::move(folder));
}

std::vector<RemoteShare> SharesOf(const TransferOrder& order) {
  std::vector<RemoteShare> shares;
  for (const auto& chosen : order.chosen) {
    if (!ObjectOf(chosen)) continue;
    const std::string own = LowerAscii(chosen.path.remote), asked = LowerAscii(order.remote);
    if (!asked.empty() && !own.empty() && own != asked) continue;
    const std::string name = asked.empty() ? own : asked;
    auto share =
        std::find_if(shares.begin(), shares.end(), [&](const auto& one) { return one.name == name; });
    if (share == shares.end()) share = shares.insert(shares.end(), RemoteShare{name, {}});
    share->chosen.push_back(chosen);
  }
  return shares;
}

}  // namespace cairn::repository
