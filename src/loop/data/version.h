#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/time.h"

/// What the catalogue keeps of a data set, as plain values.
namespace cairn::data {

/// One file of a data set, and the two parts it was split into when it was added.
struct DatasetFile {
  std::string name;    ///< "2013-01.csv"
  std::string origin;  ///< Where it was added from: a path, or an address without passwords.
  std::int64_t added_in = 0;
  std::string md5, sha256;
  std::uint64_t bytes = 0;
  std::int64_t rows = 0;
  std::string training_md5, training_sha256;
  std::int64_t training_rows = 0;
  std::string sealed_md5, sealed_sha256;  ///< "" when nothing was held out.
  std::int64_t sealed_rows = 0;
  std::int64_t removed_in = 0;  ///< The version in which another took its place; 0 for none.
};

/// Something that lineage knows, from which a file was made: "dataset:weather@3", "sha256:…".
struct Parent {
  std::string subject;
  std::string label;  ///< The part that it plays.
};

/// Where bytes came from and under which terms they may be used.
struct Provenance {
  /// file, http, s3, sqlite, postgresql; query: over several tables; synthetic: made up.
  std::string kind = "file";
  std::string source;  ///< A path, or an address without passwords and tokens.
  std::string query;   ///< What a database was asked.
  std::string owner, licence, jurisdiction, description;
  std::string reason;  ///< Why there is a new version.
  std::vector<std::string> tags;
  std::vector<std::string> access;  ///< Who may take it out; empty: everybody.
  TimeMs modified_ms = 0;           ///< When the original was last changed, by its own account; 0: not known.
  TimeMs read_ms = 0;               ///< When it was read.
};

struct DatasetColumn {
  std::string name;
  std::string type;  ///< bool, int, double, text, time: as found in the file that the version added.
};

/// A data set at one moment: the files that it has then, in the order in which they were added. Never
/// changes, apart from its aliases.
struct DatasetVersion {
  std::string dataset;
  std::int64_t version = 0;
  std::string digest;  ///< SHA-256 over the lines "<sha256>  <name>\n" of its files.
  std::int64_t rows = 0;
  std::uint64_t bytes = 0;
  std::int64_t sealed_rows = 0;
  std::string seal_digest;  ///< The same over its sealed parts; "" when there are none.
  bool contract_passed = true;
  Json contract;  ///< The verdict on the file that was added.
  std::string note;
  std::string added_by;
  TimeMs created_ms = 0;
  std::vector<DatasetFile> files;

  Provenance provenance;  ///< Of the file that was added.
  std::string format;     ///< "csv", "parquet", "json lines".
  Json dialect;           ///< How a CSV file was written; null for other formats.
  std::vector<DatasetColumn> columns;
  std::string schema_digest;    ///< SHA-256 of the canonical JSON of its columns.
  std::string contract_digest;  ///< Of the contract it was held against; "" without one.
  std::vector<std::string> aliases;
};

/// "dataset:flights@7", as events and lineage name a version.
std::string SubjectOf(const DatasetVersion& version);
/// [{"name", "type"}…], whose canonical text the schema's digest is taken of.
Json ToJson(const std::vector<DatasetColumn>& columns);

}  // namespace cairn::data
