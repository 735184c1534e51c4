#include "fuzz/property.h"
#include "loop/formats/formats.h"

using cairn::fuzz::Hold;

/// Everything that `cairn model inspect` reads: pickles, archives, and the heads of every format.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const cairn::formats::Limits limits{.most_unpacked_bytes = 1 << 20, .most_entries = 100, .deepest = 4};
  const auto found = cairn::formats::InspectBytes(bytes, limits);
  Hold(found.bytes == size, "the size is the file's");
  bool unknown = !found.concerns.empty();
  for (const auto& import : found.imports) unknown |= import.known_as.empty();
  Hold(unknown == (found.runs() == cairn::formats::Runs::UnknownCode),
       "the verdict follows from the findings");
  bool known_ones = false;
  for (const auto& import : found.imports) {
    Hold(!(known_ones && import.known_as.empty()), "what is not known comes first");
    known_ones |= !import.known_as.empty();
  }
  return 0;
}
