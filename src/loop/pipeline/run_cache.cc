#include "loop/pipeline/run_cache.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "loop/pipeline/written_path.h"
#include "loop/repository/outside.h"
#include "loop/repository/python_text.h"

namespace cairn::pipeline {
namespace {

constexpr std::uint64_t kLongest = 64 << 20;

bool IsAside(std::string_view name) { return name == "size" || name == "nfiles"; }

Json PathsOf(const std::vector<LockedPath>& paths) {
  Json list = Json::Array();
  for (const auto& path : paths) {
    Json one{{"path", path.path}};
    if (!path.md5.empty()) one.Set("hash", "md5").Set(path.told_by, path.md5);
    if (path.executable) one.Set("isexec", true);
    list.Push(std::move(one));
  }
  return list;
}

Json EntryOf(const LockedStage& stage) {
  Json entry{{"cmd", stage.cmd}};
  if (!stage.deps.empty()) entry.Set("deps", PathsOf(stage.deps));
  Json params = Json::Object();
  for (const auto& [file, values] : stage.params) {
    Json members = Json::Object();
    for (const auto& [name, value] : values) members.Set(name, value);
    params.Set(file, std::move(members));
  }
  if (!stage.params.empty()) entry.Set("params", std::move(params));
  Json environment = Json::Object();
  for (const auto& [file, md5] : stage.environment) environment.Set(file, md5);
  if (!stage.environment.empty()) entry.Set("environment", std::move(environment));
  return entry;
}

std::string DigestOf(const Json& entry) {
  std::string text;
  repository::AppendPythonJson(text, entry, IsAside);
  return crypto::Sha256Hex(text);
}

/// The file of the folder that was written last; "" without one.
std::string NewestIn(const std::string& folder) {
  const auto names = os::ListFolder(folder);
  if (!names) return "";
  std::string newest;
  std::int64_t when = 0;
  for (const auto& entry : *names) {
    const auto status = os::Stat(os::JoinPath(folder, entry));
    if (!status || status->kind != os::FileKind::File || entry.starts_with('.')) continue;
    if (!newest.empty() && status->stamp.mtime_ns <= when) continue;
    newest = entry;
    when = status->stamp.mtime_ns;
  }
  return newest;
}

}  // namespace

RunCache::RunCache(const std::string& cache) : runs_(os::JoinPath(cache, "runs")) {}

bool RunCache::Keeps(const Stage& stage) {
  return !stage.frozen && !stage.always_changed && !stage.map && !stage.Commands().empty() &&
         !stage.outs.empty() && !(stage.deps.empty() && stage.outside.empty() && stage.params.empty()) &&
         std::none_of(stage.outs.begin(), stage.outs.end(), [](const Out& out) { return out.persist; }) &&
         std::none_of(stage.outside.begin(), stage.outside.end(), repository::IsAddress);
}

std::string RunCache::KeyOf(const LockedStage& done) {
  Json entry = EntryOf(done), paths = Json::Array();
  for (const auto& out : done.outs) paths.Push(out.path);
  return DigestOf(entry.Set("outs", std::move(paths)));
}

std::string RunCache::ValueOf(const LockedStage& done) {
  Json entry = EntryOf(done);
  return DigestOf(entry.Set("outs", PathsOf(done.outs)));
}

std::string RunCache::FolderOf(const std::string& key) const {
  return os::JoinPath(runs_, key.substr(0, 2) + "/" + key);
}

std::optional<LockedStage> RunCache::Find(const Stage& stage, const LockedStage& inputs) const {
  LockedStage wanted = inputs;
  wanted.outs.clear();
  for (const Out& out : stage.outs) wanted.outs.emplace_back().path = WrittenPath(stage, out.path);
  std::sort(wanted.outs.begin(), wanted.outs.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  const std::string folder = FolderOf(KeyOf(wanted)), name = NewestIn(folder);
  if (name.empty()) return std::nullopt;
  const std::string file = os::JoinPath(folder, name);
  const auto text = os::ReadFile(file, kLongest);
  if (!text) return std::nullopt;
  auto made = ParseEntry(*text);
  if (made) made->environment = inputs.environment;
  if (!made || ValueOf(*made) != name) {
    static_cast<void>(bool(os::Remove(file)));
    return std::nullopt;
  }
  made->name = stage.name;
  return *std::move(made);
}

Result<> RunCache::Keep(const LockedStage& done) const {
  const std::string folder = FolderOf(KeyOf(done)), file = os::JoinPath(folder, ValueOf(done));
  if (os::Exists(file)) return Done{};
  CAIRN_TRY(os::MakeFolders(folder));
  // In the folder of objects, as DVC takes whatever lies beside an entry for one. Not synced: one that a
  // power failure has torn is known by its name.
  const std::string beside = os::HiddenNameBeside(runs_);
  {
    const auto open = CAIRN_TRY(os::OpenToAppend(beside));
    CAIRN_TRY(os::WriteAll(open.number(), DumpEntry(done), beside));
  }
  return os::Rename(beside, file);
}

}  // namespace cairn::pipeline
