#include "loop/tracking/limits/names.h"

#include <cstdint>
#include <iterator>

#include "ground/os/identity.h"

namespace cairn::tracking {
namespace {

constexpr const char* kAdjectives[] = {
    "amber",  "bold",   "brisk", "calm",  "candid", "clear",  "crisp",  "deft",  "eager",  "even",
    "fair",   "fleet",  "frank", "fresh", "gentle", "glad",   "grand",  "hardy", "honest", "keen",
    "kind",   "lively", "loyal", "lucid", "mellow", "merry",  "mild",   "neat",  "noble",  "patient",
    "plain",  "proud",  "quick", "quiet", "rapid",  "ready",  "serene", "sharp", "silver", "sound",
    "steady", "stout",  "sunny", "swift", "tidy",   "upbeat", "vivid",  "warm",  "wise",   "witty"};
constexpr const char* kNouns[] = {
    "alder",   "badger",  "birch",   "boulder", "brook",  "cairn",  "cedar", "cliff",  "condor", "crane",
    "delta",   "dune",    "egret",   "ember",   "falcon", "fern",   "fjord", "gorge",  "grove",  "heron",
    "ibis",    "juniper", "kestrel", "lark",    "ledge",  "lynx",   "maple", "marten", "meadow", "moss",
    "otter",   "owl",     "peak",    "pine",    "plover", "reef",   "ridge", "robin",  "shoal",  "slate",
    "sparrow", "summit",  "swan",    "tarn",    "thrush", "tundra", "vale",  "willow", "wren",   "yew"};

}  // namespace

std::string RandomName() {
  const auto bytes = os::RandomBytes(4);
  const auto byte = [&](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  std::string name = kAdjectives[byte(0) % std::size(kAdjectives)];
  name += '-';
  name += kNouns[byte(1) % std::size(kNouns)];
  return name + '-' + std::to_string((byte(2) << 8 | byte(3)) % 1000);
}

}  // namespace cairn::tracking
