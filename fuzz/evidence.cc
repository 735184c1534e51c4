#include "fuzz/property.h"
#include "loop/evidence/verify.h"

using cairn::fuzz::Hold;

/// A bundle that a stranger gave as evidence.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto verdict = cairn::evidence::Verify(cairn::fuzz::Bytes(data, size));
  if (!verdict) return 0;
  Hold(verdict->Bool("sound") == verdict->At("problems").items().empty(),
       "sound means that nothing was found");
  return 0;
}
