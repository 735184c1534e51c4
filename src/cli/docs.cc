#include "cli/evidence.h"
#include "cli/page_file.h"
#include "cli/session.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::cli {
namespace {

constexpr std::uint64_t kLargestDocument = 16 << 20;

bool IsHtml(const Arguments& arguments) {
  const std::string to = arguments.Text("--out");
  return arguments.Has("--html") || to.ends_with(".html") || to.ends_with(".htm");
}

void Ask(const Session& session, const Json& missing) {
  if (missing.items().empty()) return;
  session.Note("\n" + std::to_string(missing.items().size()) +
               " parts that no record answers; say it in cairn.yaml, then `cairn apply`:");
  for (const Json& one : missing.items())
    session.Note("  " + one.Text("place") + ": " + one.Text("question"));
}

Result<int> WriteDocument(Session& session, const Arguments& arguments, const std::string& form,
                          const std::string& name, std::int64_t version) {
  const std::string to = arguments.Text("--out");
  CAIRN_TRY(CheckPageFile(to));
  std::string path = "/api/v1/documents/" + form + "?name=" + PercentEncode(name);
  if (version > 0) path += "&version=" + std::to_string(version);
  if (IsHtml(arguments)) path += "&shape=html";
  Json written = CAIRN_TRY(While("reading the records", [&] { return session.Get(path); }));
  if (to.empty()) {
    if (session.PrintedJson(written)) return 0;
    std::fputs(written.Text("text").c_str(), stdout);
  } else {
    CAIRN_TRY(os::WriteFileAtomically(to, written.Text("text")));
    written.Remove("text");
    if (session.PrintedJson(written.Set("file", to))) return 0;
    session.Say("Written to " + to + ": " + std::to_string(written.Int("statements")) + " statements from " +
                std::to_string(written.Int("records")) + " records.\n`cairn docs verify " + to +
                "` says whether it is still true.");
  }
  Ask(session, written.At("missing"));
  return 0;
}

Result<int> AboutVersion(Session& session, const Arguments& arguments, const std::string& form) {
  const auto [model, version] =
      CAIRN_TRY(ReadVersion(session, arguments.Text("MODEL") + "@" + arguments.Text("VERSION")));
  return WriteDocument(session, arguments, form, model, version);
}

Result<int> ModelCard(Session& session, const Arguments& arguments) {
  return AboutVersion(session, arguments, "model-card");
}
Result<int> Instructions(Session& session, const Arguments& arguments) {
  return AboutVersion(session, arguments, "instructions");
}
Result<int> AnnexIv(Session& session, const Arguments& arguments) {
  return AboutVersion(session, arguments, "annex-iv");
}
Result<int> Datasheet(Session& session, const Arguments& arguments) {
  const std::string version = arguments.Text("VERSION");
  return WriteDocument(session, arguments, "datasheet", arguments.Text("DATASET"),
                       version.empty() ? 0 : CAIRN_TRY(ParseInt(version)));
}

void SayDifference(const Session& session, const std::string& file, const Json& problem) {
  session.Say(file + ":" + std::to_string(problem.Int("line")) + ":");
  if (problem.At("says").IsString()) session.Say("  it says       " + problem.Text("says"));
  if (problem.At("records").IsString()) session.Say("  records say   " + problem.Text("records"));
}

Result<int> VerifyDocuments(Session& session, const Arguments& arguments) {
  Json items = Json::Array();
  bool current = true;
  for (const auto& file : arguments.All("FILE...")) {
    const std::string text = CAIRN_TRY(os::ReadFile(file, kLargestDocument));
    Json verdict = CAIRN_TRY(session.Post("/api/v1/documents/verify", Json{{"text", text}}));
    current = current && verdict.Bool("current");
    items.Push(verdict.Set("file", file));
  }
  if (session.PrintedJson(Json{{"current", current}, {"items", items}})) return current ? 0 : 1;
  for (const Json& verdict : items.items()) {
    const std::string file = verdict.Text("file");
    for (const Json& problem : verdict.At("problems").items()) SayDifference(session, file, problem);
    session.Say(file +
                (verdict.Bool("current")  ? ": every statement is what the records say"
                 : verdict.Bool("edited") ? ": was edited after it was written"
                                          : ": is stale, the records say something else now") +
                (verdict.Int("missing") > 0
                     ? "; " + std::to_string(verdict.Int("missing")) + " parts are still missing"
                     : "") +
                ".");
  }
  return current ? 0 : 1;
}

const Positional kModel{"MODEL", "The registered model"};
const Positional kVersion{"VERSION", "A number or an alias: 3, production"};
const Flag kOut{"--out", "FILE", "Into a file instead of to the terminal; HTML where it ends in .html", "o"};
const Flag kHtml{"--html", "", "HTML, which any browser prints"};

}  // namespace

std::vector<Command> DocsCommands() {
  return {
      {"docs model-card",
       "Write a version's card from its records",
       "Every statement carries the digest of the record it rests on; what nobody has said is asked for: "
       "answers stand under `documents` in cairn.yaml.",
       {kModel, kVersion},
       {kOut, kHtml},
       ModelCard},
      {"docs datasheet",
       "Write a data set's datasheet from its records",
       "As `cairn docs model-card`.",
       {{"DATASET", "As cairn.yaml names it"},
        {"VERSION", "A number; the newest unless given", Positional::Need::Optional}},
       {kOut, kHtml},
       Datasheet},
      {"docs instructions",
       "Write a version's instructions for use (AI Act, Article 13)",
       "As `cairn docs model-card`.",
       {kModel, kVersion},
       {kOut, kHtml},
       Instructions},
      {"docs annex-iv",
       "Write a version's technical documentation (AI Act, Annex IV)",
       "As `cairn docs model-card`. The points of the law and their dates are data with their source; this "
       "is "
       "no legal advice.",
       {kModel, kVersion},
       {kOut, kHtml},
       AnnexIv},
      {"docs verify",
       "Say whether documents are still what the records say",
       "Exit code 1 for one that is stale or was edited by hand, naming each line.",
       {{"FILE...", "What `cairn docs` wrote, Markdown or HTML"}},
       {},
       VerifyDocuments},
  };
}

}  // namespace cairn::cli
