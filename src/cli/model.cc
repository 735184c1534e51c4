#include <cstdio>

#include "cli/catalogue.h"
#include "cli/conversion_view.h"
#include "cli/rollout_view.h"
#include "cli/waiting.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string ModelPath(const std::string& model, std::string_view rest = "") {
  return "/api/v1/models/" + PercentEncode(model) + std::string(rest);
}

Result<int> List(Session& session, const Arguments&) {
  const Json models = CAIRN_TRY(session.Get("/api/v1/models"));
  if (session.PrintedJson(models)) return 0;
  Table table({"model", "aliases", "guarded", "updated"});
  for (const Json& model : models.At("items").items()) {
    std::vector<std::string> aliases;
    for (const Json& alias : model.At("aliases").items())
      aliases.push_back(alias.Text("name") + " → " + std::to_string(alias.Int("version")));
    table.Add({model.Text("name"), Join(aliases, ", "), model.Text("guarded_alias"),
               FormatUtc(model.Int("updated_ms"))});
  }
  std::fputs(table.Text("No model is registered yet.").c_str(), stdout);
  return 0;
}

/// The proofs of those versions that are conversions of others.
Result<Json> ConversionsOf(Session& session, const Json& model) {
  Json proofs = Json::Array();
  for (const Json& version : model.At("versions").items()) {
    if (version.At("tags").Text("cairn.converted_from").empty()) continue;
    auto proof = session.Get(
        ModelPath(model.Text("name"), "/versions/" + std::to_string(version.Int("version")) + "/conversion"));
    if (proof) proofs.Push(*std::move(proof));
  }
  return proofs;
}

Result<int> Show(Session& session, const Arguments& arguments) {
  const std::string name = arguments.Text("MODEL");
  Json model = CAIRN_TRY(session.Get(ModelPath(name)));
  model.Set("conversions", CAIRN_TRY(ConversionsOf(session, model)));
  const Json rollouts = CAIRN_TRY(session.Get("/api/v1/rollouts?model=" + PercentEncode(name)));
  model.Set("rollouts", rollouts.At("items"));
  if (session.PrintedJson(model)) return 0;
  Table versions({"version", "aliases", "run", "registered by", "registered", "manifest"});
  for (const Json& version : model.At("versions").items()) {
    versions.Add({std::to_string(version.Int("version")), Joined(version.At("aliases")),
                  version.Text("run_id").substr(0, 8), version.Text("created_by"),
                  FormatUtc(version.Int("created_ms")), version.Text("manifest").substr(0, 12)});
  }
  std::fputs(versions.Text("It has no version yet.").c_str(), stdout);
  for (const Json& proof : model.At("conversions").items()) session.Say(ConversionSentence(proof));
  Table table({"version", "stage", "since", "rollout", "why"});
  for (const Json& one : rollouts.At("items").items()) {
    table.Add({std::to_string(one.Int("version")), Words(one.Text("stage")), FormatUtc(one.Int("changed_ms")),
               one.Text("id"), one.Text("reason")});
  }
  std::fputs(("\n" + table.Text("No version was considered for production yet: cairn model consider " + name +
                                " VERSION"))
                 .c_str(),
             stdout);
  const Json emergencies = CAIRN_TRY(session.Get("/api/v1/emergencies"));
  for (const Json& one : emergencies.At("items").items()) {
    if (one.Text("model") == name)
      session.Say((one.Text("state") == "reviewed" ? "\n" : "\n! ") + one.Text("sentence"));
  }
  for (const Json& one : rollouts.At("items").items()) {
    const std::string stage = one.Text("stage");
    if (stage != "awaiting_approval" && stage != "canary") continue;
    const Json whole = CAIRN_TRY(session.Get(RolloutPath(one.Text("id"))));
    std::puts("");
    PrintRollout(whole);
    PrintNext(whole);
  }
  return 0;
}

Result<int> Consider(Session& session, const Arguments& arguments) {
  const std::string path = ModelPath(arguments.Text("MODEL"),
                                     "/versions/" + PercentEncode(arguments.Text("VERSION")) + "/consider");
  const auto rollout =
      While("examining on the sealed rows", [&] { return session.Post(path, Json::Object()); });
  if (!rollout) return rollout.error();
  const int code = rollout->Text("stage") == "kept_out" ? 1 : 0;
  if (session.PrintedJson(*rollout)) return code;
  if (const std::string version = std::to_string(rollout->Int("version"));
      version != arguments.Text("VERSION"))
    session.Say("Considered is version " + version + ": it is version " + arguments.Text("VERSION") +
                " as ONNX, proven to answer the same (serving.convert: auto). A decision is about its files "
                "alone.\n");
  PrintRollout(*rollout);
  PrintNext(*rollout);
  return code;
}

Result<int> Promote(Session& session, const Arguments& arguments) {
  const Json rollout =
      CAIRN_TRY(session.Post(RolloutPath(arguments.Text("ROLLOUT"), "/promote"), Json::Object()));
  if (!session.PrintedJson(rollout)) SayOutcome(session, rollout);
  return 0;
}

Result<int> RollBack(Session& session, const Arguments& arguments) {
  if (arguments.Text("--reason").empty()) return Error{Reason::InvalidArgument, "say why: --reason TEXT"};
  const Json rollout = CAIRN_TRY(session.Post(ModelPath(arguments.Text("MODEL"), "/rollback"),
                                              Json{{"reason", arguments.Text("--reason")}}));
  if (session.PrintedJson(rollout)) return 0;
  session.Say("Rolled back: " + rollout.Text("model") + " is at version " +
              std::to_string(rollout.Int("previous")) + " again, version " +
              std::to_string(rollout.Int("version")) + " is out (" + rollout.Text("reason") + ").");
  return 0;
}

}  // namespace

std::vector<Command> ModelCommands() {
  const Positional model{"MODEL", "The registered model"};
  const Flag reason{"--reason", "TEXT", "Why, for the record"};
  return {
      {"model list", "List registered models and what their aliases name", "", {}, {}, List},
      {"model show",
       "Show a model: its versions, and where each stands on its way to production",
       "",
       {model},
       {},
       Show},
      {"model consider",
       "Examine a version for production on the sealed rows, beside production and heuristic",
       "Cairn measures by itself; what a script logged counts for nothing. Exit code 1 when the gates keep "
       "it out.",
       {model, {"VERSION", "Its number"}},
       {},
       Consider},
      {"model promote",
       "Promote an approved candidate without (further) canary",
       "",
       {{"ROLLOUT", "Its id"}},
       {},
       Promote},
      {"model rollback",
       "Return to the version before, as approved in advance with the promotion",
       "",
       {model},
       {reason},
       RollBack},
  };
}

}  // namespace cairn::cli
