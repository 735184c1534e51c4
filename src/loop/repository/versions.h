#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ground/vocabulary/result.h"
#include "ground/vocabulary/time.h"
#include "loop/repository/tracked.h"

namespace cairn::repository {

/// Which states of a repository are meant.
struct Scope {
  bool workspace = true;
  bool branches = false;  ///< The tips of this clone's own branches.
  bool tags = false;
  bool commits = false;      ///< Everything that any reference leads to.
  bool experiments = false;  ///< DVC's (refs/exps).
  std::vector<std::string> revisions;
  int back = 1;                 ///< Of each branch and revision so many commits, along first parents.
  std::optional<TimeMs> since;  ///< Every commit made then or later.

  bool NeedsGit() const { return branches || tags || commits || experiments || since || !revisions.empty(); }
};

/// What one state tracks.
struct Version {
  std::vector<std::string>
      names;  ///< "workspace", branches and tags by their short names, revisions as given; else the id.
  std::string commit;   ///< "" for the workspace.
  std::string summary;  ///< The first line of the commit's message.
  TimeMs time_ms = 0;   ///< Of the commit.
  std::shared_ptr<const std::vector<TrackedPath>> tracked;
};

/// The texts of the working tree at `root`; .git and .dvc are not looked into.
Result<Texts> TextsOfWorkspace(const std::string& root);

/// The states that `scope` means in the repository at `root`, whose working tree's texts are `workspace`: the
/// workspace first, then commits, newest first. What commits have in common is read once. NotFound without
/// git where it is needed, or for a revision that git does not know; the errors of TrackedIn, naming the
/// commit.
Result<std::vector<Version>> VersionsIn(const std::string& root, const Scope& scope, const Texts& workspace);

}  // namespace cairn::repository
