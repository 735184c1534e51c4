#include "cli/catalogue.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string Milliseconds(double value) { return ShortestText(value) + " ms"; }

void SayCanary(Session& session, const Json& canary) {
  if (canary.IsNull()) return;
  session.Say("Canary: version " + canary.Text("version") + " gets " +
              ShortestText(canary.Double("share") * 100) + " % of the requests: " +
              WithThousands(canary.Int("requests")) + " so far, " + WithThousands(canary.Int("bad")) +
              " bad (production: " + WithThousands(canary.Int("production_requests")) + ", " +
              WithThousands(canary.Int("production_bad")) +
              " bad); evidence against it: " + ShortestText(canary.Double("e_value")) + ".");
}

/// Nothing while every request is kept as it came.
void SayLog(Session& session, const Json& log) {
  const double share = log.Double("share", 1);
  if (share < 1)
    session.Say("The prediction log keeps " + ShortestText(share * 100) + " % of the requests (" +
                log.Text("reason") + "): " + WithThousands(log.Int("kept")) + " since the start, " +
                WithThousands(log.Int("passed_over")) + " passed over.");
  if (log.Text("when_full") == "count")
    session.Say("When its disk is full, requests are answered all the same (" + log.Text("reason") +
                "): " + WithThousands(log.Int("lost")) + " were lost to it since the start.");
  if (!log.At("masked").items().empty())
    session.Say("It keeps masks in place of the values of " + Joined(log.At("masked")) + ".");
  if (!log.At("plain").items().empty())
    session.Say("It keeps the values of " + Joined(log.At("plain")) +
                " though they are classified: " + log.Text("reason") + ".");
}

void SayTelemetry(Session& session, const Json& telemetry) {
  if (telemetry.IsNull()) return;
  session.Say("Traces and figures are reported to " + telemetry.Text("endpoint") + ": " +
              WithThousands(telemetry.Int("sent")) + " spans since the start, " +
              WithThousands(telemetry.Int("dropped")) + " dropped.");
  if (!telemetry.Text("problem").empty()) session.Say("The last report failed: " + telemetry.Text("problem"));
}

void SayShipping(Session& session, const Json& shipping) {
  if (shipping.IsNull()) return;
  session.Say("The prediction log is shipped to " + shipping.Text("place") + ": " +
              WithThousands(shipping.Int("shipped")) + " segments are there, " +
              WithThousands(shipping.Int("waiting")) + " wait; " + WithThousands(shipping.Int("failures")) +
              " attempts failed since the start.");
  if (!shipping.Text("problem").empty()) session.Say("The last one: " + shipping.Text("problem"));
}

/// Which links stand ready, and how often each answered.
void SayFallback(Session& session, const Json& links) {
  if (links.items().empty())
    return session.Say("Without a fallback: what the model cannot answer gets 500 or 503.");
  std::string text = "Fallback:";
  for (const Json& one : links.items()) {
    text += text.ends_with(':') ? " " : "; ";
    text += one.Text("link");
    if (!one.Text("version").empty()) text += " (version " + one.Text("version") + ")";
    text += one.Bool("ready") ? ", answered " + WithThousands(one.Int("requests")) + " requests"
                              : ", skipped: " + one.Text("why");
  }
  session.Say(text + (text.ends_with('.') ? "" : "."));
}

void SayRules(Session& session, const Json& rules) {
  for (const Json& idle : rules.At("idle").items()) session.Say(idle.AsString());
  for (const Json& one : rules.At("broken").items())
    session.Say("Rule " + one.Text("rule") + " was broken by " + WithThousands(one.Int("requests")) +
                " answers, in " + WithThousands(one.Int("rows")) + " rows.");
}

