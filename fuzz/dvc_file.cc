#include "loop/repository/dvc_file.h"

#include "fuzz/property.h"
#include "loop/repository/tracked.h"

using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;
using namespace cairn::repository;

namespace {

cairn::Result<std::vector<TrackedPath>> Read(const std::string& text) {
  return TrackedIn({{"x.dvc"}, [&](const std::string&) -> cairn::Result<std::string> { return text; }});
}

}  // namespace

/// A `.dvc` file that can be read can be changed in place, and then says the change and nothing else new.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(cairn::fuzz::Bytes(data, size));
  const auto tracked = Read(text);
  if (!tracked) return 0;
  for (const auto& one : *tracked) {
    Hold(!one.path.empty() && one.path.front() != '/', "a path lies in the repository");
    const Content content{"0123456789abcdef0123456789abcdef", 7, std::nullopt, false};
    const auto changed = ChangedDvcFile(text, "x.dvc", one.written, content);
    // What is written in a way that cannot be changed in place is refused.
    if (!changed) continue;
    const auto again = Read(*changed);
    if (!again) HoldEqual(again.error().message, *changed, "a changed file can be read");
    Hold(again->size() == tracked->size(), "no out is lost or added");
    bool said = false;
    for (const auto& now : *again) said = said || (now.path == one.path && now.md5 == content.md5);
    if (!said) HoldEqual(text, *changed, "the change is said");
  }
  return 0;
}
