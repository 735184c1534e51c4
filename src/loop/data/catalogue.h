#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/tables/engine.h"
#include "loop/contract/check.h"
#include "loop/data/specification.h"
#include "loop/repository/objects.h"
#include "loop/repository/stat_index.h"

namespace cairn::data {

/// One file of a data set, and the two parts it was split into when it was added.
struct DatasetFile {
  std::string name;    ///< "2013-01.csv"
  std::string origin;  ///< Where it was added from.
  std::int64_t added_in = 0;
  std::string md5, sha256;
  std::uint64_t bytes = 0;
  std::int64_t rows = 0;
  std::string training_md5, training_sha256;
  std::int64_t training_rows = 0;
  std::string sealed_md5, sealed_sha256;  ///< "" when nothing was held out.
  std::int64_t sealed_rows = 0;
};

/// A data set at one moment: files 1 … n in the order in which they were added. Never changes.
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
};

struct Addition {
  std::string file;  ///< A CSV, Parquet or JSON lines file; read, never changed.
  std::string actor;
  std::string cause;
  std::string note;
  enum class Broken { Refuse, Record } broken = Broken::Refuse;  ///< When its contract fails.
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
  /// has it, and repairs its training part in the workspace. Unprocessable naming every broken rule when the
  /// contract fails and that is to be refused; AlreadyExists for other bytes under a name that is taken;
  /// InvalidArgument for an original that lies where training parts go; Exhausted when the disk has no room
  /// for it.
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
  const Places& places() const { return places_; }

 private:
  Result<DatasetFile> Split(const Specification& specification, const std::string& file,
                            const repository::Snapshot& snapshot);
  /// Where the training part of a file lies in the project.
  std::string WorkingPath(const Specification& specification, const std::string& name) const;
  /// Brings the workspace in line with the record.
  Result<> Publish(const Specification& specification, const DatasetFile& file, const std::string& original,
                   const repository::Snapshot& snapshot, repository::StatIndex& index);
  /// An original must not lie where training parts are written.
  Result<> CheckPlace(const Specification& specification, const std::string& original, bool first) const;
  Result<DatasetVersion> Record(const DatasetVersion& version, const DatasetFile& file,
                                const Addition& addition);

  sql::Database& database_;
  const os::Clock& clock_;
  Places places_;
  repository::Objects objects_;
  std::mutex adding_;
  std::mutex engine_mutex_;
  std::unique_ptr<tables::Engine> engine_;
};

/// The condition, over the columns of a row, under which it belongs to the sealed part: the first 32 bits of
/// the MD5 of its key's texts (joined by unit separators, missing values as "") lie below `share` of their
/// range. The same on every machine and in any row order.
std::string SealedCondition(const std::vector<std::string>& key, double share);

}  // namespace cairn::data
