#include <cstdio>

#include "cli/catalogue.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string PathOf(const Arguments& arguments, std::string_view rest) {
  const std::string id = arguments.Text("ROLLOUT");
  return "/api/v1/rollouts/" + PercentEncode(id.empty() ? "waiting" : id) + std::string(rest);
}

std::string Named(const Json& rollout) {
  return "version " + std::to_string(rollout.Int("version")) + " of " + rollout.Text("model");
}

Result<Json> ReasonIn(const Arguments& arguments) {
  if (arguments.Text("--reason").empty()) return Error{Reason::InvalidArgument, "say why: --reason TEXT"};
  return Json{{"reason", arguments.Text("--reason")}};
}

Result<int> Pause(Session& session, const Arguments& arguments) {
  const Json rollout = CAIRN_TRY(session.Post(PathOf(arguments, "/pause"), CAIRN_TRY(ReasonIn(arguments))));
  if (!session.PrintedJson(rollout))
    session.Say("Paused: " + Named(rollout) + " keeps its share, and is neither moved on nor promoted.");
  return 0;
}

Result<int> Resume(Session& session, const Arguments& arguments) {
  const Json rollout = CAIRN_TRY(session.Post(PathOf(arguments, "/resume"), Json::Object()));
  if (!session.PrintedJson(rollout)) session.Say("The canary of " + Named(rollout) + " goes on.");
  return 0;
}

Result<int> Abort(Session& session, const Arguments& arguments) {
  const Json rollout = CAIRN_TRY(session.Post(PathOf(arguments, "/abort"), CAIRN_TRY(ReasonIn(arguments))));
  if (!session.PrintedJson(rollout))
    session.Say("Kept out: " + Named(rollout) + " answers no more (" + rollout.Text("reason") + ").");
  return 0;
}

Result<int> Verify(Session& session, const Arguments& arguments) {
  const Json verified = CAIRN_TRY(session.Get(PathOf(arguments, "/verify")));
  const int code = verified.Bool("same") ? 0 : 1;
  if (session.PrintedJson(verified)) return code;
  for (const Json& item : verified.At("items").items())
    std::printf("%s  %-9s  %s%s\n", FormatUtc(item.Int("at_ms")).c_str(), item.Text("verdict").c_str(),
                item.Text("reason").c_str(),
                item.Bool("same") ? "" : ("\n    DIFFERS: " + item.Text("difference")).c_str());
  session.Say(verified.At("items").items().empty() ? "No verdict was given on a canary of this rollout."
              : code == 0 ? "Every verdict follows, bit for bit, from the counts on record."
                          : "Not every verdict follows from the counts on record.");
  return code;
}

}  // namespace

std::vector<Command> TrialCommands() {
  const Positional rollout{"ROLLOUT", "Its id (the one that is tried out)", Positional::Need::Optional};
  const Flag reason{"--reason", "TEXT", "Why, for the record"};
  return {
      {"model pause",
       "Hold a canary at its share of the requests",
       "It is neither moved on nor promoted until `cairn model resume`; it still ends by itself when it "
       "fails.",
       {rollout},
       {reason},
       Pause},
      {"model resume", "Let a paused canary go on", "", {rollout}, {}, Resume},
      {"model abort",
       "End a canary: production answers all requests again, and the candidate is kept out",
       "",
       {rollout},
       {reason},
       Abort},
      {"model verify",
       "Judge each verdict on a canary again, from the counts that the log stored",
       "Exit code 1 when a verdict, its words or its e-values are not, bit for bit, what the counts give.",
       {rollout},
       {},
       Verify},
  };
}

}  // namespace cairn::cli
