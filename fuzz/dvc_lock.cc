#include "fuzz/folder.h"
#include "loop/pipeline/lock.h"

using cairn::fuzz::Hold;
using cairn::fuzz::HoldEqual;

/// What is written can be read, and says the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto& project = cairn::fuzz::Folder::Mine();
  project.Write("dvc.lock", cairn::fuzz::Bytes(data, size));
  const auto lock = cairn::pipeline::ReadLock(project.path());
  if (!lock) return 0;
  const auto text = cairn::pipeline::DumpLock(*lock);
  project.Write("dvc.lock", text);
  const auto again = cairn::pipeline::ReadLock(project.path());
  if (!again) HoldEqual(again.error().message, text, "what was written can be read");
  HoldEqual(cairn::pipeline::DumpLock(*again), text, "a lock survives being written and read");
  Hold(again->stages.size() == lock->stages.size(), "no stage is lost");
  for (std::size_t i = 0; i < lock->stages.size(); ++i) {
    const auto &was = lock->stages[i], &is = again->stages[i];
    HoldEqual(is.name, was.name, "a stage keeps its name");
    HoldEqual(is.cmd.Canonical(), was.cmd.Canonical(), "a stage keeps its command");
    Hold(is.deps.size() == was.deps.size() && is.outs.size() == was.outs.size(), "no path is lost");
    for (std::size_t k = 0; k < was.deps.size(); ++k) {
      HoldEqual(is.deps[k].path, was.deps[k].path, "a dependency keeps its path");
      HoldEqual(is.deps[k].md5, was.deps[k].md5, "a dependency keeps its digest");
    }
  }
  return 0;
}
