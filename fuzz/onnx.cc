#include "fuzz/property.h"
#include "loop/runtime/onnx/inspect.h"

using cairn::fuzz::Hold;

/// The walk over a model's protobuf form that decides whether ONNX Runtime gets to see it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto found = cairn::runtime::onnx::Inspect(bytes);
  if (!found) return 0;
  Hold(found->ir_version > 0, "a model has a version");
  Hold(found->nodes >= 0 && static_cast<std::size_t>(found->nodes) <= size, "a node has a byte");
  Hold(!found->domains.empty(), "a model names its operator sets");
  std::size_t named = 0;
  for (const auto& file : found->external_files) named += file.size();
  Hold(named <= size, "names come out of the file");
  return 0;
}
