#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/result.h"
#include "loop/pipeline/definition.h"
#include "loop/pipeline/record.h"
#include "loop/sweep/space.h"

/// Working copies of a project. What a sweep is about is taken once, when it is asked for, so that what the
/// caller changes later has no part in it; each trial runs in a copy of that, and the caller's own tree stays
/// as it is.
namespace cairn::sweep {

/// A project as it was when a sweep was asked for.
struct Base {
  std::string folder;              ///< Where it is kept: `tree/` with the files, `base.json` with the rest.
  std::string project;             ///< Absolute path of the caller's project.
  std::string root;                ///< Of its git work tree, or else of its DVC project.
  std::string below;               ///< The project below the root; "" when it is the root.
  std::string dvc;                 ///< The same of the DVC project.
  std::string cache;               ///< The cache of objects, which all copies share.
  pipeline::Source source;         ///< No commit outside of git.
  std::vector<std::string> files;  ///< Below the root, sorted.
  /// What lies in the cache, by path below the root, with its MD5.
  std::vector<std::pair<std::string, std::string>> data;
};

/// Takes every file that git knows or would take (without git: every file) and, out of the cache, what the
/// stages read and made. The data folder is left out. `into` must not be there yet; one without `base.json`
/// was not finished. Errors of pipeline::ReadDefinition; NotFound, Denied, Exhausted.
Result<Base> TakeBase(const std::string& project, const std::string& data_dir, const std::string& into);
/// NotFound, with what to do, when it is gone.
Result<Base> OpenBase(const std::string& folder);

/// Makes the copy of a trial at `tree`, with its settings, and gives the project in it. One that is there
/// already is taken as it is: what ran in it counts. The errors of WithSetting.
Result<std::string> LayOut(const Base& base, const std::vector<Setting>& settings, const std::string& tree);

/// The text that a setting is about: NotFound, with what to do, when its file is not there.
Result<std::string> ReadSettable(const std::string& project, const Setting& setting);

/// Copies what a trial changed (parameter files, dvc.lock, outputs that are not cached) from its tree to
/// `kept`, and gives the paths below the root. What it has in the cache is named in its dvc.lock.
Result<std::vector<std::string>> Keep(const Base& base, const std::string& tree, const std::string& kept);

/// The parameters that the stages of a project read: {"lr": 0.1, "train.depth": 3, "conf.json:x": 1}.
Result<Json> ParamsIn(const std::string& project);
/// The same of files that are read in another way; one that cannot be read has none.
Json ParamsOf(const pipeline::Definition& definition,
              const std::function<Result<Json>(const std::string& file)>& read);
/// The numbers in what Project::Metrics gives, by dotted name; where two files have the same name, both have
/// theirs before it: "a.json:loss".
Json FiguresOf(const Json& metrics);

}  // namespace cairn::sweep
