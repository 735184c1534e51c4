#include "loop/pipeline/source.h"

#include <optional>

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

}  // namespace cairn::pipeline
