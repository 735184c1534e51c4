#include "loop/data/enrichment.h"

#include <algorithm>
#include <set>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/tables/plain_files.h"
#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

/// A table with the files that hold it, and what it is called on record.
struct Opened {
  std::string name;
  std::vector<std::string> files;
  Parent parent;
};

Result<Opened> OpenTable(Catalogue& catalogue, const NamedTable& table) {
  if (table.file.empty()) {
    const auto version = CAIRN_TRY(catalogue.Named(table.dataset, table.version));
    return Opened{table.name, catalogue.TrainingParts(version), {SubjectOf(version), table.name}};
  }
  const std::string path = CAIRN_TRY(os::RealPath(table.file));
  const std::string digest = crypto::Sha256Hex(CAIRN_TRY(os::MappedFile::Open(path)).bytes());
  // By its place in the project a file is told from others of the same bytes.
  const std::string project = catalogue.places().project + "/";
  const std::string place = path.starts_with(project) ? path.substr(project.size()) : table.name;
  return Opened{table.name, {path}, {"sha256:" + digest, place}};
}

Result<> CheckNames(const std::vector<NamedTable>& tables) {
  std::set<std::string> names;
  for (const auto& table : tables) {
    if (table.name.empty() || !names.insert(LowerAscii(table.name)).second)
      return Error{Reason::InvalidArgument,
                   "every table of the query needs a name of its own: '" + table.name + "' is none"};
  }
  return Done{};
}

/// An engine that can read the files and write below `folder`, and has the tables as views.
Result<std::unique_ptr<tables::Engine>> EngineFor(const std::vector<Opened>& opened,
                                                  const std::vector<tables::PlainFiles>& plain,
                                                  const std::string& folder) {
  tables::Engine::Options options;
  options.folders = std::vector{folder};
  options.spill = folder;
  for (const auto& files : plain)
    options.files.insert(options.files.end(), files.paths().begin(), files.paths().end());
  auto engine = CAIRN_TRY(tables::Engine::Open(options));
  for (std::size_t i = 0; i < opened.size(); ++i) {
    const auto source = CAIRN_TRY(plain[i].Told(tables::Source::Open(plain[i].paths())));
    CAIRN_TRY(plain[i].Told(engine->Query("CREATE VIEW " + tables::Identifier(opened[i].name) +
                                          " AS SELECT * FROM " + source.Relation())));
  }
  return engine;
}

/// Whether the text is one statement that reads, by running it up to its first rows.
Result<> CheckQuery(tables::Engine& engine, const std::string& query) {
  bool begun = false;
  const auto looked = engine.Scan(query,
                                  [&](const tables::Chunk&) -> Result<> {
                                    begun = true;
                                    return Error{Reason::Conflict, "enough was seen"};
                                  },
                                  {}, {.only_reads = true});
  return looked || begun ? Result<>() : looked.error();
}

}  // namespace

Result<Retrieved> Enrich(Catalogue& catalogue, const std::vector<NamedTable>& tables,
                         const std::string& query, const std::string& name) {
  CAIRN_TRY(CheckNames(tables));
  Retrieved retrieved(CAIRN_TRY(os::TempFolder::Create(CAIRN_TRY(catalogue.Drafts()))));
  Provenance& provenance = retrieved.provenance_;
  provenance.kind = "query";
  provenance.query = std::string(Trim(query));
  provenance.read_ms = catalogue.clock().Now();
  retrieved.name_ = name.empty() ? NameOfQuery(provenance.read_ms) : name;
  if (retrieved.name_.find('/') != std::string::npos)
    return Error{Reason::InvalidArgument, "'" + name + "' is no name of a file of the data set"};
  const auto format = CAIRN_TRY(FormatOfRows(retrieved.name_));
  std::vector<Opened> opened;
  std::vector<tables::PlainFiles> plain;
  for (const auto& table : tables) {
    opened.push_back(CAIRN_TRY(OpenTable(catalogue, table)));
    tables::Dialect dialect;
    if (!table.file.empty() && CAIRN_TRY(tables::FormatOf(table.file)) == tables::Format::Csv)
      dialect = CAIRN_TRY(tables::FindDialect(table.file));
    plain.push_back(CAIRN_TRY(tables::PlainFiles::Of(opened.back().files, dialect)));
    const Parent& parent = opened.back().parent;
    provenance.source += (provenance.source.empty() ? "" : ", ") + table.name + " = " + parent.subject;
    retrieved.parents_.push_back(parent);
  }
  const auto engine = CAIRN_TRY(EngineFor(opened, plain, CAIRN_TRY(os::RealPath(retrieved.folder_ / "."))));
  CAIRN_TRY(CheckQuery(*engine, provenance.query));
  retrieved.path_ = retrieved.folder_ / ("bytes-" + retrieved.name_);
  CAIRN_TRY(engine->Write(provenance.query, retrieved.path_, format));
  return retrieved;
}

}  // namespace cairn::data
