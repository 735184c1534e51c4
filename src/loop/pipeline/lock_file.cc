#include "loop/pipeline/lock_file.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ground/crypto/hash.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::pipeline {
namespace {

constexpr std::uint64_t kLongest = 1 << 30;
constexpr std::int64_t kBetweenWritesNs = 1'000'000'000;
constexpr int kLooks = 5;
constexpr std::string_view kMagic = "cairn lock journal 1 ";

std::string LockOf(const std::string& project) { return os::JoinPath(project, "dvc.lock"); }
std::string OwnLockOf(const std::string& project) { return os::JoinPath(project, "cairn.lock"); }

/// The text, or none when the file is not there.
Result<std::optional<std::string>> TextOf(const std::string& path) {
  auto text = os::ReadFile(path, kLongest);
  if (text) return std::optional(*std::move(text));
  if (text.error().reason == Reason::NotFound) return std::optional<std::string>();
  return std::move(text).error();
}

/// The first line of a journal that is begun on this dvc.lock.
std::string HeadFor(std::string_view lock_text) {
  return std::string(kMagic) + crypto::Md5Hex(lock_text) + "\n";
}

/// "DIGEST LENGTH OF-THE-FIRST\n", the stage as dvc.lock has it, then as cairn.lock has it.
std::string RecordOf(const LockedStage& stage) {
  Lock one;
  one.stages.push_back(stage);
  const std::string lock = DumpLock(one), body = lock + DumpEnvironments(one);
  return crypto::Md5Hex(body) + " " + std::to_string(body.size()) + " " + std::to_string(lock.size()) + "\n" +
         body;
}

/// The next whole record; takes it off `rest`. None at a torn one, and at the end.
std::optional<LockedStage> TakeRecord(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto words = Split(rest.substr(0, end), ' ');
  if (words.size() != 3) return std::nullopt;
  const auto length = ParseInt(words[1]), first = ParseInt(words[2]);
  if (!length || !first || *first < 0 || *length < *first ||
      static_cast<std::uint64_t>(*length) > rest.size() - end - 1)
    return std::nullopt;
  const std::string_view body = rest.substr(end + 1, static_cast<std::size_t>(*length));
  if (crypto::Md5Hex(body) != words[0]) return std::nullopt;
  auto lock = ParseLock(body.substr(0, static_cast<std::size_t>(*first)));
  if (!lock || lock->stages.size() != 1) return std::nullopt;
  const std::string_view own = body.substr(static_cast<std::size_t>(*first));
  if (!own.empty() && !AddEnvironments(own, *lock)) return std::nullopt;
  rest.remove_prefix(end + 1 + body.size());
  return std::move(lock->stages.front());
}

}  // namespace

Result<LockFile> LockFile::Open(const std::string& project, const std::string& journal) {
  LockFile file(project, journal);
  CAIRN_TRY(file.Read());
  if (file.pending_.empty() && !file.foreign_) return file;
  // The program that wrote it may still run; then the journal is its own affair.
  if (const auto claimed = file.Claim(); claimed) CAIRN_TRY(file.Read());
  return file;
}

/// The lock, and what the journal that was begun on it holds.
Result<> LockFile::Read() {
  for (int look = 0;; ++look) {
    const auto text = CAIRN_TRY(TextOf(LockOf(project_)));
    const auto own = CAIRN_TRY(TextOf(OwnLockOf(project_)));
    const auto journal = CAIRN_TRY(TextOf(journal_));
    lock_ = text ? CAIRN_TRY(ParseLock(*text)) : Lock();
    known_ = lock_.stages.size();
    pending_.clear();
    foreign_ = false;
    has_environments_ = own.has_value();
    if (own) CAIRN_TRY(AddEnvironments(*own, lock_));
    if (!journal) return Done{};
    const auto end = journal->find('\n');
    if (end != std::string::npos && journal->substr(0, end + 1) == HeadFor(text ? *text : "")) {
      TakeOver(std::string_view(*journal).substr(end + 1));
      return Done{};
    }
    // Somebody may just have written the one and not yet the other.
    foreign_ = true;
    if (look == kLooks || claim_) return Done{};
  }
}

void LockFile::TakeOver(std::string_view journal) {
  while (auto stage = TakeRecord(journal)) {
    pending_.push_back(stage->name);
    lock_.Put(*std::move(stage));
  }
}

Result<> LockFile::Claim() {
  if (claim_) return Done{};
  CAIRN_TRY(os::MakeFolders(os::ParentOf(journal_)));
  auto claim = CAIRN_TRY(os::FileLock::Try(journal_ + ".held"));
  if (!claim) {
    return Error{Reason::Conflict, "another program runs stages of '" + project_ +
                                       "' and writes its dvc.lock: wait for it, or end it there"};
  }
  claim_ = std::move(claim);
  if (pending_.empty()) known_ = lock_.stages.size();
  written_ns_ = os::SteadyNs();
  return Done{};
}

Result<> LockFile::BeginJournal(std::string_view lock_text) {
  CAIRN_TRY(os::WriteFileAtomically(journal_, HeadFor(lock_text)));
  file_ = CAIRN_TRY(os::OpenToAppend(journal_));
  return Done{};
}

Result<bool> LockFile::Put(LockedStage stage) {
  if (!file_) {
    const auto text = CAIRN_TRY(TextOf(LockOf(project_)));
    CAIRN_TRY(BeginJournal(text ? *text : ""));
  }
  CAIRN_TRY(os::WriteAll(file_.number(), RecordOf(stage), journal_));
  pending_.push_back(stage.name);
  lock_.Put(std::move(stage));
  return os::SteadyNs() - written_ns_ >= kBetweenWritesNs;
}

void LockFile::Arrange(const std::vector<std::string>& names) {
  if (names.empty() || lock_.stages.size() < known_ + 2) return;
  std::unordered_map<std::string_view, std::size_t> ranks;
  for (std::size_t i = 0; i < names.size(); ++i) ranks[names[i]] = i + 1;
  const auto rank = [&](const LockedStage& stage) {
    const auto found = ranks.find(stage.name);
    return found == ranks.end() ? 0 : found->second;
  };
  Lock arranged;
  arranged.stages = std::move(lock_.stages);
  std::stable_sort(arranged.stages.begin() + static_cast<std::ptrdiff_t>(known_), arranged.stages.end(),
                   [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  lock_ = std::move(arranged);
}

Result<> LockFile::Fold(const std::vector<std::string>& names) {
  if (pending_.empty()) return Done{};
  Arrange(names);
  const std::string own = DumpEnvironments(lock_), text = DumpLock(lock_);
  // dvc.lock comes last: until it is there, the journal counts.
  if (!own.empty()) CAIRN_TRY(os::WriteFileAtomically(OwnLockOf(project_), own));
  if (own.empty() && has_environments_) {
    auto removed = os::Remove(OwnLockOf(project_));
    if (!removed && removed.error().reason != Reason::NotFound) return removed;
  }
  has_environments_ = !own.empty();
  CAIRN_TRY(os::WriteFileAtomically(LockOf(project_), text));
  written_ns_ = os::SteadyNs();
  pending_.clear();
  return BeginJournal(text);
}

void LockFile::Release() {
  if (!claim_) return;
  file_.Reset();
  if (pending_.empty()) static_cast<void>(bool(os::Remove(journal_)));
  static_cast<void>(bool(claim_->RemoveFile()));
  claim_.reset();
}

}  // namespace cairn::pipeline
