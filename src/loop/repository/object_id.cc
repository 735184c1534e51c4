#include "loop/repository/object_id.h"

#include "ground/vocabulary/digest.h"

namespace cairn::repository {

std::optional<ObjectId> ObjectAt(std::string_view key) {
  constexpr std::string_view kNewer = "files/md5/", kListing = ".dir";
  ObjectId id;
  id.legacy = !key.starts_with(kNewer);
  if (!id.legacy) key.remove_prefix(kNewer.size());
  if (key.size() < 3 || key[2] != '/') return std::nullopt;
  id.md5 = std::string(key.substr(0, 2)) + std::string(key.substr(3));
  std::string_view digits = id.md5;
  if (digits.ends_with(kListing)) digits.remove_suffix(kListing.size());
  if (!IsHex(digits, 32)) return std::nullopt;
  return id;
}

}  // namespace cairn::repository
