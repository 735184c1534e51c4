#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "loop/repository/working_tree.h"

namespace cairn::cli::dvc {
namespace {

using repository::WorkingTree;

constexpr Option kOptions[] = {{"", "no-scm"}, {"f", "force", Takes::Nothing, false}, {"", "subdir"}};
constexpr Grammar kInit{"init", kOptions, 0};

}  // namespace

int Root(Words words) {
  int code = 0;
  const auto line = ReadLine(words, {"root", {}, 0});
  if (!line) return Usage(line.error());
  const auto here = Open(code);
  if (!here) return code;
  std::string up;
  for (const char c : here->prefix) up += c == '/' ? "../" : "";
  Say(up.empty() ? "." : up.substr(0, up.size() - 1));
  return 0;
}

int Init(Words words) {
  const auto line = ReadLine(words, kInit);
  if (!line) return Usage(line.error());
  if (line->Has("subdir") && line->Has("no-scm"))
    return Fail(kFailed, "failed to initiate DVC - Cannot initialize repo with `--no-scm` and `--subdir`");
  const auto history = line->Has("subdir")   ? WorkingTree::History::GitOfFolderAbove
                       : line->Has("no-scm") ? WorkingTree::History::None
                                             : WorkingTree::History::Git;
  const auto made = WorkingTree::Make(".", history);
  if (!made && made.error().reason == Reason::AlreadyExists)
    return Fail(kFailed, "failed to initiate DVC - '.dvc' exists. Use `-f` to force.");
  if (!made) return Fail(kFailed, "failed to initiate DVC - " + made.error().message);
  if (line->Has("quiet")) return 0;
  Say("Initialized DVC repository.");
  if (history != WorkingTree::History::None) Say("\nYou can now commit the changes to git.");
  return 0;
}

}  // namespace cairn::cli::dvc
