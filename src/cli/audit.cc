#include "cli/catalogue.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

/// Digests are long, and their beginning tells enough: "configuration:b0a82f298cd8…".
std::string Shortened(const std::string& subject) {
  const auto colon = subject.find(':');
  constexpr std::size_t kShown = 36;
  if (colon == std::string::npos || subject.size() - colon - 1 <= kShown) return subject;
  return subject.substr(0, colon + 13) + "…";
}

/// Enough of a value to tell it from another.
std::string Short(const std::string& value) {
  constexpr std::size_t kShown = 60;
  return value.size() <= kShown ? value : value.substr(0, kShown - 1) + "…";
}

Result<int> Log(Session& session, const Arguments& arguments) {
  std::string path =
      "/api/v1/audit/log?limit=" + (arguments.Has("--limit") ? arguments.Text("--limit") : "30");
  for (const std::string_view name : {"kind", "subject", "cause", "actor", "from", "until"}) {
    const std::string flag = "--" + std::string(name);
    if (arguments.Has(flag)) path += "&" + std::string(name) + "=" + PercentEncode(arguments.Text(flag));
  }
  const Json answer = CAIRN_TRY(session.Get(path));
  if (session.PrintedJson(answer)) return 0;
  Table table({"#", "time", "what", "about", "who"});
  const auto& items = answer.At("items").items();
  for (auto event = items.rbegin(); event != items.rend(); ++event) {
    table.Add({event->At("position").IsInt() ? std::to_string(event->Int("position")) : "",
               FormatUtc(event->Int("at")), event->Text("kind"), Shortened(event->Text("subject")),
               event->Text("actor")});
  }
  std::fputs(table.Text("No events match.").c_str(), stdout);
  return 0;
}

Result<int> Verify(Session& session, const Arguments&) {
  const Json verdict =
      CAIRN_TRY(While("recomputing the log", [&] { return session.Get("/api/v1/audit/verify"); }));
  if (!session.PrintedJson(verdict)) {
    for (const Json& problem : verdict.At("problems").items())
      session.Say(problem.Text("what") + ": " + problem.Text("message"));
    for (const Json& note : verdict.At("notes").items()) session.Note("note: " + note.AsString());
    if (verdict.Bool("sound")) {
      session.Say("The log is sound: " + WithThousands(verdict.Int("sealed")) +
                  " sealed events recomputed, root " + verdict.Text("root").substr(0, 16) + "…, " +
                  WithThousands(verdict.At("proven").Int("outside")) +
                  " of them also proven by the heads kept outside the database.");
    } else {
      session.Say("The log is NOT sound.");
    }
  }
  return verdict.Bool("sound") ? 0 : 1;
}

/// Who allowed a move: people, a policy, or a promotion that allowed the return from it in advance.
std::string ApprovalOf(const Json& move) {
  const std::string promotion = move.Text("preauthorised_by"), who = Joined(move.At("approvers"));
  if (promotion.empty()) return who;
  return "pre-authorised by promotion " + promotion +
         (who == "policy" ? ", approved by policy" : ", signed by " + who);
}

Result<int> AsOf(Session& session, const Arguments& arguments) {
  const Json answer =
      CAIRN_TRY(session.Get("/api/v1/audit/as-of?at=" + PercentEncode(arguments.Text("TIME")) +
                            "&alias=" + PercentEncode(arguments.Text("--alias"))));
  if (session.PrintedJson(answer)) return 0;
  Table table({"model", "version", "since", "moved by", "approved by", "decision"});
  for (const Json& move : answer.At("items").items()) {
    table.Add({move.Text("model"), move.Text("version"), FormatUtc(move.Int("at")), move.Text("actor"),
               ApprovalOf(move), move.Text("decision")});
  }
  std::fputs(table.Text("Nothing was in production at " + FormatUtc(answer.Int("at_ms")) + ".").c_str(),
             stdout);
  if (!arguments.Has("--all")) return 0;
  Table state({"kind", "name", "what it was", "since", "by", "event"});
  for (const Json& fact : answer.At("state").items()) {
    state.Add({fact.Text("kind"), Shortened(fact.Text("name")), Short(fact.Text("value")),
               FormatUtc(fact.Int("since_ms")), fact.Text("actor"), fact.Text("event")});
  }
  std::fputs(("\n" + state.Text("Nothing was on record then.")).c_str(), stdout);
  return 0;
}

