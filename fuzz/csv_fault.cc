#include "fuzz/folder.h"
#include "ground/tables/file_fault.h"
#include "ground/tables/pattern.h"

using cairn::fuzz::Hold;

/// The fault in a file, the file in a statement, and names against patterns.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto bytes = cairn::fuzz::Bytes(data, size);
  const auto path = cairn::fuzz::Folder::Mine().Write("rows.csv", bytes);
  for (const char delimiter : {',', ';'}) {
    const auto fault = cairn::tables::FaultInCsv(path, delimiter);
    Hold(!fault || fault->starts_with(path + ", line "), "a fault names the place");
  }
  (void)cairn::tables::FaultInCsvOf(bytes);
  const auto name = cairn::fuzz::TakePart(bytes, '\n');
  (void)cairn::tables::FitsPattern(name, bytes);
  Hold(cairn::tables::FitsPattern(name, "*"), "everything fits a star");
  return 0;
}
