#include "loop/repository/cache/presence.h"

#include <array>

#include "ground/os/files.h"
#include "ground/vocabulary/digest.h"
#include "loop/repository/scan/digest.h"

namespace cairn::repository {

Presence::Presence(const Objects& objects, StatIndex& index) : objects_(objects), index_(index) {}

const Fingerprint& Presence::State(bool legacy) {
  Folders& folders = folders_[legacy ? 1 : 0];
  if (folders.looked) return folders.state;
  folders.looked = true;
  const std::int64_t began_ns = NowNs();
  const std::string root = objects_.use().folder + (legacy ? "/" : "/files/md5/");
  for (unsigned prefix = 0; prefix < 256; ++prefix) {
    const auto byte = static_cast<std::uint8_t>(prefix);
    const auto status = os::Stat(root + HexOf(std::span<const std::uint8_t>(&byte, 1)));
    if (!status) continue;
    folders.state.Add(Fingerprint{prefix, 1}.Then(Fingerprint::Of(status->stamp)));
    folders.settled = folders.settled && IsSettled(status->stamp, began_ns);
  }
  return folders.state;
}

Fingerprint Presence::KeyOf(const ObjectId& id) const {
  return Fingerprint::Of(objects_.use().folder).Then(Fingerprint::Of(id.Key()));
}

bool Presence::KnowsFolder(const ObjectId& id) {
  return index_.Find(Fact::Present, KeyOf(id), State(id.legacy)).has_value();
}

bool Presence::HoldsFolder(const ObjectId& id, const Listing& listing) {
  if (KnowsFolder(id)) return true;
  if (!HoldsFile(id)) return false;
  const auto& files = listing.files();
  const auto look = [&](std::size_t i) -> Result<> {
    if (HoldsFile({HexOf(files[i].md5), id.legacy})) return Done{};
    return Error{Reason::NotFound, ""};
  };
  if (!ForEach(files.size(), look)) return false;
  if (folders_[id.legacy ? 1 : 0].settled) index_.Remember(Fact::Present, KeyOf(id), State(id.legacy), {});
  return true;
}

}  // namespace cairn::repository