Result<int> Diff(Session& session, const Arguments& arguments) {
  std::string path = "/api/v1/audit/diff?from=" + PercentEncode(arguments.Text("FROM"));
  if (arguments.Has("UNTIL")) path += "&until=" + PercentEncode(arguments.Text("UNTIL"));
  const Json answer = CAIRN_TRY(session.Get(path));
  if (session.PrintedJson(answer)) return 0;
  Table table({"kind", "name", "before", "after", "since", "by", "event"});
  for (const Json& one : answer.At("items").items()) {
    table.Add({one.Text("kind"), Shortened(one.Text("name")), Short(one.Text("before", "")),
               Short(one.Text("after")), one.At("at_ms").IsNull() ? "" : FormatUtc(one.Int("at_ms")),
               one.Text("actor"), one.Text("event")});
  }
  std::fputs(table.Text("Nothing differs.").c_str(), stdout);
  return 0;
}

Result<Json> AccountOf(Session& session, const Arguments& arguments) {
  return session.Get("/api/v1/audit/account?thing=" + PercentEncode(arguments.Text("THING")));
}

Result<int> Who(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(AccountOf(session, arguments));
  if (session.PrintedJson(Json{{"thing", answer.At("thing")}, {"people", answer.At("people")}})) return 0;
  Table table({"who", "roles then", "", "did", "first", "last"});
  for (const Json& one : answer.At("people").items()) {
    table.Add({one.Text("name"), Joined(one.At("roles")), one.Bool("signed") ? "signed" : "by name alone",
               Joined(one.At("did")), FormatUtc(one.Int("first_ms")), FormatUtc(one.Int("last_ms"))});
  }
  std::fputs(table.Text().c_str(), stdout);
  return 0;
}

Result<int> Why(Session& session, const Arguments& arguments) {
  const Json answer = CAIRN_TRY(AccountOf(session, arguments));
  if (session.PrintedJson(answer)) return 0;
  session.Say("What " + answer.Text("thing") + " rests on:");
  Table table({"#", "time", "what", "who", "event"});
  for (const Json& event : answer.At("items").items()) {
    table.Add({event.At("position").IsInt() ? std::to_string(event.Int("position")) : "",
               FormatUtc(event.Int("at")), event.Text("sentence"), event.Text("actor"), event.Text("id")});
  }
  std::fputs(table.Text().c_str(), stdout);
  if (answer.At("rules").items().empty()) return 0;
  Table rules({"rule", "", "what was measured"});
  for (const Json& rule : answer.At("rules").items())
    rules.Add({rule.Text("name"), rule.Bool("passed") ? "passed" : "FAILED", rule.Text("detail")});
  std::fputs(("\n" + rules.Text()).c_str(), stdout);
  return 0;
}

/// All pages of the log under one head, as lines.
Result<Json> Exported(Session& session, std::string& lines) {
  const std::string path = "/api/v1/audit/export?";
  Json page = CAIRN_TRY(session.Get(path));
  const std::int64_t size = page.At("head").Int("size");
  for (std::int64_t count = 0;;) {
    for (const Json& line : page.At("events").items()) lines += line.AsString() + "\n";
    const auto got = static_cast<std::int64_t>(page.At("events").items().size());
    count += got;
    if (count >= size || got == 0) break;
    page = CAIRN_TRY(session.Get(path + "size=" + std::to_string(size) + "&from=" + std::to_string(count)));
  }
  return Json{{"head", page.At("head")}, {"key", page.At("key")}};
}

