#include <algorithm>

#include "cli/catalogue.h"
#include "cli/configuration_file.h"
#include "cli/csv_flags.h"
#include "cli/door.h"
#include "cli/table_path.h"
#include "cli/verdict_view.h"
#include "cli/waiting.h"
#include "ground/http/router.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/whole_table.h"
#include "server/cairn/mount.h"

namespace cairn::cli {
namespace {

constexpr std::uint64_t kMostBytes = 16 << 20;

/// A question about contracts and files alone: to the named server, or answered here without a store.
Result<Json> Ask(Session& session, std::string_view path, const Json& body) {
  if (!session.settings().server.empty()) return session.Post(path, body);
  http::Router router;
  api::MountContractTools(router);
  return AskHere(router, PostOf(path, body));
}

/// {"text", "file"} of a file.
Result<Json> TextOf(const std::string& path) {
  const std::string text = CAIRN_TRY(os::ReadFile(path, kMostBytes));
  if (!IsUtf8(text))
    return Error{Reason::InvalidArgument, "'" + path + "' is not UTF-8 text: save it as UTF-8 and try again"};
  return Json{{"text", text}, {"file", path}};
}

/// The text on stdout, or in the file that --out names.
Result<> Give(const Session& session, const Arguments& arguments, const Json& answer) {
  if (arguments.Has("--out")) {
    CAIRN_TRY(os::WriteFileAtomically(arguments.Text("--out"), answer.Text("text")));
    session.Note("written to " + arguments.Text("--out"));
  }
  if (session.PrintedJson(answer) || arguments.Has("--out")) return Done{};
  std::fputs(answer.Text("text").c_str(), stdout);
  return Done{};
}

/// In the call for one item of a stage (`map`), rules about the whole table would be held to each file.
Result<> CheckItem(const Arguments& arguments, const Json& contract) {
  const auto item = os::Variable("CAIRN_ITEM");
  if (!item || item->empty() || arguments.Has("--alone")) return Done{};
  // What cannot be read is named by the check.
  const auto read =
      contract::ReadContract(contract.Text("text"), contract.Text("file"), arguments.Text("--table"));
  const auto rules =
      read ? contract::WholeTableRules(*read, !arguments.Has("--serving")) : std::vector<std::string>();
  if (rules.empty()) return Done{};
  return Error{Reason::Unsupported,
               "'" + Join(rules, "', '") + (rules.size() == 1 ? "' is" : "' are") +
                   " about the whole table, and this is the call for one item of a stage, '" + *item +
                   "': check all files together in a stage behind it (`cairn data contract check 'FOLDER/*' "
                   "--contract …`), or, if it is meant of each file, say --alone"};
}

Result<int> Check(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--contract"))
    return Error{Reason::InvalidArgument, "say which contract: --contract FILE"};
  const std::string file = arguments.Text("FILE"), contract = arguments.Text("--contract");
  Json body{{"file", CAIRN_TRY(TablePattern(file))},
            {"contract", CAIRN_TRY(TextOf(contract))},
            {"folder", CAIRN_TRY(os::RealPath(os::ParentOf(contract)))},
            {"table", arguments.Text("--table")},
            {"environment", arguments.Has("--serving") ? "serving" : "training"},
            {"junit", arguments.Has("--junit")}};
  CAIRN_TRY(CheckItem(arguments, body.At("contract")));
  Json tables = Json::Object();
  for (const auto& with : arguments.All("--with")) {
    const auto sign = with.find('=');
    if (sign == std::string::npos || sign == 0)
      return Error{Reason::InvalidArgument,
                   "--with names a table and its file: --with customers=data/customers.csv"};
    tables.Set(with.substr(0, sign), CAIRN_TRY(TablePattern(with.substr(sign + 1))));
  }
  body.Set("tables", std::move(tables));
  CAIRN_TRY(SetDialect(body, arguments));
  if (arguments.Has("--query-seconds"))
    body.Set("query_seconds", CAIRN_TRY(ParseDouble(arguments.Text("--query-seconds"))));
  auto answer = [&] {
    const Waiting waiting("checking " + file);
    return Ask(session, "/api/v1/contracts/check", body);
  }();
  if (!answer) return answer.error();
  CAIRN_TRY(KeepJUnit(session, arguments.Text("--junit"), *answer));
  if (!session.PrintedJson(*answer)) ShowVerdict(session, *answer, file, contract);
  return answer->Bool("passed") ? 0 : 1;
}

Result<int> Infer(Session& session, const Arguments& arguments) {
  const std::string of = arguments.Text("FILE|DATASET");
  const bool file = os::Exists(of) || of.find_first_of("/*") != std::string::npos;
  auto answer = [&]() -> Result<Json> {
    const Waiting waiting("looking at " + of);
    if (!file) {
      Json body{{"dataset", of}};
      if (arguments.Has("--data-version"))
        body.Set("version", CAIRN_TRY(ParseInt(arguments.Text("--data-version"))));
      return session.Post("/api/v1/data/infer", body);
    }
    const std::string base = os::BaseName(of);
    Json body{{"file", CAIRN_TRY(TablePattern(of))}, {"name", base.substr(0, base.find('.'))}};
    if (arguments.Has("--name")) body.Set("name", arguments.Text("--name"));
    CAIRN_TRY(SetDialect(body, arguments));
    return Ask(session, "/api/v1/contracts/infer", body);
  }();
  if (!answer) return answer.error();
  CAIRN_TRY(Give(session, arguments, *answer));
  return 0;
}

/// What people ask of a contract: who may see a column, and what is demanded of it.
std::string Remarks(const Json& column) {
  std::vector<std::string> words;
  if (column.Bool("required")) words.emplace_back("required");
  if (column.Bool("unique")) words.emplace_back("unique");
  if (!column.Bool("serving")) words.emplace_back("not in requests");
  if (!column.Bool("training")) words.emplace_back("requests only");
  if (!column.Text("classification").empty()) words.push_back(column.Text("classification"));
  return Join(words, ", ");
}

Result<int> Show(Session& session, const Arguments& arguments) {
  if (arguments.Has("DATASET") == arguments.Has("--contract"))
    return Error{Reason::InvalidArgument,
                 "say whose contract: a DATASET of the accepted cairn.yaml, or --contract FILE"};
  const Json answer = arguments.Has("DATASET")
                          ? CAIRN_TRY(session.Get("/api/v1/data/datasets/" +
                                                  PercentEncode(arguments.Text("DATASET")) + "/contract"))
                          : CAIRN_TRY(Ask(session, "/api/v1/contracts/show",
                                          Json{{"contract", CAIRN_TRY(TextOf(arguments.Text("--contract")))},
                                               {"table", arguments.Text("--table")}}));
  if (session.PrintedJson(answer)) return 0;
  if (!answer.Text("id").empty())
    session.Say(answer.Text("id") + " " + answer.Text("version") + " (" + answer.Text("status") +
                "), table " + answer.Text("table"));
  Table columns({"column", "type", "is", "description"});
  for (const Json& column : answer.At("columns").items())
    columns.Add({column.Text("name"), column.Text("type"), Remarks(column), column.Text("description")});
  std::fputs(columns.Text("It lists no columns.").c_str(), stdout);
  Table rules({"rule", "says", "severity"});
  for (const Json& rule : answer.At("rules").items()) {
    const std::string test = rule.At("says").Text("test");
    if (test != "present" && test != "type")
      rules.Add(
          {rule.Text("rule"), rule.Text("sentence"), test == "remark" ? "not run" : rule.Text("severity")});
  }
  session.Say("");
  std::fputs(rules.Text("It has no rules beyond the columns' types.").c_str(), stdout);
  return 0;
}

Result<int> Diff(Session& session, const Arguments& arguments) {
  const std::string whom = arguments.Has("--for") ? arguments.Text("--for") : "both";
  if (whom != "both" && whom != "consumers" && whom != "producers")
    return Error{Reason::InvalidArgument, "--for is consumers, producers or both, not '" + whom + "'"};
  const Json answer = CAIRN_TRY(Ask(session, "/api/v1/contracts/difference",
                                    Json{{"old", CAIRN_TRY(TextOf(arguments.Text("OLD")))},
                                         {"new", CAIRN_TRY(TextOf(arguments.Text("NEW")))},
                                         {"table", arguments.Text("--table")}}));
  const bool consumers = answer.Bool("breaks_consumers") && whom != "producers";
  const bool producers = answer.Bool("breaks_producers") && whom != "consumers";
  const int code = consumers || producers ? 1 : 0;
  if (session.PrintedJson(answer)) return code;
  Table table({"breaks", "column", "what", "change"});
  for (const Json& change : answer.At("changes").items())
    table.Add({change.Text("breaks"), change.Text("column"), change.Text("what"), change.Text("sentence")});
  std::fputs(table.Text("They promise and demand the same.").c_str(), stdout);
  if (!answer.Text("advice").empty()) session.Say("note: " + answer.Text("advice"));
  return code;
}

Result<int> Lint(Session& session, const Arguments& arguments) {
  const std::string file = arguments.Text("FILE");
  const Json answer =
      CAIRN_TRY(Ask(session, "/api/v1/contracts/lint", Json{{"contract", CAIRN_TRY(TextOf(file))}}));
  std::size_t errors = 0, warnings = 0;
  for (const Json& one : answer.At("findings").items()) {
    errors += one.Text("weight") == "error" ? 1 : 0;
    warnings += one.Text("weight") == "warning" ? 1 : 0;
  }
  const int code = errors > 0 || (warnings > 0 && arguments.Has("--strict")) ? 1 : 0;
  if (session.PrintedJson(answer)) return code;
  for (const Json& one : answer.At("findings").items())
    session.Say(one.Text("where") + ": " + one.Text("weight") + ": " + one.Text("sentence"));
  session.Say(errors + warnings == 0
                  ? file + " is sound."
                  : file + " has " + std::to_string(errors) + (errors == 1 ? " error" : " errors") + " and " +
                        std::to_string(warnings) + (warnings == 1 ? " warning." : " warnings."));
  return code;
}

Result<int> Import(Session& session, const Arguments& arguments) {
  Json body{{"contract", CAIRN_TRY(TextOf(arguments.Text("FILE")))}, {"from", arguments.Text("--from")}};
  if (arguments.Has("--name")) body.Set("name", arguments.Text("--name"));
  const Json answer = CAIRN_TRY(Ask(session, "/api/v1/contracts/import", body));
  CAIRN_TRY(Give(session, arguments, answer));
  if (session.json()) return 0;
  for (const Json& note : answer.At("notes").items()) session.Note("left out: " + note.AsString());
  session.Note(WithThousands(answer.Int("rules")) + " rules taken over from " + answer.Text("from") + ", " +
               std::to_string(answer.At("notes").items().size()) + " left out");
  return 0;
}

Result<int> Export(Session& session, const Arguments& arguments) {
  const std::string file = arguments.Has("--from") ? arguments.Text("--from") : "cairn.yaml";
  Json configuration = CAIRN_TRY(TextOf(file));
  configuration.Set("text", CAIRN_TRY(WithFilesItNames(configuration.Text("text"), os::ParentOf(file))));
  const Json answer = CAIRN_TRY(
      Ask(session, "/api/v1/contracts/export",
          Json{{"configuration", std::move(configuration)}, {"dataset", arguments.Text("DATASET")}}));
  CAIRN_TRY(Give(session, arguments, answer));
  return 0;
}

}  // namespace

std::vector<Command> ContractCommands() {
  const Flag out{"--out", "FILE", "Write the contract there instead of printing it"};
  const Flag table{"--table", "NAME", "The table of a contract that has several"};
  return {
      {"data contract infer",
       "Propose a contract that a file or a data set keeps",
       "An open data contract (ODCS 3.1, YAML) with a comment on each rule that says why. Read it, keep what "
       "you mean, "
       "and name it in cairn.yaml.",
       {{"FILE|DATASET", "CSV, Parquet or JSON lines; or a data set's training part"}},
       WithCsvFlags({out,
                     {"--name", "NAME", "The table's name (the file's)"},
                     {"--data-version", "N", "Of the data set"}}),
       Infer},
      {"data contract check",
       "Hold a file to a contract, without project or store",
       "Every rule is judged in one pass and told. Exit code 1 when one that stops is broken or cannot be "
       "evaluated; "
       "warnings pass.",
       {{"FILE", "CSV, Parquet or JSON lines"}},
       WithCsvFlags({{"--contract", "FILE", "An open data contract (ODCS 3, YAML or JSON)"},
                     table,
                     {"--with", "NAME=FILE", "Where another table lies that rules name; may be given again"},
                     {"--serving", "", "Only the rules for requests"},
                     {"--junit", "FILE", "Write a JUnit report there"},
                     {"--query-seconds", "N", "How long each rule's SQL may take (60)"},
                     {"--alone", "",
                      "In the call for an item of a stage: hold rules about the whole table to this file"}}),
       Check},
      {"data contract show",
       "Show a contract's columns and rules",
       "",
       {{"DATASET", "As the accepted cairn.yaml names it", Positional::Need::Optional}},
       {{"--contract", "FILE", "Show this file instead"}, table},
       Show},
      {"data contract diff",
       "Say whom a change of a contract breaks",
       "A rule that lets more pass breaks consumers, one that lets less pass producers. Exit code 1 when "
       "somebody is "
       "broken.",
       {{"OLD", "The contract as it was"}, {"NEW", "As it is to be"}},
       {table, {"--for", "WHOM", "consumers, producers or both (the default)"}},
       Diff},
      {"data contract lint",
       "Look at a contract by itself: unknown words, rules that cannot hold",
       "Exit code 1 when there are errors.",
       {{"FILE", "An open data contract"}},
       {{"--strict", "", "Warnings count too"}},
       Lint},
      {"data contract import",
       "Turn a suite of Great Expectations or a schema of Pandera into a contract",
       "What has no counterpart is named and left out.",
       {{"FILE", "The suite (JSON) or the schema (YAML)"}},
       {{"--from", "TOOL", "great-expectations or pandera, where the text does not show it"},
        {"--name", "NAME", "The table's name"},
        out},
       Import},
      {"data contract export",
       "Write the contract of a data set in cairn.yaml as an open data contract",
       "",
       {{"DATASET", "As cairn.yaml names it"}},
       {{"--from", "FILE", "Another file than cairn.yaml"}, out},
       Export},
  };
}

}  // namespace cairn::cli
