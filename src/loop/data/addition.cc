#include <algorithm>
#include <optional>

#include "ground/crypto/hash.h"
#include "ground/os/identity.h"
#include "ground/tables/plain_files.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/data/address.h"
#include "loop/data/catalogue.h"
#include "loop/data/draft.h"
#include "loop/data/fitting.h"
#include "loop/data/recording.h"
#include "loop/data/room.h"
#include "loop/data/synthetic.h"
#include "loop/repository/collection.h"
#include "loop/repository/dvc_file.h"

namespace cairn::data {
namespace {

/// Rows looked at to tell a column's type for the record.
constexpr std::int64_t kSchemaRows = 100'000;
/// What a compressed text may become.
constexpr std::uint64_t kExpansion = 8;

/// CSV fields are carried over as the text they are; other formats with their types.
tables::ReadOptions Untouched() {
  tables::ReadOptions options;
  options.all_text = true;
  options.null_strings = {""};
  return options;
}

Result<> CheckKey(const std::vector<std::string>& key, const std::vector<tables::Field>& fields,
                  const std::string& file) {
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const auto& field : fields) names.push_back(field.name);
  for (const auto& column : key) {
    if (std::find(names.begin(), names.end(), column) != names.end()) continue;
    return Error{Reason::Unprocessable, "'" + file + "' has no column '" + column +
                                            "', which the data set's 'key' names." +
                                            Suggestion(column, names)};
  }
  return Done{};
}

Provenance Filled(const Specification& specification, Provenance given) {
  const auto fill = [](auto& own, const auto& otherwise) {
    if (own.empty()) own = otherwise;
  };
  fill(given.owner, specification.owner);
  fill(given.licence, specification.licence);
  fill(given.jurisdiction, specification.jurisdiction);
  fill(given.description, specification.description);
  fill(given.tags, specification.tags);
  fill(given.access, specification.access);
  given.source = WithoutSecrets(given.source);
  return given;
}

Json DialectJson(const tables::Dialect& dialect) {
  const auto letter = [](char c) { return c == 0 ? std::string() : std::string(1, c); };
  Json json{
      {"encoding", LowerAscii(dialect.encoding)},         {"delimiter", letter(dialect.delimiter)},
      {"quote", letter(dialect.quote.value_or('"'))},     {"escape", letter(dialect.escape.value_or(0))},
      {"decimal", letter(dialect.decimal.value_or('.'))}, {"header", dialect.header}};
  if (dialect.skip_lines > 0) json.Set("skip_lines", dialect.skip_lines);
  return json;
}

Result<contract::Verdict> CheckReadable(Catalogue& catalogue, const Specification& specification,
                                        const std::string& file, TimeMs at) {
  contract::Conditions conditions;
  conditions.now = at;
  conditions.folder = catalogue.places().project;
  conditions.dataset = [&](std::string_view name) -> Result<std::vector<std::string>> {
    return catalogue.TrainingParts(CAIRN_TRY(catalogue.Find(name)));
  };
  return contract::Check(*CAIRN_TRY(catalogue.Engine()), {file}, specification.contract, conditions);
}

}  // namespace

/// One file on its way into a data set.
class Adding {
 public:
  Adding(Catalogue& catalogue, const Specification& specification, const Addition& addition)
      : catalogue_(catalogue),
        specification_(specification),
        addition_(addition),
        index_(repository::StatIndex::Open(catalogue.places_.index)) {}

  Result<DatasetVersion> Run() {
    CAIRN_TRY(Look());
    // How it is written is told before anything else is, and found out only where it comes to be read.
    const bool said = !(addition_.dialect == tables::Dialect());
    if (said) CAIRN_TRY(FindForm());
    const auto versions = CAIRN_TRY(catalogue_.Versions(specification_.name));
    if (!versions.empty()) {
      for (const auto& file : versions.front().files) {
        if (file.sha256 != snapshot_.sha256) continue;
        const auto holding = CAIRN_TRY(catalogue_.Find(specification_.name, file.added_in));
        if (said && CAIRN_TRY(ReadOtherwise(holding, file))) continue;
        CAIRN_TRY(Publish(file));
        return holding;
      }
      // A data set that is one file has another in its place, whatever it is called.
      if (IsOneFile(specification_.path) && addition_.taken == Addition::Taken::Replace)
        file_.name = versions.front().files.front().name;
      CAIRN_TRY(CheckName(versions.front().files));
      if (!said) CAIRN_TRY(FindForm());
      CAIRN_TRY(CheckFormat(file_.name, tables::NameOf(format_), versions.front()));
    }
    if (versions.empty() && !said) CAIRN_TRY(FindForm());
    CAIRN_TRY(CheckPlace(versions.empty()));
    CAIRN_TRY(os::MakeFolders(catalogue_.places_.cache));
    drafts_ = CAIRN_TRY(catalogue_.Drafts());
    auto read = Read(versions);
    if (!read) {
      return plain_ ? tables::NamingTheOriginal(std::move(read).error(), plain_->path(), addition_.file)
                    : std::move(read).error();
    }
    const auto recorded =
        CAIRN_TRY(RecordVersion(catalogue_.database_, {*read, file_, versions, addition_.cause,
                                                       specification_.path, PlaceOnRecord(), parents_}));
    // The workspace follows the record: what is missing here after a crash is put back by adding the file
    // again.
    CAIRN_TRY(Publish(file_));
    return recorded;
  }

