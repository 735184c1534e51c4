#include "loop/profile/profile.h"

#include <algorithm>

#include "cli/catalogue.h"
#include "cli/csv_flags.h"
#include "cli/page_file.h"
#include "cli/profile_view.h"
#include "cli/waiting.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/os/mapped_file.h"
#include "ground/tables/engine.h"
#include "ground/tables/plain_files.h"
#include "ground/vocabulary/text.h"
#include "loop/profile/profile_page.h"
#include "server/cairn/dialect_json.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kSavedBegins = "CAIRNPRF";

/// Everything else is a data set.
bool NamesFile(const std::string& word) {
  static constexpr std::string_view kEndings[] = {".csv",   ".tsv",    ".txt", ".parquet", ".json",
                                                  ".jsonl", ".ndjson", ".gz",  ".zst",     ".profile"};
  return word.find_first_of("/*?[") != std::string::npos ||
         (bool(os::Stat(word, os::Symlinks::Report)) && !os::IsFolder(word)) ||
         std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](auto ending) { return word.ends_with(ending); });
}

Result<bool> IsSaved(const std::string& path) {
  if (!os::Exists(path) || os::IsFolder(path)) return false;
  const auto status = CAIRN_TRY(os::Stat(path));
  if (status.kind != os::FileKind::File || status.stamp.size < kSavedBegins.size()) return false;
  return CAIRN_TRY(os::MappedFile::Open(path)).bytes().starts_with(kSavedBegins);
}

/// "256MiB", "1G", "100000000".
Result<std::uint64_t> BytesIn(const std::string& text) {
  const auto end = text.find_first_not_of("0123456789");
  const auto number = ParseInt(text.substr(0, end));
  std::string unit = end == std::string::npos ? "" : LowerAscii(text.substr(end));
  if (unit.ends_with("ib")) unit.resize(unit.size() - 2);
  if (unit.ends_with("b") && unit.size() > 1) unit.pop_back();
  const int shift = unit.empty() || unit == "b" ? 0
                    : unit == "k"               ? 10
                    : unit == "m"               ? 20
                    : unit == "g"               ? 30
                                                : -1;
  if (!number || *number <= 0 || shift < 0 || *number > (std::int64_t{1} << 53 >> shift))
    return Error{Reason::InvalidArgument,
                 "'" + text + "' is no size: write --memory 256MiB, 1GiB or a number of bytes"};
  return static_cast<std::uint64_t>(*number) << shift;
}

std::string NameOf(const std::vector<std::string>& files) {
  if (files.size() == 1) return os::BaseName(files.front());
  return os::BaseName(files.front()) + " and " + std::to_string(files.size() - 1) +
         (files.size() == 2 ? " other" : " others");
}

/// Reads the files where they lie.
Result<profile::TableProfile> ProfileFiles(const std::vector<std::string>& files,
                                           const profile::Subject& subject, const Arguments& arguments) {
  const os::SystemClock clock;
  profile::Options options{.now = clock.Now()};
  if (arguments.Has("--memory")) options.memory_bytes = CAIRN_TRY(BytesIn(arguments.Text("--memory")));
  const auto engine = CAIRN_TRY(tables::Engine::Open({.threads = 0}));
  const Waiting waiting("profiling " + subject.dataset);
  Json said = Json::Object();
  CAIRN_TRY(SetDialect(said, arguments));
  const auto plain = CAIRN_TRY(tables::PlainFiles::Of(files, CAIRN_TRY(api::DialectIn(said))));
  auto profile = CAIRN_TRY(plain.Told(profile::TableProfile::Of(*engine, plain.paths(), subject, options)));
  if (!subject.target.empty() && profile.target().empty())
    return Error{Reason::InvalidArgument,
                 "there is no column '" + subject.target + "' in " + subject.dataset + " to be the target"};
  return profile;
}

Result<profile::TableProfile> ReadSaved(const std::string& path) {
  auto profile = profile::TableProfile::FromBytes(CAIRN_TRY(os::ReadFile(path)));
  if (!profile) return Error{profile.error().reason, "'" + path + "': " + profile.error().message};
  return profile;
}

/// What the flags ask for beside the answer itself: a page, a file.
Result<int> HandOver(Session& session, const Arguments& arguments, const Json& report,
                     const std::string& title, const std::string& saved, bool from_saved = false) {
  if (arguments.Has("--html")) {
    CAIRN_TRY(WritePage(arguments.Text("--html"), profile::ProfilePage(report, title)));
    session.Note("written to " + arguments.Text("--html"));
  }
  if (arguments.Has("-o")) {
    CAIRN_TRY(os::WriteFileAtomically(arguments.Text("-o"), saved));
    session.Note("saved to " + arguments.Text("-o"));
  }
  if (!session.PrintedJson(report)) ShowProfile(session, report, from_saved);
  return 0;
}

