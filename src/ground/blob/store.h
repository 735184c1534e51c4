#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"

/// Bytes by name.
namespace cairn::blob {

struct Entry {
  std::string name;  ///< The last part only.
  bool folder = false;
  std::uint64_t size = 0;  ///< In bytes; 0 for a folder.
};

/// Where the bytes of a name can be read.
struct Found {
  std::string path;  ///< A file of this machine that holds them.
  std::uint64_t size = 0;
};

/// Keeps bytes under names such as "1/0af3/artifacts/model/MLmodel". Every name is checked by CheckedName
/// (name.h). What a call that succeeded put is there after a loss of power. Safe from any thread; of two that
/// put one name at once, one wins whole.
class Store {
 public:
  virtual ~Store() = default;

  /// Replaces what has the name. InvalidArgument when it is a folder's, or a part of it a file's.
  virtual Result<> Put(std::string_view name, std::string_view bytes) = 0;
  /// The same with the bytes of a file, which is taken away from where it is (on the same file system without
  /// copying).
  virtual Result<> PutFile(std::string_view name, const std::string& path) = 0;
  /// NotFound without it, InvalidArgument for a folder.
  virtual Result<Found> Get(std::string_view name) const = 0;
  /// One level, sorted by name; "" is the top. Empty for what is not there, and for a file.
  virtual Result<std::vector<Entry>> List(std::string_view folder) const = 0;
  /// A file, or a folder with all in it. NotFound without it; the top itself cannot be deleted.
  virtual Result<> Delete(std::string_view name) = 0;
};

/// Plain files below `root`, which is made when it is not there. A symbolic link that leads out of it is
/// Denied.
Result<std::unique_ptr<Store>> OpenFolder(const std::string& root);

}  // namespace cairn::blob
