#include "fuzz/property.h"
#include "loop/package/files.h"

using cairn::fuzz::Hold;

/// A zip that a stranger gave as a package.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto files = cairn::package::FromZip(bytes);
  if (!files) return 0;
  for (const auto& [path, content] : *files)
    Hold(!path.empty() && path.front() != '/' && path.rfind("../", 0) != 0, "a path stays in the package");
  if (!cairn::package::Verify(*files)) return 0;
  const auto zip = cairn::package::ToZip(*files);
  Hold(zip && cairn::package::FromZip(*zip) && *cairn::package::FromZip(*zip) == *files,
       "what is packed comes back");
  return 0;
}
