#include "cli/dvc.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"

namespace cairn::cli {
namespace {

using Run = int (*)(dvc::Words);
const std::map<std::string, Run, std::less<>>& Covered() {
  static const std::map<std::string, Run, std::less<>> commands = {
      {"add", dvc::Add},       {"commit", dvc::Commit}, {"checkout", dvc::Checkout},
      {"move", dvc::Move},     {"mv", dvc::Move},       {"remove", dvc::Remove},
      {"rm", dvc::Remove},     {"list", dvc::List},     {"ls", dvc::List},
      {"diff", dvc::Diff},     {"data", dvc::Data},     {"unprotect", dvc::Unprotect},
      {"push", dvc::Push},     {"pull", dvc::Pull},     {"fetch", dvc::Fetch},
      {"status", dvc::Status}, {"gc", dvc::Collect},    {"get", dvc::Get},
      {"import", dvc::Import}, {"update", dvc::Update}, {"remote", dvc::Remote},
      {"config", dvc::Config}, {"root", dvc::Root},     {"init", dvc::Init}};
  return commands;
}

constexpr std::string_view kOthers[] = {
    "artifacts", "cache",   "check-ignore", "completion", "daemon",   "dag",      "dataset", "ds",
    "destroy",   "du",      "experiments",  "exp",        "freeze",   "unfreeze", "get-url", "git-hook",
    "import-db", "test-db", "import-url",   "install",    "list-url", "ls-url",   "metrics", "params",
    "plots",     "queue",   "repro",        "stage",      "studio",   "version",  "doctor"};

}  // namespace

int RunDvc(std::span<const std::string> words) {
  if (words.empty())
    return dvc::Usage({Reason::InvalidArgument, "the following arguments are required: command"});
  const auto command = Covered().find(words[0]);
  if (command != Covered().end()) return command->second(words.subspan(1));
  if (std::find(std::begin(kOthers), std::end(kOthers), words[0]) != std::end(kOthers))
    return dvc::NotCovered(words[0]);
  return dvc::Usage({Reason::InvalidArgument, "argument command: invalid choice: '" + words[0] + "'"});
}

}  // namespace cairn::cli
