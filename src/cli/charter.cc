#include "loop/charter/charter.h"

#include <algorithm>
#include <initializer_list>
#include <iostream>
#include <map>
#include <optional>
#include <utility>

#include "cli/catalogue.h"
#include "cli/configuration_file.h"
#include "cli/identity_folder.h"
#include "cli/interview.h"
#include "cli/page_file.h"
#include "ground/crypto/signature.h"
#include "ground/os/files.h"
#include "ground/os/terminal.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"
#include "ledger/governance/roles.h"
#include "loop/charter/signatures.h"

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
    CAIRN_TRY(WritePage(arguments.Text("--html"), answer.Text("html")));
    session.Note("written to " + arguments.Text("--html"));
    return 0;
  }
  if (session.PrintedJson(answer.At("charter"))) return 0;
  std::fputs(answer.Text("page").c_str(), stdout);
  return 0;
}

std::optional<std::string> NextLine() {
  const bool terminal = os::IsTerminal(0);
  if (terminal) std::fputs("> ", stderr);
  std::string line;
  if (std::getline(std::cin, line)) return line;
  if (terminal) std::fputs("\n", stderr);
  return std::nullopt;
}

/// The charter section as JSON; null where there is none.
Json SectionOf(const Node& configuration) {
  const Node* section = configuration.Find("charter");
  return section == nullptr ? Json() : section->ToJson();
}

/// An approver of the configuration, for examples of commands.
std::string SignerIn(const Node& configuration) {
  const auto authority = governance::ReadAuthority(configuration);
  if (!authority || authority->principals.empty()) return "NAME";
  for (const auto& one : authority->principals)
    if (one.Has(governance::Role::Approver)) return one.name;
  return authority->principals.front().name;
}

Result<int> New(Session& session, const Arguments& arguments) {
  const std::string file = arguments.Has("FILE") ? arguments.Text("FILE") : "cairn.yaml";
  if (!os::Exists(file))
    return Error{Reason::NotFound, "there is no '" + file + "': `cairn init` lays a project out"};
  const std::string text = CAIRN_TRY(os::ReadFile(file));
  const Node before = CAIRN_TRY(ParseYaml(text, file));
  const bool terminal = os::IsTerminal(0);
  session.Note("A charter says why there should be a model at all, and by what it will be judged. " +
               std::string(terminal ? "It takes about ten minutes.\nAn empty line leaves something open for "
                                      "later; Ctrl-D ends here and keeps the answers so far, Ctrl-C leaves "
                                      "everything as it was."
                                    : "The answers are read from the pipe, one a line."));
  const Respondent respondent{NextLine, [&](std::string_view line) { session.Note(line); }, terminal};
  const Json charter = CAIRN_TRY(AskForCharter(respondent, SectionOf(before)));
  const std::string written = WithCharter(text, charter);
  CAIRN_TRY(charter::Parse(CAIRN_TRY(ParseYaml(written, file))));
  CAIRN_TRY(os::WriteFileAtomically(file, written));
  if (session.PrintedJson(Json{{"file", file}, {"charter", charter}})) return 0;
  session.Say("\nThe charter is in " + file + ". Next:");
  const std::string signs = "cairn charter sign --sign " + SignerIn(before);
  for (const auto& [command, what] : std::initializer_list<std::pair<std::string, std::string>>{
           {"cairn charter check", "names what is missing; what waits for data, gates or monitors can wait"},
           {"cairn charter show", "shows it on one page"},
           {"cairn apply", "lets it govern"},
           {signs, "puts a name under it"},
           {"cairn canvas show", "shows what of it runs"},
           {"cairn canvas export", "writes that as a page to print: canvas.html"}}) {
    session.Say("  " + command +
                std::string(std::max<std::size_t>(signs.size(), 22) + 3 - command.size(), ' ') + what);
  }
  return 0;
}

/// Every value of a section by its dotted path.
void Flatten(const Json& value, const std::string& path, std::map<std::string, std::string>& flat) {
  if (value.IsObject() && !value.members().empty()) {
    for (const auto& [name, member] : value.members())
      Flatten(member, path.empty() ? name : path + "." + name, flat);
  } else if (value.IsArray() && !value.items().empty()) {
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      const std::string name = value.items()[i].Text("name");
      Flatten(value.items()[i], path + "[" + (name.empty() ? std::to_string(i + 1) : name) + "]", flat);
    }
  } else if (!value.IsNull()) {
    flat[path] = value.IsString() ? value.AsString() : value.Dump();
  }
}

Result<std::map<std::string, std::string>> FieldsOf(const std::string& text, const std::string& name) {
  std::map<std::string, std::string> flat;
  Flatten(SectionOf(CAIRN_TRY(ParseYaml(text, name))), "", flat);
  return flat;
}

/// The text of an accepted configuration by the beginning of its digest.
Result<std::string> AcceptedText(Session& session, const std::string& digest) {
  return CAIRN_TRY(session.Get("/api/v1/configuration?digest=" + PercentEncode(digest))).Text("text");
}

