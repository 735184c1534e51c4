#include <cstdio>

#include "cli/catalogue.h"
#include "cli/run_story.h"
#include "ground/calendar/schedule.h"
#include "ground/os/clock.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

constexpr std::string_view kTriggers = "/api/v1/triggers";

std::string PathOf(const Arguments& arguments, std::string_view deed = "") {
  std::string path = std::string(kTriggers) + "/" + PercentEncode(arguments.Text("NAME"));
  if (!deed.empty()) path += "/" + std::string(deed);
  return path;
}

std::string SubjectOf(const Json& trigger) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : trigger.At("subject").members())
    parts.push_back(name + ": " + (value.IsString() ? value.AsString() : value.Dump()));
  return Join(parts, ", ");
}

std::string NextOf(const Json& trigger) {
  if (trigger.Bool("paused")) return "paused";
  return trigger.At("next_ms").IsNull() ? "" : FormatUtc(trigger.Int("next_ms"));
}

Result<int> List(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get(kTriggers));
  if (session.PrintedJson(answer)) return 0;
  Table table({"trigger", "fires on", "of", "runs", "last", "", "next"});
  for (const Json& trigger : answer.At("items").items()) {
    const Json& last = trigger.At("last");
    table.Add({trigger.Text("name"), trigger.Text("on"), SubjectOf(trigger), trigger.Text("run"),
               last.IsNull() ? "" : FormatUtc(last.Int("at_ms")), last.Text("state"), NextOf(trigger)});
  }
  std::fputs(table.Text("The accepted configuration has no triggers.").c_str(), stdout);
  for (const Json& trigger : answer.At("items").items()) {
    if (!trigger.Text("problem").empty())
      session.Say(trigger.Text("name") + " cannot look: " + trigger.Text("problem"));
  }
  return 0;
}

Result<int> Show(Session& session, const Arguments& arguments) {
  Json trigger = CAIRN_TRY(session.Get(PathOf(arguments)));
  const Json firings = CAIRN_TRY(session.Get(PathOf(arguments, "firings")));
  trigger.Set("firings", firings.At("items"));
  if (session.PrintedJson(trigger)) return 0;
  session.Say(trigger.Text("name") + " fires on " + trigger.Text("on") +
              (SubjectOf(trigger).empty() ? "" : " (" + SubjectOf(trigger) + ")") + " and runs " +
              trigger.Text("run") + (trigger.Bool("force") ? ", stale or not" : "") +
              "; when a run is under way: " + trigger.Text("concurrency") + ".");
  if (!NextOf(trigger).empty()) session.Say("next: " + NextOf(trigger));
  if (!trigger.At("looked_ms").IsNull()) session.Say("last look: " + FormatUtc(trigger.Int("looked_ms")));
  if (!trigger.Text("problem").empty()) session.Say("It cannot look: " + trigger.Text("problem"));
  Table table({"fired", "cause", "by", "state", "run", "of"});
  for (const Json& firing : firings.At("items").items()) {
    table.Add({FormatUtc(firing.Int("at_ms")), firing.At("trigger").Text("cause"), firing.Text("actor"),
               firing.Text("state"), firing.Text("run"), firing.At("detail").Dump()});
  }
  std::fputs(table.Text("It has not fired yet.").c_str(), stdout);
  return 0;
}

Result<int> Pause(Session& session, const Arguments& arguments) {
  const Json trigger = CAIRN_TRY(session.Post(PathOf(arguments, "pause"), Json::Object()));
  if (session.PrintedJson(trigger)) return 0;
  session.Say("'" + trigger.Text("name") + "' is paused: only `cairn trigger fire` and `backfill` fire it.");
  return 0;
}

Result<int> Resume(Session& session, const Arguments& arguments) {
  const Json trigger = CAIRN_TRY(session.Post(PathOf(arguments, "resume"), Json::Object()));
  if (session.PrintedJson(trigger)) return 0;
  session.Say("'" + trigger.Text("name") + "' goes on with what comes from now on.");
  return 0;
}

/// What waits is begun by the server that runs, or by the next.
std::string Begins(std::string_view state) {
  return state == "waiting" ? ": it begins when a server that runs (`cairn up`) has its turn" : "";
}

