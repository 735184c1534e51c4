#include "loop/tracking/artifact_garbage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/destinations/destination.h"
#include "loop/tracking/tables/held_uris.h"

namespace cairn::tracking {
namespace {

using Kept = Artifacts::Kept;
using Finding = ArtifactGarbage::Finding;

constexpr std::size_t kPathsInEvent = 100;

std::set<std::string, std::less<>> PathsOf(const std::vector<std::string>& uris, const std::string& address) {
  std::set<std::string, std::less<>> paths;
  for (const auto& uri : uris) {
    if (auto path = KeptPath(uri, address)) paths.insert(std::move(*path));
  }
  return paths;
}

/// Everything that records refer to, as paths.
struct References {
  std::set<std::string, std::less<>> experiments, holders;
};

/// The longest of `roots` that `path` is or lies below.
std::optional<std::string_view> RootAbove(const std::set<std::string, std::less<>>& roots,
                                          std::string_view path) {
  for (auto above = path;;) {
    if (roots.contains(above)) return above;
    if (above.empty()) return std::nullopt;
    const auto slash = above.rfind('/');
    above = above.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
}

struct Verdict {
  std::string heap;
  std::string why;
};

/// Of what an experiment has below its location.
std::optional<Verdict> VerdictBelow(std::string_view location, std::string_view path) {
  const auto rest = location.empty() ? path : path.substr(location.size() + 1);
  const auto parts = Split(rest, '/');
  const std::string before = location.empty() ? "" : std::string(location) + "/";
  if (parts.size() >= 2 && IsHex(parts[0], 32) && parts[1] == "artifacts")
    return Verdict{before + std::string(parts[0]), "there is no run " + std::string(parts[0])};
  if (parts.size() >= 3 && parts[0] == "models" && parts[1].starts_with("m-") &&
      IsHex(parts[1].substr(2), 32)) {
    return Verdict{before + "models/" + std::string(parts[1]),
                   "there is no logged model " + std::string(parts[1])};
  }
  return std::nullopt;
}

/// Why a file is nobody's; none when it is somebody's.
std::optional<Verdict> VerdictOn(const Kept& file, const References& references) {
  const std::string_view path = file.path;
  const auto name = path.substr(path.rfind('/') + 1);
  if (path.starts_with(std::string(kParts) + "/"))
    return Verdict{std::string(path.substr(0, path.rfind('/'))),
                   "it is an upload in parts that was not finished"};
  if (name.starts_with(kArriving)) return Verdict{file.path, "it is what an upload left that broke off"};
  if (RootAbove(references.holders, path)) return std::nullopt;
  if (const auto location = RootAbove(references.experiments, path)) return VerdictBelow(*location, path);
  return Verdict{std::string(path.substr(0, path.find('/'))), "no experiment keeps its artifacts there"};
}

void Add(ArtifactGarbage::Heap& heap, const Kept& file) {
  ++heap.files;
  heap.bytes += file.bytes;
  heap.newest_ms = std::max(heap.newest_ms, file.modified_ms);
}

Finding Sort(const std::vector<Kept>& files, const References& references, TimeMs before_ms) {
  Finding finding;
  finding.before_ms = before_ms;
  std::map<std::string, ArtifactGarbage::Heap> heaps;
  std::vector<std::pair<const Kept*, std::string>> doomed;
  for (const auto& file : files) {
    auto verdict = VerdictOn(file, references);
    if (!verdict) {
      ++finding.referred;
      continue;
    }
    auto& heap = heaps[verdict->heap];
    heap.path = verdict->heap;
    heap.why = std::move(verdict->why);
    Add(heap, file);
    doomed.emplace_back(&file, std::move(verdict->heap));
  }
  for (const auto& [file, heap] : doomed) {
    if (heaps[heap].newest_ms < before_ms) {
      finding.files.push_back(*file);
      finding.bytes += file->bytes;
    } else {
      ++finding.young;
    }
  }
  for (auto& [path, heap] : heaps) {
    if (heap.newest_ms < before_ms) finding.heaps.push_back(std::move(heap));
  }
  return finding;
}

metadata::Event EventOf(const Finding& finding, std::int64_t grace_ms, const std::string& address,
                        std::string_view actor) {
  Json paths = Json::Array();
  std::string all;
  for (const auto& heap : finding.heaps) {
    if (paths.items().size() < kPathsInEvent) paths.Push(heap.path);
    all += heap.path + "\n";
  }
  return {"tracking.artifacts_collected", "artifacts:" + crypto::Sha256Hex(address).substr(0, 16),
          std::string(actor), "",
          Json{{"files", static_cast<std::int64_t>(finding.files.size())},
               {"bytes", static_cast<std::int64_t>(finding.bytes)},
               {"grace_ms", grace_ms},
               {"paths", std::move(paths)},
               {"paths_sha256", crypto::Sha256Hex(all)}}};
}

Result<> CheckGrace(std::int64_t grace_ms) {
  if (grace_ms >= 0) return {};
  return Error{Reason::InvalidArgument, "The grace period cannot be negative; give how old garbage must be."};
}

Error NoneReferred(const std::string& address) {
  return {Reason::Conflict, "None of the files at '" + address +
                                "' is referred to by these records, which most likely belong to other "
                                "artifacts; check --store, --data and --artifacts. Nothing was removed."};
}

}  // namespace

ArtifactGarbage::ArtifactGarbage(sql::Database& database, const os::Clock& clock, Artifacts& artifacts,
                                 Holders holders)
    : database_(database), clock_(clock), artifacts_(artifacts), holders_(std::move(holders)) {}

Result<Finding> ArtifactGarbage::Judge(sql::Connection& connection, std::int64_t grace_ms,
                                       const std::vector<Kept>& files) const {
  const auto address = artifacts_.Address();
  auto uris = CAIRN_TRY(ReadHeldUris(connection));
  for (auto& uri : CAIRN_TRY(holders_(connection))) uris.holders.push_back(std::move(uri));
  References references{PathsOf(uris.experiments, address), PathsOf(uris.holders, address)};
  return Sort(files, references, clock_.Now() - grace_ms);
}

Result<Finding> ArtifactGarbage::Find(std::int64_t grace_ms) const {
  CAIRN_TRY(CheckGrace(grace_ms));
  // The files first: whatever is begun meanwhile has its record before its files, and counts as referred to.
  const auto files = CAIRN_TRY(artifacts_.All());
  return database_.Read(
      [&](sql::Connection& connection) -> Result<Finding> { return Judge(connection, grace_ms, files); });
}

Result<Finding> ArtifactGarbage::Collect(std::int64_t grace_ms, std::string_view actor) {
  CAIRN_TRY(CheckGrace(grace_ms));
  const auto files = CAIRN_TRY(artifacts_.All());
  const auto address = artifacts_.Address();
  auto finding = CAIRN_TRY(database_.Transact([&](sql::Connection& connection) -> Result<Finding> {
    auto found = CAIRN_TRY(Judge(connection, grace_ms, files));
    if (found.files.empty()) return found;
    if (found.referred == 0) return NoneReferred(address);
    CAIRN_TRY(metadata::Append(connection, clock_.Now(), EventOf(found, grace_ms, address, actor)));
    return found;
  }));
  CAIRN_TRY(artifacts_.Discard(finding.files, finding.before_ms));
  return finding;
}

}  // namespace cairn::tracking
