#include "loop/repository/runs.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/listing.h"
#include "loop/repository/remote/folder.h"

namespace cairn::repository {
namespace {

constexpr std::uint64_t kLongest = 64 << 20;

std::string PathOf(const std::string& cache, const std::string& name) {
  return os::JoinPath(cache, "runs/" + name);
}

/// The cache has its entries where a remote in a folder has them.
Result<std::vector<std::string>> RunsIn(const std::string& cache) {
  return FolderRemote(cache, Landing::Sharing::ByUmask).Runs();
}

/// Those of `names` that `others` has not; both sorted.
std::vector<std::string> Without(const std::vector<std::string>& names,
                                 const std::vector<std::string>& others) {
  std::vector<std::string> left;
  std::set_difference(names.begin(), names.end(), others.begin(), others.end(), std::back_inserter(left));
  return left;
}

/// What an entry says was made; of a damaged one nothing.
void AddMade(const std::string& file, const std::string& name, std::vector<Chosen>& made) {
  const auto text = os::ReadFile(file, kLongest);
  if (!text) return;
  const auto root = ParseYaml(*text, name);
  const Node* outs = root ? root->Find("outs") : nullptr;
  if (!outs) return;
  for (const Node& out : outs->items()) {
    const Node *path = out.Find("path"), *md5 = out.Find("md5");
    const std::string digest = md5 ? md5->text() : "";
    if (!path || !Md5OfHex(digest.substr(0, digest.find('.')))) continue;
    TrackedPath tracked;
    tracked.path = path->text();
    tracked.md5 = digest;
    tracked.said_in = "runs/" + name;
    made.push_back({std::move(tracked), {}});
  }
}

std::vector<Chosen> MadeBy(const std::string& cache, const std::vector<std::string>& names) {
  std::vector<Chosen> made;
  for (const auto& name : names) AddMade(PathOf(cache, name), name, made);
  return made;
}

}  // namespace

Result<RunsReport> PushRuns(const TransferOrder& order) {
  const auto remote = CAIRN_TRY(Remote::Open(CAIRN_TRY(order.configuration.Remote(order.remote))));
  const auto names = Without(CAIRN_TRY(RunsIn(order.cache)), CAIRN_TRY(remote->Runs()));
  TransferOrder objects = order;
  objects.chosen = MadeBy(order.cache, names);
  RunsReport report{names.size(), CAIRN_TRY(Push(objects))};
  for (const auto& name : names) CAIRN_TRY(remote->PutRun(name, PathOf(order.cache, name)));
  return report;
}

Result<RunsReport> FetchRuns(const TransferOrder& order) {
  const auto remote = CAIRN_TRY(Remote::Open(CAIRN_TRY(order.configuration.Remote(order.remote))));
  const auto names = Without(CAIRN_TRY(remote->Runs()), CAIRN_TRY(RunsIn(order.cache)));
  for (const auto& name : names) {
    const std::string path = PathOf(order.cache, name);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(path)));
    CAIRN_TRY(remote->GetRun(name, path));
  }
  TransferOrder objects = order;
  objects.chosen = MadeBy(order.cache, names);
  return RunsReport{names.size(), CAIRN_TRY(Fetch(objects))};
}

}  // namespace cairn::repository
