#include "cli/phase_zero.h"
#include "cli/session.h"
#include "cli/waiting.h"
#include "ground/os/files.h"
#include "ground/vocabulary/document.h"
#include "ground/vocabulary/text.h"
#include "loop/data/specification.h"

namespace cairn::cli {
namespace {

/// One document, and where it goes.
struct Wanted {
  std::string form, dataset;

  std::string File(bool html) const {
    return form + (dataset.empty() ? "" : "-" + PercentEncode(dataset)) + (html ? ".html" : ".md");
  }
  std::string Path(bool html) const {
    return "/api/v1/documents/" + form + "?name=" + PercentEncode(dataset) + (html ? "&shape=html" : "");
  }
};

/// The documents of phase zero: one report for each data set that the accepted configuration names.
Result<std::vector<Wanted>> DocumentsOf(Session& session) {
  std::vector<Wanted> wanted{{"problem-statement", ""}, {"project-charter", ""}};
  const Json governing = CAIRN_TRY(session.Get("/api/v1/configuration"));
  if (governing.Text("text").empty())
    return Error{Reason::Conflict, "no configuration was accepted yet; 'cairn apply' submits cairn.yaml"};
  const Node document = CAIRN_TRY(ParseYaml(governing.Text("text"), "the accepted cairn.yaml"));
  for (const auto& specification : CAIRN_TRY(data::ParseSpecifications(document)))
    wanted.push_back({"data-report", specification.name});
  return wanted;
}

void SayMissing(const Session& session, const Json& items) {
  for (const Json& one : items.items()) {
    const auto& missing = one.At("missing").items();
    if (!missing.empty())
      session.Note("\n" + std::to_string(missing.size()) + " parts of " + one.Text("file") +
                   " that no record answers:");
    for (const Json& part : missing) session.Note("  " + part.Text("place") + ": " + part.Text("question"));
  }
}

Result<int> Export(Session& session, const Arguments& arguments) {
  const std::string folder = arguments.Has("FOLDER") ? arguments.Text("FOLDER") : ".";
  const bool html = arguments.Has("--html");
  Json items = Json::Array(), absent = Json::Array();
  std::vector<std::pair<std::string, std::string>> texts;
  for (const Wanted& wanted : CAIRN_TRY(DocumentsOf(session))) {
    const auto written = While("reading the records", [&] { return session.Get(wanted.Path(html)); });
    if (!written && written.error().reason == Reason::NotFound && !wanted.dataset.empty()) {
      absent.Push(
          Json{{"document", wanted.form}, {"name", wanted.dataset}, {"why", written.error().message}});
      continue;
    }
    Json one = CAIRN_TRY(written);
    const std::string file = (folder == "." ? "" : folder + "/") + wanted.File(html);
    texts.emplace_back(file, one.Text("text"));
    one.Remove("text");
    items.Push(one.Set("file", file));
  }
  // All are written, or none.
  CAIRN_TRY(os::MakeFolders(folder));
  for (const auto& [file, text] : texts) CAIRN_TRY(os::WriteFileAtomically(file, text));
  if (session.PrintedJson(Json{{"items", items}, {"absent", absent}})) return 0;
  for (const Json& one : items.items())
    session.Say(one.Text("file") + ": " + std::to_string(one.Int("statements")) + " statements from " +
                std::to_string(one.Int("records")) + " records, " +
                std::to_string(one.At("missing").items().size()) + " parts missing");
  for (const Json& one : absent.items())
    session.Say("No report on the data set '" + one.Text("name") + "': " + one.Text("why"));
  SayMissing(session, items);
  return 0;
}

}  // namespace

std::vector<Command> CharterExportCommands() {
  return {{"charter export",
           "Write problem statement, project charter and initial data report from the records",
           "One file each, and a report for each data set. Every statement carries the digest of the record "
           "it rests "
           "on, what nobody has said is named as missing, and `cairn docs verify` says whether they are "
           "still true.",
           {{"FOLDER", "Where they go (here)", Positional::Need::Optional}},
           {{"--html", "", "HTML, which any browser prints, instead of Markdown"}},
           Export}};
}

}  // namespace cairn::cli
