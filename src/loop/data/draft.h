#pragma once

#include <string>

#include "ground/os/files.h"

namespace cairn::data {

/// A file in the making; removed at the end whatever happens.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {}
  ~Draft() { static_cast<void>(bool(os::Remove(path_))); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace cairn::data
