#pragma once

#include <string>

#include "ground/os/temp_folder.h"
#include "loop/data/catalogue.h"

namespace cairn::data {

struct NamedTable;

/// Bytes that are not a file of this machine yet.
struct Origin {
  /// "https://…", "http://…", "s3://bucket/key", "sqlite:////path.db", "postgresql://user@host/database".
  /// User and password may stand in it; they are used and not kept.
  std::string address;
  std::string query;  ///< One statement that reads; of databases, and only of those.
  /// What the file is called in the data set; its ending says how rows of a database are written (.parquet,
  /// .csv, .jsonl). "": by the address; for a query by its time, in Parquet.
  std::string name;
};

/// A copy on this machine, gone with this object.
class Retrieved {
 public:
  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }
  /// kind, source, query, modified_ms and read_ms are filled.
  const Provenance& provenance() const { return provenance_; }
  /// Tables that lineage knows; of a query over several (enrichment.h).
  const std::vector<Parent>& parents() const { return parents_; }

 private:
  friend Result<Retrieved> Retrieve(Catalogue& catalogue, const Origin& origin);
  friend Result<Retrieved> Enrich(Catalogue& catalogue, const std::vector<NamedTable>& tables,
                                  const std::string& query, const std::string& name);
  explicit Retrieved(os::TempFolder folder) : folder_(std::move(folder)) {}

  os::TempFolder folder_;
  std::string path_, name_;
  Provenance provenance_;
  std::vector<Parent> parents_;
};

/// What a file of a query's rows is called when nobody says: "query-20130201T040506007Z.parquet".
std::string NameOfQuery(TimeMs now);
/// The format of rows that are written to a file of this name; InvalidArgument for an ending that is none.
Result<tables::Format> FormatOfRows(const std::string& name);

/// Fetches the bytes as they are, or runs the query and writes its rows to a file (the same rows give the
/// same bytes). InvalidArgument for another address, a query too many or missing, a wrong query, a name that
/// is no file name; NotFound, Denied and Unavailable as the other side answers; Exhausted without room.
/// Nothing is left behind after an error. No message and no record holds a password.
Result<Retrieved> Retrieve(Catalogue& catalogue, const Origin& origin);

}  // namespace cairn::data