void SayMemory(Session& session, const Json& memory) {
  if (memory.At("versions").items().empty()) return;
  std::string text;
  for (const Json& one : memory.At("versions").items())
    text += (text.empty() ? "" : ", ") + ("version " + one.Text("version")) + " (" + one.Text("role") + ") " +
            FormatBytes(static_cast<std::uint64_t>(one.Int("bytes")));
  if (memory.Int("cap") > 0)
    text += "; at most " + FormatBytes(static_cast<std::uint64_t>(memory.Int("cap"))) + " together, " +
            WithThousands(memory.Int("evicted")) + " made room";
  session.Say("In memory: " + text + ".");
}

Result<int> Plan(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/serving/plan"));
  if (session.PrintedJson(answer)) return 0;
  if (answer.At("plan").items().empty()) session.Say("No accepted configuration names a model.");
  for (const Json& one : answer.At("plan").items()) {
    const std::string by = one.Bool("answered") ? "answered (" + one.Text("by") + ")" : "not answered";
    session.Say(one.Text("failure") + ": " + by + " — " + one.Text("what"));
  }
  return 0;
}

Result<int> RunDrill(Session& session, const Arguments& arguments) {
  Json body = Json::Object();
  if (const std::string row = arguments.Text("--row"); !row.empty()) {
    const auto json = Json::Parse(row);
    if (!json || !json->IsObject())
      return Error{Reason::InvalidArgument,
                   "--row must be a JSON object of one value a column: '{\"hour\": 7}'."};
    body.Set("row", *json);
  }
  const Json answer = CAIRN_TRY(
      While("asking each that could answer", [&] { return session.Post("/api/v1/serving/drill", body); }));
  bool all = true;
  for (const Json& one : answer.At("links").items()) all = all && one.Bool("answered");
  if (session.PrintedJson(answer)) return all ? 0 : 1;
  const std::string from = answer.Text("row");
  session.Say("Asked with " +
              (from == "given"    ? std::string("the row given")
               : from == "blanks" ? "a row of blanks"
                                  : "a row of a real request") +
              "; nothing was logged or counted.");
  for (const Json& one : answer.At("links").items()) {
    const std::string who =
        one.Text("who") + (one.Text("version").empty() ? "" : " (version " + one.Text("version") + ")");
    session.Say(one.Bool("answered")
                    ? who + ": " + ShortestText(one.Double("score")) + " in " + Milliseconds(one.Double("ms"))
                    : who + ": no answer. " + one.Text("why"));
  }
  return all ? 0 : 1;
}

Result<int> Serving(Session& session, const Arguments&) {
  const Json state = CAIRN_TRY(session.Get("/api/v1/serving"));
  if (session.PrintedJson(state)) return 0;
  if (state.Text("version").empty()) {
    session.Say("No model answers. " + state.Text("problem"));
  } else {
    session.Say("Version " + state.Text("version") + " of '" + state.Text("model") + "' answers.");
    if (!state.Text("problem").empty())
      session.Say("The newest in production could not be loaded: " + state.Text("problem"));
  }
  session.Say(WithThousands(state.Int("requests")) + " requests with " + WithThousands(state.Int("rows")) +
              " rows since the start; " + WithThousands(state.Int("fallbacks")) +
              " answered by a fallback, " + WithThousands(state.Int("rejected")) +
              " refused for their content.");
  if (state.Int("requests") > 0)
    session.Say("Latency: half within " + Milliseconds(state.Double("p50_ms")) + ", 99 % within " +
                Milliseconds(state.Double("p99_ms")) + ".");
  if (!state.Text("pace").empty())
    session.Say("Requests: " + state.Text("pace") + ". " + WithThousands(state.Int("waiting")) +
                " wait now.");
  SayFallback(session, state.At("fallback"));
  SayRules(session, state.At("output_rules"));
  SayMemory(session, state.At("memory"));
  SayLog(session, state.At("log"));
  SayCanary(session, state.At("canary"));
  SayTelemetry(session, state.At("telemetry"));
  SayShipping(session, state.At("shipping"));
  return 0;
}

