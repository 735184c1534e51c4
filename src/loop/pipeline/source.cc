#include "loop/pipeline/source.h"

#include <algorithm>
#include <optional>
#include <set>

#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/vocabulary/text.h"

namespace cairn::pipeline {
namespace {

constexpr std::int64_t kPatienceMs = 10'000;

/// What `git` with these words prints in that folder; nothing when it fails.
std::optional<std::string> Git(const std::string& folder, std::vector<std::string> words) {
  std::string printed;
  os::Command command;
  command.arguments = {"git"};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  command.folder = folder;
  // A hook's variables name the hook's repository; and a look must not lock the index that somebody else
  // uses.
  command.environment = {{"GIT_DIR", std::nullopt},
                         {"GIT_WORK_TREE", std::nullopt},
                         {"GIT_INDEX_FILE", std::nullopt},
                         {"GIT_OPTIONAL_LOCKS", "0"},
                         {"LC_ALL", "C"}};
  command.bytes = [&printed](os::Stream stream, std::string_view bytes) {
    if (stream == os::Stream::Output) printed.append(bytes);
  };
  auto git = os::Process::Spawn(std::move(command));
  if (!git) return std::nullopt;
  const auto exit = git->Wait(kPatienceMs);
  if (!exit || !exit->Succeeded()) return std::nullopt;
  return printed;
}

/// `words`, about the project's folder without what the pipeline writes itself.
std::vector<std::string> AboutCode(std::vector<std::string> words, const Definition& definition) {
  for (const char* word : {"--", ".", ":(exclude,literal)dvc.lock", ":(exclude,literal)cairn.lock"})
    words.emplace_back(word);
  for (const auto& stage : definition.stages) {
    for (const auto& out : stage.outs) words.push_back(":(exclude,literal)" + out.path);
  }
  return words;
}

}  // namespace

Source SourceOf(const std::string& project, const Definition& definition) {
  const auto commit = Git(project, {"rev-parse", "--verify", "--quiet", "HEAD"});
  if (!commit) return {};
  const auto changed = Git(project, AboutCode({"status", "--porcelain", "--untracked-files=no"}, definition));
  return {std::string(Trim(*commit)), !changed || !Trim(*changed).empty()};
}

std::optional<std::string> ChangesOf(const std::string& project, const Definition& definition) {
  return Git(project, AboutCode({"diff", "--no-color", "--no-ext-diff", "--binary", "--relative", "HEAD"},
                                definition));
}

Result<std::vector<std::string>> FilesOf(const std::string& project, const Definition& definition) {
  std::vector<std::string> files;
  const auto listed = Git(project, {"ls-files", "-z", "--cached", "--others", "--exclude-standard"});
  // In a folder that git ignores, such as the copy of a trial, it knows of nothing.
  if (listed && !listed->empty()) {
    for (const auto path : Split(*listed, '\0')) {
      if (!path.empty()) files.emplace_back(path);
    }
  } else {
    for (const auto& entry : CAIRN_TRY(os::ListTree(project))) {
      if (entry.kind != os::FileKind::Folder) files.push_back(entry.path);
    }
  }
  std::set<std::string_view> own = {".git", ".dvc", ".cairn", "dvc.lock", "cairn.lock"};
  for (const Stage& stage : definition.stages) {
    for (const Out& out : stage.outs) own.insert(out.path);
  }
  std::erase_if(files, [&](const std::string& path) {
    for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', end + 1)) {
      if (own.contains(std::string_view(path).substr(0, end))) return true;
    }
    return own.contains(path);
  });
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

}  // namespace cairn::pipeline
