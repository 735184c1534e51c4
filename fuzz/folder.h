#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "fuzz/property.h"
#include "ground/os/files.h"
#include "ground/os/temp_folder.h"

namespace cairn::fuzz {

/// A folder for parsers that read files themselves; the process has one, and it goes when the process ends.
class Folder {
 public:
  static Folder& Mine() {
    static Folder folder;
    return folder;
  }

  const std::string& path() const { return folder_.path(); }
  /// Puts `bytes` into `name`, without syncing: nothing here needs to last.
  std::string Write(std::string_view name, std::string_view bytes) {
    const std::string path = folder_ / name;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    Hold(file && (bytes.empty() || std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()),
         "the file can be written");
    std::fclose(file);
    return path;
  }
  void Remove(std::string_view name) { std::remove((folder_ / name).c_str()); }

 private:
  Folder() : folder_(Made()) {}
  static os::TempFolder Made() {
    auto made = os::TempFolder::Create();
    Hold(static_cast<bool>(made), "a folder can be made");
    return *std::move(made);
  }

  os::TempFolder folder_;
};

}  // namespace cairn::fuzz
