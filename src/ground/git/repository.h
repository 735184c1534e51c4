#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"

/// What a git repository has recorded. Nothing here writes. Objects are named by 40 hexadecimal digits.
namespace cairn::git {

struct Reference {
  std::string name;    ///< In full: "refs/heads/main".
  std::string commit;  ///< Where it leads to, through tags.
};

struct Commit {
  std::string id;
  std::string tree;
  std::string author;
  std::string summary;  ///< The first line of its message.
  TimeMs time_ms = 0;   ///< When it was committed.
};

/// One thread at a time. Errors besides those named: Corrupt for a repository that cannot be read,
/// Unsupported where libgit2 is missing.
class Repository {
 public:
  /// The repository whose work tree holds `folder`, or that is the bare repository `folder`. NotFound when
  /// there is none up to the root of the file system.
  static Result<Repository> Open(const std::string& folder);
  Repository(Repository&&) noexcept;
  Repository& operator=(Repository&&) = delete;
  ~Repository();

  /// Absolute, without a slash at its end; "" for a bare repository.
  const std::string& work_tree() const { return work_tree_; }

  /// The references that match a pattern such as "refs/heads/*" ('*' also takes slashes), sorted by name;
  /// those that lead to no commit are left out.
  Result<std::vector<Reference>> References(const std::string& pattern) const;
  /// The id of the commit that `revision` means: a branch, a tag, an id or its beginning, "HEAD~2". NotFound
  /// when it means none; InvalidArgument when it cannot mean any, or could mean several.
  Result<std::string> Resolve(const std::string& revision) const;
  /// NotFound.
  Result<Commit> Find(const std::string& commit) const;
  /// These commits and all they stem from, each once, newest first. A clone that was cut off ends where it
  /// was cut.
  Result<std::vector<Commit>> History(std::span<const std::string> from) const;
  /// The content of a file as Trees names it. NotFound.
  Result<std::string> Read(const std::string& blob) const;

 private:
  friend class Trees;
  struct State;
  class Walk;
  explicit Repository(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
  std::string work_tree_;
};

}  // namespace cairn::git
