#include "cli/dvc.h"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "server/cairn/version.h"

namespace cairn::cli {
namespace {

/// Whose command lines these are.
constexpr std::string_view kDvcVersion = "3.67.1";

struct Command {
  std::string_view name;
  int (*run)(dvc::Words);
  std::string_view arguments;  ///< As its usage line has them.
  std::string_view says;
};

constexpr Command kCommands[] = {
    {"add", dvc::Add, "[--no-commit] [--glob] [-f] [--no-relink] targets [targets ...]",
     "Track data files or folders."},
    {"checkout", dvc::Checkout, "[--summary] [-R] [-f] [--relink] [--allow-missing] [targets ...]",
     "Make tracked files what the .dvc files and dvc.lock say."},
    {"commit", dvc::Commit, "[-f] [-R] [--no-relink] [targets ...]",
     "Take over what changed in tracked files."},
    {"config", dvc::Config,
     "[--global | --system | --project | --local] [-u] [-l] [--show-origin] [name] [value]",
     "Read or change settings."},
    {"data", dvc::Data, "status [--json] [--granular] [targets ...]",
     "Tell what git's last commit, the texts and the working tree say of each other."},
    {"diff", dvc::Diff, "[--targets [<paths> ...]] [--json] [--show-hash] [a_rev] [b_rev]",
     "Compare data between commits."},
    {"fetch", dvc::Fetch, "[-j <number>] [-r <name>] [-a] [-T] [-A] [-d] [-R] [targets ...]",
     "Copy data from the remote into the cache."},
    {"gc", dvc::Collect,
     "[-w] [--rev <commit>] [-n <num>] [-a] [-T] [-A] [--date <date>] [--all-experiments] [-c] [-r <name>] "
     "[-f] "
     "[-p [<paths> ...]] [--dry]",
     "Free objects that nothing in the scope needs."},
    {"get", dvc::Get, "[-o <path>] [--rev <commit>] [-f] [--remote <name>] url path",
     "Copy data of another repository."},
    {"import", dvc::Import, "[-o <path>] [--rev <commit>] [-f] [--remote <name>] url path",
     "Track data of another repository."},
    {"init", dvc::Init, "[--no-scm] [--subdir]", "Begin to keep data under version in this folder."},
    {"list", dvc::List, "[-R] [--dvc-only] [--json] url [path]", "List a repository's files and data."},
    {"ls", dvc::List, "[-R] [--dvc-only] [--json] url [path]", "List a repository's files and data."},
    {"move", dvc::Move, "src dst", "Move tracked data, with its .dvc file."},
    {"mv", dvc::Move, "src dst", "Move tracked data, with its .dvc file."},
    {"pull", dvc::Pull,
     "[-j <number>] [-r <name>] [-a] [-T] [-A] [-f] [-d] [-R] [--allow-missing] [targets ...]",
     "Fetch data, and check it out."},
    {"push", dvc::Push, "[-j <number>] [-r <name>] [-a] [-T] [-A] [-d] [-R] [targets ...]",
     "Copy data from the cache to the remote."},
    {"remote", dvc::Remote, "add | default | list | modify | remove | rename ...", "Set up remotes."},
    {"remove", dvc::Remove, "[--outs] targets [targets ...]", "Stop tracking data."},
    {"rm", dvc::Remove, "[--outs] targets [targets ...]", "Stop tracking data."},
    {"root", dvc::Root, "", "Print the way to the repository's root."},
    {"status", dvc::Status, "[-c] [-r <name>] [-a] [-T] [-A] [-d] [-R] [--json] [targets ...]",
     "Tell which data differs from what the texts say."},
    {"unprotect", dvc::Unprotect, "targets [targets ...]", "Make links into the cache files of their own."},
    {"update", dvc::Update, "[--rev <commit>] targets [targets ...]", "Bring imports up to date."},
};

/// What only DVC knows; the second says what of Cairn's does the like.
constexpr std::pair<std::string_view, std::string_view> kOthers[] = {
    {"artifacts", ""},
    {"cache", ""},
    {"check-ignore", ""},
    {"completion", ""},
    {"daemon", ""},
    {"dag", "`cairn graph`, which shows the stages"},
    {"dataset", ""},
    {"ds", ""},
    {"destroy", ""},
    {"du", ""},
    {"experiments", "`cairn exp`, which keeps and compares experiments"},
    {"exp", "`cairn exp`, which keeps and compares experiments"},
    {"freeze", ""},
    {"unfreeze", ""},
    {"get-url", ""},
    {"git-hook", ""},
    {"import-db", ""},
    {"test-db", ""},
    {"import-url", ""},
    {"install", ""},
    {"list-url", ""},
    {"ls-url", ""},
    {"metrics", "`cairn exp show`, which compares the metrics of runs"},
    {"params", "`cairn exp show`, which compares the parameters of runs"},
    {"plots", ""},
    {"queue", "`cairn exp`, which runs trials"},
    {"repro", "`cairn run`, which runs the stages that are stale"},
    {"stage", ""},
    {"studio", ""},
    {"version", ""},
    {"doctor", ""}};

int Help() {
  std::string text =
      "usage: dvc [-q | -v] [-h] [-V] [--cd <path>] command ...\n\n"
      "DVC's command lines, as far as Cairn covers them:\n\n";
  for (const Command& command : kCommands) {
    std::string name(command.name);
    name.resize(std::max<std::size_t>(name.size(), 11), ' ');
    text += "  " + name + std::string(command.says) + "\n";
  }
  dvc::Say(text + "\n`dvc <command> -h` tells its options.");
  return 0;
}

int HelpOf(const Command& command) {
  std::string usage = "usage: dvc " + std::string(command.name) + " [-h] [-q | -v]";
  if (!command.arguments.empty()) usage += " " + std::string(command.arguments);
  dvc::Say(usage + "\n\n" + std::string(command.says) + "\nDocumentation: <https://man.dvc.org/" +
           std::string(command.name) + ">");
  return 0;
}

bool AsksForHelp(dvc::Words words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::any_of(words.begin(), end, [](const auto& word) { return word == "-h" || word == "--help"; });
}

int RunCommand(dvc::Words words) {
  const std::string& name = words[0];
  const auto command = std::find_if(std::begin(kCommands), std::end(kCommands),
                                    [&](const Command& one) { return one.name == name; });
  if (command != std::end(kCommands))
    return AsksForHelp(words) ? HelpOf(*command) : command->run(words.subspan(1));
  for (const auto& [other, instead] : kOthers) {
    if (other == name) return dvc::NotCovered(name, std::string(instead));
  }
  return dvc::Usage({Reason::InvalidArgument, "argument command: invalid choice: '" + name + "'"});
}

constexpr dvc::Option kBefore[] = {
    {"h", "help"}, {"V", "version"}, {"", "cd", dvc::Takes::Value}, {"", "wait-for-lock"}};

/// How many of the words stand before the command.
std::size_t CountBefore(dvc::Words words) {
  std::size_t count = 0;
  while (count < words.size() && words[count].starts_with('-')) count += words[count] == "--cd" ? 2 : 1;
  return std::min(count, words.size());
}

}  // namespace

int RunDvc(std::span<const std::string> words) {
  const std::size_t before = CountBefore(words);
  const auto line = dvc::ReadLine(words.first(before), {"", kBefore});
  if (!line) return dvc::Usage(line.error());
  if (line->Has("help")) return Help();
  if (line->Has("version")) {
    dvc::Say(std::string(kDvcVersion) + "+cairn." + std::string(api::kVersion));
    return 0;
  }
  if (before == words.size())
    return dvc::Usage({Reason::InvalidArgument, "the following arguments are required: command"});
  if (line->Has("cd")) {
    std::error_code error;
    std::filesystem::current_path(line->Text("cd"), error);
    if (error)
      return dvc::Fail(dvc::kOther, "'" + line->Text("cd") + "' cannot be worked in: " + error.message());
  }
  return RunCommand(words.subspan(before));
}

}  // namespace cairn::cli
