#include "loop/data/splits.h"

#include "ground/crypto/hash.h"
#include "ground/os/temp_folder.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/data/dataset_table.h"
#include "loop/data/room.h"
#include "loop/repository/collection.h"
#include "loop/repository/listing.h"

namespace cairn::data {
namespace {

struct Part {
  std::string name, file;
  double share = 0;
  std::int64_t rows = 0;
  crypto::Digests digests;
};

std::string EndingOf(tables::Format format) {
  switch (format) {
    case tables::Format::Csv:
      return ".csv";
    case tables::Format::Parquet:
      return ".parquet";
    case tables::Format::JsonLines:
      return ".jsonl";
  }
  return ".csv";
}

Json Words(const std::vector<std::string>& words) {
  Json list = Json::Array();
  for (const auto& word : words) list.Push(word);
  return list;
}

PartColumns ColumnsOf(const SplitWish& wish, const std::string& target) {
  return {wish.key, wish.group, wish.time, target, wish.method == SplitMethod::Time};
}

/// Writes each part to `<folder>/<name><ending>`.
Result<std::vector<Part>> WriteParts(tables::Engine& engine, const tables::Source& source,
                                     const SplitWish& wish, const std::string& folder) {
  const auto fields = CAIRN_TRY(engine.Sniff(source));
  const auto planned = CAIRN_TRY(PlanSplit(engine, source.Relation(), fields, wish));
  std::vector<Part> parts;
  for (std::size_t i = 0; i < planned.size(); ++i) {
    Part part{planned[i].name,
              os::JoinPath(folder, planned[i].name + EndingOf(source.format())),
              wish.parts[i].share,
              0,
              {}};
    part.rows = CAIRN_TRY(engine.Write(
        "SELECT * FROM " + source.Relation() + " WHERE " + planned[i].condition, part.file, source.format()));
    part.digests = CAIRN_TRY(crypto::HashFile(part.file));
    parts.push_back(std::move(part));
  }
  return parts;
}

Result<Json> ReportOf(tables::Engine& engine, const SplitWish& wish, const std::vector<Part>& parts,
                      const std::string& target) {
  std::vector<PartFile> files;
  Json list = Json::Array();
  for (const auto& part : parts) {
    files.push_back({part.name, part.file});
    list.Push(Json{{"name", part.name},
                   {"share", part.share},
                   {"rows", part.rows},
                   {"file", part.file},
                   {"bytes", static_cast<std::int64_t>(part.digests.size)},
                   {"md5", part.digests.md5},
                   {"sha256", part.digests.sha256}});
  }
  return Json{{"method", NameOf(wish.method)},
              {"seed", wish.seed},
              {"key", Words(wish.key)},
              {"group", Words(wish.group)},
              {"stratum", wish.stratum},
              {"time", wish.time},
              {"cuts", Words(wish.cuts)},
              {"parts", std::move(list)},
              {"leaks", CAIRN_TRY(CheckParts(engine, files, ColumnsOf(wish, target)))},
              {"balance", target.empty() ? Json() : CAIRN_TRY(BalanceOf(engine, files, target))}};
}

tables::ReadOptions Untouched() {
  tables::ReadOptions options;
  options.all_text = true;
  options.null_strings = {""};
  return options;
}

// ---- of a version

SplitWish Filled(SplitWish wish, const Specification& specification) {
  if (wish.key.empty()) wish.key = specification.key;
  if (wish.time.empty()) wish.time = specification.time;
  if (wish.stratum.empty() && wish.method == SplitMethod::Stratified) wish.stratum = specification.target;
  return wish;
}

/// Where the parts go: a folder of their own, relative to the project.
Result<std::string> FolderOf(const Specification& specification, const VersionSplit& split) {
  std::string stem = specification.path;
  if (const auto dot = stem.rfind('.'); dot != stem.npos && stem.find('/', dot) == stem.npos)
    stem.resize(dot);
  const std::string folder = split.to.empty() ? stem + "-" + split.name : split.to;
  if (folder.front() == '/' || folder.find("..") != folder.npos) {
    return Error{Reason::InvalidArgument, "'" + folder + "' is no folder inside the project"};
  }
  if (folder == specification.path || folder.starts_with(specification.path + "/")) {
    return Error{Reason::InvalidArgument, "'" + folder + "' lies where the training part of '" +
                                              specification.name + "' is written: choose another folder"};
  }
  return folder;
}

/// What lies in the way must be in the cache, so that nothing is lost.
Result<> CheckWay(const Catalogue& catalogue, const std::string& path) {
  const auto found = crypto::HashFile(path);
  if (!found && found.error().reason == Reason::NotFound) return Done{};
  if (!found) return found.error();
  if (catalogue.objects().Has(found->md5)) return Done{};
  return Error{
      Reason::AlreadyExists,
      "'" + path + "' is in the way and kept nowhere else: move it, or write to another folder with --to"};
}

Result<> Record(Catalogue& catalogue, const DatasetVersion& version, const VersionSplit& split,
                const Json& report, const std::vector<Part>& parts) {
  const TimeMs now = catalogue.clock().Now();
  metadata::Event event{"data.split_made", SubjectOf(version), split.actor, split.cause,
                        Json{{"dataset", version.dataset},
                             {"version", version.version},
                             {"split", split.name},
                             {"method", report.Text("method")},
                             {"digest", report.Text("digest")},
                             {"sound", report.At("leaks").Bool("sound")}}};
  repository::Listing listing;
  for (const auto& part : parts) {
    event.lineage.to.push_back({"md5:" + part.digests.md5, part.file});
    event.lineage.to.push_back({"sha256:" + part.digests.sha256, part.file});
    if (const auto md5 = repository::Md5OfHex(part.digests.md5)) listing.Add(os::BaseName(part.file), *md5);
  }
  listing.Arrange();
  event.lineage.to.push_back(
      {"md5:" + crypto::Md5Hex(listing.Object()) + ".dir", os::ParentOf(parts.front().file)});
  return catalogue.database().Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(
        PutSplit(connection, version, {split.name, report.Text("digest"), report.Dump(), split.actor, now}));
    CAIRN_TRY(metadata::Append(connection, now, event));
    return Done{};
  });
}

