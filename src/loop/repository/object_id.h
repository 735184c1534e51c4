#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::repository {

/// The name of an object in a cache or a remote, which are trees of one form.
struct ObjectId {
  std::string md5;      ///< 32 digits, and ".dir" for the listing of a folder.
  bool legacy = false;  ///< Of DVC 2: its MD5 is of the text with line ends made equal.

  bool IsListing() const { return md5.ends_with(".dir"); }
  /// Where it lies below the tree's root: "files/md5/ab/cd…", "ab/cd…" for a legacy one.
  std::string Key() const { return (legacy ? "" : "files/md5/") + md5.substr(0, 2) + "/" + md5.substr(2); }
  friend auto operator<=>(const ObjectId&, const ObjectId&) = default;
};

/// The object that lies at a place below a tree's root; none for anything else that lies there.
std::optional<ObjectId> ObjectAt(std::string_view key);

}  // namespace cairn::repository
