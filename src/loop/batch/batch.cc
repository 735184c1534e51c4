#include "loop/batch/batch.h"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/batch/answer_table.h"
#include "loop/batch/row_text.h"
#include "loop/serving/row_scoring.h"

namespace cairn::batch {
namespace {

using tables::Column;

// A colon keeps them apart from any column that a model or a person is likely to have.
constexpr const char* kKey = "cairn:key";
constexpr const char* kRow = "cairn:row";
constexpr const char* kVersion = "model_version";
constexpr int kFormat = 1;  ///< Of what is kept between calls.

bool IsTable(std::string_view path) {
  for (const std::string_view packed : {".gz", ".zst"})
    if (path.ends_with(packed)) path.remove_suffix(packed.size());
  return tables::FormatByName(path).has_value();
}

/// The files of a folder in the order of their names, but for hidden ones.
Result<std::vector<std::string>> TablesIn(const std::string& folder, const std::string& output) {
  const std::string inside = CAIRN_TRY(os::RealPath(folder)) + "/";
  const auto place = os::RealPath(os::ParentOf(output));
  if (place && (*place + "/").starts_with(inside))
    return Error{Reason::InvalidArgument, "'" + output + "' lies in '" + folder +
                                              "', whose files are read: put the output elsewhere."};
  std::vector<std::string> paths;
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder, os::Symlinks::Follow))) {
    const bool hidden = entry.path.starts_with('.') || entry.path.find("/.") != std::string::npos;
    if (entry.kind == os::FileKind::File && !hidden && IsTable(entry.path))
      paths.push_back(os::JoinPath(folder, entry.path));
  }
  if (paths.empty())
    return Error{Reason::NotFound, "'" + folder + "' holds no .parquet, .csv or .jsonl file."};
  return paths;
}

Json StampOf(const os::FileStamp& stamp) {
  return Json::Array({Json(static_cast<std::int64_t>(stamp.inode)),
                      Json(static_cast<std::int64_t>(stamp.size)), Json(stamp.mtime_ns),
                      Json(stamp.ctime_ns)});
}

/// The key of each row, and its number counted from 1.
Result<> AddKeys(std::int64_t first_row, const Wanted& wanted, std::vector<Column>& columns) {
  Column keys(kKey, tables::Type::Text), rows(kRow, tables::Type::Int);
  std::vector<std::size_t> parts;
  for (const auto& name : wanted.key) {
    const auto found = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& column) { return column.name() == name; });
    parts.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  std::vector<std::string> values(parts.size());
  for (std::size_t row = 0; row < columns.front().rows(); ++row) {
    const std::int64_t number = first_row + static_cast<std::int64_t>(row) + 1;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      values[i] = columns[parts[i]].Shown(row);
      if (values[i].empty())
        return Error{Reason::Unprocessable, "Row " + std::to_string(number) + " of '" + wanted.input +
                                                "' has no value in its key's column '" + wanted.key[i] +
                                                "'."};
    }
    keys.Push(KeyText(values));
    rows.Push(number);
  }
  columns.push_back(std::move(keys));
  columns.push_back(std::move(rows));
  return {};
}

/// Whether keys that come in order are all different.
class Repeats {
 public:
  Repeats(const Wanted& wanted) : wanted_(wanted) {}

  Result<> See(std::string_view key, std::int64_t row) {
    if (seen_ && key == key_) {
      ++more_;
      if (rows_.size() < 10) rows_.push_back(row);
      return {};
    }
    CAIRN_TRY(End());
    seen_ = true;
    key_ = key;
    rows_ = {row};
    return {};
  }
  Result<> End() const {
    if (more_ == 0) return {};
    std::string rows;
    for (std::size_t i = 0; i < rows_.size(); ++i)
      rows += (i == 0 ? "" : i + 1 == rows_.size() ? " and " : ", ") + std::to_string(rows_[i]);
    const auto others = more_ + 1 - rows_.size();
    if (others > 0) rows += " and " + std::to_string(others) + " more";
    return Error{Reason::Unprocessable, "The key '" + ShownKey(key_) + "' (" + Join(wanted_.key, ", ") +
                                            ") stands in rows " + rows + " of '" + wanted_.input +
                                            "': answers are found by key, so each row needs one of its own."};
  }

 private:
  const Wanted& wanted_;
  bool seen_ = false;
  std::string key_;
  std::vector<std::int64_t> rows_;
  std::size_t more_ = 0;
};

std::string VersionText(const Wanted& wanted) { return wanted.model + "/" + std::to_string(wanted.version); }

Result<> CheckNames(const std::vector<Column>& columns) {
  for (const auto& column : columns)
    if (column.name() == kVersion || column.name() == kKey || column.name() == kRow)
      return Error{
          Reason::InvalidArgument,
          "A column '" + column.name() + "' cannot go into a batch, which has one of its own of that name."};
  return {};
}

}  // namespace

