#include "loop/batch/parts.h"

#include <cstdio>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/serving/row_scoring.h"

namespace cairn::batch {
namespace {

constexpr const char* kLock = "lock";
constexpr const char* kBegun = "begun.json";
constexpr const char* kLines = "parts.jsonl";

std::string NameOfPart(std::size_t number) {
  char name[40];
  std::snprintf(name, sizeof name, "part-%06zu.parquet", number);
  return name;
}

/// The first thing in which two batches differ, in words.
std::string Difference(const Json& before, const Json& now) {
  for (const auto& [name, value] : now.members())
    if (before.At(name) != value) return name + " is another";
  return "they were made by another release of Cairn";
}

}  // namespace

Result<Parts> Parts::Open(const std::string& folder) {
  CAIRN_TRY(os::MakeFolders(folder));
  auto lock = CAIRN_TRY(os::FileLock::Try(os::JoinPath(folder, kLock)));
  if (!lock) return Error{Reason::Conflict, "Another `cairn batch` is at work in '" + folder + "'."};
  Parts parts(folder, *std::move(lock));
  const std::string begun = parts / kBegun;
  if (!os::Exists(begun)) return parts;
  auto read = Json::Parse(CAIRN_TRY(os::ReadFile(begun)));
  if (read) parts.begun_ = *std::move(read);
  return parts;
}

std::string Parts::operator/(std::string_view name) const { return os::JoinPath(folder_, name); }

Result<> Parts::TakeUp(const Json& bound, const Json& files, std::int64_t began_ms) {
  const bool same = begun_.At("bound") == bound;
  if (!same) {
    if (!begun_.IsNull()) discarded_ = Difference(begun_.At("bound"), bound);
    CAIRN_TRY(Clear());
  }
  begun_ = Json{{"bound", bound}, {"began_ms", began_ms}, {"files", files}};
  CAIRN_TRY(os::WriteFileAtomically(*this / kBegun, begun_.DumpPretty()));
  CAIRN_TRY(ReadLines());
  lines_ = CAIRN_TRY(os::SystemDisk().OpenAppend(*this / kLines));
  return {};
}

Result<> Parts::Clear() {
  // What says that the parts count goes first.
  CAIRN_TRY(os::RemoveTree(*this / kLines));
  CAIRN_TRY(os::SyncFolder(folder_));
  for (const auto& name : CAIRN_TRY(os::ListFolder(folder_)))
    if (name != kLock) CAIRN_TRY(os::RemoveTree(*this / name));
  return {};
}

Result<> Parts::ReadLines() {
  std::string good;
  const std::string text = os::Exists(*this / kLines) ? CAIRN_TRY(os::ReadFile(*this / kLines)) : "";
  for (const auto line : Split(text, '\n')) {
    const auto read = Json::Parse(line);
    if (!read || complete_) break;
    const std::string path = *this / NameOfPart(paths_.size());
    const auto digests = crypto::HashFile(path, crypto::Kinds::Sha256);
    if (!digests || digests->sha256 != read->Text("sha256")) break;
    paths_.push_back(path);
    Count(read->Int("rows"), InputDrift::FromJson(read->At("counts")));
    good += std::string(line) + "\n";
  }
  return good == text ? Result<>() : os::WriteFileAtomically(*this / kLines, good);
}

void Parts::Count(std::int64_t rows, const InputDrift::Counts& counts) {
  rows_ += rows;
  complete_ = rows < serving::kRowsOfPart;
  InputDrift::Add(counts_, counts);
}

Result<> Parts::Add(tables::Engine& engine, const tables::Table& part, const InputDrift::Counts& counts) {
  const std::string path = *this / NameOfPart(paths_.size());
  CAIRN_TRY(serving::WritePart(engine, part, path));
  CAIRN_TRY(os::SyncFile(path));
  CAIRN_TRY(os::SyncFolder(folder_));
  const auto rows = static_cast<std::int64_t>(part.rows());
  const Json line{{"rows", rows},
                  {"sha256", CAIRN_TRY(crypto::HashFile(path, crypto::Kinds::Sha256)).sha256},
                  {"counts", InputDrift::ToJson(counts)}};
  CAIRN_TRY(lines_->Append(line.Dump() + "\n"));
  CAIRN_TRY(lines_->Sync());
  paths_.push_back(path);
  Count(rows, counts);
  return {};
}

Result<> Parts::Remove() {
  lines_.reset();
  CAIRN_TRY(Clear());
  CAIRN_TRY(lock_.RemoveFile());
  // Somebody may begin the next batch there just now.
  static_cast<void>(bool(os::Remove(folder_)));
  return {};
}

}  // namespace cairn::batch
