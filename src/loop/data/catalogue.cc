#include "loop/data/catalogue.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/identity.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/contract/check.h"
#include "loop/data/dataset_table.h"
#include "loop/repository/collection.h"
#include "loop/repository/dvc_file.h"

namespace cairn::data {
namespace {

std::string DigestOf(const std::vector<DatasetFile>& files, std::string DatasetFile::*digest) {
  std::string lines;
  for (const auto& file : files) {
    if (!(file.*digest).empty()) lines += file.*digest + "  " + file.name + "\n";
  }
  return lines.empty() ? "" : crypto::Sha256Hex(lines);
}

/// CSV fields are carried over as the text they are; other formats with their types.
tables::ReadOptions Untouched() {
  tables::ReadOptions options;
  options.all_text = true;
  options.null_strings = {""};
  return options;
}

std::string SubjectOf(const DatasetVersion& version) {
  return "dataset:" + version.dataset + "@" + std::to_string(version.version);
}

/// A file in the making; removed at the end whatever happens.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {}
  ~Draft() { static_cast<void>(bool(os::Remove(path_))); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<> EnsureRoom(const std::string& folder, std::uint64_t bytes) {
  const auto free = CAIRN_TRY(os::FreeSpace(folder));
  // The original, both its parts, and the working copy of one of them.
  const std::uint64_t needed = bytes * 3 + (16 << 20);
  if (free >= needed) return Done{};
  return Error{Reason::Exhausted, "adding this needs about " + FormatBytes(needed) + " and '" + folder +
                                      "' has " + FormatBytes(free) + " free"};
}

bool IsOneFile(std::string_view path) {
  for (const std::string_view ending : {".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".json"}) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

/// The version that follows when `file` is added.
DatasetVersion Following(const std::vector<DatasetVersion>& versions, const std::string& dataset,
                         DatasetFile& file, const contract::Verdict& verdict) {
  DatasetVersion version;
  version.dataset = dataset;
  version.version = versions.empty() ? 1 : versions.front().version + 1;
  file.added_in = version.version;
  if (!versions.empty()) version.files = versions.front().files;
  version.files.push_back(file);
  for (const auto& one : version.files) {
    version.rows += one.rows;
    version.bytes += one.bytes;
    version.sealed_rows += one.sealed_rows;
  }
  version.digest = DigestOf(version.files, &DatasetFile::sha256);
  version.seal_digest = DigestOf(version.files, &DatasetFile::sealed_sha256);
  version.contract_passed = verdict.passed;
  version.contract = verdict.ToJson();
  return version;
}

Result<> CheckKey(const std::vector<std::string>& key, const std::vector<tables::Field>& fields,
                  const std::string& file) {
  std::vector<std::string_view> names;
  for (const auto& field : fields) names.push_back(field.name);
  for (const auto& column : key) {
    if (std::find(names.begin(), names.end(), column) != names.end()) continue;
    return Error{Reason::Unprocessable, "'" + file + "' has no column '" + column +
                                            "', which the data set's 'key' names." +
                                            Suggestion(column, names)};
  }
  return Done{};
}

}  // namespace

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

std::string SealedCondition(const std::vector<std::string>& key, double share) {
  std::string joined;
  for (const auto& column : key) {
    if (!joined.empty()) joined += " || chr(31) || ";
    joined += "coalesce(CAST(" + tables::Identifier(column) + " AS VARCHAR), '')";
  }
  const auto bound = static_cast<std::int64_t>(share * 4294967296.0);
  return "CAST('0x' || substr(md5(" + joined + "), 1, 8) AS BIGINT) < " + std::to_string(bound);
}

std::string Catalogue::WorkingPath(const Specification& specification, const std::string& name) const {
  const std::string path = os::JoinPath(places_.project, specification.path);
  return IsOneFile(specification.path) ? path : os::JoinPath(path, name);
}

Result<> Catalogue::Publish(const Specification& specification, const DatasetFile& file,
                            const std::string& original, const repository::Snapshot& snapshot,
                            repository::StatIndex& index) {
  const std::string path = WorkingPath(specification, file.name);
  const auto there = os::Exists(path) ? repository::TakeSnapshot(path, index)
                                      : Result<repository::Snapshot>(repository::Snapshot{});
  if (!there || there->md5 != file.training_md5) CAIRN_TRY(objects_.Checkout(file.training_md5, path));
  CAIRN_TRY(repository::WriteDvcFile(places_.project, original, snapshot));
  return index.Save();
}

Result<> Catalogue::CheckPlace(const Specification& specification, const std::string& original,
                               bool first) const {
  const std::string real = CAIRN_TRY(os::RealPath(original)),
                    path = os::JoinPath(places_.project, specification.path);
  if (IsOneFile(specification.path) && !first) {
    return Error{Reason::Conflict, "data set '" + specification.name + "' is the one file '" +
                                       specification.path +
                                       "' and has it already: make its 'path' a folder to hold more"};
  }
  const auto working = os::Exists(path) ? CAIRN_TRY(os::RealPath(path)) : path;
  if (real != working && !real.starts_with(working + "/")) return Done{};
  return Error{Reason::InvalidArgument, "'" + original + "' lies in '" + specification.path +
                                            "', where the training part of '" + specification.name +
                                            "' is written: keep originals elsewhere and add them from there"};
}

Result<DatasetVersion> Catalogue::Add(const Specification& specification, const Addition& addition) {
  const std::lock_guard lock(adding_);
  const std::string name = os::BaseName(addition.file);
  repository::StatIndex index = repository::StatIndex::Open(places_.index);
  const auto snapshot =
      CAIRN_TRY(repository::TakeSnapshot(addition.file, index, repository::Evidence::Sha256));
  if (snapshot.folder)
    return Error{Reason::InvalidArgument, "'" + addition.file + "' is a folder: add its files one by one"};
  const auto versions = CAIRN_TRY(Versions(specification.name));
  if (!versions.empty()) {
    for (const auto& file : versions.front().files) {
      if (file.sha256 == snapshot.sha256) {
        CAIRN_TRY(Publish(specification, file, addition.file, snapshot, index));
        return Find(specification.name, file.added_in);
      }
      if (file.name != name) continue;
      return Error{Reason::AlreadyExists,
                   "data set '" + specification.name + "' already has another '" + name + "' (version " +
                       std::to_string(file.added_in) +
                       "); versions never change: add the new bytes under another name"};
    }
  }
  CAIRN_TRY(CheckPlace(specification, addition.file, versions.empty()));
  CAIRN_TRY(os::MakeFolders(places_.cache));
  CAIRN_TRY(os::MakeFolders(places_.scratch));
  CAIRN_TRY(EnsureRoom(places_.cache, snapshot.size));
  const auto verdict = CAIRN_TRY(CheckFile(specification, addition.file));
  if (!verdict.passed && addition.broken == Addition::Broken::Refuse) {
    return Error{Reason::Unprocessable, "'" + addition.file + "' breaks the contract of '" +
                                            specification.name + "': " + verdict.Failures()};
  }
  CAIRN_TRY(objects_.Store(addition.file, snapshot));
  DatasetFile file = CAIRN_TRY(Split(specification, addition.file, snapshot));
  // Sealed rows and old versions stand in no text of the repository, and must not be taken for garbage.
  std::vector<std::string> kept = {file.md5, file.training_md5, file.sealed_md5};
  std::erase(kept, "");
  CAIRN_TRY(repository::Keep(places_.cache, "catalogue", kept));
  const auto recorded =
      CAIRN_TRY(Record(Following(versions, specification.name, file, verdict), file, addition));
  // The workspace follows the record: what is missing here after a crash is put back by adding the file
  // again.
  CAIRN_TRY(Publish(specification, recorded.files.back(), addition.file, snapshot, index));
  return recorded;
}

Result<contract::Verdict> Catalogue::CheckFile(const Specification& specification, const std::string& file,
                                               std::optional<TimeMs> at) {
  contract::Conditions conditions;
  conditions.now = at.value_or(clock_.Now());
  conditions.folder = places_.project;
  conditions.dataset = [this](std::string_view name) -> Result<std::vector<std::string>> {
    return TrainingParts(CAIRN_TRY(Find(name)));
  };
  return contract::Check(*CAIRN_TRY(Engine()), {file}, specification.contract, conditions);
}

Result<DatasetFile> Catalogue::Split(const Specification& specification, const std::string& path,
                                     const repository::Snapshot& snapshot) {
  DatasetFile file;
  file.name = os::BaseName(path);
  file.origin = path;
  file.md5 = snapshot.md5;
  file.sha256 = snapshot.sha256;
  file.bytes = snapshot.size;
  tables::Engine& engine = *CAIRN_TRY(Engine());
  const auto source = CAIRN_TRY(tables::Source::Open(path, Untouched()));
  const std::string relation = source.Relation();
  if (specification.holdout <= 0) {
    file.training_md5 = file.md5;
    file.training_sha256 = file.sha256;
    file.rows = file.training_rows = CAIRN_TRY(engine.Query("SELECT count(*) FROM " + relation))[0].Int(0);
    return file;
  }
  std::vector<std::string> key = specification.key;
  const auto fields = CAIRN_TRY(engine.Sniff(source));
  CAIRN_TRY(CheckKey(key, fields, path));
  if (key.empty()) {
    for (const auto& field : fields) key.push_back(field.name);
  }
  const std::string sealed = SealedCondition(key, specification.holdout);
  repository::StatIndex unsaved = repository::StatIndex::Open("");
  const auto part = [&](const std::string& condition, std::string& md5, std::string& sha256,
                        std::int64_t& rows) -> Result<> {
    const Draft draft(places_.scratch + "/" + os::NewHexId());
    rows = CAIRN_TRY(
        engine.Write("SELECT * FROM " + relation + " WHERE " + condition, draft.path(), source.format()));
    if (rows == 0 && &rows == &file.sealed_rows) return Done{};
    const auto made =
        CAIRN_TRY(repository::TakeSnapshot(draft.path(), unsaved, repository::Evidence::Sha256));
    CAIRN_TRY(objects_.Store(draft.path(), made));
    md5 = made.md5;
    sha256 = made.sha256;
    return Done{};
  };
  CAIRN_TRY(part(sealed, file.sealed_md5, file.sealed_sha256, file.sealed_rows));
  CAIRN_TRY(part("NOT (" + sealed + ")", file.training_md5, file.training_sha256, file.training_rows));
  file.rows = file.sealed_rows + file.training_rows;
  return file;
}

Result<DatasetVersion> Catalogue::Record(const DatasetVersion& given, const DatasetFile& file,
                                         const Addition& addition) {
  DatasetVersion version = given;
  version.note = addition.note;
  version.added_by = addition.actor;
  version.created_ms = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<DatasetVersion> {
    CAIRN_TRY(InsertVersion(connection, version));
    CAIRN_TRY(InsertFile(connection, version.dataset, file));
    const auto append = [&](std::string kind, Json body) {
      return metadata::Append(connection, version.created_ms,
                              {.kind = std::move(kind),
                               .subject = SubjectOf(version),
                               .actor = addition.actor,
                               .cause = addition.cause,
                               .body = std::move(body)});
    };
    Json failed = Json::Array();
    for (const Json& rule : version.contract.At("rules").items()) {
      if (!rule.Bool("passed")) failed.Push(rule.Text("rule"));
    }
    CAIRN_TRY(append("data.contract_checked", Json{{"dataset", version.dataset},
                                                   {"version", version.version},
                                                   {"passed", version.contract_passed},
                                                   {"failed_rules", std::move(failed)}}));
    if (file.sealed_rows > 0) {
      CAIRN_TRY(append("data.split_sealed", Json{{"dataset", version.dataset},
                                                 {"version", version.version},
                                                 {"digest", file.sealed_sha256},
                                                 {"rows", file.sealed_rows}}));
    }
    CAIRN_TRY(append("data.version_added", Json{{"dataset", version.dataset},
                                                {"version", version.version},
                                                {"digest", version.digest},
                                                {"rows", version.rows},
                                                {"bytes", static_cast<std::int64_t>(version.bytes)},
                                                {"file", file.name}}));
    return version;
  });
}

Result<std::vector<DatasetVersion>> Catalogue::Versions(std::string_view dataset) const {
  return database_.Read([&](sql::Connection& connection) -> Result<std::vector<DatasetVersion>> {
    auto versions = CAIRN_TRY(SelectVersions(connection, dataset));
    if (versions.empty()) return versions;
    const auto files = CAIRN_TRY(SelectFiles(connection, dataset, versions.front().version));
    for (auto& version : versions) {
      std::copy_if(files.begin(), files.end(), std::back_inserter(version.files),
                   [&](const DatasetFile& file) { return file.added_in <= version.version; });
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
