#include <cstdio>

#include "cli/catalogue.h"
#include "cli/csv_flags.h"
#include "cli/dataset_name.h"
#include "cli/door.h"
#include "cli/table_path.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/mount.h"

namespace cairn::cli {
namespace {

/// A question about files alone is answered here, before any store is opened.
Result<Json> AskAboutFiles(Session& session, std::string_view path, const Json& body) {
  if (!session.settings().server.empty()) return session.Post(path, body);
  http::Router router;
  api::MountFileSplits(router, "");
  return AskHere(router, PostOf(path, body));
}

/// "a,b" and repeated flags alike.
Json Words(const Arguments& arguments, std::string_view flag) {
  Json words = Json::Array();
  for (const auto& value : arguments.All(flag)) {
    for (const auto word : Split(value, ',')) words.Push(Trim(word));
  }
  return words;
}

Json WishOf(const Arguments& arguments) {
  Json body = Json::Object();
  for (const std::string name : {"by", "parts", "stratum", "time", "seed"}) {
    if (arguments.Has("--" + name)) body.Set(name, arguments.Text("--" + name));
  }
  for (const std::string name : {"key", "group"}) {
    if (arguments.Has("--" + name)) body.Set(name, Words(arguments, "--" + name));
  }
  if (arguments.Has("--cut")) body.Set("cuts", Words(arguments, "--cut"));
  return body;
}

void ShowLeaks(const Session& session, const Json& leaks) {
  for (const Json& check : leaks.At("checks").items()) {
    const std::string examples = Joined(check.At("examples"), "; ");
    std::string line = check.Bool("leaks") ? "LEAK: " : check.Int("count") > 0 ? "note: " : "";
    line += check.Text("sentence");
    if (!examples.empty()) line += ", such as " + examples;
    session.Say(line);
  }
}

void ShowBalance(const Json& balance) {
  const auto& classes = balance.At("classes").items();
  if (classes.empty()) return;
  std::vector<std::string> heads{"class"};
  for (const auto& [part, spread] : classes.front().At("parts").members()) heads.push_back(part);
  heads.emplace_back("weight");
  Table table(heads);
  for (const Json& one : classes) {
    std::vector<std::string> cells{one.Text("class")};
    for (const auto& [part, spread] : one.At("parts").members()) {
      char share[32];
      std::snprintf(share, sizeof share, "%.1f%%", 100 * spread.Double("share"));
      cells.push_back(WithThousands(spread.Int("rows")) + " (" + share + ")");
    }
    cells.push_back(one.At("weight").IsNumber() ? Shown(one.Double("weight")) : "");
    table.Add(cells);
  }
  std::fputs(("\n" + table.Text()).c_str(), stdout);
}

/// The parts that got no row.
std::vector<std::string> EmptyParts(const Json& report) {
  std::vector<std::string> empty;
  for (const Json& part : report.At("parts").items()) {
    if (part.Int("rows") == 0) empty.push_back(part.Text("name"));
  }
  return empty;
}

int ShowSplit(const Session& session, const Json& report) {
  const auto empty = EmptyParts(report);
  const bool sound = report.At("leaks").Bool("sound") && empty.empty();
  if (session.PrintedJson(report)) return sound ? 0 : 1;
  Table parts({"part", "rows", "file", "sha256"});
  for (const Json& part : report.At("parts").items()) {
    parts.Add({part.Text("name"), WithThousands(part.Int("rows")), part.Text("file"),
               part.Text("sha256").substr(0, 12)});
  }
  std::fputs((parts.Text() + "\n").c_str(), stdout);
  if (!empty.empty())
    session.Say("EMPTY: no row came to " + Join(empty, ", ") +
                "; there are too few keys, groups or times for these shares: name other parts, or another "
                "seed");
  ShowLeaks(session, report.At("leaks"));
  ShowBalance(report.At("balance"));
  return sound ? 0 : 1;
}

Result<int> SplitRows(Session& session, const Arguments& arguments) {
  const std::string what = arguments.Text("DATASET|FILE");
  Json body = WishOf(arguments);
  const bool file = os::Exists(what) && !os::IsFolder(what);
  if (file) {
    if (!arguments.Has("--to")) return Error{Reason::InvalidArgument, "say where the parts go: --to DIR"};
    if (arguments.Has("--name"))
      return Error{Reason::InvalidArgument, "--name is for the split of a data set"};
    body.Set("file", CAIRN_TRY(TablePath(what)));
    body.Set("to", os::JoinPath(CAIRN_TRY(os::WorkingFolder()), arguments.Text("--to")));
    if (arguments.Has("--target")) body.Set("target", arguments.Text("--target"));
    CAIRN_TRY(SetDialect(body, arguments));
  } else {
    for (const Flag& flag : CsvFlags()) {
      if (arguments.Has(flag.name))
        return Error{Reason::InvalidArgument,
                     std::string(flag.name) + " is for a file; a data set's files are plain"};
    }
    if (arguments.Has("--target"))
      return Error{Reason::InvalidArgument, "--target is for a file; a data set's is in cairn.yaml"};
    const Json named = DatasetName::Of(what).Body();
    for (const auto& [name, value] : named.members()) body.Set(name, value);
    for (const std::string name : {"to", "name"}) {
      if (arguments.Has("--" + name)) body.Set(name, arguments.Text("--" + name));
    }
  }
  const auto report = [&]() -> Result<Json> {
    const Waiting waiting("splitting " + what);
    return file ? AskAboutFiles(session, "/api/v1/data/split-file", body)
                : session.Post("/api/v1/data/split", body);
  }();
  if (!report) return report.error();
  return ShowSplit(session, *report);
}

Result<int> Leaks(Session& session, const Arguments& arguments) {
  Json files = Json::Array();
  for (const auto& file : arguments.All("PART...")) files.Push(CAIRN_TRY(TablePath(file)));
  Json body = WishOf(arguments);
  body.Set("files", std::move(files)).Set("ordered", arguments.Has("--ordered"));
  if (arguments.Has("--target")) body.Set("target", arguments.Text("--target"));
  CAIRN_TRY(SetDialect(body, arguments));
  const auto answer = [&] {
    const Waiting waiting("comparing parts");
    return AskAboutFiles(session, "/api/v1/data/leaks", body);
  }();
  if (!answer) return answer.error();
  const bool sound = answer->Bool("sound");
  if (session.PrintedJson(*answer)) return sound ? 0 : 1;
  ShowLeaks(session, *answer);
  ShowBalance(answer->At("balance"));
  return sound ? 0 : 1;
}

}  // namespace

std::vector<Command> SplitCommands() {
  const Flag key{"--key", "COLUMNS", "What names a row: its rows lie in one part (all columns unless said)"};
  const Flag group{"--group", "COLUMNS", "Rows that belong together lie in one part"};
  return {
      {"data split",
       "Split a data set's training part, or any file, into train, validation and test",
       "A row's part follows from a hash of its key (or its group, or its time), so that it is the same on "
       "every machine "
       "and in any order of rows. Parts of a data set are kept and recorded; a file needs no store. Exit "
       "code 1 when the "
       "parts leak into each other, or one of them is empty.",
       {{"DATASET|FILE", "NAME, NAME@VERSION, or the path of a file"}},
       WithCsvFlags({{"--by", "WAY", "random (unless said), stratified, group or time"},
                     {"--parts", "SHARES", "Such as train=80,validation=10,test=10"},
                     key,
                     {"--stratum", "COLUMN",
                      "Each part has its share of each of its values (the data set's target unless said)"},
                     group,
                     {"--time", "COLUMN", "Earlier rows first (the data set's time unless said)"},
                     {"--cut", "TIME", "Where the next part begins; one fewer than parts, instead of shares"},
                     {"--seed", "TEXT", "Another one gives another split (0)"},
                     {"--target", "COLUMN", "Of a file: count its classes and weigh them"},
                     {"--name", "NAME", "Of a data set: what the split is called (split)"},
                     {"--to", "DIR", "Where the parts go (of a data set: <path>-<name>)"}}),
       SplitRows},
      {"data leaks",
       "Look for rows, keys and groups that lie in two parts at once",
       "Exit code 1 when there are any. No store is needed.",
       {{"PART...", "Files, the one to learn from first"}},
       WithCsvFlags({{"--key", "COLUMNS", "What names a row"},
                     group,
                     {"--time", "COLUMN", "When a row happened"},
                     {"--ordered", "", "The parts follow each other in time: an overlap is a leak"},
                     {"--target", "COLUMN", "Count its classes and weigh them"}}),
       Leaks},
  };
}

}  // namespace cairn::cli