Batch::Batch(Wanted wanted, std::vector<std::string> paths, tables::Source source, Parts parts,
             InputDrift drift)
    : wanted_(std::move(wanted)),
      paths_(std::move(paths)),
      source_(std::move(source)),
      parts_(std::move(parts)),
      drift_(std::move(drift)) {}

Result<std::unique_ptr<Batch>> Batch::Begin(Wanted wanted) {
  std::vector<std::string> paths{wanted.input};
  if (os::IsFolder(wanted.input)) paths = CAIRN_TRY(TablesIn(wanted.input, wanted.output));
  auto source = CAIRN_TRY(paths.size() == 1 ? tables::Source::Open(paths[0]) : tables::Source::Open(paths));
  paths = source.paths();
  auto drift = CAIRN_TRY(InputDrift::Against(wanted.reference));
  auto parts = CAIRN_TRY(Parts::Open(wanted.output + ".cairn-batch"));
  std::unique_ptr<Batch> batch(
      new Batch(std::move(wanted), std::move(paths), std::move(source), std::move(parts), std::move(drift)));
  CAIRN_TRY(batch->Identify());
  tables::Engine::Options options;
  options.threads = 0;
  options.spill = batch->parts_ / "spill";
  CAIRN_TRY(os::MakeFolders(options.spill));
  batch->engine_ = CAIRN_TRY(tables::Engine::Open(options));
  return batch;
}

/// Digests of the files, those remembered where nobody touched them; and what of earlier parts is of use.
Result<> Batch::Identify() {
  std::vector<Json> files(paths_.size());
  const Json before = parts_.begun().At("files");
  CAIRN_TRY(os::TryEachIndex(paths_.size(), os::Processors(), [&](std::size_t i) -> Result<> {
    const Json stamp = StampOf(CAIRN_TRY(os::Stat(paths_[i])).stamp);
    std::string digest;
    if (i < before.items().size() && before.items()[i].At("stamp") == stamp)
      digest = before.items()[i].Text("sha256");
    if (digest.empty()) digest = CAIRN_TRY(crypto::HashFile(paths_[i], crypto::Kinds::Sha256)).sha256;
    files[i] = Json{{"path", paths_[i]}, {"stamp", stamp}, {"sha256", digest}};
    return {};
  }));
  std::string digests;
  for (const Json& file : files) digests += file.Text("sha256") + "\n";
  files_ = Json::Array(std::move(files));
  input_ = paths_.size() == 1 ? files_.items()[0].Text("sha256") : crypto::Sha256Hex(digests);
  Json key = Json::Array(), keep = Json::Array();
  for (const auto& name : wanted_.key) key.Push(name);
  for (const auto& name : wanted_.keep) keep.Push(name);
  const Json bound{{"the input", input_},
                   {"the version", VersionText(wanted_) + " " + wanted_.manifest},
                   {"the key", std::move(key)},
                   {"what is kept", std::move(keep)},
                   {"how the model is run", wanted_.how},
                   {"the training data", crypto::Sha256Hex(wanted_.reference.Canonical())},
                   {"the form of what is kept here", kFormat}};
  const auto kept = parts_.begun().Int("began_ms");
  const bool again = parts_.begun().At("bound") == bound && kept > 0;
  return parts_.TakeUp(bound, files_, wanted_.stamped.value_or(again ? kept : wanted_.now));
}

Result<> Batch::Score(const runtime::LoadedFolder& model, std::stop_token stop) {
  if (complete()) return {};
  serving::RowScoring scoring{source_, wanted_.input, wanted_.key, parts_.rows(), {}};
  for (const auto& name : wanted_.keep)
    if (std::find(scoring.keep.begin(), scoring.keep.end(), name) == scoring.keep.end())
      scoring.keep.push_back(name);
  std::mutex mutex;
  std::map<std::int64_t, InputDrift::Counts> counts;  // by part
  scoring.also = [&](std::int64_t first_row, const runtime::Features& rows,
                     std::vector<Column>& columns) -> Result<> {
    CAIRN_TRY(CheckNames(columns));
    CAIRN_TRY(AddKeys(first_row, wanted_, columns));
    const auto counted = drift_.Count(rows);
    const std::lock_guard lock(mutex);
    InputDrift::Add(counts[first_row / serving::kRowsOfPart], counted);
    return {};
  };
  const auto take = [&](const tables::Table& part) -> Result<> {
    InputDrift::Counts of_part;
    {
      const std::lock_guard lock(mutex);
      of_part = std::move(counts.extract(parts_.rows() / serving::kRowsOfPart).mapped());
    }
    return parts_.Add(*engine_, part, of_part);
  };
  CAIRN_TRY(serving::ScoreRows(model, *engine_, scoring, take, stop));
  if (parts_.rows() == 0)
    return Error{Reason::Unprocessable, "'" + wanted_.input + "' has no rows to score."};
  return {};
}