Result<int> Diff(Session& session, const Arguments& arguments) {
  const std::string from = arguments.Text("FROM"), to = arguments.Text("TO");
  const auto before = CAIRN_TRY(FieldsOf(CAIRN_TRY(AcceptedText(session, from)), "the accepted cairn.yaml"));
  const auto after = CAIRN_TRY(FieldsOf(to.empty() ? CAIRN_TRY(ReadConfiguration(Arguments())).Text("text")
                                                   : CAIRN_TRY(AcceptedText(session, to)),
                                        "cairn.yaml"));
  std::map<std::string, std::pair<Json, Json>> changed;
  for (const auto& [path, value] : before) changed[path].first = value;
  for (const auto& [path, value] : after) changed[path].second = value;
  std::erase_if(changed, [](const auto& one) { return one.second.first == one.second.second; });
  Json items = Json::Array();
  for (const auto& [path, values] : changed)
    items.Push(Json{{"field", path}, {"was", values.first}, {"is", values.second}});
  const int code = changed.empty() ? 0 : 1;
  if (session.PrintedJson(Json{{"items", std::move(items)}})) return code;
  for (const auto& [path, values] : changed) {
    if (!values.first.IsNull()) session.Say("- " + path + ": " + values.first.AsString());
    if (!values.second.IsNull()) session.Say("+ " + path + ": " + values.second.AsString());
  }
  if (changed.empty()) session.Say("The charter says the same.");
  return code;
}

Result<int> Log(Session& session, const Arguments&) {
  const Json answer = CAIRN_TRY(session.Get("/api/v1/configuration"));
  Json versions = Json::Array();
  for (const Json& one : answer.At("history").items()) {
    bool touched = one.Text("previous").empty();
    for (const Json& section : one.At("changed").items())
      touched = touched || section.AsString() == "charter";
    if (touched) versions.Push(one);
  }
  // The first that was accepted is charter 1.
  Json numbered = Json::Array();
  auto number = static_cast<std::int64_t>(versions.items().size());
  for (Json one : versions.items()) numbered.Push(std::move(one.Set("charter", number--)));
  versions = std::move(numbered);
  if (session.PrintedJson(Json{{"items", versions}})) return 0;
  Table table({"charter", "configuration", "accepted", "by", "signed by"});
  for (const Json& one : versions.items())
    table.Add({std::to_string(one.Int("charter")), one.Text("digest").substr(0, 12), FormatUtc(one.Int("at")),
               one.Text("by"), one.Text("signer")});
  std::fputs(table.Text("No charter was accepted yet.").c_str(), stdout);
  return 0;
}

Result<int> Sign(Session& session, const Arguments& arguments) {
  if (!arguments.Has("--sign")) {
    const Json standing = CAIRN_TRY(session.Get("/api/v1/charter/signatures"));
    if (session.PrintedJson(standing)) return standing.At("missing").items().empty() ? 0 : 1;
    Table table({"who", "when", "counts", "why not"});
    for (const Json& one : standing.At("signatures").items())
      table.Add({one.Text("principal"), FormatUtc(one.Int("at_ms")), one.Bool("counts") ? "yes" : "no",
                 one.Text("why")});
    std::fputs(table.Text("Nobody has signed this charter: `cairn charter sign --sign NAME`.").c_str(),
               stdout);
    for (const Json& name : standing.At("missing").items()) session.Say("missing: " + name.AsString());
    return standing.At("missing").items().empty() ? 0 : 1;
  }
  const std::string name = arguments.Text("--sign");
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), name));
  const Json governing = CAIRN_TRY(session.Get("/api/v1/configuration"));
  const std::string digest =
      charter::ContentDigest(CAIRN_TRY(ParseYaml(governing.Text("text"), "the accepted cairn.yaml")));
  const Json standing = CAIRN_TRY(
      session.Post("/api/v1/charter/signatures",
                   Json{{"signer", name}, {"signature", key.Sign(charter::SigningStatement(digest))}}));
  if (session.PrintedJson(standing)) return 0;
  session.Say("The charter " + digest.substr(0, 12) + "… is signed by " + name +
              "; the signature holds until the charter says something else.");
  for (const Json& one : standing.At("missing").items()) session.Say("Still missing: " + one.AsString());
  return 0;
}

}  // namespace

std::vector<Command> CharterCommands() {
  const std::vector<Positional> file = {{"FILE", "cairn.yaml", Positional::Need::Optional}};
  return {
      {"charter new",
       "Write the charter by answering questions",
       "Asks for one thing at a time and says why it is asked for. An empty line keeps what is there. Works "
       "from a "
       "pipe too, one answer a line; lists end with an empty line. The rest of cairn.yaml stays as it is.",
       file,
       {},
       New},
      {"charter diff",
       "Show what two charters say differently",
       "Exit code 1 when they differ.",
       {{"FROM", "The beginning of an accepted configuration's digest (the one that governs)",
         Positional::Need::Optional},
        {"TO", "Another one (the working copy)", Positional::Need::Optional}},
       {},
       Diff},
      {"charter log", "List the charters that were accepted", "The newest first.", {}, {}, Log},
      {"charter sign",
       "Sign the charter that governs, or show who has",
       "The signature holds over what the charter says; any edit of it voids the signature. Where the "
       "charter says "
       "signatures: {required: [NAME, …]}, nothing trains before they all have signed. Without --sign: who "
       "has, "
       "and exit code 1 while somebody is missing.",
       {},
       {{"--sign", "NAME", "Sign with this person's key"}},
       Sign},
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
