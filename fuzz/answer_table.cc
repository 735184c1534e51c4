#include "loop/batch/answer_table.h"

#include "fuzz/folder.h"
#include "fuzz/property.h"

using cairn::fuzz::Hold;

/// Whatever a table of answers holds: it is refused, or what is found in it lies within it; and one that
/// passes its check can be asked for anything.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto& folder = cairn::fuzz::Folder::Mine();
  const auto table = cairn::batch::AnswerTable::Open(folder.Write("table", cairn::fuzz::Bytes(data, size)));
  if (!table) return 0;
  const bool sound = bool((*table)->Check());
  for (const char* key : {"", "a", "b", "k1", "\xff"}) {
    const auto found = (*table)->Find(key);
    if (found && *found) Hold((*found)->size() <= size, "an answer lies within the file");
    Hold(!sound || found, "a sound table answers every question");
  }
  return 0;
}