 private:
  const Catalogue::Places& places() const { return catalogue_.places_; }

  /// What the file is, after a look at whether there is room for it.
  Result<> Look() {
    const auto status = CAIRN_TRY(os::Stat(addition_.file));
    if (status.kind == os::FileKind::Folder) {
      return Error{Reason::InvalidArgument, "'" + addition_.file + "' is a folder: add its files one by one"};
    }
    const std::string lower = LowerAscii(addition_.file);
    const bool compressed = lower.ends_with(".gz") || lower.ends_with(".zst");
    const std::uint64_t size = status.stamp.size, plain = compressed ? size * kExpansion : size;
    const double holdout = std::clamp(specification_.holdout, 0.0, 1.0);
    const std::uint64_t parts = holdout > 0 ? plain : 0;
    const auto training = static_cast<std::uint64_t>(static_cast<double>(plain) * (1 - holdout));
    const Need kept{places().cache, size + parts};
    const std::string what = "adding '" + addition_.file + "'";
    // A part is in the making while the original and the parts are stored; when it is gone, the working copy
    // of one comes.
    CAIRN_TRY(
        EnsureRoom({kept, {places().scratch, holdout > 0 ? std::max(training, plain - training) : 0}}, what));
    CAIRN_TRY(EnsureRoom({kept, {places().project, training}}, what));
    snapshot_ = CAIRN_TRY(repository::TakeSnapshot(addition_.file, index_, repository::Evidence::Sha256));
    stamp_ = status.stamp;
    file_.name = addition_.name.empty() ? os::BaseName(addition_.file) : addition_.name;
    file_.md5 = snapshot_.md5;
    file_.sha256 = snapshot_.sha256;
    file_.bytes = snapshot_.size;
    provenance_ = Filled(specification_, addition_.provenance);
    parents_ = addition_.parents;
    if (addition_.origin == Addition::Origin::Users)
      CAIRN_TRY(TakeSyntheticNote(addition_.file, snapshot_.sha256, provenance_, parents_));
    if (provenance_.source.empty()) provenance_.source = addition_.file;
    if (provenance_.modified_ms == 0 && addition_.origin == Addition::Origin::Users)
      provenance_.modified_ms = status.stamp.mtime_ns / 1'000'000;
    if (provenance_.read_ms == 0) provenance_.read_ms = catalogue_.clock_.Now();
    file_.origin = provenance_.source;
    return CheckFileName();
  }

  Result<> CheckFileName() const {
    const std::string& name = file_.name;
    if (IsUtf8(name) && name.find_first_of(std::string_view("/\0\n", 3)) == name.npos && name != "." &&
        name != "..")
      return Done{};
    return Error{Reason::InvalidArgument,
                 "a file of a data set needs a plain name in UTF-8: give one with --name"};
  }

  Result<> CheckName(const std::vector<DatasetFile>& files) {
    for (const auto& file : files) {
      if (file.name != file_.name || addition_.taken == Addition::Taken::Replace) continue;
      return Error{Reason::AlreadyExists,
                   "data set '" + specification_.name + "' already has another '" + file.name +
                       "' (version " + std::to_string(file.added_in) +
                       "); versions never change: add the new bytes under another name, or let a new version "
                       "have them in its place with --replace"};
    }
    return Done{};
  }

  /// How the file is to be read.
  Result<> FindForm() {
    format_ = CAIRN_TRY(tables::FormatOf(addition_.file));
    if (format_ == tables::Format::Csv)
      dialect_ = CAIRN_TRY(tables::FindDialect(addition_.file, addition_.dialect));
    return Done{};
  }

  /// Whether the same bytes, which `holding` has as `file`, are to be read in another way than they were.
  Result<bool> ReadOtherwise(const DatasetVersion& holding, const DatasetFile& file) const {
    if (format_ != tables::Format::Csv || DialectJson(dialect_) == holding.dialect) return false;
    const bool same_place = IsOneFile(specification_.path) || file.name == file_.name;
    if (addition_.taken == Addition::Taken::Replace && same_place) return true;
    const std::string encoding = holding.dialect.Text("encoding");
    return Error{Reason::AlreadyExists, "data set '" + specification_.name + "' has these bytes as '" +
                                            file.name + "' (version " + std::to_string(file.added_in) +
                                            "), read in another way (" + encoding +
                                            "): let a new version read them as you say with --replace" +
                                            (same_place ? "" : " --name " + file.name)};
  }

