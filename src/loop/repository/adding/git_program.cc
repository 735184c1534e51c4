#include "loop/repository/adding/git_program.h"

#include "ground/os/process.h"

namespace cairn::repository {
namespace {

struct Ran {
  os::Exit exit;
  std::string output, errors;
};

Result<Ran> RunGit(std::vector<std::string> arguments) {
  Ran ran;
  os::Command command;
  command.arguments = std::move(arguments);
  // Neither may the reading of an index rewrite it, nor a question wait for an answer.
  command.environment = {{"GIT_OPTIONAL_LOCKS", "0"}, {"GIT_TERMINAL_PROMPT", "0"}};
  command.line = [&](os::Stream stream, std::string_view line) {
    std::string& text = stream == os::Stream::Output ? ran.output : ran.errors;
    if (text.size() < 4096) text.append(line).push_back('\n');
  };
  auto process = CAIRN_TRY(os::Process::Spawn(std::move(command)));
  ran.exit = *process.Wait();
  return ran;
}

}  // namespace

Result<bool> IsKeptByGit(const std::string& git_root, const std::string& path) {
  const auto ran = RunGit({"git", "-C", git_root, "--literal-pathspecs", "ls-files", "--", path});
  if (!ran) return ran.error().reason == Reason::NotFound ? Result<bool>(false) : ran.error();
  return ran->exit.Succeeded() && !ran->output.empty();
}

Result<> StageInGit(const std::string& git_root, const std::vector<std::string>& files) {
  std::vector<std::string> arguments = {"git", "-C", git_root, "--literal-pathspecs", "add", "--"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  const auto ran = CAIRN_TRY(RunGit(std::move(arguments)));
  if (ran.exit.Succeeded()) return Done{};
  return Error{Reason::Unavailable,
               "git could not record what changed (" + os::Describe(ran.exit) + "): " + ran.errors};
}

}  // namespace cairn::repository
