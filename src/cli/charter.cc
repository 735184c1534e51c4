#include "cli/catalogue.h"
#include "cli/configuration_file.h"
#include "ground/os/files.h"
#include "ground/os/terminal.h"

namespace cairn::cli {
namespace {

Result<int> Check(Session& session, const Arguments& arguments) {
  const Json answer =
      CAIRN_TRY(session.Post("/api/v1/charter/check", CAIRN_TRY(ReadConfiguration(arguments))));
  const auto& findings = answer.At("findings").items();
  if (session.PrintedJson(answer)) return findings.empty() ? 0 : 1;
  for (const Json& finding : findings) {
    session.Say(finding.Text("where") + ": " + finding.Text("field") + " " + finding.Text("problem"));
  }
  session.Say(findings.empty()
                  ? "The charter is complete: every goal is measured, every field is bound."
                  : std::to_string(findings.size()) + (findings.size() == 1 ? " thing is" : " things are") +
                        " missing or bound to nothing.");
  return findings.empty() ? 0 : 1;
}

Result<int> Show(Session& session, const Arguments& arguments) {
  Json body = arguments.Has("--accepted") ? Json::Object() : CAIRN_TRY(ReadConfiguration(arguments));
  body.Set("width", os::WidthOf(1, 100));
  const Json answer = CAIRN_TRY(session.Post("/api/v1/charter/page", body));
  if (arguments.Has("--html")) {
    CAIRN_TRY(os::WriteFileAtomically(arguments.Text("--html"), answer.Text("html")));
    session.Note("written to " + arguments.Text("--html"));
    return 0;
  }
  if (session.PrintedJson(answer.At("charter"))) return 0;
  std::fputs(answer.Text("page").c_str(), stdout);
  return 0;
}

}  // namespace

std::vector<Command> CharterCommands() {
  const std::vector<Positional> file = {{"FILE", "cairn.yaml", Positional::Need::Optional}};
  return {
      {"charter check",
       "Name every field of the charter that is missing or bound to nothing",
       "Exit code 1 when there are any.",
       file,
       {},
       Check},
      {"charter show",
       "Show the charter on one page",
       "",
       file,
       {{"--html", "FILE", "Write the printable page there"},
        {"--accepted", "", "The accepted one, not the working copy"}},
       Show},
  };
}

}  // namespace cairn::cli
