#pragma once

#include <string>
#include <vector>

#include "loop/data/ingestion.h"

namespace cairn::data {

/// A table as a query names it: a file of this machine, or the training part of a data set's version.
struct NamedTable {
  std::string name;     ///< As SQL says it.
  std::string file;     ///< A CSV (of any dialect), Parquet or JSON lines file; "" for a version.
  std::string dataset;  ///< Without `file`.
  std::string version;  ///< A number or an alias; "" for the newest.
};

/// Runs one statement that reads (DuckDB's SQL) over the tables and writes its rows to a file; the same
/// tables give the same bytes. It can read nothing else, and of versions not the sealed rows. In the
/// provenance the source lists every table with its digest, and parents() names them for lineage.
/// InvalidArgument for a wrong query, two tables of one name, a name that is no file name; NotFound for a
/// file, data set or version that is not there; Denied for a statement that does more than read.
Result<Retrieved> Enrich(Catalogue& catalogue, const std::vector<NamedTable>& tables,
                         const std::string& query, const std::string& name);

}  // namespace cairn::data
