#include "cli/catalogue.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"

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
              " answered by the heuristic, " + WithThousands(state.Int("rejected")) +
              " refused for their content.");
  if (state.Int("requests") > 0)
    session.Say("Latency: half within " + Milliseconds(state.Double("p50_ms")) + ", 99 % within " +
                Milliseconds(state.Double("p99_ms")) + ".");
  if (!state.Text("pace").empty())
    session.Say("Requests: " + state.Text("pace") + ". " + WithThousands(state.Int("waiting")) +
                " wait now.");
  SayLog(session, state.At("log"));
  SayCanary(session, state.At("canary"));
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

}  // namespace

std::vector<Command> ServingCommands() {
  return {{"serving",
           "Say which version answers, how much, how fast, and how often the heuristic had to",
           "",
           {},
           {},
           Serving},
          {"serving verify",
           "Compare the prediction log with the digests in the event log",
           "Exit code 7 when a record was altered or is missing.",
           {},
           {},
           VerifyLog}};
}

}  // namespace cairn::cli
