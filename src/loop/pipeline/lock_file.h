#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ground/os/descriptor.h"
#include "ground/os/file_lock.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/lock.h"

namespace cairn::pipeline {

/// dvc.lock (and cairn.lock beside it) with a journal, so that they need not be written anew for each stage.
/// What a stage did is one record in the journal; the files are written from it at most once a second and at
/// the end. A program that dies leaves the journal: whoever opens the lock next takes over what it holds. A
/// journal belongs to the very dvc.lock that it was begun on; beside another one (a checkout, a run of `dvc`)
/// it counts for nothing, and its stages run again. One thread at a time.
class LockFile {
 public:
  /// `journal` is where the journal lies; its folder need not be there before Claim. The errors of ReadLock;
  /// a journal with a torn end counts up to there.
  static Result<LockFile> Open(const std::string& project, const std::string& journal);

  const Lock& lock() const { return lock_; }
  /// After Open, when a journal was left behind by a program that died: Fold and Release are due then.
  bool claimed() const { return claim_.has_value(); }
  /// The stages whose records are in the journal and not yet in dvc.lock.
  const std::vector<std::string>& pending() const { return pending_; }

  /// Keeps every other program from writing until Release, or the end of this one. Conflict when another has
  /// it.
  Result<> Claim();
  /// Only under a claim. Survives the death of this program when it returns. Gives whether the files should
  /// be written by now.
  Result<bool> Put(LockedStage stage);
  /// Writes the files, if anything is pending, and begins the journal anew. Only under a claim. Stages that
  /// dvc.lock did not have before the claim come behind those it had, in the order of `names`: whatever ended
  /// first, the file is the same.
  Result<> Fold(const std::vector<std::string>& names = {});
  /// Gives the claim back; a journal of which all is in dvc.lock goes with it.
  void Release();

 private:
  LockFile(std::string project, std::string journal)
      : project_(std::move(project)), journal_(std::move(journal)) {}
  Result<> Read();
  void Arrange(const std::vector<std::string>& names);
  Result<> BeginJournal(std::string_view lock_text);
  void TakeOver(std::string_view journal);

  std::string project_, journal_;
  Lock lock_;
  std::size_t known_ = 0;          ///< So many of its first stages were in dvc.lock before the claim.
  bool has_environments_ = false;  ///< Whether cairn.lock is there.
  bool foreign_ = false;           ///< Whether the journal is of another dvc.lock.
  std::vector<std::string> pending_;
  std::optional<os::FileLock> claim_;
  os::Descriptor file_;  ///< The journal, once something was put.
  std::int64_t written_ns_ = 0;
};

}  // namespace cairn::pipeline
