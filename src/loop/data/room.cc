#include "loop/data/room.h"

#include <map>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

/// What databases and logs need to go on.
constexpr std::uint64_t kReserve = 16 << 20;

std::string NearestFolder(std::string path) {
  while (!os::Exists(path) && path != os::ParentOf(path)) path = os::ParentOf(path);
  return path;
}

}  // namespace

Result<> EnsureRoom(const std::vector<Need>& needs, const std::string& what) {
  std::map<std::uint64_t, Need> by_device;
  for (const auto& need : needs) {
    const std::string folder = NearestFolder(need.folder);
    Need& sum = by_device[CAIRN_TRY(os::Stat(folder)).device];
    if (sum.folder.empty()) sum = {folder, kReserve};
    sum.bytes += need.bytes;
  }
  for (const auto& [device, need] : by_device) {
    const auto free = CAIRN_TRY(os::FreeSpace(need.folder));
    if (free >= need.bytes) continue;
    // Both figures without the reserve, so that they can be held against each other.
    const std::uint64_t usable = free > kReserve ? free - kReserve : 0;
    return Error{Reason::Exhausted, what + " needs about " + FormatBytes(need.bytes - kReserve) + " and '" +
                                        need.folder + "' has " + FormatBytes(usable) +
                                        " free; nothing was written"};
  }
  return Done{};
}

}  // namespace cairn::data
