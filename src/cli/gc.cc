#include "cli/catalogue.h"
#include "cli/duration.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

void Print(const Session& session, const Json& answer) {
  Table table({"path", "files", "size", "newest", "why"});
  for (const Json& heap : answer.At("items").items()) {
    table.Add({heap.Text("path"), WithThousands(heap.Int("files")),
               FormatBytes(static_cast<std::uint64_t>(heap.Int("bytes"))), FormatDate(heap.Int("newest_ms")),
               heap.Text("why")});
  }
  std::fputs(table.Text("No garbage.").c_str(), stdout);
  const std::string what = WithThousands(answer.Int("files")) + " files, " +
                           FormatBytes(static_cast<std::uint64_t>(answer.Int("bytes")));
  if (answer.Int("too_young") > 0)
    session.Note(WithThousands(answer.Int("too_young")) +
                 " further files that nothing refers to are not old enough.");
  if (answer.Int("files") == 0) return;
  session.Note(answer.Bool("removed") ? "Removed: " + what + "."
                                      : "This would free " + what + "; add --delete to do it.");
}

Result<int> Collect(Session& session, const Arguments& arguments) {
  const auto grace =
      CAIRN_TRY(DurationMs(arguments.Has("--older-than") ? arguments.Text("--older-than") : "7d"));
  const Json answer = CAIRN_TRY(While("looking for what nothing refers to", [&] {
    return arguments.Has("--delete")
               ? session.Post("/api/v1/artifacts/garbage/collect", Json{{"grace_ms", grace}})
               : session.Get("/api/v1/artifacts/garbage?grace_ms=" + std::to_string(grace));
  }));
  if (!session.PrintedJson(answer)) Print(session, answer);
  return 0;
}

}  // namespace

std::vector<Command> GarbageCommands() {
  return {
      {"gc",
       "List the artifacts that nothing refers to, and free their space",
       "Says what it would free and why; changes nothing without --delete. What a run, logged model, "
       "registered version or experiment refers to is never touched, deleted ones included as long as they "
       "can be restored.",
       {},
       {{"--delete", "", "Remove what is listed"},
        {"--older-than", "DURATION", "Only what is older (7d): uploads under way are younger"},
        {"--store", "URL", "Records in postgresql://user@host/name instead of SQLite in the data folder"},
        {"--artifacts", "PLACE", "The folder or s3://bucket/prefix that the server was started with"}},
       Collect}};
}

}  // namespace cairn::cli
