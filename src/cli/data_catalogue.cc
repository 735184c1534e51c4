#include <algorithm>

#include "cli/catalogue.h"
#include "cli/dataset_name.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string TimeOf(const Json& value) {
  return value.IsInt() && value.AsInt() > 0 ? FormatUtc(value.AsInt()) : "";
}

/// "name: value", when there is a value.
class Sheet {
 public:
  explicit Sheet(const Session& session) : session_(session) {}
  void Line(std::string_view name, const std::string& value) const {
    if (value.empty()) return;
    session_.Say(std::string(name) + ": " + std::string(name.size() < 14 ? 14 - name.size() : 0, ' ') +
                 value);
  }

 private:
  const Session& session_;
};

std::string DialectLine(const Json& dialect) {
  if (dialect.IsNull()) return "";
  std::string line = ", " + dialect.Text("encoding") + ", delimiter '" + dialect.Text("delimiter") + "'";
  if (dialect.Text("decimal") == ",") line += ", decimal commas";
  if (!dialect.Bool("header", true)) line += ", no header";
  if (dialect.Int("skip_lines") > 0)
    line += ", without its first " + std::to_string(dialect.Int("skip_lines")) + " lines";
  return line;
}

void ShowSource(const Sheet& sheet, const Json& version) {
  const Json& source = version.At("source");
  sheet.Line("source", source.Text("address"));
  sheet.Line("query", source.Text("query"));
  sheet.Line("source changed", TimeOf(source.At("modified_ms")));
  sheet.Line("read", TimeOf(source.At("read_ms")));
  sheet.Line("format", version.Text("format") + DialectLine(version.At("dialect")));
  sheet.Line("owner", version.Text("owner"));
  sheet.Line("licence", version.Text("licence"));
  sheet.Line("jurisdiction", version.Text("jurisdiction"));
  sheet.Line("access", Joined(version.At("access")));
  sheet.Line("description", version.Text("description"));
  sheet.Line("tags", Joined(version.At("tags")));
  sheet.Line("aliases", Joined(version.At("aliases")));
  sheet.Line("reason", version.Text("reason"));
  sheet.Line("note", version.Text("note"));
  sheet.Line("added", FormatUtc(version.Int("created_ms")) + " by " + version.Text("added_by"));
}

std::string Times(std::int64_t count) { return count == 1 ? "once" : std::to_string(count) + " times"; }

void ShowContent(const Sheet& sheet, const Json& version) {
  const std::size_t files = version.At("files").items().size();
  sheet.Line("rows", WithThousands(version.Int("rows")) + ", " + WithThousands(version.Int("sealed_rows")) +
                         " of them sealed, seal opened " + Times(version.Int("seal_openings")));
  sheet.Line("size", FormatBytes(static_cast<std::uint64_t>(version.Int("bytes"))) + " in " +
                         std::to_string(files) + (files == 1 ? " file" : " files"));
  std::string contract = version.Text("contract_digest").empty() ? "none"
                         : version.Bool("contract_passed")       ? "kept"
                                                                 : "BROKEN";
  if (!version.Text("contract_digest").empty()) contract += ", sha256 " + version.Text("contract_digest");
  sheet.Line("contract", contract);
  sheet.Line("schema",
             version.Text("schema_digest").empty() ? "" : "sha256 " + version.Text("schema_digest"));
  sheet.Line("digest", "sha256 " + version.Text("digest"));
  sheet.Line("seal digest",
             version.Text("seal_digest").empty() ? "" : "sha256 " + version.Text("seal_digest"));
  sheet.Line("profile", version.Bool("profiled") ? "kept" : "none yet");
}

void ShowTables(const Json& version) {
  Table columns({"column", "type"});
  for (const Json& column : version.At("columns").items())
    columns.Add({column.Text("name"), column.Text("type")});
  std::fputs(("\n" + columns.Text("Its columns were not recorded.")).c_str(), stdout);
  Table files({"file", "added in", "rows", "sealed", "size", "sha256", "from"});
  for (const Json& file : version.At("files").items()) {
    files.Add({file.Text("name"), std::to_string(file.Int("added_in")), WithThousands(file.Int("rows")),
               WithThousands(file.At("sealed").Int("rows")),
               FormatBytes(static_cast<std::uint64_t>(file.Int("bytes"))), file.Text("sha256").substr(0, 12),
               file.Text("origin")});
  }
  std::fputs(("\n" + files.Text()).c_str(), stdout);
  for (const Json& split : version.At("splits").items()) {
    Table parts({"split " + split.Text("name"), "rows", "file", "sha256"});
    for (const Json& part : split.At("parts").items())
      parts.Add({part.Text("name"), WithThousands(part.Int("rows")), part.Text("file"),
                 part.Text("sha256").substr(0, 12)});
    std::fputs(("\n" + parts.Text()).c_str(), stdout);
  }
}

Result<int> Show(Session& session, const Arguments& arguments) {
  const auto name = DatasetName::Of(arguments.Text("DATASET"));
  const Json version = CAIRN_TRY(
      session.Get(name.Path("/versions/" + PercentEncode(name.version.empty() ? "latest" : name.version))));
  if (session.PrintedJson(version)) return 0;
  session.Say(version.Text("dataset") + " version " + std::to_string(version.Int("version")));
  const Sheet sheet(session);
  ShowSource(sheet, version);
  ShowContent(sheet, version);
  ShowTables(version);
  return 0;
}

