#include "loop/sweep/git.h"

#include "ground/os/process.h"
#include "ground/vocabulary/text.h"

namespace cairn::sweep {

Result<std::string> Git(const std::string& folder, const std::vector<std::string>& words,
                        const std::vector<std::pair<std::string, std::string>>& variables) {
  std::string printed, complaint;
  os::Command command;
  command.arguments = {"git"};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  command.folder = folder;
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})
    command.environment.emplace_back(name, std::nullopt);
  command.environment.emplace_back("GIT_OPTIONAL_LOCKS", "0");
  command.environment.emplace_back("LC_ALL", "C");
  for (const auto& [name, value] : variables) command.environment.emplace_back(name, value);
  command.bytes = [&](os::Stream stream, std::string_view bytes) {
    (stream == os::Stream::Output ? printed : complaint) += bytes;
  };
  auto git = CAIRN_TRY(os::Process::Spawn(std::move(command)));
  if (git.Wait()->Succeeded()) return printed;
  return Error{Reason::Unprocessable,
               "git " + words.front() + " in '" + folder + "' failed: " + std::string(Trim(complaint))};
}

}  // namespace cairn::sweep
