#include "cli/moving_report.h"

#include <cstdio>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

void PrintList(const Session& session, const Json& texts, const std::string& head) {
  if (texts.items().empty()) return;
  session.Say(head);
  for (const Json& text : texts.items()) session.Say("  " + text.AsString());
}

}  // namespace

void PrintMovingReport(const Session& session, const Json& report, const std::string& there) {
  Table table({"what", there, "here", "added", "completed", "unchanged", "equal"});
  for (const Json& kind : report.At("kinds").items()) {
    const bool digested = kind.Find("digest") != nullptr;
    const bool equal =
        digested ? kind.Text("digest") == kind.Text("digest_here") : kind.Int("source") == kind.Int("here");
    table.Add({kind.Text("kind"), WithThousands(kind.Int("source")), WithThousands(kind.Int("here")),
               WithThousands(kind.Int("added")), WithThousands(kind.Int("completed")),
               WithThousands(kind.Int("unchanged")), equal ? "yes" : "NO"});
  }
  std::fputs(table.Text("There was nothing.").c_str(), stdout);
  for (const Json& one : report.At("mapping").items())
    session.Say("experiment '" + one.Text("experiment") + "': " + one.Text("source") + " there is " +
                one.Text("here") + " here");
  PrintList(session, report.At("problems"), "Not brought over:");
  PrintList(session, report.At("differences"), "Different:");
  for (const Json& note : report.At("notes").items()) session.Note("note: " + note.AsString());
}

Result<std::string> WholePath(const std::string& path) {
  return os::JoinPath(CAIRN_TRY(os::WorkingFolder()), path);
}

}  // namespace cairn::cli