/// Makes the parts in a folder of drafts and puts them into the cache.
Result<std::vector<Part>> StoredParts(Catalogue& catalogue, const tables::Source& source,
                                      const SplitWish& wish, const std::string& drafts) {
  auto parts = CAIRN_TRY(WriteParts(*CAIRN_TRY(catalogue.Engine()), source, wish, drafts));
  repository::StatIndex unsaved = repository::StatIndex::Open("");
  std::vector<std::string> kept;
  for (const auto& part : parts) {
    const auto made = CAIRN_TRY(repository::TakeSnapshot(part.file, unsaved, repository::Evidence::Sha256));
    CAIRN_TRY(catalogue.objects().Store(part.file, made));
    kept.push_back(made.md5);
  }
  CAIRN_TRY(repository::Keep(catalogue.places().cache, "catalogue", kept));
  return parts;
}

}  // namespace

Result<Json> SplitVersion(Catalogue& catalogue, const Specification& specification,
                          const DatasetVersion& version, const VersionSplit& split) {
  const std::string relative = CAIRN_TRY(FolderOf(specification, split)),
                    folder = os::JoinPath(catalogue.places().project, relative);
  const SplitWish wish = Filled(split.wish, specification);
  CAIRN_TRY(EnsureRoom({{catalogue.places().scratch, version.bytes},
                        {catalogue.places().cache, version.bytes},
                        {folder, version.bytes}},
                       "splitting '" + version.dataset + "'"));
  const auto source = CAIRN_TRY(tables::Source::Open(catalogue.TrainingParts(version), Untouched()));
  for (const auto& part : wish.parts)
    CAIRN_TRY(CheckWay(catalogue, os::JoinPath(folder, part.name + EndingOf(source.format()))));
  const os::TempFolder drafts = CAIRN_TRY(os::TempFolder::Create(CAIRN_TRY(catalogue.Drafts())));
  auto parts = CAIRN_TRY(StoredParts(catalogue, source, wish, drafts.path()));
  Json report = CAIRN_TRY(ReportOf(*CAIRN_TRY(catalogue.Engine()), wish, parts, specification.target));
  std::string lines;
  Json placed = Json::Array();
  for (auto& part : parts) {
    lines += part.digests.sha256 + "  " + part.name + "\n";
    part.file = os::JoinPath(relative, os::BaseName(part.file));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Json one = report.At("parts").items()[i];
    placed.Push(one.Set("file", parts[i].file));
  }
  report.Set("parts", std::move(placed)).Set("dataset", version.dataset).Set("version", version.version);
  report.Set("of", version.digest).Set("name", split.name).Set("digest", crypto::Sha256Hex(lines));
  CAIRN_TRY(Record(catalogue, version, split, report, parts));
  CAIRN_TRY(os::MakeFolders(folder));
  for (const auto& part : parts)
    CAIRN_TRY(catalogue.objects().Checkout(part.digests.md5, os::JoinPath(folder, os::BaseName(part.file))));
  return report;
}

Result<std::vector<Json>> SplitsOf(const Catalogue& catalogue, const DatasetVersion& version) {
  std::vector<Json> splits;
  const auto rows = CAIRN_TRY(catalogue.database().Read([&](sql::Connection& connection) {
    return SelectSplits(connection, version.dataset, version.version);
  }));
  for (const auto& row : rows) {
    Json report = CAIRN_TRY(Json::Parse(row.report));
    splits.push_back(report.Set("created_by", row.created_by).Set("created_ms", row.created_ms));
  }
  return splits;
}

Result<Json> SplitFile(tables::Engine& engine, const std::string& file, const std::string& to,
                       const SplitWish& wish, const std::string& target) {
  const auto source = CAIRN_TRY(tables::Source::Open(std::vector{file}, Untouched()));
  for (const auto& part : wish.parts) {
    const std::string path = os::JoinPath(to, part.name + EndingOf(source.format()));
    if (!os::Exists(path)) continue;
    return Error{Reason::AlreadyExists,
                 "'" + path + "' is there already: remove it, or split into another folder"};
  }
  CAIRN_TRY(EnsureRoom({{to, CAIRN_TRY(os::Stat(file)).stamp.size}}, "splitting '" + file + "'"));
  CAIRN_TRY(os::MakeFolders(to));
  const auto parts = WriteParts(engine, source, wish, to);
  auto report = parts ? ReportOf(engine, wish, *parts, target) : Result<Json>(parts.error());
  if (report) return report;
  for (const auto& part : wish.parts)
    static_cast<void>(bool(os::Remove(os::JoinPath(to, part.name + EndingOf(source.format())))));
  return report;
}

}  // namespace cairn::data