Result<int> OfFiles(Session& session, const Arguments& arguments, const std::vector<std::string>& files) {
  const profile::Subject subject{NameOf(files), arguments.Text("--target"), {}};
  if (CAIRN_TRY(IsSaved(files.front()))) {
    if (files.size() > 1)
      return Error{Reason::InvalidArgument,
                   "saved profiles are put together by `cairn data profile merge A B -o AB`"};
    auto profile = CAIRN_TRY(ReadSaved(files.front()));
    return HandOver(session, arguments, profile.Report(subject), subject.dataset,
                    arguments.Has("-o") ? profile.Bytes() : "", true);
  }
  auto profile = CAIRN_TRY(ProfileFiles(files, subject, arguments));
  return HandOver(session, arguments, profile.Report(subject), subject.dataset,
                  arguments.Has("-o") ? profile.Bytes() : "");
}

Result<int> OfDataset(Session& session, const Arguments& arguments, const std::string& dataset) {
  std::vector<Flag> of_files = CsvFlags();
  of_files.insert(of_files.end(), {{"--target", "", ""}, {"--memory", "", ""}});
  for (const Flag& flag : of_files) {
    if (arguments.Has(flag.name))
      return Error{Reason::InvalidArgument,
                   std::string(flag.name) + " goes with files; of a data set, cairn.yaml says it"};
  }
  Json body{{"dataset", dataset}, {"saved", arguments.Has("-o")}};
  if (arguments.Has("--data-version"))
    body.Set("version", CAIRN_TRY(ParseInt(arguments.Text("--data-version"))));
  auto report = [&] {
    const Waiting waiting("profiling " + dataset);
    return session.Post("/api/v1/data/profile", body);
  }();
  if (!report) return report.error();
  const std::string saved = arguments.Has("-o") ? CAIRN_TRY(FromBase64(report->Text("saved"))) : "";
  report->Remove("saved");
  return HandOver(session, arguments, *report,
                  dataset + ", version " + std::to_string(report->Int("version")), saved);
}

Result<int> Profile(Session& session, const Arguments& arguments) {
  const auto& words = arguments.All("DATASET|FILE...");
  if (words.size() > 1 || NamesFile(words.front())) return OfFiles(session, arguments, words);
  return OfDataset(session, arguments, words.front());
}

Result<int> Merge(Session& session, const Arguments& arguments) {
  if (!arguments.Has("-o"))
    return Error{Reason::InvalidArgument, "say where the merged profile goes: -o FILE"};
  const auto& files = arguments.All("PROFILE...");
  auto merged = CAIRN_TRY(ReadSaved(files.front()));
  for (std::size_t i = 1; i < files.size(); ++i) {
    const auto done = merged.Merge(CAIRN_TRY(ReadSaved(files[i])));
    if (!done)
      return Error{done.error().reason,
                   "'" + files[i] + "' does not fit '" + files.front() + "': " + done.error().message};
  }
  const std::string bytes = merged.Bytes();
  CAIRN_TRY(os::WriteFileAtomically(arguments.Text("-o"), bytes));
  const Json report = merged.Report({NameOf(files), "", {}});
  session.Note("saved to " + arguments.Text("-o"));
  if (!session.PrintedJson(report)) ShowProfile(session, report, true);
  return 0;
}

}  // namespace

std::vector<Command> ProfileCommands() {
  return {
      {"data profile",
       "Describe a data set's training part, or files, column by column",
       "What looks wrong comes first. Files need no project and stay where they are; several are one table. "
       "Of a "
       "data set the sealed rows are not looked at. A saved profile is a FILE too.",
       {{"DATASET|FILE...", "As cairn.yaml names it; or CSV, Parquet, JSON lines, a saved profile"}},
       WithCsvFlags(
           {{"--target", "COLUMN", "What is to be predicted: every column is held against it (files)"},
            {"--html", "FILE", "Write the page with pictures there"},
            {"-o", "FILE", "Save the profile there, to be merged or looked at later"},
            {"--memory", "SIZE", "For values that are kept to be exact, 256MiB unless given (files)"},
            {"--data-version", "N", "Another version than the newest (data sets)"}}),
       Profile},
      {"data profile merge",
       "Put saved profiles of parts together: the profile of the whole",
       "Counts, sums and moments are those of all rows; what was sketched stays within its stated error.",
       {{"PROFILE...", "As saved by `cairn data profile … -o`, in the order of their rows"}},
       {{"-o", "FILE", "Save the merged profile there"}},
       Merge},
  };
}

}  // namespace cairn::cli
