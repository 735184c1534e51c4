#include "cli/dvc/answers.h"
#include "cli/dvc/commands.h"
#include "cli/dvc/line.h"
#include "ground/os/files.h"
#include "loop/repository/import.h"

namespace cairn::cli::dvc {
namespace {

constexpr Option kOfGet[] = {{"o", "out", Takes::Maybe},
                             {"", "rev", Takes::Maybe},
                             {"f", "force"},
                             {"j", "jobs", Takes::Value},
                             {"", "remote", Takes::Value},
                             Uncovered("show-url"),
                             Uncovered("config", Takes::Value),
                             Uncovered("remote-config", Takes::Many)};
constexpr Grammar kGet{"get", kOfGet, 2};
constexpr Option kOfImport[] = {
    {"o", "out", Takes::Maybe},  {"", "rev", Takes::Maybe},         {"f", "force"},
    {"j", "jobs", Takes::Value}, {"", "remote", Takes::Value},      Uncovered("no-exec"),
    Uncovered("no-download"),    Uncovered("config", Takes::Value), Uncovered("remote-config", Takes::Many)};
constexpr Grammar kImport{"import", kOfImport, 2};

std::string OutOf(const Line& line) {
  std::string path = line.rest[1];
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const std::string out = line.Text("out"), name = os::BaseName(path);
  if (out.empty()) return name;
  return os::IsFolder(out) ? os::JoinPath(out, name) : out;
}

repository::SourceOrder SourceOf(const Line& line) {
  return {line.rest[0], line.rest[1], line.Text("rev"), line.Text("remote"), 0, {}, {}};
}

constexpr Option kOfUpdate[] = {{"", "rev", Takes::Maybe},
                                {"j", "jobs", Takes::Value},
                                {"R", "recursive", Takes::Nothing, false},
                                {"r", "remote", Takes::Value, false},
                                Uncovered("no-download"),
                                Uncovered("to-remote")};
constexpr Grammar kUpdate{"update", kOfUpdate};

}  // namespace

int Get(Words words) {
  const auto line = ReadLine(words, kGet);
  if (!line) return Usage(line.error());
  if (line->rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: url, path"});
  const auto folder = os::WorkingFolder();
  const std::string out = os::JoinPath(folder ? *folder : ".", OutOf(*line));
  if (line->Has("force")) static_cast<void>(bool(os::RemoveTree(out)));
  const auto done = repository::Get(SourceOf(*line), out);
  return done ? 0 : Fail(kFailed, "failed to get '" + line->rest[1] + "' - " + done.error().message);
}

int Import(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kImport);
  if (!line) return Usage(line.error());
  if (line->rest.size() != 2)
    return Usage({Reason::InvalidArgument, "the following arguments are required: url, path"});
  const auto here = Open(code);
  if (!here) return code;
  const std::string out = OutOf(*line);
  if (!line->quiet()) Say("Importing '" + line->rest[1] + " (" + line->rest[0] + ")' -> '" + out + "'");
  const auto done =
      repository::Import(here->root, here->configuration, SourceOf(*line), here->FromRoot(out),
                         line->Has("force") ? repository::Existing::Replace : repository::Existing::Keep);
  return done ? 0
              : Fail(kFailed, "failed to import '" + line->rest[1] + "' from '" + line->rest[0] + "'. - " +
                                  done.error().message);
}

int Update(Words words) {
  int code = 0;
  const auto line = ReadLine(words, kUpdate);
  if (!line) return Usage(line.error());
  if (line->rest.empty())
    return Usage({Reason::InvalidArgument, "the following arguments are required: targets"});
  const auto here = Open(code);
  if (!here) return code;
  for (const auto& target : here->FromRoot(line->rest)) {
    const auto done =
        repository::Update(here->root, here->configuration,
                           target.ends_with(".dvc") ? target : target + ".dvc", line->Text("rev"));
    if (!done) return Fail(kFailed, "failed update data - " + done.error().message);
  }
  return 0;
}

}  // namespace cairn::cli::dvc