  /// What the file is called in lineage: its path in the project, by which it is told from others of the same
  /// bytes, or its name.
  std::string PlaceOnRecord() const {
    const std::string project = places().project + "/";
    const auto real = os::RealPath(addition_.file);
    if (!real || addition_.origin != Addition::Origin::Users || !real->starts_with(project))
      return file_.name;
    return real->substr(project.size());
  }

  /// An original must not lie where training parts are written.
  Result<> CheckPlace(bool first) const {
    const std::string real = CAIRN_TRY(os::RealPath(addition_.file)),
                      path = os::JoinPath(places().project, specification_.path);
    if (IsOneFile(specification_.path) && !first && addition_.taken == Addition::Taken::Refuse) {
      return Error{Reason::Conflict, "data set '" + specification_.name + "' is the one file '" +
                                         specification_.path +
                                         "' and has it already: make its 'path' a folder to hold more, or "
                                         "let a new version have another with --replace"};
    }
    const auto working = os::Exists(path) ? CAIRN_TRY(os::RealPath(path)) : path;
    if (real != working && !real.starts_with(working + "/")) return Done{};
    return Error{Reason::InvalidArgument,
                 "'" + addition_.file + "' lies in '" + specification_.path +
                     "', where the training part of '" + specification_.name +
                     "' is written: keep originals elsewhere and add them from there"};
  }

  /// Checks, stores and splits the file, and gives the version that it makes.
  Result<DatasetVersion> Read(const std::vector<DatasetVersion>& versions) {
    DatasetVersion version;
    const std::string readable = CAIRN_TRY(Readable(version));
    auto& engine = *CAIRN_TRY(catalogue_.Engine());
    version.columns = CAIRN_TRY(ColumnsOf(engine, readable));
    if (!versions.empty()) CAIRN_TRY(CheckColumns(file_.name, version.columns, versions.front()));
    const auto verdict =
        CAIRN_TRY(CheckReadable(catalogue_, specification_, readable, catalogue_.clock_.Now()));
    if (!verdict.passed && addition_.broken == Addition::Broken::Refuse) {
      return Error{Reason::Unprocessable, "'" + addition_.file + "' breaks the contract of '" +
                                              specification_.name + "': " + verdict.Failures()};
    }
    CAIRN_TRY(catalogue_.objects_.Store(addition_.file, snapshot_));
    CAIRN_TRY(Part(engine, readable));
    CAIRN_TRY(KeepObjects());
    if (!(CAIRN_TRY(os::Stat(addition_.file)).stamp == stamp_)) {
      return Error{Reason::Conflict,
                   "'" + addition_.file + "' changed while it was read; try again when it is settled"};
    }
    version.dataset = specification_.name;
    version.version = versions.empty() ? 1 : versions.front().version + 1;
    version.contract_passed = verdict.passed;
    version.contract = verdict.ToJson();
    version.contract_digest = specification_.contract_digest;
    version.schema_digest = crypto::Sha256Hex(ToJson(version.columns).Canonical());
    version.provenance = provenance_;
    version.note = addition_.note;
    version.added_by = addition_.actor;
    version.created_ms = catalogue_.clock_.Now();
    file_.added_in = version.version;
    return version;
  }

  /// The file itself, or a plain copy of a CSV text that is written in another way.
  Result<std::string> Readable(DatasetVersion& version) {
    version.format = tables::NameOf(format_);
    if (format_ != tables::Format::Csv) return addition_.file;
    version.dialect = DialectJson(dialect_);
    if (tables::IsPlain(dialect_)) return addition_.file;
    plain_.emplace(drafts_ + "/" + os::NewHexId() + ".csv");
    CAIRN_TRY(tables::WritePlain(addition_.file, dialect_, plain_->path()));
    return plain_->path();
  }

  Result<std::vector<DatasetColumn>> ColumnsOf(tables::Engine& engine, const std::string& readable) const {
    tables::ReadOptions options;
    options.sample_rows = kSchemaRows;
    std::vector<DatasetColumn> columns;
    const auto source = CAIRN_TRY(tables::Source::Open(std::vector{readable}, options));
    for (const auto& field : CAIRN_TRY(engine.Sniff(source)))
      columns.push_back({field.name, tables::NameOf(field.type)});
    return columns;
  }

