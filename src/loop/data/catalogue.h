#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/tables/csv_dialect.h"
#include "ground/tables/engine.h"
#include "loop/contract/check.h"
#include "loop/data/specification.h"
#include "loop/data/version.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::data {

struct Addition {
  std::string file;  ///< A CSV, Parquet or JSON lines file; read, never changed.
  std::string actor;
  std::string cause;
  std::string note;
  enum class Broken { Refuse, Record } broken = Broken::Refuse;  ///< When its contract fails.
  std::string name = {};  ///< What it is called in the data set; "" for its own name.
  /// What is empty here is taken from the specification; `source` is the file's path then.
  Provenance provenance = {};
  tables::Dialect dialect = {};  ///< Of a CSV file; what is absent is found out.
  enum class Origin {
    Users,
    Retrieved
  } origin = Origin::Users;                                    ///< Retrieved: a file of our own, soon gone.
  enum class Taken { Refuse, Replace } taken = Taken::Refuse;  ///< Other bytes under a name that is taken.
  std::vector<Parent> parents = {};  ///< What it was made from, where lineage knows that.
};

/// Data sets and their versions. Safe from any thread; additions to one catalogue take turns.
class Catalogue {
 public:
  struct Places {
    std::string project;  ///< Where training parts are written and .dvc files belong.
    std::string cache;    ///< DVC's cache folder.
    std::string scratch;  ///< For files in the making, on the cache's file system.
    std::string index;    ///< The stat index.
  };
  Catalogue(sql::Database& database, const os::Clock& clock, Places places);

  /// Adds a file as the next version: digests (MD5 and SHA-256 in one read), its own bytes and both parts
  /// into the cache, the contract checked, test rows sealed by a stable hash of the key before anybody looks,
  /// the training part written to `<specification.path>/<name>`, and, for a file inside the project,
  /// `<file>.dvc` and a .gitignore line beside it, as DVC would. The same file again gives the version that
  /// has it, and repairs its training part in the workspace. CSV of any dialect: the original is kept as it
  /// is, its parts are plain CSV. A file beside which a note says that it was made up (synthetic.h) is
  /// recorded as synthetic, whatever is said of its source.
  ///
  /// Nothing is recorded or left in the workspace after an error: Unprocessable naming every broken rule when
  /// the contract fails and that is to be refused; AlreadyExists for other bytes under a name that is taken,
  /// unless they are to replace it; InvalidArgument for an original that lies where training parts go;
  /// Exhausted with the figures when the disk has no room for it, before anything is read; Conflict when the
  /// file changes meanwhile.
  Result<DatasetVersion> Add(const Specification& specification, const Addition& addition);

  /// The verdict of the data set's contract on a file, which is only read. Rules may speak of the training
  /// parts of other data sets, and of files in the project. Freshness is measured against `at`, or now.
  Result<contract::Verdict> CheckFile(const Specification& specification, const std::string& file,
                                      std::optional<TimeMs> at = {});

  /// The newest first.
  Result<std::vector<DatasetVersion>> Versions(std::string_view dataset) const;
  Result<std::vector<std::string>> Datasets() const;
  /// Version 0 means the newest. NotFound says how to add one.
  Result<DatasetVersion> Find(std::string_view dataset, std::int64_t version = 0) const;
  /// By number or alias; "" and "latest" mean the newest. NotFound with the nearest alias.
  Result<DatasetVersion> Named(std::string_view dataset, std::string_view version) const;

  /// The paths of the training parts in the cache, in order.
  std::vector<std::string> TrainingParts(const DatasetVersion& version) const;
  /// The paths of the sealed parts, after the opening is on record: who looks, at what, what for. NotFound
  /// when nothing was held out.
  Result<std::vector<std::string>> OpenSeal(const DatasetVersion& version, std::string_view actor,
                                            std::string_view purpose, std::string_view cause = "");

  /// Keeps a version's profile with its digest, and its event.
  Result<> KeepProfile(const DatasetVersion& version, const Json& report, std::string_view actor);
  /// NotFound says how to make one.
  Result<Json> FindProfile(std::string_view dataset, std::int64_t version) const;

  /// A table engine that may read and write anything; one for all of the room's work, made at first use.
  Result<tables::Engine*> Engine();
  /// The folder for files in the making. What a process that died left there is removed at first use: at once
  /// where one process owns the store, after a day where several may.
  Result<std::string> Drafts();
  const Places& places() const { return places_; }
  const repository::Objects& objects() const { return objects_; }
  repository::Objects& objects() { return objects_; }
  sql::Database& database() const { return database_; }
  const os::Clock& clock() const { return clock_; }

 private:
  friend class Adding;

  sql::Database& database_;
  const os::Clock& clock_;
  Places places_;
  repository::Objects objects_;
  std::mutex adding_;
  std::mutex engine_mutex_;
  std::mutex drafts_mutex_;
  bool swept_ = false;
  std::unique_ptr<tables::Engine> engine_;
};

/// The condition, over the columns of a row, under which it belongs to the sealed part: the first 32 bits of
/// the MD5 of its key's texts (joined by unit separators, missing values as "") lie below `share` of their
/// range. The same on every machine and in any row order.
std::string SealedCondition(const std::vector<std::string>& key, double share);

}  // namespace cairn::data