Result<int> Search(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(
      session.Get("/api/v1/data/search?words=" + PercentEncode(Join(arguments.All("WORDS..."), " "))));
  if (session.PrintedJson(answer)) return 0;
  Table table({"data set", "version", "rows", "owner", "licence", "found in"});
  for (const Json& found : answer.At("items").items()) {
    table.Add({found.Text("dataset"), std::to_string(found.Int("version")), WithThousands(found.Int("rows")),
               found.Text("owner"), found.Text("licence"), Joined(found.At("found_in"))});
  }
  std::fputs(table.Text("No data set has all these words in its names, columns, tags or owners.").c_str(),
             stdout);
  return 0;
}

Result<int> Alias(Session& session, const Arguments& arguments) {
  const auto name = DatasetName::Of(arguments.Text("DATASET"));
  Json body = arguments.Has("--remove") ? Json{{"dataset", name.dataset}} : name.Body();
  body.Set("alias", arguments.Text("ALIAS"));
  const Json answer = CAIRN_TRY(
      session.Post(arguments.Has("--remove") ? "/api/v1/data/aliases/remove" : "/api/v1/data/aliases", body));
  if (session.PrintedJson(answer)) return 0;
  session.Say(arguments.Has("--remove")
                  ? name.dataset + " has no alias " + arguments.Text("ALIAS") + " any more"
                  : name.dataset + "@" + arguments.Text("ALIAS") + " is version " +
                        std::to_string(answer.Int("version")));
  return 0;
}

Result<int> Verify(Session& session, const Arguments& arguments) {
  const auto name = DatasetName::Of(arguments.Text("DATASET"));
  const auto answer = [&] {
    const Waiting waiting("reading " + arguments.Text("DATASET"));
    return session.Post("/api/v1/data/verify", name.Body());
  }();
  if (!answer) return answer.error();
  const bool sound = answer->Bool("sound");
  if (session.PrintedJson(*answer)) return sound ? 0 : 1;
  for (const Json& part : answer->At("parts").items()) {
    if (part.Text("state") == "intact") continue;
    session.Say(part.Text("file") + ": the " + part.Text("part") + " is " + part.Text("state") + " (" +
                part.Text("path") + ")");
  }
  session.Say(answer->Text("dataset") + " version " + std::to_string(answer->Int("version")) +
              (sound ? " is what was stored: " : " is NOT what was stored: ") +
              FormatBytes(static_cast<std::uint64_t>(answer->Int("bytes"))) + " read again.");
  return sound ? 0 : 1;
}

Result<int> Export(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--to")) return Error{Reason::InvalidArgument, "say where to: --to DIR"};
  const auto name = DatasetName::Of(arguments.Text("DATASET"));
  Json body = name.Body();
  body.Set("to", os::JoinPath(CAIRN_TRY(os::WorkingFolder()), arguments.Text("--to")));
  if (arguments.Has("--part")) body.Set("part", arguments.Text("--part"));
  if (arguments.Has("--why")) body.Set("purpose", arguments.Text("--why"));
  const auto answer = [&] {
    const Waiting waiting("taking out " + arguments.Text("DATASET"));
    return session.Post("/api/v1/data/export", body);
  }();
  if (!answer) return answer.error();
  if (session.PrintedJson(*answer)) return 0;
  for (const Json& file : answer->At("files").items()) session.Say(file.AsString());
  return 0;
}

Result<int> Seal(Session& session, const Arguments& arguments) {
  const auto name = DatasetName::Of(arguments.Text("DATASET"));
  const Json answer = CAIRN_TRY(session.Get(
      name.Path(name.version.empty() ? "/seal" : "/seal?version=" + PercentEncode(name.version))));
  if (session.PrintedJson(answer)) return 0;
  session.Say(answer.Text("dataset") + " version " + std::to_string(answer.Int("version")) + ": " +
              WithThousands(answer.Int("sealed_rows")) + (answer.Int("sealed_rows") == 1 ? " row" : " rows") +
              " sealed; opened " + Times(answer.Int("openings")));
  Table table({"version", "opened", "by", "what for", "story"});
  for (const Json& opening : answer.At("items").items()) {
    table.Add({std::to_string(opening.Int("version")), FormatUtc(opening.Int("at_ms")), opening.Text("by"),
               opening.Text("purpose"), opening.Text("cause")});
  }
  std::fputs(table.Text("Nobody has looked at them.").c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<Command> CatalogueCommands() {
  const Positional dataset{"DATASET", "NAME, NAME@VERSION or NAME@ALIAS"};
  return {
      {"data show",
       "Tell everything that is on record about a version of a data set",
       "",
       {dataset},
       {},
       Show},
      {"data search",
       "Find data sets by their names, columns, tags, owners and descriptions",
       "All words must be found; case does not matter and parts of words count.",
       {{"WORDS...", "What to look for"}},
       {},
       Search},
      {"data alias",
       "Give a version of a data set a name",
       "A name moves to the version given, whatever it named before.",
       {dataset, {"ALIAS", "Such as training-2013"}},
       {{"--remove", "", "Take the name away instead"}},
       Alias},
      {"data verify",
       "Read a version's source and stored bytes again and compare digests",
       "Exit code 1 when something changed, is missing or is damaged.",
       {dataset},
       {},
       Verify},
      {"data export",
       "Write the files of a version somewhere, out of the store",
       "The bytes are those that were stored, whatever became of their source. Sealed rows come out with "
       "--why alone, "
       "and that is recorded.",
       {dataset},
       {{"--to", "DIR", "Where to write them"},
        {"--part", "PART", "training (unless said), original, or sealed"},
        {"--why", "TEXT", "What sealed rows are looked at for"}},
       Export},
      {"data seal", "Show who opened a data set's sealed test rows, when and why", "", {dataset}, {}, Seal},
  };
}

}  // namespace cairn::cli