Result<int> VerifyLog(Session& session, const Arguments&) {
  const Json verdict = CAIRN_TRY(
      While("reading the prediction log", [&] { return session.Get("/api/v1/serving/log/verify"); }));
  if (session.PrintedJson(verdict)) return 0;
  session.Say("The prediction log is whole: " + WithThousands(verdict.Int("records")) + " records in " +
              WithThousands(verdict.Int("segments")) + " segments, " + WithThousands(verdict.Int("open")) +
              " of them still open.");
  return 0;
}

Result<int> Ship(Session& session, const Arguments&) {
  const Json shipped = CAIRN_TRY(While("shipping the prediction log", [&] {
    return session.Post("/api/v1/serving/log/ship", Json::Object());
  }));
  if (session.PrintedJson(shipped)) return 0;
  session.Say(WithThousands(shipped.Int("records")) + " records of " +
              WithThousands(shipped.Int("segments")) + " segments went to " + shipped.Text("place") +
              ", in " + WithThousands(shipped.Int("files")) + " files.");
  return 0;
}

void SayPrediction(Session& session, const Json& one) {
  session.Say(one.Text("id") + "  " + FormatUtc(one.Int("at_ms")) + "  " + one.Text("model") + " version " +
              std::to_string(one.Int("version")) + " (" + one.Text("arm") + "), " +
              WithThousands(one.Int("latency_us")) + " µs");
  if (!one.Text("caller").empty()) session.Say("  asked by " + one.Text("caller"));
  if (!one.Text("trace_id").empty()) session.Say("  trace    " + one.Text("trace_id"));
  if (!one.Text("failure").empty()) session.Say("  because  " + one.Text("failure"));
  for (const auto& [name, values] : one.At("inputs").members())
    session.Say("  " + name + " = " + CutTo(values.Dump(), 100));
  session.Say("  answer " + CutTo(one.At("outputs").Dump(), 100));
}

Result<int> Show(Session& session, const Arguments& arguments) {
  const Json found = CAIRN_TRY(While("reading the prediction log", [&] {
    return session.Get("/api/v1/serving/log/predictions/" + PercentEncode(arguments.Text("ID")));
  }));
  if (session.PrintedJson(found)) return 0;
  for (const Json& one : found.At("items").items()) SayPrediction(session, one);
  return 0;
}

}  // namespace

std::vector<Command> ServingCommands() {
  return {
      {"serving",
       "Say which version answers, how much, how fast, and how often a fallback had to",
       "",
       {},
       {},
       Serving},
      {"serving plan",
       "Say what callers get when something fails: a worker, the model, the store, the disk",
       "Read off the accepted configuration and what is loaded now; `cairn serving drill` tries it out.",
       {},
       {},
       Plan},
      {"serving drill",
       "Ask production and each link of the fallback chain the same row, and say what it took",
       "Nothing is logged or counted, and no caller notices. Without --row the row is one of a real request, "
       "or of blanks before the first. Exit code 1 when one of them did not answer.",
       {},
       {{"--row", "JSON", "One value a column: '{\"hour\": 7}'"}},
       RunDrill},
      {"serving verify",
       "Compare the prediction log with the digests in the event log",
       "Exit code 7 when a record was altered or is missing.",
       {},
       {},
       VerifyLog},
      {"serving show",
       "What one request was answered: inputs, outputs, version, caller and trace",
       "Reads the whole prediction log, a second or two a million records.",
       {{"ID", "Of the answer (X-Cairn-Prediction-Id), or of one of its rows, ID.0"}},
       {},
       Show},
      {"serving ship",
       "Bring the prediction log as Parquet to the place that serving.log.ship names, now",
       "The server does so by itself with every segment that it closes (at 8 MiB or after ten minutes); this "
       "closes what is open first. What was shipped is not shipped again; what failed on the way is, to the "
       "same names and with the same bytes.",
       {},
       {},
       Ship}};
}

}  // namespace cairn::cli
