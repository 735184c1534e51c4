#include "loop/data/recording.h"

#include "ground/crypto/hash.h"
#include "ledger/metadata/event.h"
#include "loop/data/dataset_table.h"
#include "loop/repository/listing.h"

namespace cairn::data {
namespace {

std::string DigestOf(const std::vector<DatasetFile>& files, std::string DatasetFile::*digest) {
  std::string lines;
  for (const auto& file : files) {
    if (!(file.*digest).empty()) lines += file.*digest + "  " + file.name + "\n";
  }
  return lines.empty() ? "" : crypto::Sha256Hex(lines);
}

/// The version with the files of the one before it, the new one in the place of what it replaces.
DatasetVersion Summed(const Recording& recording) {
  DatasetVersion version = recording.version;
  if (!recording.before.empty()) {
    for (const auto& file : recording.before.front().files) {
      if (file.name != recording.file.name) version.files.push_back(file);
    }
  }
  version.files.push_back(recording.file);
  for (const auto& one : version.files) {
    version.rows += one.rows;
    version.bytes += one.bytes;
    version.sealed_rows += one.sealed_rows;
  }
  version.digest = DigestOf(version.files, &DatasetFile::sha256);
  version.seal_digest = DigestOf(version.files, &DatasetFile::sealed_sha256);
  return version;
}

/// Whether the version holds all files of the one before it.
bool Grew(const Recording& recording, const DatasetVersion& version) {
  return !recording.before.empty() && version.files.size() == recording.before.front().files.size() + 1;
}

metadata::Lineage LineageOf(const Recording& recording, const DatasetVersion& version) {
  metadata::Lineage lineage;
  const auto add = [](std::vector<metadata::Lineage::Link>& links, const std::string& kind,
                      const std::string& digest, const std::string& label) {
    if (!digest.empty()) links.push_back({kind + digest, label});
  };
  const DatasetFile& file = recording.file;
  add(lineage.from, "sha256:", file.sha256, recording.place);
  add(lineage.from, "md5:", file.md5, recording.place);
  for (const auto& parent : recording.parents) lineage.from.push_back({parent.subject, parent.label});
  if (Grew(recording, version)) {
    lineage.from.push_back({SubjectOf(recording.before.front()), "the version before"});
  } else {
    for (const auto& kept : version.files) add(lineage.from, "sha256:", kept.sha256, kept.name);
  }
  add(lineage.to, "sha256:", version.digest, "all files");
  add(lineage.to, "sha256:", version.seal_digest, "sealed rows");
  const bool one = IsOneFile(recording.path);
  const std::string part = one ? recording.path : recording.path + "/" + file.name;
  if (!one) add(lineage.to, "md5:", TreeOf(version.files), recording.path);
  add(lineage.to, "md5:", file.training_md5, part);
  add(lineage.to, "sha256:", file.training_sha256, part);
  return lineage;
}

metadata::Event EventOf(const Recording& recording, std::string kind, Json body) {
  const DatasetVersion& version = recording.version;
  body.Set("dataset", version.dataset).Set("version", version.version);
  return {std::move(kind), SubjectOf(version), version.added_by, recording.cause, std::move(body)};
}

metadata::Event Checked(const Recording& recording, const DatasetVersion& version) {
  Json failed = Json::Array();
  for (const Json& rule : version.contract.At("rules").items()) {
    if (!rule.Bool("passed")) failed.Push(rule.Text("rule"));
  }
  return EventOf(recording, "data.contract_checked",
                 Json{{"passed", version.contract_passed},
                      {"failed_rules", std::move(failed)},
                      {"rows", recording.file.rows},
                      {"digest", recording.file.sha256},
                      {"contract", version.contract_digest},
                      {"schema", version.schema_digest}});
}

metadata::Event Added(const Recording& recording, const DatasetVersion& version) {
  auto event = EventOf(recording, "data.version_added",
                       Json{{"digest", version.digest},
                            {"rows", version.rows},
                            {"bytes", static_cast<std::int64_t>(version.bytes)},
                            {"file", recording.file.name},
                            {"file_digest", recording.file.sha256},
                            {"source", version.provenance.kind},
                            {"schema", version.schema_digest},
                            {"contract", version.contract_digest}});
  event.lineage = LineageOf(recording, version);
  return event;
}

}  // namespace

bool IsOneFile(std::string_view path) {
  for (const std::string_view ending : {".csv", ".tsv", ".parquet", ".jsonl", ".ndjson", ".json"}) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

std::string TreeOf(const std::vector<DatasetFile>& files) {
  repository::Listing listing;
  for (const auto& file : files) {
    if (const auto md5 = repository::Md5OfHex(file.training_md5)) listing.Add(file.name, *md5);
  }
  listing.Arrange();
  return crypto::Md5Hex(listing.Object()) + ".dir";
}

Result<DatasetVersion> RecordVersion(sql::Database& database, const Recording& recording) {
  const DatasetVersion version = Summed(recording);
  return database.Transact([&](sql::Connection& connection) -> Result<DatasetVersion> {
    CAIRN_TRY(InsertVersion(connection, version));
    CAIRN_TRY(RemoveFile(connection, version.dataset, recording.file.name, version.version));
    CAIRN_TRY(InsertFile(connection, version.dataset, recording.file));
    const auto append = [&](const metadata::Event& event) {
      return metadata::Append(connection, version.created_ms, event);
    };
    CAIRN_TRY(append(Checked(recording, version)));
    if (recording.file.sealed_rows > 0) {
      CAIRN_TRY(append(
          EventOf(recording, "data.split_sealed",
                  Json{{"digest", recording.file.sealed_sha256}, {"rows", recording.file.sealed_rows}})));
    }
    CAIRN_TRY(append(Added(recording, version)));
    return version;
  });
}

}  // namespace cairn::data
