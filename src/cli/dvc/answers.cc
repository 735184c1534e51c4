#include "cli/dvc/answers.h"

#include <cstdio>

#include "cli/shown_name.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli::dvc {
namespace {

int FailToOpen(const Error& error) {
  return error.reason == Reason::NotFound
             ? Fail(kNoRepository, "you are not inside of a DVC repository (checked up to mount point '/')")
             : Fail(kSettings, "configuration error - config file error: " + error.message);
}

}  // namespace

void Say(const std::string& line) { std::printf("%s\n", line.c_str()); }

void SayJson(const Json& answer) { Say(ReadableJson(answer.Dump())); }

void Warn(const std::string& sentence) { std::fprintf(stderr, "WARNING: %s\n", sentence.c_str()); }

int Fail(int code, const std::string& sentence) {
  std::fprintf(stderr, "ERROR: %s\n", sentence.c_str());
  return code;
}

int Usage(const Error& error) {
  return Fail(error.reason == Reason::Unsupported ? kFailed : kUsage, error.message);
}

std::string NotCoveredText(const std::string& what, const std::string& instead) {
  return "'dvc " + what + "' is not covered by Cairn: use DVC for it" +
         (instead.empty() ? "" : ", or " + instead);
}

int NotCovered(const std::string& what, const std::string& instead) {
  return Fail(kFailed, NotCoveredText(what, instead));
}

std::string Summary(const std::vector<std::pair<std::size_t, std::string>>& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, verb] : counts) {
    if (count > 0) parts.push_back(std::to_string(count) + (count > 1 ? " files " : " file ") + verb);
  }
  if (parts.size() < 2) return parts.empty() ? "" : parts.front();
  const std::string last = parts.back();
  parts.pop_back();
  return Join(parts, ", ") + " and " + last;
}

void SayChanges(const repository::CheckedOut& out, const TreeHere& here) {
  const auto say = [&](const char* what, const std::vector<std::string>& paths) {
    for (const auto& path : paths)
      Say(what + here.Shown(path) + (os::IsFolder(here.tree.At(path)) ? "/" : ""));
  };
  say("A\t", out.added);
  say("M\t", out.modified);
  say("D\t", out.deleted);
}

int FailureOf(const repository::CheckedOut& out, const std::string& head, Absent absent) {
  std::string missing, unsaved;
  for (const auto& one : out.failed) {
    const bool lacks = one.error.reason == Reason::NotFound;
    if (lacks && absent == Absent::Allowed) continue;
    if (lacks) {
      missing += "\n" + one.path;
    } else {
      unsaved += (unsaved.empty() ? "" : "\n") + one.error.message;
    }
  }
  if (!unsaved.empty()) return Fail(head.empty() ? kOther : kFailed, head + unsaved);
  if (missing.empty()) return 0;
  return Fail(kFailed, head + "Checkout failed for following targets:" + missing +
                           "\nIs your cache up to date?\n<https://error.dvc.org/missing-files>");
}

TreeProgress::Shown BarOf(const Line& line) {
  return line.quiet() ? TreeProgress::Shown::Never : TreeProgress::Shown::AtTerminal;
}

Result<Here> Open(int& code) {
  auto here = RepositoryHere();
  if (!here) code = FailToOpen(here.error());
  return here;
}

Result<TreeHere> OpenTree(int& code) {
  auto here = FindTree();
  if (!here) code = FailToOpen(here.error());
  return here;
}

}  // namespace cairn::cli::dvc
