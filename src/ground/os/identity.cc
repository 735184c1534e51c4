#include "ground/os/identity.h"

#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "ground/vocabulary/digest.h"

namespace cairn::os {
namespace {

/// A caller's time this much behind the last one counts as the same millisecond: threads overtake each other
/// and clocks are set back a little.
constexpr TimeMs kOvertaking = 10'000;

/// Asked of the system for many at once; a process that was forked off asks for its own.
std::array<std::uint64_t, 2> RandomPair() {
  using Pairs = std::array<std::array<std::uint64_t, 2>, 64>;
  thread_local Pairs pairs;
  thread_local std::size_t left = 0;
  thread_local pid_t owner = 0;
  if (left == 0 || owner != getpid()) {
    const std::string bytes = RandomBytes(sizeof(Pairs));
    std::memcpy(pairs.data(), bytes.data(), sizeof(Pairs));
    left = pairs.size();
    owner = getpid();
  }
  return pairs[--left];
}

/// The 74 bits below a version-7 UUID's time, counted up within a millisecond.
class Sequence {
 public:
  struct Step {
    TimeMs at;
    std::uint64_t high;  // 12 bits
    std::uint64_t low;   // 62 bits
  };

  Step Next(TimeMs now) {
    const auto random = RandomPair();
    const std::lock_guard lock(mutex_);
    if (now > last_.at || now < last_.at - kOvertaking) {
      last_ = {now, random[0] & kStartHigh, random[1] & kLow};
      return last_;
    }
    last_.low += (random[0] & 0xFFFFFFFF) + 1;
    if (last_.low > kLow) {
      last_.low &= kLow;
      if (++last_.high > kHigh) last_ = {last_.at + 1, 0, last_.low};
    }
    return last_;
  }

 private:
  static constexpr std::uint64_t kStartHigh = 0x7FF;  // The top bit stays free to count into.
  static constexpr std::uint64_t kHigh = 0xFFF;
  static constexpr std::uint64_t kLow = 0x3FFFFFFFFFFFFFFF;

  std::mutex mutex_;
  Step last_{-1, 0, 0};
};

}  // namespace

std::string RandomBytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < count) {
    const ssize_t got = getrandom(bytes.data() + filled, count - filled, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      std::perror("the system's random source gives nothing");
      std::abort();
    }
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

std::string NewHexId() { return HexOf(RandomBytes(16)); }

std::string NewNeighbourId() {
  constexpr std::size_t kHead = 3;
  constexpr int kNeighbours = 256;
  static std::mutex mutex;
  static std::string head;
  static int left = 0;
  std::string id = NewHexId();
  const std::lock_guard lock(mutex);
  if (left == 0) {
    head = id.substr(0, kHead);
    left = kNeighbours;
  }
  --left;
  return id.replace(0, kHead, head);
}

std::string NewUuid(TimeMs now) {
  static Sequence sequence;
  const Sequence::Step step = sequence.Next(now);
  const auto at = static_cast<std::uint64_t>(step.at);
  std::uint8_t bytes[16];
  const std::uint64_t high = at << 16 | 0x7000 | step.high, low = std::uint64_t{2} << 62 | step.low;
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  std::string text = HexOf(bytes);
  for (const std::size_t dash : {8, 13, 18, 23}) text.insert(dash, 1, '-');
  return text;
}

int ProcessId() { return getpid(); }

}  // namespace cairn::os
