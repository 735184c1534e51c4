#include "fuzz/folder.h"
#include "loop/runtime/format.h"

using cairn::fuzz::Hold;

/// The file MLmodel.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto& folder = cairn::fuzz::Folder::Mine();
  folder.Write("MLmodel", cairn::fuzz::Bytes(data, size));
  if (const auto about = cairn::runtime::ReadModelFolder(folder.path())) {
    const auto& file = about->data;
    Hold(file.empty() || file.starts_with(folder.path() + "/"), "the model lies in the folder");
    for (const auto part : cairn::Split(file, '/')) Hold(part != "..", "the model lies in the folder");
  }
  return 0;
}