  /// Writes the sealed and the training part, and counts their rows.
  Result<> Part(tables::Engine& engine, const std::string& readable) {
    const auto source = CAIRN_TRY(tables::Source::Open(std::vector{readable}, Untouched()));
    const std::string relation = source.Relation();
    if (specification_.holdout <= 0 && readable == addition_.file) {
      file_.training_md5 = file_.md5;
      file_.training_sha256 = file_.sha256;
      file_.rows = file_.training_rows =
          CAIRN_TRY(engine.Query("SELECT count(*) FROM " + relation))[0].Int(0);
      return Done{};
    }
    std::vector<std::string> key = specification_.key;
    const auto fields = CAIRN_TRY(engine.Sniff(source));
    CAIRN_TRY(CheckKey(key, fields, addition_.file));
    if (key.empty()) {
      for (const auto& field : fields) key.push_back(field.name);
    }
    const std::string sealed = SealedCondition(key, specification_.holdout);
    repository::StatIndex unsaved = repository::StatIndex::Open("");
    const auto part = [&](const std::string& condition, std::string& md5, std::string& sha256,
                          std::int64_t& rows) -> Result<> {
      const Draft draft(drafts_ + "/" + os::NewHexId());
      rows = CAIRN_TRY(
          engine.Write("SELECT * FROM " + relation + " WHERE " + condition, draft.path(), source.format()));
      if (rows == 0 && &rows == &file_.sealed_rows) return Done{};
      const auto made =
          CAIRN_TRY(repository::TakeSnapshot(draft.path(), unsaved, repository::Evidence::Sha256));
      CAIRN_TRY(catalogue_.objects_.Store(draft.path(), made));
      md5 = made.md5;
      sha256 = made.sha256;
      return Done{};
    };
    if (specification_.holdout > 0)
      CAIRN_TRY(part(sealed, file_.sealed_md5, file_.sealed_sha256, file_.sealed_rows));
    CAIRN_TRY(part("NOT (" + sealed + ")", file_.training_md5, file_.training_sha256, file_.training_rows));
    file_.rows = file_.sealed_rows + file_.training_rows;
    return Done{};
  }

  /// Sealed rows and old versions stand in no text of the repository, and must not be taken for garbage.
  Result<> KeepObjects() const {
    std::vector<std::string> kept = {file_.md5, file_.training_md5, file_.sealed_md5};
    std::erase(kept, "");
    return repository::Keep(places().cache, "catalogue", kept);
  }

  /// Brings the workspace in line with the record.
  Result<> Publish(const DatasetFile& file) {
    const std::string folder = os::JoinPath(places().project, specification_.path);
    const std::string path = IsOneFile(specification_.path) ? folder : os::JoinPath(folder, file.name);
    const auto there = os::Exists(path) ? repository::TakeSnapshot(path, index_)
                                        : Result<repository::Snapshot>(repository::Snapshot{});
    if (!there || there->md5 != file.training_md5)
      CAIRN_TRY(catalogue_.objects_.Checkout(file.training_md5, path));
    if (addition_.origin == Addition::Origin::Users)
      CAIRN_TRY(repository::WriteDvcFile(places().project, addition_.file, snapshot_));
    return index_.Save();
  }

  Catalogue& catalogue_;
  const Specification& specification_;
  const Addition& addition_;
  repository::StatIndex index_;
  repository::Snapshot snapshot_;
  os::FileStamp stamp_;
  Provenance provenance_;
  std::vector<Parent> parents_;
  DatasetFile file_;
  tables::Format format_ = tables::Format::Csv;
  tables::Dialect dialect_;  ///< Of a CSV text.
  std::string drafts_;
  std::optional<Draft> plain_;
};

Result<contract::Verdict> Catalogue::CheckFile(const Specification& specification, const std::string& file,
                                               std::optional<TimeMs> at) {
  const TimeMs when = at.value_or(clock_.Now());
  if (CAIRN_TRY(tables::FormatOf(file)) != tables::Format::Csv)
    return CheckReadable(*this, specification, file, when);
  const auto dialect = CAIRN_TRY(tables::FindDialect(file));
  if (tables::IsPlain(dialect)) return CheckReadable(*this, specification, file, when);
  const Draft plain(CAIRN_TRY(Drafts()) + "/" + os::NewHexId() + ".csv");
  CAIRN_TRY(tables::WritePlain(file, dialect, plain.path()));
  auto verdict = CheckReadable(*this, specification, plain.path(), when);
  if (!verdict) return tables::NamingTheOriginal(std::move(verdict).error(), plain.path(), file);
  return verdict;
}

Result<DatasetVersion> Catalogue::Add(const Specification& specification, const Addition& addition) {
  const std::lock_guard lock(adding_);
  return Adding(*this, specification, addition).Run();
}

}  // namespace cairn::data
