
#include "cli/catalogue.h"
#include "cli/data_tree.h"
#include "cli/verdict_view.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string PathOf(const std::string& dataset, std::string_view rest) {
  return "/api/v1/data/datasets/" + PercentEncode(dataset) + std::string(rest);
}

/// The data set that a flag must name.
Result<std::string> DatasetIn(const Arguments& arguments, std::string_view flag) {
  if (arguments.Has(flag)) return arguments.Text(flag);
  return Error{Reason::InvalidArgument,
               "say which data set of cairn.yaml: " + std::string(flag) + " DATASET"};
}

std::string AddedLine(const std::string& file, const Json& answer) {
  const Json& part = answer.At("file");
  std::string line =
      file + ": " + answer.Text("dataset") + " version " + std::to_string(answer.Int("version"));
  if (answer.Bool("unchanged")) return line + " has it already";
  line += ", " + WithThousands(part.Int("rows")) + " rows";
  const std::int64_t sealed = part.At("sealed").Int("rows");
  if (sealed > 0) line += ", " + WithThousands(sealed) + " of them sealed for the final test";
  if (!answer.Bool("contract_passed")) line += "; the contract is BROKEN, as recorded";
  return line;
}

Result<int> Add(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--to")) {
    for (const char* flag : {"--note", "--allow-broken"}) {
      if (arguments.Has(flag))
        return Error{Reason::InvalidArgument, std::string(flag) + " needs --to DATASET"};
    }
    return AddToTree(session, arguments);
  }
  const std::string dataset = CAIRN_TRY(DatasetIn(arguments, "--to"));
  Json items = Json::Array();
  for (const auto& file : arguments.All("FILE...")) {
    Json body{{"file", CAIRN_TRY(os::RealPath(file))}, {"dataset", dataset}};
    if (arguments.Has("--note")) body.Set("note", arguments.Text("--note"));
    if (arguments.Has("--allow-broken")) body.Set("allow_broken", true);
    const auto answer = [&] {
      const Waiting waiting("adding " + file);
      return session.Post("/api/v1/data/add", body);
    }();
    if (!answer) return answer.error();
    if (!session.json()) {
      session.Say(AddedLine(file, *answer));
      for (const Json& warning : answer->At("warnings").items())
        session.Note("warning: " + warning.AsString());
    }
    items.Push(*answer);
  }
  session.PrintedJson(Json{{"items", std::move(items)}});
  return 0;
}

Result<int> Check(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--against") && !arguments.Has("FILE")) return CheckObjects(session, arguments);
  if (!arguments.Has("FILE"))
    return Error{
        Reason::InvalidArgument,
        "say which file is to be held against the contract: cairn data check FILE --against DATASET"};
  const std::string file = arguments.Text("FILE"), dataset = CAIRN_TRY(DatasetIn(arguments, "--against"));
  const Json body{
      {"file", CAIRN_TRY(os::RealPath(file))}, {"dataset", dataset}, {"junit", arguments.Has("--junit")}};
  auto answer = [&] {
    const Waiting waiting("checking " + file);
    return session.Post("/api/v1/data/check", body);
  }();
  if (!answer) return answer.error();
  CAIRN_TRY(KeepJUnit(session, arguments.Text("--junit"), *answer));
  if (!session.PrintedJson(*answer)) ShowVerdict(session, *answer, file, "the contract of " + dataset);
  return answer->Bool("passed") ? 0 : 1;
}

Result<int> ListVersions(Session& session, const std::string& dataset) {
  const Json answer = CAIRN_TRY(session.Get(PathOf(dataset, "/versions")));
  if (session.PrintedJson(answer)) return 0;
  Table table({"version", "file", "rows", "sealed", "size", "contract", "added", "by", "digest"});
  for (const Json& version : answer.At("items").items()) {
    const Json& file = version.At("files").items().back();
    table.Add({std::to_string(version.Int("version")), file.Text("name"), WithThousands(version.Int("rows")),
               WithThousands(version.Int("sealed_rows")),
               FormatBytes(static_cast<std::uint64_t>(version.Int("bytes"))),
               version.Bool("contract_passed") ? "kept" : "BROKEN", FormatUtc(version.Int("created_ms")),
               version.Text("added_by"), version.Text("digest").substr(0, 12)});
  }
  std::fputs(table.Text().c_str(), stdout);
  return 0;
}

Result<int> List(Session& session, const Arguments& arguments) {
  if (arguments.Has("DATASET")) return ListVersions(session, arguments.Text("DATASET"));
  const Json answer = CAIRN_TRY(session.Get("/api/v1/data/datasets"));
  if (session.PrintedJson(answer)) return 0;
  Table table({"data set", "version", "rows", "sealed", "size", "changed"});
  for (const Json& newest : answer.At("items").items()) {
    table.Add({newest.Text("dataset"), std::to_string(newest.Int("version")),
               WithThousands(newest.Int("rows")), WithThousands(newest.Int("sealed_rows")),
               FormatBytes(static_cast<std::uint64_t>(newest.Int("bytes"))),
               FormatUtc(newest.Int("created_ms"))});
  }
  std::fputs(table.Text("No data yet: `cairn data add FILE --to DATASET` adds the first file.").c_str(),
             stdout);
  return 0;
}

}  // namespace

std::vector<Command> DataCommands() {
  return {
      {"data add",
       "Put files and folders under version; or add files to a data set (--to)",
       "Without --to, any files and folders: their bytes go into the cache, a .dvc file beside each names "
       "them, "
       "git is told to ignore them. With --to, each file becomes the next version of a data set: its "
       "contract is "
       "checked, the share that `holdout` names is sealed before anybody looks at it, and the rest is "
       "written to "
       "the data set's `path`; the file itself is read and never changed.",
       {{"FILE...", "Files or folders; with --to CSV, Parquet or JSON lines"}},
       {{"--to", "DATASET", "The data set, as cairn.yaml names it"},
        {"--note", "TEXT", "With --to: where it comes from"},
        {"--allow-broken", "", "With --to: add it even when it breaks the contract; that is recorded"}},
       Add},
      {"data check",
       "Read every object of the cache; or say whether a file keeps a data set's contract (--against)",
       "Without FILE, every object is held against its name and every tracked path against the objects. Exit "
       "code 1 when something is wrong. Nothing is added or recorded.",
       {{"FILE", "CSV, Parquet or JSON lines", Positional::Need::Optional}},
       {{"--against", "DATASET", "The data set, as cairn.yaml names it"},
        {"--junit", "FILE", "With --against: write a JUnit report there"}},
       Check},
      {"data list",
       "List data sets, or the versions of one",
       "",
       {{"DATASET", "As cairn.yaml names it", Positional::Need::Optional}},
       {},
       List},
  };
}

}  // namespace cairn::cli
