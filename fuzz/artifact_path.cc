#include "loop/tracking/artifact_path.h"

#include "fuzz/property.h"

using cairn::fuzz::Hold;

namespace {

/// As a file system reads it below the root: never above it, never absolute, no byte that ends it early.
void StaysInside(std::string_view path) {
  Hold(!path.starts_with('/') && path.find('\0') == std::string_view::npos && path.find('\\') == path.npos,
       "the path is relative and plain");
  if (path.empty()) return;
  for (const auto part : cairn::Split(path, '/'))
    Hold(!part.empty() && part != "." && part != "..", "every part goes down");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  for (const auto& path : {cairn::tracking::CheckedArtifactPath(bytes), cairn::tracking::ProxiedPath(bytes),
                           cairn::tracking::ProxiedPath("mlflow-artifacts:" + std::string(bytes))}) {
    if (!path) continue;
    StaysInside(*path);
    // Whoever decodes it once more than was meant stays inside as well.
    if (const auto decoded = cairn::PercentDecode(*path, cairn::UrlPart::Path)) {
      for (const auto part : cairn::Split(*decoded, '/')) Hold(part != "..", "no escape hides a way up");
    }
    const auto again = cairn::tracking::CheckedArtifactPath(*path);
    Hold(again && *again == *path, "a checked path passes the check as it is");
  }
  return 0;
}
