#include "ground/git/clone.h"

#include "ground/os/files.h"
#include "ground/os/process.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::git {
namespace {

/// The last of what git said, when it failed.
Result<std::string> RunGit(std::vector<std::string> words) {
  std::string said;
  os::Command command;
  command.arguments = {"git"};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  // A hook's variables name the hook's repository.
  command.environment = {{"GIT_DIR", std::nullopt},
                         {"GIT_WORK_TREE", std::nullopt},
                         {"GIT_INDEX_FILE", std::nullopt},
                         {"GIT_TERMINAL_PROMPT", "0"},
                         {"LC_ALL", "C"}};
  command.line = [&said](os::Stream stream, std::string_view line) {
    if (stream == os::Stream::Error && !Trim(line).empty()) said = std::string(Trim(line));
  };
  auto git = os::Process::Spawn(std::move(command));
  if (!git) return Error{Reason::Unsupported, "git cannot be run: " + git.error().message};
  const auto exit = git->Wait();
  if (exit && exit->Succeeded()) return std::string();
  return said.empty() ? Describe(*exit) : said;
}

}  // namespace

Result<> Clone(const std::string& url, const std::string& to, const std::string& revision) {
  if (url.starts_with("-"))
    return Error{Reason::InvalidArgument, "'" + url + "' is no address of a repository"};
  if (!revision.empty() && !IsHex(revision, 40) && !revision.starts_with("-")) {
    const std::string failed = CAIRN_TRY(
        RunGit({"clone", "--quiet", "--bare", "--depth", "1", "--branch", revision, "--", url, to}));
    if (failed.empty()) return Done{};
    CAIRN_TRY(os::RemoveTree(to));
  }
  const std::string failed = CAIRN_TRY(RunGit({"clone", "--quiet", "--bare", "--", url, to}));
  if (failed.empty()) return Done{};
  return Error{Reason::Unavailable, "git cannot copy '" + url + "': " + failed};
}

}  // namespace cairn::git
