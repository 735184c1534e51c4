#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "loop/formats/pickle/value.h"

namespace cairn::formats::pickle {

/// What an unpickler remembers by number. Numbers need not follow each other; memory has a bound.
class Memo {
 public:
  /// False when there is no room.
  bool Put(std::uint64_t number, const Value& value);
  /// Under the number of things remembered, as MEMOIZE counts.
  bool Append(const Value& value) { return Put(count_, value); }
  /// Null when there is no such number.
  const Value* Find(std::uint64_t number) const;

 private:
  struct Slot {
    Value value;
    bool taken = false;
  };
  static constexpr std::size_t kMost = 1 << 23, kGap = 1024;
  std::vector<Slot> dense_;
  std::unordered_map<std::uint64_t, Value> sparse_;
  std::uint64_t count_ = 0;
};

}  // namespace cairn::formats::pickle
