#include "fuzz/folder.h"
#include "loop/pipeline/parameters.h"

using cairn::fuzz::Hold;

/// The first byte chooses the form of the parameter file, the rest is the file: it is read or refused, never
/// run, and what was read can be written and found by its keys.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static constexpr const char* kFiles[] = {"params.yaml", "params.json", "params.toml", "params.py"};
  const std::string file = kFiles[data[0] % 4];
  auto& project = cairn::fuzz::Folder::Mine();
  project.Write(file, cairn::fuzz::Bytes(data, size).substr(1));
  const auto params = cairn::pipeline::ReadParams(project.path(), file);
  if (!params) return 0;
  Hold(!params->Dump().empty(), "what was read can be written");
  for (const auto& [key, value] : params->members()) {
    if (key.find_first_of(".[") == std::string::npos && !key.empty())
      Hold(cairn::pipeline::FindDotted(*params, key) != nullptr, "a key is found");
  }
  return 0;
}
