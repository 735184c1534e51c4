#include "loop/moving/carrier.h"

#include <map>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "loop/tracking/artifact_path.h"

namespace cairn::moving {
namespace {

using Sizes = std::map<std::string, std::uint64_t>;

Result<> ReadSizes(const tracking::Artifacts& artifacts, const std::string& folder, const std::string& below,
                   Sizes& sizes) {
  for (const auto& entry : CAIRN_TRY(artifacts.List(folder))) {
    const std::string path = below.empty() ? entry.path : below + "/" + entry.path;
    if (entry.folder) {
      CAIRN_TRY(ReadSizes(artifacts, folder + "/" + entry.path, path, sizes));
    } else {
      sizes[path] = entry.bytes;
    }
  }
  return {};
}

Json ToJson(const Sizes& sizes) {
  Json json = Json::Object();
  for (const auto& [path, bytes] : sizes) json.Set(path, static_cast<std::int64_t>(bytes));
  return json;
}

}  // namespace

Result<std::int64_t> Carrier::Carry(const Owner& owner, const std::string& uri) {
  const std::string folder = CAIRN_TRY(tracking::ProxiedPath(uri));
  Sizes theirs, had;
  for (const auto& file : CAIRN_TRY(source_.Files(owner))) theirs[file.path] = file.bytes;
  if (theirs.empty()) return 0;
  CAIRN_TRY(ReadSizes(artifacts_, folder, "", had));
  std::int64_t added = 0;
  for (const auto& [path, bytes] : theirs) {
    if (had.contains(path)) continue;
    const auto one = CarryOne(owner, path, folder + "/" + path);
    if (!one && one.error().reason == Reason::Denied) {
      tally_.Problem(owner.id + ": " + one.error().message);
      continue;
    }
    CAIRN_TRY(one);
    carried_(bytes);
    ++added;
  }
  Sizes ours;
  CAIRN_TRY(ReadSizes(artifacts_, folder, "", ours));
  const auto fate = added == 0    ? Tally::Fate::Unchanged
                    : had.empty() ? Tally::Fate::Added
                                  : Tally::Fate::Completed;
  tally_.Compare("artifact folders", owner.id, ToJson(theirs), ToJson(ours), fate);
  tally_.Count("files", std::ssize(theirs), std::ssize(ours), added);
  return std::ssize(theirs);
}

Result<> Carrier::CarryOne(const Owner& owner, const std::string& path, const std::string& place) {
  if (CAIRN_TRY(registry_.IsFrozen(place))) {
    return Error{Reason::Denied,
                 "The file '" + place +
                     "' was not brought over, because a registered version of the bound model "
                     "lies there and its files must not change; import into another store to "
                     "have it."};
  }
  const std::string on_its_way = os::JoinPath(scratch_, os::NewHexId());
  CAIRN_TRY(source_.Fetch(owner, path, on_its_way));
  const auto before = CAIRN_TRY(crypto::HashFile(on_its_way, crypto::Kinds::Sha256));
  auto adopted = artifacts_.Adopt(place, on_its_way);
  if (os::Exists(on_its_way)) CAIRN_TRY(os::Remove(on_its_way));
  CAIRN_TRY(std::move(adopted));
  const auto stored = CAIRN_TRY(artifacts_.Find(place));
  if (CAIRN_TRY(crypto::HashFile(stored.path, crypto::Kinds::Sha256)) == before) return {};
  return Error{Reason::Corrupt,
               "The artifact '" + place + "' is not what was copied; check the disk and import again."};
}

}  // namespace cairn::moving
