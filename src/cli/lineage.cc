#include <map>

#include "cli/catalogue.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

/// Digests are long, and their beginning tells enough.
std::string Shortened(const std::string& thing) {
  const auto colon = thing.find(':');
  const std::string kind = thing.substr(0, colon);
  if ((kind != "sha256" && kind != "md5" && kind != "commit" && kind != "configuration") ||
      thing.size() < colon + 20)
    return thing;
  return thing.substr(0, colon + 13) + "…" + (thing.ends_with(".dir") ? ".dir" : "");
}

std::string SourceLine(const Json& source) {
  if (source.IsNull()) return "";
  std::string line = "  <- " + source.Text("address");
  if (!source.Text("query").empty()) line += ": " + source.Text("query");
  if (!source.Text("licence").empty()) line += " (" + source.Text("licence") + ")";
  return line;
}

/// The steps as a tree below the thing asked about.
void ShowBelow(const Session& session, const std::string& thing, std::size_t depth,
               const std::multimap<std::string, const Json*>& steps) {
  const auto [begin, end] = steps.equal_range(thing);
  for (auto step = begin; step != end; ++step) {
    const Json& one = *step->second;
    std::string line = std::string(2 * depth, ' ') + Shortened(one.Text("thing"));
    if (!one.Text("label").empty()) line += "  [" + one.Text("label") + "]";
    line += SourceLine(one.At("source"));
    session.Say(line + "  (" + one.Text("kind") + ", " + FormatDate(one.Int("at_ms")) + ", " +
                one.Text("actor") + ")");
    ShowBelow(session, one.Text("thing"), depth + 1, steps);
  }
}

/// "3 models (late-arrival/1, late-arrival/2, late-arrival/3), 2 stages, 14 files": few are named.
std::string Summary(const Json& steps) {
  constexpr std::size_t kNamed = 4;
  struct Kind {
    const char *beginning, *one, *many;
    bool telling;  ///< Whether its names say more than their number.
  };
  constexpr Kind kKinds[] = {{"dataset:", "data set version", "data set versions", true},
                             {"stage:", "stage", "stages", false},
                             {"run:", "run", "runs", false},
                             {"logged_model:", "logged model", "logged models", false},
                             {"model:", "model version", "model versions", true},
                             {"decision:", "decision", "decisions", false},
                             {"alias:", "alias", "aliases", true},
                             {"segment:", "prediction segment", "prediction segments", false},
                             {"commit:", "commit", "commits", false},
                             {"configuration:", "configuration", "configurations", false}};
  std::vector<std::string> parts;
  for (const Kind& kind : kKinds) {
    std::vector<std::string> names;
    for (const Json& step : steps.items()) {
      if (step.Text("thing").starts_with(kind.beginning))
        names.push_back(step.Text("thing").substr(std::string_view(kind.beginning).size()));
    }
    if (names.empty()) continue;
    std::string part = std::to_string(names.size()) + " " + (names.size() == 1 ? kind.one : kind.many);
    if (kind.telling && names.size() <= kNamed) part += " (" + Join(names, ", ") + ")";
    parts.push_back(std::move(part));
  }
  return Join(parts, ", ");
}

Result<int> Walk(Session& session, const Arguments& arguments, const std::string& direction,
                 const std::string& heading, const std::string& nothing) {
  std::string thing = arguments.Text("THING");
  // A file is known by its bytes, wherever the command is given.
  if (os::Exists(thing) && !os::IsFolder(thing)) thing = CAIRN_TRY(os::RealPath(thing));
  const auto asked = session.Get("/api/v1/lineage?direction=" + direction + "&thing=" + PercentEncode(thing));
  if (!asked && asked.error().reason == Reason::NotFound && os::IsFolder(thing))
    return Error{Reason::NotFound, "no deed on record speaks of a thing called '" + thing +
                                       "', and a folder is followed by its files or by the data set that it "
                                       "holds: give one of them"};
  const Json answer = CAIRN_TRY(asked);
  if (session.PrintedJson(answer)) return 0;
  const std::string summary = Summary(answer.At("items"));
  if (!summary.empty()) session.Say(heading + ": " + summary);
  std::multimap<std::string, const Json*> steps;
  for (const Json& step : answer.At("items").items()) steps.emplace(step.Text("via"), &step);
  for (const Json& name : answer.At("things").items()) {
    session.Say(Shortened(name.AsString()) + SourceLine(answer.At("source")));
    ShowBelow(session, name.AsString(), 1, steps);
  }
  if (steps.empty()) session.Say("  " + nothing);
  if (!answer.Bool("complete", true)) session.Note("note: there is more; ask about a thing further on");
  return 0;
}

Result<int> WhoUses(Session& session, const Arguments& arguments) {
  return Walk(session, arguments, "downstream", "came from it", "Nothing on record came from it.");
}

Result<int> WhereFrom(Session& session, const Arguments& arguments) {
  return Walk(session, arguments, "upstream", "went into it", "Nothing on record went into it.");
}

}  // namespace

std::vector<Command> LineageCommands() {
  const Positional thing{
      "THING",
      "DATASET@VERSION, MODEL/VERSION, a digest, a file, or the id of a run, decision or pipeline run"};
  return {
      {"data who-uses",
       "Show everything that came from a data set, a file or another thing",
       "Runs, stages, model versions, decisions and predictions, each with the event that says so.",
       {thing},
       {},
       WhoUses},
      {"data where-from",
       "Show everything that a model version, a file or another thing came from",
       "Data, code and configuration, up to the source, each with the event that says so.",
       {thing},
       {},
       WhereFrom},
  };
}

}  // namespace cairn::cli