Json Batch::Drift() const { return drift_.Report(parts_.counts()); }

Result<> Batch::CheckUntouched() const {
  for (const Json& file : files_.items())
    if (StampOf(CAIRN_TRY(os::Stat(file.Text("path"))).stamp) != file.At("stamp"))
      return Error{Reason::Conflict, "'" + file.Text("path") +
                                         "' was changed while it was scored: run the same command again."};
  return {};
}

std::string Batch::Staged() const {
  return parts_ / ("table" + std::string(wanted_.format == tables::Format::Parquet ? ".parquet" : ""));
}

Result<Batch::Made> Batch::Write(const Json& drift, const Json& decision) {
  CAIRN_TRY(CheckUntouched());
  const auto scored = CAIRN_TRY(tables::Source::Open(parts_.paths()));
  const std::string answers = parts_ / "answers";
  auto writer = CAIRN_TRY(AnswerTableWriter::Create(answers));
  // Side by side: each has work that only one thread can do.
  auto output = std::async(std::launch::async, [&] { return WriteOutput(scored.Relation()); });
  const auto rows = WriteRows(scored.Relation(), writer);
  const auto written = output.get();
  CAIRN_TRY(rows);
  CAIRN_TRY(written);
  Json stamp = Stamp(drift);
  stamp.Set("output", CAIRN_TRY(crypto::HashFile(Staged(), crypto::Kinds::Sha256)).sha256);
  if (!decision.IsNull()) stamp.Set("decision", decision);
  CAIRN_TRY(writer.Finish(stamp));
  return Made{stamp, answers};
}

Result<> Batch::WriteRows(const std::string& relation, AnswerTableWriter& writer) {
  Repeats repeats(wanted_);
  std::string text;
  const std::string key = tables::Identifier(kKey), row = tables::Identifier(kRow);
  CAIRN_TRY(engine_->Scan("SELECT " + key + ", " + row + ", * EXCLUDE (" + key + ", " + row + ") FROM " +
                              relation + " ORDER BY " + key + ", " + row,
                          [&](const tables::Chunk& chunk) -> Result<> {
                            for (std::size_t i = 0; i < chunk.rows(); ++i) {
                              CAIRN_TRY(repeats.See(chunk.Text(0, i), chunk.Ints(1)[i]));
                              text.clear();
                              AppendRow(text, chunk, i, 2);
                              CAIRN_TRY(writer.Add(chunk.Text(0, i), text));
                            }
                            return {};
                          }));
  return repeats.End();
}

Result<> Batch::WriteOutput(const std::string& relation) {
  const std::string select = "SELECT * EXCLUDE (" + tables::Identifier(kKey) + ", " +
                             tables::Identifier(kRow) + "), " + tables::Literal(VersionText(wanted_)) +
                             " AS " + kVersion + " FROM " + relation;
  if (wanted_.format != tables::Format::Parquet) {
    CAIRN_TRY(engine_->Write(select, Staged(), wanted_.format));
    return os::SyncFile(Staged());
  }
  const std::pair<const char*, std::string> said[] = {{"cairn.batch", wanted_.batch},
                                                      {"cairn.model", wanted_.model},
                                                      {"cairn.version", std::to_string(wanted_.version)},
                                                      {"cairn.manifest", wanted_.manifest},
                                                      {"cairn.input", input_},
                                                      {"cairn.began", FormatUtc(parts_.began_ms())}};
  std::string metadata;
  for (const auto& [name, value] : said)
    metadata += (metadata.empty() ? "" : ", ") + tables::Literal(name) + ": " + tables::Literal(value);
  CAIRN_TRY(engine_->Query("COPY (" + select + ") TO " + tables::Literal(Staged()) +
                               " (FORMAT parquet, COMPRESSION zstd, KV_METADATA {" + metadata + "})",
                           {}));
  return os::SyncFile(Staged());
}

Json Batch::Stamp(const Json& drift) const {
  Json inputs = Json::Array(), key = Json::Array();
  for (const Json& file : files_.items()) inputs.Push(file.At("sha256"));
  for (const auto& name : wanted_.key) key.Push(name);
  return Json{{"batch", wanted_.batch},
              {"model", wanted_.model},
              {"version", wanted_.version},
              {"manifest", wanted_.manifest},
              {"input", input_},
              {"inputs", std::move(inputs)},
              {"key", std::move(key)},
              {"rows", parts_.rows()},
              {"began", FormatUtc(parts_.began_ms())},
              {"drift", drift}};
}

Result<> Batch::Put() {
  CAIRN_TRY(os::SyncFolder(os::ParentOf(Staged())));
  CAIRN_TRY(os::Rename(Staged(), wanted_.output));
  CAIRN_TRY(os::SyncFolder(os::ParentOf(wanted_.output)));
  return parts_.Remove();
}

}  // namespace cairn::batch
