#include "cli/catalogue.h"
#include "cli/waiting.h"
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
  std::vector<std::string> names;
  for (const Json& approver : move.At("approvers").items()) names.push_back(approver.AsString());
  const std::string promotion = move.Text("preauthorised_by"), who = Join(names, ", ");
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
       {{"--alias", "NAME", "Another alias than the one that was guarded then"}},
       AsOf},
      {"audit rebuild", "Compare every derived table with the log it follows from", "", {}, {}, Rebuild},
  };
}

}  // namespace cairn::cli
