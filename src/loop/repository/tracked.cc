#include "loop/repository/tracked.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/section.h"
#include "loop/repository/pipeline_outs.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kPointer = ".dvc", kPipeline = "dvc.yaml", kLock = "dvc.lock";

/// Whether the pointer stands for a path of another repository, which keeps its objects itself.
bool IsImport(const Node& pointer) {
  const Node* deps = pointer.Find("deps");
  return deps && std::any_of(deps->items().begin(), deps->items().end(),
                             [](const Node& dep) { return dep.Find("repo") != nullptr; });
}

Result<> CheckKeys(const Node& pointer) {
  CAIRN_TRY(pointer.OnlyKeys(
      {"md5", "cmd", "wdir", "deps", "outs", "locked", "frozen", "meta", "always_changed", "desc"}));
  const Node* outs = pointer.Find("outs");
  if (!outs || outs->IsNull()) return Done{};
  if (!outs->IsList()) return WrongAt(*outs, "'outs' is a list");
  for (const Node& out : outs->items()) {
    CAIRN_TRY(
        out.OnlyKeys({"md5",     "checksum", "etag",  "size",      "nfiles", "isexec", "version_id", "path",
                      "persist", "cloud",    "hash",  "desc",      "type",   "labels", "meta",       "cache",
                      "remote",  "push",     "files", "fs_config", "metric", "plot"}));
  }
  return Done{};
}

Result<std::vector<TrackedPath>> PointerOuts(const Node& pointer, const std::string& file) {
  if (!pointer.IsMap()) return WrongAt(pointer, "this is no .dvc file: it holds no map; restore it from git");
  CAIRN_TRY(CheckKeys(pointer));
  const auto folder = PathInside(os::ParentOf(file), CAIRN_TRY(TextAt(pointer, "wdir")));
  std::vector<TrackedPath> all;
  const Node* outs = pointer.Find("outs");
  if (!outs || !folder) return all;
  for (const Node& out : outs->items()) {
    auto tracked = CAIRN_TRY(ReadOut(out, *folder));
    if (!tracked) continue;
    if (out.Find("files"))
      return Error{Reason::Unsupported, out.Where() + ": '" + tracked->path +
                                            "' is kept by versions in a cloud, which Cairn does not read"};
    tracked->cached = CAIRN_TRY(TruthAt(out, "cache", true));
    tracked->pushed = CAIRN_TRY(TruthAt(out, "push", true)) && !IsImport(pointer);
    tracked->remote = CAIRN_TRY(TextAt(out, "remote"));
    tracked->said_in = file;
    all.push_back(*std::move(tracked));
  }
  return all;
}

Result<std::vector<TrackedPath>> OutsIn(const Texts& texts, const std::string& file) {
  const Node root = CAIRN_TRY(ParseYaml(CAIRN_TRY(texts.read(file)), file));
  if (file.ends_with(kPointer)) return PointerOuts(root, file);
  const std::string lock_file = os::JoinPath(os::ParentOf(file), kLock);
  const std::string lock_name = lock_file.starts_with("./") ? lock_file.substr(2) : lock_file;
  Node lock;
  if (std::find(texts.files.begin(), texts.files.end(), lock_name) != texts.files.end())
    lock = CAIRN_TRY(ParseYaml(CAIRN_TRY(texts.read(lock_name)), lock_name));
  return PipelineOuts(root, lock, file);
}

}  // namespace

bool IsTrackingFile(std::string_view file) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  return (name.ends_with(kPointer) && name != kPointer) || name == kPipeline || name == kLock;
}

Result<std::vector<TrackedPath>> TrackedIn(const Texts& texts) {
  std::vector<TrackedPath> all;
  for (const std::string& file : texts.files) {
    if (!IsTrackingFile(file) || os::BaseName(file) == kLock) continue;
    auto outs = CAIRN_TRY(OutsIn(texts, file));
    std::move(outs.begin(), outs.end(), std::back_inserter(all));
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return all;
}

}  // namespace cairn::repository
