#include "cli/catalogue.h"
#include "cli/configuration_file.h"
#include "cli/identity_folder.h"
#include "cli/skeleton.h"
#include "cli/waiting.h"
#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"

namespace cairn::cli {
namespace {

/// The key of `person`, made when there is none yet.
Result<std::string> PublicKeyOf(const Session& session, const std::string& person) {
  const std::string folder = IdentityFolder();
  if (const auto known = crypto::LoadIdentity(folder, person)) return known->PublicKey();
  CAIRN_TRY(os::MakeFolders(folder, 0700));
  const auto identity = CAIRN_TRY(crypto::NewIdentity(folder, person));
  session.Note("made a key for " + person + ": " + identity.key_path +
               " (keep it; only its public part goes into cairn.yaml)");
  return identity.public_key;
}

Result<int> Init(Session& session, const Arguments& arguments) {
  const std::string folder = arguments.Has("FOLDER") ? arguments.Text("FOLDER") : ".";
  const std::string person = arguments.Has("--as") ? arguments.Text("--as") : session.Actor();
  CAIRN_TRY(os::MakeFolders(folder));
  const std::string project = os::BaseName(CAIRN_TRY(os::RealPath(folder)));
  if (os::Exists(os::JoinPath(folder, "cairn.yaml"))) {
    return Error{Reason::AlreadyExists, "'" + folder + "' already has a cairn.yaml; nothing was changed"};
  }
  const std::string key = CAIRN_TRY(PublicKeyOf(session, person));
  Json written = Json::Array();
  for (const auto& file : Skeleton(project, person, key)) {
    const std::string path = os::JoinPath(folder, file.path);
    if (os::Exists(path)) continue;
    CAIRN_TRY(os::WriteFileAtomically(path, file.text));
    written.Push(file.path);
  }
  const Json answer{{"project", project}, {"folder", folder}, {"approver", person}, {"files", written}};
  if (session.PrintedJson(answer)) return 0;
  session.Say("Project '" + project + "' is laid out, with " + person + " as its first approver:");
  for (const Json& file : written.items()) session.Say("  " + os::JoinPath(folder, file.AsString()));
  session.Say(
      "\nNext: `cairn charter new` asks for the charter, one question at a time; then `cairn charter check` "
      "and `cairn apply`.");
  return 0;
}

Result<int> NewId(Session& session, const Arguments& arguments) {
  const std::string folder = IdentityFolder();
  CAIRN_TRY(os::MakeFolders(folder, 0700));
  const auto identity = CAIRN_TRY(crypto::NewIdentity(folder, arguments.Text("NAME")));
  const Json answer{{"name", identity.name}, {"key", identity.public_key}, {"path", identity.key_path}};
  if (session.PrintedJson(answer)) return 0;
  session.Say("A key for " + identity.name + " lies in " + identity.key_path + ". Nobody else may have it.");
  session.Say("For cairn.yaml, under roles.principals:\n  - {name: " + identity.name +
              ", roles: [approver], key: \"" + identity.public_key + "\"}");
  return 0;
}

/// Sends cairn.yaml to be accepted. A change of what gates rest on needs an approver's signature over the
/// digest of the text.
Result<int> Apply(Session& session, const Arguments& arguments) {
  Json body = CAIRN_TRY(ReadConfiguration(arguments));
  if (arguments.Has("--sign")) {
    const std::string name = arguments.Text("--sign");
    const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), name));
    const Json statement = CAIRN_TRY(session.Post("/api/v1/configuration/statement", body));
    body.Set("signer", name).Set("signature", key.Sign(statement.Text("statement")));
  }
  const Json answer =
      CAIRN_TRY(While("applying", [&] { return session.Post("/api/v1/configuration", body); }));
  if (session.PrintedJson(answer)) return 0;
  for (const Json& finding : answer.At("findings").items()) {
    session.Note("note: " + finding.Text("field") + " " + finding.Text("problem"));
  }
  for (const Json& warning : answer.At("warnings").items()) session.Note("warning: " + warning.AsString());
  if (answer.Bool("unchanged")) {
    session.Say("This configuration is already the accepted one (" + answer.Text("digest").substr(0, 12) +
                "…)" +
                (answer.Bool("confirmed") ? "; now it is signed by " + answer.Text("signer") + "." : "."));
  } else {
    session.Say("Accepted: sha256 " + answer.Text("digest").substr(0, 12) + "… now governs" +
                (answer.Text("previous").empty()
                     ? "."
                     : ", in place of " + answer.Text("previous").substr(0, 12) + "…."));
    if (answer.Text("previous").empty())
      session.Say(
          "Next: `cairn charter sign --sign NAME` puts a name under its charter, `cairn canvas show` shows "
          "what of it runs.");
  }
  return 0;
}

}  // namespace

std::string IdentityFolder() { return os::VariableOr("CAIRN_ID_DIR", os::ConfigFolder() + "/ids"); }

std::vector<Command> StartCommands() {
  return {
      {"init",
       "Lay out a project: cairn.yaml, dvc.yaml, params.yaml",
       "What is already there is left as it is.",
       {{"FOLDER", "Where (this folder)", Positional::Need::Optional}},
       {{"--as", "NAME", "The first approver (your login name)"}},
       Init},
      {"id new", "Make a signing key for a person", "", {{"NAME", "Whose key"}}, {}, NewId},
      {"apply",
       "Submit cairn.yaml; the accepted copy is what governs",
       "Changing what gates rest on (roles, gates, model, data sets, the charter's goals, cost, heuristic "
       "and "
       "risk, the canary, what the prediction log keeps and where it goes) is a decision: an approver of the "
       "accepted "
       "configuration signs it (--sign NAME). A "
       "policy (gates.approval: policy) approves nothing before it is signed; signing what governs already "
       "is enough.",
       {{"FILE", "cairn.yaml", Positional::Need::Optional}},
       {{"--sign", "NAME", "Sign with this person's key"}},
       Apply},
  };
}

}  // namespace cairn::cli
