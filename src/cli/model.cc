#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/catalogue.h"
#include "cli/conversion_view.h"
#include "cli/identity_folder.h"
#include "cli/waiting.h"
#include "ground/crypto/hash.h"
#include "ground/crypto/signature.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::cli {
namespace {

std::string Shown(const Json& value) {
  if (value.IsNumber()) return Shown(value.AsDouble());
  if (value.IsString()) return value.AsString();
  return value.IsNull() ? "–" : value.Dump();
}

std::string Words(std::string stage) {
  for (char& letter : stage) letter = letter == '_' ? ' ' : letter;
  return stage;
}

std::string WithInterval(const Json& contestant) {
  const Json& interval = contestant.At("interval");
  std::string text = Shown(contestant.At("value"));
  if (interval.IsObject())
    text += " [" + Shown(interval.Double("low")) + ", " + Shown(interval.Double("high")) + "]";
  return text;
}

std::string RolloutPath(const std::string& id, std::string_view rest = "") {
  return "/api/v1/rollouts/" + PercentEncode(id.empty() ? "waiting" : id) + std::string(rest);
}

std::string ModelPath(const std::string& model, std::string_view rest = "") {
  return "/api/v1/models/" + PercentEncode(model) + std::string(rest);
}

void PrintContestants(const Json& report) {
  const std::string metric = report.Text("metric");
  if (report.At("contestants").items().empty()) return;
  Table table({"", metric + " [95% interval]", "roc_auc", "cost per 1,000", "worst slice", "p99 ms"});
  for (const Json& one : report.At("contestants").items()) {
    const Json& worst = one.At("worst_slice");
    table.Add({one.Text("name"), WithInterval(one), Shown(one.At("metrics").At("roc_auc")),
               Shown(one.At("cost").At("at_threshold")) +
                   (report.Text("cost_unit").empty() ? "" : " " + report.Text("cost_unit")),
               worst.IsObject()
                   ? worst.Text("column") + " " + worst.Text("value") + ": " + Shown(worst.At("metric"))
                   : "–",
               Shown(one.At("latency").At("p99_ms"))});
  }
  const Json& dataset = report.At("dataset");
  std::printf("\nOn %s sealed rows of %s version %lld (seal %.12s…, opened %lld times so far):\n\n",
              WithThousands(report.Int("rows")).c_str(), dataset.Text("name").c_str(),
              static_cast<long long>(dataset.Int("version")), dataset.Text("seal").c_str(),
              static_cast<long long>(report.Int("seal_openings")));
  std::fputs(table.Text().c_str(), stdout);
  for (const Json& one : report.At("comparisons").items()) {
    const Json& gain = one.At("improvement");
    std::printf("  against %s: %s by %s [%s, %s]\n", one.Text("against").c_str(),
                gain.Double("value") >= 0 ? "better" : "worse", Shown(std::abs(gain.Double("value"))).c_str(),
                Shown(gain.Double("low")).c_str(), Shown(gain.Double("high")).c_str());
  }
}

void PrintRules(const Json& decision) {
  Table table({"", "rule", "measured", "bound"});
  for (const Json& rule : decision.At("rules").items()) {
    table.Add({rule.Bool("passed") ? "pass" : "FAIL", rule.Text("name"), Shown(rule.At("value")),
               Shown(rule.At("bound"))});
  }
  std::fputs(("\n" + table.Text()).c_str(), stdout);
  for (const Json& rule : decision.At("rules").items()) {
    if (!rule.Bool("passed"))
      std::printf("  %s: %s\n", rule.Text("name").c_str(), rule.Text("detail").c_str());
  }
}

void PrintCanary(const Json& canary) {
  if (!canary.IsObject()) return;
  std::printf(
      "\nCanary: %s requests, %s bad, %s slow; production %s, %s bad, %s slow; evidence that it fails more "
      "often %s, that it is slower %s.\n",
      WithThousands(canary.Int("canary_requests")).c_str(), WithThousands(canary.Int("canary_bad")).c_str(),
      WithThousands(canary.Int("canary_slow")).c_str(),
      WithThousands(canary.Int("production_requests")).c_str(),
      WithThousands(canary.Int("production_bad")).c_str(),
      WithThousands(canary.Int("production_slow")).c_str(), Shown(canary.Double("e_value")).c_str(),
      Shown(canary.Double("slow_e_value")).c_str());
}

void PrintNext(const Json& rollout) {
  const Json& decision = rollout.At("decision_record");
  if (rollout.Text("stage") == "awaiting_approval" && decision.Text("state") == "open") {
    std::printf("\nTo let it through: cairn model approve %s --sign NAME   (%zu of %lld approvals)\n",
                rollout.Text("id").c_str(), decision.At("approvals").items().size(),
                static_cast<long long>(decision.Int("required")));
  }
}

void PrintRollout(const Json& rollout) {
  std::printf("%s version %lld: %s", rollout.Text("model").c_str(),
              static_cast<long long>(rollout.Int("version")), Words(rollout.Text("stage")).c_str());
  if (rollout.Int("previous") != 0)
    std::printf(", against version %lld in production", static_cast<long long>(rollout.Int("previous")));
  std::printf("\n  rollout %s, begun %s by %s\n", rollout.Text("id").c_str(),
              FormatUtc(rollout.Int("began_ms")).c_str(), rollout.Text("actor").c_str());
  if (!rollout.Text("cause").empty()) std::printf("  caused by %s\n", rollout.Text("cause").c_str());
  if (!rollout.Text("reason").empty()) std::printf("  %s\n", rollout.Text("reason").c_str());
  PrintContestants(rollout.At("report"));
  if (rollout.At("decision_record").IsObject()) PrintRules(rollout.At("decision_record"));
  PrintCanary(rollout.At("canary"));
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
    std::vector<std::string> aliases;
    for (const Json& alias : version.At("aliases").items()) aliases.push_back(alias.AsString());
    versions.Add({std::to_string(version.Int("version")), Join(aliases, ", "),
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
  PrintRollout(*rollout);
  PrintNext(*rollout);
  return code;
}

/// Whether the words to sign are about exactly what was shown: a server cannot slip in another version, other
/// digests or other results.
Result<> CheckStatement(const Json& rollout, const std::string& statement, const std::string& rejection) {
  const Json& decision = rollout.At("decision_record");
  Json expected{{"decision", decision.At("id")},
                {"action", decision.At("action")},
                {"model", decision.At("model")},
                {"version", decision.At("version")},
                {"alias", decision.At("alias")},
                {"seen", decision.At("seen")},
                {"rules", crypto::Sha256Hex(decision.At("rules").Canonical())}};
  if (!rejection.empty()) expected.Set("reject", rejection);
  const bool same = expected.Canonical() == statement && decision.Text("model") == rollout.Text("model") &&
                    decision.Text("version") == std::to_string(rollout.Int("version"));
  if (same) return Done{};
  return Error{Reason::Corrupt,
               "the server asks for a signature under something else than it shows; nothing was signed"};
}

void ExplainSigning(const Session& session, const Json& decision, const std::string& name) {
  const Json& seen = decision.At("seen");
  session.Say("\n" + name + " signs that version " + decision.Text("version") + " may take the alias '" +
              decision.Text("alias") + "' of " + decision.Text("model") +
              ", on these results and no others:");
  for (const auto& [what, value] : seen.members())
    session.Say("  " + what + std::string(14 - std::min<std::size_t>(13, what.size()), ' ') + Shown(value));
  session.Say("If any of these changes before the promotion, the signature is void.");
}

Result<Json> Signed(Session& session, const Arguments& arguments, const std::string& rejection) {
  const std::string name = arguments.Text("--sign");
  if (name.empty())
    return Error{Reason::InvalidArgument, "say who decides: --sign NAME (`cairn id new NAME` makes a key)"};
  const auto key = CAIRN_TRY(crypto::LoadIdentity(IdentityFolder(), name));
  const std::string query = rejection.empty() ? "" : "?reject=" + PercentEncode(rejection);
  const Json rollout = CAIRN_TRY(session.Get(RolloutPath(arguments.Text("ROLLOUT"), query)));
  if (!rollout.At("decision_record").IsObject()) {
    return Error{Reason::Conflict, "the rollout " + rollout.Text("id") + " is " +
                                       Words(rollout.Text("stage")) + ": there is nothing to sign yet"};
  }
  const std::string statement = rollout.Text(rejection.empty() ? "statement" : "rejection_statement");
  CAIRN_TRY(CheckStatement(rollout, statement, rejection));
  if (!session.json()) {
    PrintRollout(rollout);
    if (rejection.empty()) ExplainSigning(session, rollout.At("decision_record"), name);
  }
  Json body{{"signer", name}, {"signature", key.Sign(statement)}};
  if (!rejection.empty()) body.Set("reason", rejection);
  return session.Post(RolloutPath(rollout.Text("id"), rejection.empty() ? "/approve" : "/reject"), body);
}

void SayOutcome(const Session& session, const Json& rollout) {
  const std::string version =
                        "version " + std::to_string(rollout.Int("version")) + " of " + rollout.Text("model"),
                    stage = rollout.Text("stage");
  const Json& decision = rollout.At("decision_record");
  if (stage == "promoted")
    session.Say("\nPromoted: " + version + " is in production now.");
  else if (stage == "canary")
    session.Say("\nApproved: " + version +
                " answers its share of live traffic and is promoted when that goes well.");
  else if (stage == "kept_out")
    session.Say("\nKept out: " + version + ", " + rollout.Text("reason") + ".");
  else
    session.Say("\nSigned: " + std::to_string(decision.At("approvals").items().size()) + " of " +
                std::to_string(decision.Int("required")) + " approvals for " + version + ".");
}

Result<int> Approve(Session& session, const Arguments& arguments) {
  const Json rollout = CAIRN_TRY(Signed(session, arguments, ""));
  if (!session.PrintedJson(rollout)) SayOutcome(session, rollout);
  return 0;
}

Result<int> Reject(Session& session, const Arguments& arguments) {
  if (arguments.Text("--reason").empty()) return Error{Reason::InvalidArgument, "say why: --reason TEXT"};
  const Json rollout = CAIRN_TRY(Signed(session, arguments, arguments.Text("--reason")));
  if (!session.PrintedJson(rollout)) SayOutcome(session, rollout);
  return 0;
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
  const Positional model{"MODEL", "The registered model"},
      rollout{"ROLLOUT", "Its id (the newest that waits)", Positional::Need::Optional};
  const Flag sign{"--sign", "NAME", "Sign with this person's key"},
      reason{"--reason", "TEXT", "Why, for the record"};
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
      {"model approve",
       "Sign that a candidate may go live",
       "Shows what was measured and what the signature covers, then signs here: the key never leaves this "
       "machine.",
       {rollout},
       {sign},
       Approve},
      {"model reject", "Sign that a candidate may not go live", "", {rollout}, {sign, reason}, Reject},
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
