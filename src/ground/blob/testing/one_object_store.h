#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ground/blob/place.h"

namespace cairn::blob::testing {

/// A store on this machine that holds one content, which every request gets, whatever it asks.
class OneObjectStore {
 public:
  explicit OneObjectStore(const std::string& content);
  ~OneObjectStore();
  Place place() const;

 private:
  struct Peer;
  const std::unique_ptr<Peer> peer_;
};

}  // namespace cairn::blob::testing
