#include "cli/configuration_file.h"
#include "cli/page_file.h"
#include "cli/session.h"
#include "cli/standing.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

Result<Json> Asked(Session& session, const Arguments& arguments, const std::string& kind) {
  Json body = arguments.Has("--accepted") ? Json::Object() : CAIRN_TRY(ReadConfiguration(arguments));
  return session.Post("/api/v1/canvas", body.Set("kind", kind));
}

std::string KindIn(const Arguments& arguments) {
  return arguments.Has("--kind") ? arguments.Text("--kind") : "ml";
}

char MarkOf(const std::string& bond) {
  if (bond == "bound") return '+';
  if (bond == "narrative") return '-';
  return bond == "waiting" ? 'o' : 'x';
}

int Print(Session& session, const Json& canvas, bool why) {
  session.Say(canvas.Text("title") + ": " + canvas.Text("project"));
  for (const Json& box : canvas.At("boxes").items()) {
    const std::string also = box.Text("also").empty() ? "" : " (" + box.Text("also") + ")";
    session.Say("\n" + box.Text("title") + also + "  " + box.Text("asks"));
    for (const Json& line : box.At("lines").items()) {
      const std::string bond = line.Text("bond");
      std::string text = std::string("  ") + MarkOf(bond) + " " + line.Text("text");
      if (bond == "waiting" || bond == "drifted" || why) text += "  [" + line.Text("to") + "]";
      if (why && !line.At("evidence").IsNull())
        text += "  " + line.At("evidence").Text("event") + " " + line.At("evidence").Text("kind");
      session.Say(text);
    }
    if (box.At("lines").items().empty()) session.Say("  o nothing yet");
  }
  session.Say("\n+ bound to the running system   - for people   o no record shows it yet   x drifted");
  return 0;
}

Result<int> Show(Session& session, const Arguments& arguments) {
  Json canvas = CAIRN_TRY(Asked(session, arguments, KindIn(arguments)));
  canvas.Remove("html");
  if (session.PrintedJson(canvas)) return 0;
  return Print(session, canvas, arguments.Has("--why"));
}

Result<int> Stack(Session& session, const Arguments& arguments) {
  Json canvas = CAIRN_TRY(Asked(session, arguments, "stack"));
  canvas.Remove("html");
  if (session.PrintedJson(canvas)) return 0;
  return Print(session, canvas, arguments.Has("--why"));
}

Result<int> Lint(Session& session, const Arguments& arguments) {
  const Json canvas = CAIRN_TRY(Asked(session, arguments, KindIn(arguments)));
  const Json& findings = canvas.At("findings");
  const int code = findings.items().empty() ? 0 : 1;
  if (session.PrintedJson(Json{{"findings", findings}})) return code;
  for (const Json& finding : findings.items())
    session.Say(finding.Text("box") + ": " + finding.Text("bond") + ": " + finding.Text("problem"));
  session.Say(code == 0 ? "Canvas and system say the same, and every block is live."
                        : std::to_string(findings.items().size()) + " lines are not what runs.");
  return code;
}

Result<int> Export(Session& session, const Arguments& arguments) {
  const std::string path = arguments.Has("PAGE") ? arguments.Text("PAGE") : "canvas.html";
  CAIRN_TRY(CheckPageFile(path));
  const Json canvas = CAIRN_TRY(Asked(session, arguments, KindIn(arguments)));
  CAIRN_TRY(WritePage(path, canvas.Text("html")));
  if (!session.PrintedJson(Json{{"written", path}, {"digest", canvas.At("digest")}}))
    session.Say("Written to " + path + ": one page, to be printed or kept as a PDF by any browser.");
  return 0;
}

}  // namespace

std::vector<Command> CanvasCommands() {
  const Positional file{"FILE", "cairn.yaml", Positional::Need::Optional};
  const Flag kind{"--kind", "KIND", "ml, ai or stack (ml)"};
  const Flag accepted{"--accepted", "", "The accepted configuration, not the working copy"};
  const Flag why{"--why", "", "What each line hangs on, down to the events"};
  return {
      {"canvas show",
       "Show a canvas with what each line of it hangs on",
       "Every line is bound to the running system, marked as narrative, or named as missing or drifted.",
       {file},
       {kind, accepted, why},
       Show},
      {"canvas lint",
       "Name every line of a canvas that is not what the system does",
       "Exit code 1 when there are any: a block without anything live behind it, or one that says other "
       "things "
       "than the configuration and the records.",
       {file},
       {kind, accepted},
       Lint},
      {"canvas export",
       "Write a canvas as one printable page",
       "",
       {{"PAGE", "The HTML file to write (canvas.html)", Positional::Need::Optional}, file},
       {kind, accepted},
       Export},
      {"stack",
       "Answer the blocks of the MLOps stack canvas from the running system",
       "",
       {file},
       {accepted, why},
       Stack},
  };
}

}  // namespace cairn::cli
