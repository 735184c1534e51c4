#include "loop/data/catalogue.h"

#include <algorithm>
#include <utility>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/data/dataset_table.h"

namespace cairn::data {

std::string SubjectOf(const DatasetVersion& version) {
  return "dataset:" + version.dataset + "@" + std::to_string(version.version);
}

Json ToJson(const std::vector<DatasetColumn>& columns) {
  Json list = Json::Array();
  for (const auto& column : columns) list.Push(Json{{"name", column.name}, {"type", column.type}});
  return list;
}

Catalogue::Catalogue(sql::Database& database, const os::Clock& clock, Places places)
    : database_(database), clock_(clock), places_(std::move(places)), objects_(places_.cache) {}

Result<tables::Engine*> Catalogue::Engine() {
  const std::lock_guard lock(engine_mutex_);
  if (!engine_) {
    tables::Engine::Options options;
    options.threads = 0;
    options.memory_bytes = std::uint64_t{4} << 30;
    options.spill = places_.scratch;
    engine_ = CAIRN_TRY(tables::Engine::Open(options));
  }
  return engine_.get();
}

Result<std::string> Catalogue::Drafts() {
  constexpr TimeMs kDay = 24 * 60 * 60 * 1000;
  const std::string folder = os::JoinPath(places_.scratch, "adding");
  const std::lock_guard lock(drafts_mutex_);
  CAIRN_TRY(os::MakeFolders(folder));
  if (std::exchange(swept_, true)) return folder;
  const bool alone = database_.engine() == sql::Engine::Sqlite;
  for (const auto& name : CAIRN_TRY(os::ListFolder(folder))) {
    const std::string path = os::JoinPath(folder, name);
    const auto status = os::Stat(path, os::Symlinks::Report);
    const bool old = status && status->stamp.mtime_ns / 1'000'000 < clock_.Now() - kDay;
    if (alone || old) CAIRN_TRY(os::RemoveTree(path));
  }
  return folder;
}

Result<std::vector<DatasetVersion>> Catalogue::Versions(std::string_view dataset) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<DatasetVersion>> {
    auto versions = CAIRN_TRY(SelectVersions(connection, dataset));
    if (versions.empty()) return versions;
    const auto files = CAIRN_TRY(SelectFiles(connection, dataset));
    for (auto& version : versions) {
      std::copy_if(files.begin(), files.end(), std::back_inserter(version.files),
                   [&](const DatasetFile& file) {
                     return file.added_in <= version.version &&
                            (file.removed_in == 0 || file.removed_in > version.version);
                   });
    }
    return versions;
  });
}

Result<std::vector<std::string>> Catalogue::Datasets() const {
  return database_.Read([](sql::Connection& connection) { return SelectDatasets(connection); });
}

Result<DatasetVersion> Catalogue::Find(std::string_view dataset, std::int64_t number) const {
  for (auto& version : CAIRN_TRY(Versions(dataset))) {
    if (number == 0 || version.version == number) return version;
  }
  const std::string which = number == 0 ? "no version yet" : "no version " + std::to_string(number);
  return Error{Reason::NotFound, "data set '" + std::string(dataset) + "' has " + which +
                                     ": `cairn data add FILE --to " + std::string(dataset) + "` makes one"};
}

Result<DatasetVersion> Catalogue::Named(std::string_view dataset, std::string_view version) const {
  if (version.empty() || version == "latest") return Find(dataset);
  if (const auto number = ParseInt(version)) return Find(dataset, *number);
  std::vector<std::string> aliases;
  for (auto& one : CAIRN_TRY(Versions(dataset))) {
    if (std::find(one.aliases.begin(), one.aliases.end(), version) != one.aliases.end()) return one;
    aliases.insert(aliases.end(), one.aliases.begin(), one.aliases.end());
  }
  const std::vector<std::string_view> known(aliases.begin(), aliases.end());
  return Error{Reason::NotFound, "data set '" + std::string(dataset) + "' has no version called '" +
                                     std::string(version) + "'." + Suggestion(version, known) +
                                     " `cairn data list " + std::string(dataset) + "` lists its versions."};
}

std::vector<std::string> Catalogue::TrainingParts(const DatasetVersion& version) const {
  std::vector<std::string> paths;
  for (const auto& file : version.files) paths.push_back(objects_.PathOf(file.training_md5));
  return paths;
}

Result<std::vector<std::string>> Catalogue::OpenSeal(const DatasetVersion& version, std::string_view actor,
                                                     std::string_view purpose, std::string_view cause) {
  std::vector<std::string> paths;
  for (const auto& file : version.files) {
    if (file.sealed_rows > 0) paths.push_back(objects_.PathOf(file.sealed_md5));
  }
  if (paths.empty()) {
    return Error{Reason::NotFound,
                 "data set '" + version.dataset +
                     "' has no sealed test rows: set 'holdout' in cairn.yaml before adding files"};
  }
  CAIRN_TRY(database_.Transact([&](sql::Connection& connection) {
    return metadata::Append(connection, clock_.Now(),
                            {.kind = "data.seal_opened",
                             .subject = SubjectOf(version),
                             .actor = std::string(actor),
                             .cause = std::string(cause),
                             .body = Json{{"dataset", version.dataset},
                                          {"version", version.version},
                                          {"digest", version.seal_digest},
                                          {"purpose", purpose},
                                          {"by", actor}}});
  }));
  return paths;
}

Result<> Catalogue::KeepProfile(const DatasetVersion& version, const Json& report, std::string_view actor) {
  const std::string text = report.Dump(), digest = crypto::Sha256Hex(text);
  const TimeMs now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(PutReport(connection, version, digest, text, now));
    CAIRN_TRY(metadata::Append(
        connection, now,
        {.kind = "data.profiled",
         .subject = SubjectOf(version),
         .actor = std::string(actor),
         .cause = "",
         .body = Json{{"dataset", version.dataset}, {"version", version.version}, {"digest", digest}}}));
    return Done{};
  });
}

Result<Json> Catalogue::FindProfile(std::string_view dataset, std::int64_t version) const {
  const auto report = CAIRN_TRY(database_.Read(
      [&](sql::Connection& connection) { return SelectReport(connection, dataset, version); }));
  if (report) return Json::Parse(*report);
  return Error{Reason::NotFound, "version " + std::to_string(version) + " of '" + std::string(dataset) +
                                     "' has no profile yet: `cairn data profile " + std::string(dataset) +
                                     "` makes one"};
}

}  // namespace cairn::data