Result<int> Export(Session& session, const Arguments& arguments) {
  const std::string file = arguments.Text("FILE"), heads = file + ".head.json";
  std::string lines;
  const Json head = CAIRN_TRY(While("reading the log", [&] { return Exported(session, lines); }));
  CAIRN_TRY(os::WriteFileAtomically(file, lines));
  CAIRN_TRY(os::WriteFileAtomically(heads, head.Dump() + "\n"));
  const Json told{{"file", file},
                  {"head_file", heads},
                  {"events", head.At("head").At("size")},
                  {"root", head.At("head").At("root")}};
  if (session.PrintedJson(told)) return 0;
  session.Say(WithThousands(told.Int("events")) + " events are in " + file +
              ", one a line, and the signed head over them in " + heads +
              ".\nWithout the ends of lines, they are the leaves of the tree (RFC 6962, SHA-256) whose root "
              "the head names.");
  return 0;
}

Result<int> Rebuild(Session& session, const Arguments&) {
  const Json answer =
      CAIRN_TRY(While("rebuilding the derived tables", [&] { return session.Get("/api/v1/audit/rebuild"); }));
  if (!session.PrintedJson(answer)) {
    for (const Json& table : answer.At("tables").items()) {
      session.Say(table.Text("name") + ": " +
                  (table.Bool("equal") ? "equal, " + WithThousands(table.Int("rows")) + " rows"
                                       : "differs: " + table.At("first_difference").Dump()));
    }
  }
  return answer.Bool("equal") ? 0 : 1;
}

}  // namespace

std::vector<Command> AuditCommands() {
  return {
      {"audit log",
       "List what happened, who did it and why",
       "The newest events, oldest of them first.",
       {},
       {{"--kind", "KIND", "Only this kind, or with a dot at its end all kinds of a room: registry."},
        {"--subject", "SUBJECT", "Only what happened to this"},
        {"--cause", "ID", "Only what followed from this"},
        {"--actor", "NAME", "Only what this one did"},
        {"--from", "TIME", "Not before"},
        {"--until", "TIME", "Not after"},
        {"--limit", "N", "At most this many (30)"}},
       Log},
      {"audit verify",
       "Recompute the log from its first event and prove it",
       "Exit code 1 when anything was altered, removed, added or moved.",
       {},
       {},
       Verify},
      {"audit as-of",
       "Say what was in production at a time, and who decided",
       "",
       {{"TIME", "2013-06-01 or 2013-06-01T12:00:00Z"}},
       {{"--alias", "NAME", "Another alias than the one that was guarded then"},
        {"--all", "", "Also policy, roles, gates, models, pointers, data, delegations and holds as of then"}},
       AsOf},
      {"audit diff",
       "Say what differs between two moments",
       "Policy, roles, gates, models, pointers, data, delegations and holds, each with the event that made "
       "it so.",
       {{"FROM", "2013-06-01 or 2013-06-01T12:00:00Z"},
        {"UNTIL", "The same; now unless given", Positional::Need::Optional}},
       {},
       Diff},
      {"audit who",
       "Say who had a hand in a thing, and with which roles",
       "A signature is a proof; a name alone is what the caller claimed.",
       {{"THING", "MODEL/VERSION, MODEL@ALIAS, DATASET@VERSION, or the id of a decision, a run or an event"}},
       {},
       Who},
      {"audit why",
       "Say what a thing's being so rests on, event by event",
       "Its own events, and those of the decision, run, configuration and alert behind it; with the "
       "rules of "
       "the decision as they were measured.",
       {{"THING", "MODEL/VERSION, MODEL@ALIAS, DATASET@VERSION, or the id of a decision, a run or an event"}},
       {},
       Why},
      {"audit export",
       "Write the log to a file from which anybody can make its tree again",
       "One event a line, as its leaf was taken; FILE.head.json has the signed head and the public key.",
       {{"FILE", "Where to"}},
       {},
       Export},
      {"audit rebuild", "Compare every derived table with the log it follows from", "", {}, {}, Rebuild},
  };
}

}  // namespace cairn::cli