Result<int> Fire(Session& session, const Arguments& arguments) {
  const Json firing = CAIRN_TRY(session.Post(PathOf(arguments, "fire"), Json::Object()));
  if (session.PrintedJson(firing)) return 0;
  const std::string state = firing.Text("state");
  session.Say("Fired " + firing.At("trigger").Text("cause") + ", " +
              (state == "over" ? "and nothing was stale" : state) + Begins(state) +
              (firing.Text("run").empty() ? "" : " (run " + firing.Text("run") + ")") + ".");
  return 0;
}

Result<int> Backfill(Session& session, const Arguments& arguments) {
  const bool dry = arguments.Has("--dry-run");
  const Json filled = CAIRN_TRY(
      session.Post(PathOf(arguments, "backfill"),
                   Json{{"from", arguments.Text("FROM")}, {"to", arguments.Text("TO")}, {"dry_run", dry}}));
  if (session.PrintedJson(filled)) return 0;
  for (const Json& moment : filled.At("moments_ms").items()) session.Say(FormatUtc(moment.AsInt()));
  const std::size_t count = filled.At("moments_ms").items().size();
  session.Say(std::to_string(count) + (count == 1 ? " moment " : " moments ") +
              (dry ? "would fire" : "fired, one run each, oldest first") + "; " +
              std::to_string(filled.Int("there")) + " had fired before." +
              (dry ? "" : " `cairn trigger show` follows them."));
  return 0;
}

Result<int> Next(Session& session, const Arguments& arguments) {
  const std::string zone = arguments.Text("--zone"), after = arguments.Text("--after");
  const std::string count = arguments.Text("--count");
  const auto schedule = CAIRN_TRY(calendar::Schedule::Parse(
      arguments.Text("CRON"), CAIRN_TRY(calendar::Zone::Named(zone.empty() ? "UTC" : zone))));
  const std::int64_t most = count.empty() ? 5 : CAIRN_TRY(ParseInt(count));
  if (most < 1 || most > 100'000)
    return Error{Reason::InvalidArgument, "--count must be between 1 and 100,000"};
  std::int64_t at = (after.empty() ? os::SystemClock().Now() : CAIRN_TRY(ParseTime(after))) / 1000;
  Json moments = Json::Array();
  for (std::int64_t i = 0; i < most; ++i) {
    const auto next = schedule.Next(at);
    if (!next) break;
    at = *next;
    moments.Push(FormatUtc(at * 1000));
  }
  if (session.PrintedJson(Json{{"moments", moments}})) return 0;
  for (const Json& moment : moments.items()) session.Say(moment.AsString());
  return 0;
}

}  // namespace

std::vector<Command> TriggerCommands() {
  const Positional name{"NAME", "The trigger's name in cairn.yaml"};
  return {
      {"trigger list",
       "List the triggers of the accepted configuration, and when they fire",
       "The scheduler is part of `cairn up`: while no server runs, nothing fires by itself.",
       {},
       {},
       List},
      {"trigger show", "Show a trigger and its newest firings", "", {name}, {}, Show},
      {"trigger pause",
       "Keep a trigger from firing",
       "What comes meanwhile is left out, also after it goes on.",
       {name},
       {},
       Pause},
      {"trigger resume", "Let a paused trigger go on", "", {name}, {}, Resume},
      {"trigger fire",
       "Fire a trigger by hand, whatever it waits for",
       "The run names it and a cause of its own.",
       {name},
       {},
       Fire},
      {"trigger backfill",
       "Fire a trigger on a schedule for past moments",
       "For each of its moments from FROM until before TO, oldest first: a run of its own, in which its "
       "stages "
       "run whether stale or not and find the moment in CAIRN_DUE and the one before it in CAIRN_DUE_BEFORE. "
       "What fired for a moment before does not fire for it again.",
       {name,
        {"FROM", "A date (midnight on the trigger's clocks) or a time, 2026-01-31T06:00:00Z"},
        {"TO", "The same; up to now"}},
       {{"--dry-run", "", "Only say which moments"}},
       Backfill},
      {"trigger next",
       "Show the moments of a cron expression on the clocks of a time zone",
       "A local time that clocks skip happens when they skip it; one that they show twice happens once.",
       {{"CRON", "\"30 2 * * *\"; with the second as a sixth field before the others; @daily"}},
       {{"--zone", "NAME", "An IANA time zone, such as Europe/Berlin (UTC)"},
        {"--after", "TIME", "The moments after this one (now)"},
        {"--count", "N", "So many (5)"}},
       Next},
  };
}

}  // namespace cairn::cli
