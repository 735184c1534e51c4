
#include "cli/catalogue.h"
#include "cli/csv_flags.h"
#include "cli/data_tree.h"
#include "cli/dataset_name.h"
#include "cli/table_path.h"
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
  line += ", " + WithThousands(part.Int("rows")) + (part.Int("rows") == 1 ? " row" : " rows");
  const std::int64_t sealed = part.At("sealed").Int("rows");
  if (sealed > 0) line += ", " + WithThousands(sealed) + " of them sealed for the final test";
  if (!answer.Bool("contract_passed")) line += "; the contract is BROKEN, as recorded";
  return line;
}

/// A database in a file is named by its whole path: the server may work in another folder.
Result<std::string> Address(const std::string& from) {
  constexpr std::string_view kSqlite = "sqlite:///";
  if (from.find("://") == std::string::npos)
    return Error{Reason::InvalidArgument,
                 "'" + from + "' is no address: give a file of this machine as FILE"};
  if (!from.starts_with(kSqlite) || from.substr(kSqlite.size()).starts_with('/')) return from;
  return std::string(kSqlite) + CAIRN_TRY(os::RealPath(from.substr(kSqlite.size())));
}

/// "name=FILE" or "name=DATASET@VERSION", as a query names tables.
Result<Json> TablesOf(const Arguments& arguments) {
  Json tables = Json::Array();
  for (const auto& word : arguments.All("--with")) {
    const auto equals = word.find('=');
    const std::string name = word.substr(0, equals),
                      place = equals == word.npos ? "" : word.substr(equals + 1);
    if (name.empty() || place.empty())
      return Error{Reason::InvalidArgument, "'" + word +
                                                "' names no table: write --with NAME=FILE or "
                                                "NAME=DATASET[@VERSION]"};
    Json table{{"name", name}};
    if (os::Exists(place) || place.find('/') != place.npos) {
      table.Set("file", CAIRN_TRY(TablePath(place)));
    } else {
      const auto dataset = DatasetName::Of(place);
      table.Set("dataset", dataset.dataset).Set("version", dataset.version);
    }
    tables.Push(std::move(table));
  }
  return tables;
}

/// What is said of every file that one call adds.
Result<Json> AdditionOf(const Arguments& arguments, const std::string& dataset) {
  Json body{{"dataset", dataset}};
  for (const std::string name :
       {"note", "name", "source", "owner", "licence", "jurisdiction", "description", "reason", "query"}) {
    if (arguments.Has("--" + name)) body.Set(name, arguments.Text("--" + name));
  }
  Json tags = Json::Array();
  for (const auto& tag : arguments.All("--tag")) tags.Push(tag);
  if (!tags.items().empty()) body.Set("tags", std::move(tags));
  if (arguments.Has("--allow-broken")) body.Set("allow_broken", true);
  if (arguments.Has("--replace")) body.Set("replace", true);
  CAIRN_TRY(SetDialect(body, arguments));
  return body;
}

Result<Json> AddOne(Session& session, const std::string& shown, const Json& body) {
  const auto answer = [&] {
    const Waiting waiting("adding " + shown);
    return session.Post("/api/v1/data/add", body);
  }();
  if (!answer || session.json()) return answer;
  session.Say(AddedLine(shown, *answer));
  for (const Json& warning : answer->At("warnings").items()) session.Note("warning: " + warning.AsString());
  const std::string encoding = answer->At("dialect").Text("encoding");
  if (encoding == "windows-1252" && !answer->Bool("unchanged") && !body.At("dialect").Find("encoding"))
    session.Note("warning: " + shown + " is no UTF-8, and its encoding was guessed to be " + encoding +
                 ": if letters look wrong, add it again with --encoding NAME --replace");
  return answer;
}

/// What `data add` takes; all of it is for data sets.
const std::vector<Flag>& ToAdd() {
  static const std::vector<Flag> flags = WithCsvFlags(
      {{"--to", "DATASET", "The data set, as cairn.yaml names it"},
       {"--from", "ADDRESS", "Instead of a file: https://…, s3://BUCKET/KEY, sqlite:///PATH, postgresql://…"},
       {"--query", "SQL",
        "What to read from a database, or from the tables of --with: one statement that reads"},
       {"--with", "NAME=TABLE", "A table of the query: a file, or DATASET[@VERSION]; give it for each"},
       {"--name", "NAME", "What the file is called in the data set"},
       {"--replace", "", "It takes the place of the file of its name, in a new version"},
       {"--allow-broken", "", "Add it even when it breaks the contract; that is recorded"},
       {"--reason", "TEXT", "Why there is a new version"},
       {"--source", "TEXT", "Where it comes from, when the file is only a copy"},
       {"--owner", "NAME", "Who answers for it"},
       {"--licence", "NAME", "What it may be used under"},
       {"--jurisdiction", "NAME", "Whose law holds for it"},
       {"--description", "TEXT", "What it is"},
       {"--tag", "WORD", "For searches; may be given again"},
       {"--note", "TEXT", "A remark"}});
  return flags;
}

Result<int> Add(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--to")) {
    for (const Flag& flag : ToAdd()) {
      if (arguments.Has(flag.name))
        return Error{Reason::InvalidArgument, std::string(flag.name) + " needs --to DATASET"};
    }
    if (arguments.All("FILE...").empty())
      return Error{Reason::InvalidArgument,
                   "say what to add: files or folders, or --to DATASET with --from ADDRESS or --query"};
    return AddToTree(session, arguments);
  }
  const std::string dataset = CAIRN_TRY(DatasetIn(arguments, "--to"));
  const auto& files = arguments.All("FILE...");
  const int ways =
      (files.empty() ? 0 : 1) + (arguments.Has("--from") ? 1 : 0) + (arguments.Has("--with") ? 1 : 0);
  if (ways != 1)
    return Error{
        Reason::InvalidArgument,
        "say what to add: FILE… of this machine, --from ADDRESS, or --query SQL over the tables of --with"};
  if (files.size() > 1 && arguments.Has("--name"))
    return Error{Reason::InvalidArgument, "--name names one file, and several are given"};
  Json items = Json::Array();
  for (const auto& file : files) {
    Json body = CAIRN_TRY(AdditionOf(arguments, dataset));
    items.Push(CAIRN_TRY(AddOne(session, file, body.Set("file", CAIRN_TRY(TablePath(file))))));
  }
  if (arguments.Has("--from")) {
    Json body = CAIRN_TRY(AdditionOf(arguments, dataset));
    const std::string from = CAIRN_TRY(Address(arguments.Text("--from")));
    items.Push(
        CAIRN_TRY(AddOne(session, from.substr(0, from.find("://")) + " source", body.Set("from", from))));
  }
  if (arguments.Has("--with")) {
    Json body = CAIRN_TRY(AdditionOf(arguments, dataset));
    body.Set("with", CAIRN_TRY(TablesOf(arguments)));
    items.Push(CAIRN_TRY(AddOne(session, "the query's rows", body)));
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
      {"file", CAIRN_TRY(TablePath(file))}, {"dataset", dataset}, {"junit", arguments.Has("--junit")}};
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
       "them, git is told to ignore them; no other option is for that. With --to, each file becomes the next "
       "version of a data set: its contract is checked, the share that `holdout` names is sealed before "
       "anybody looks at it, and the rest is written to the data set's `path`; the file itself is read and "
       "never changed. What --owner, --licence and the like leave out is taken from cairn.yaml. Passwords in "
       "an address are used and not kept.",
       {{"FILE...", "Files or folders; with --to CSV, Parquet or JSON lines", Positional::Need::Optional}},
       ToAdd(),
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
