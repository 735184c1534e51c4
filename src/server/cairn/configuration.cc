#include "server/cairn/configuration.h"

#include <algorithm>
#include <memory>

#include "ground/crypto/hash.h"
#include "loop/charter/charter.h"
#include "loop/charter/page.h"
#include "loop/rollout/bindings.h"
#include "server/cairn/answer.h"

namespace cairn::api {
namespace {

using Rooms = std::shared_ptr<const ConfigurationRooms>;

/// The text to look at: the request's own, or the accepted configuration.
struct Given {
  std::string text;
  std::string file = "cairn.yaml";
};

Result<Given> GivenIn(const Rooms& rooms, const Call& call) {
  if (call.body.Find("text"))
    return Given{CAIRN_TRY(RequiredText(call.body, "text")), call.body.Text("file", "cairn.yaml")};
  const auto accepted = CAIRN_TRY(rooms->configurations.Accepted());
  if (accepted) return Given{accepted->text, "the accepted cairn.yaml"};
  return Error{Reason::NotFound,
               "no configuration is accepted yet: write cairn.yaml (`cairn init`) and run `cairn apply`"};
}

Json ToJson(const std::vector<charter::Finding>& findings) {
  Json list = Json::Array();
  for (const auto& finding : findings) {
    list.Push(Json{{"field", finding.field}, {"problem", finding.problem}, {"where", finding.where}});
  }
  return list;
}

/// Reads every section; the charter and what is missing in it.
struct Reading {
  charter::Charter charter;
  std::vector<charter::Finding> findings;
};

Result<Reading> ReadAll(const Rooms& rooms, const Given& given) {
  const Node root = CAIRN_TRY(ParseYaml(given.text, given.file));
  Reading reading{CAIRN_TRY(charter::Parse(root)), {}};
  for (const SectionCheck& check : rooms->checks) CAIRN_TRY(check(root));
  reading.findings = charter::Check(reading.charter, root);
  for (auto& finding : CAIRN_TRY(rollout::UnboundIn(root))) reading.findings.push_back(std::move(finding));
  return reading;
}

/// What a new configuration means for what is on its way or in production, added to `warnings`. The deed is
/// done: trouble here is told and fails nothing.
void Foresee(const Rooms& rooms, const Result<std::vector<rollout::Rollout>>& under_way, Json& warnings) {
  const auto voided =
      under_way ? rooms->rollouts->Voided(*under_way) : Result<std::vector<std::string>>(under_way.error());
  const auto uncovered = rooms->rollouts->UncoveredProduction();
  if (voided) {
    for (const auto& sentence : *voided) warnings.Push(sentence);
  } else {
    warnings.Push("which candidates this voids is not known: " + voided.error().message);
  }
  if (!uncovered) {
    warnings.Push("whether a decision covers production is not known: " + uncovered.error().message);
  } else if (!uncovered->empty()) {
    warnings.Push(*uncovered);
  }
}

Result<Json> Accept(const Rooms& rooms, const Call& call) {
  const Given given = CAIRN_TRY(GivenIn(rooms, call));
  const Reading reading = CAIRN_TRY(ReadAll(rooms, given));
  const auto under_way =
      rooms->rollouts ? rooms->rollouts->UnderWay() : Result<std::vector<rollout::Rollout>>({});
  std::optional<governance::Signature> signature;
  if (call.body.Find("signature")) {
    signature = governance::Signature{CAIRN_TRY(RequiredText(call.body, "signer")),
                                      CAIRN_TRY(RequiredText(call.body, "signature"))};
  }
  const auto accepted = CAIRN_TRY(
      rooms->configurations.Accept(given.text, crypto::Sha256Hex(given.text), call.Actor(), signature));
  if (accepted.changed && rooms->on_accepted) rooms->on_accepted();
  Json answer = governance::ToJson(accepted.configuration);
  answer.Set("unchanged", !accepted.changed).Set("confirmed", accepted.confirmed);
  Json warnings = Json::Array();
  for (const auto& warning : accepted.warnings) warnings.Push(warning);
  if (rooms->rollouts) Foresee(rooms, under_way, warnings);
  answer.Set("warnings", std::move(warnings)).Set("findings", ToJson(reading.findings));
  return answer;
}

Result<Json> Statement(const Rooms& rooms, const Call& call) {
  const Given given = CAIRN_TRY(GivenIn(rooms, call));
  const auto accepted = CAIRN_TRY(rooms->configurations.Accepted());
  const std::string digest = crypto::Sha256Hex(given.text);
  return Json{{"digest", digest},
              {"statement", governance::AcceptanceStatement(digest, accepted ? accepted->digest : "")}};
}

Result<Json> Page(const Rooms& rooms, const Call& call) {
  const Given given = CAIRN_TRY(GivenIn(rooms, call));
  const Reading reading = CAIRN_TRY(ReadAll(rooms, given));
  const std::string digest = crypto::Sha256Hex(given.text);
  const auto width = static_cast<std::size_t>(std::clamp<std::int64_t>(call.body.Int("width", 100), 40, 200));
  return Json{{"digest", digest},
              {"page", charter::TextPage(reading.charter, width)},
              {"html", charter::HtmlPage(reading.charter, digest)},
              {"charter", charter::ToJson(reading.charter)}};
}

/// The accepted configuration whose digest begins so; the one that governs for "".
Result<governance::Configuration> Asked(const Rooms& rooms, const std::string& digest) {
  const auto accepted = CAIRN_TRY(rooms->configurations.Accepted());
  if (!accepted)
    return Error{Reason::NotFound, "no configuration is accepted yet: `cairn apply` submits cairn.yaml"};
  if (digest.empty()) return *accepted;
  std::vector<std::string> found;
  for (const auto& one : CAIRN_TRY(rooms->configurations.History())) {
    if (one.digest.starts_with(digest) && std::find(found.begin(), found.end(), one.digest) == found.end())
      found.push_back(one.digest);
  }
  if (found.size() == 1) return rooms->configurations.Find(found.front());
  return Error{found.empty() ? Reason::NotFound : Reason::InvalidArgument,
               found.empty()
                   ? "no accepted configuration's digest begins with '" + digest + "'"
                   : "'" + digest + "' begins the digests of several configurations: write more of it"};
}

/// ?digest=
Result<Json> Accepted(const Rooms& rooms, const std::string& digest) {
  const auto asked = CAIRN_TRY(Asked(rooms, digest));
  Json answer = governance::ToJson(asked);
  answer.Set("text", asked.text);
  Json history = Json::Array();
  for (const auto& one : CAIRN_TRY(rooms->configurations.History())) history.Push(governance::ToJson(one));
  return answer.Set("history", std::move(history));
}

Result<Json> SignCharter(const Rooms& rooms, const Call& call) {
  CAIRN_TRY(rooms->signatures->Sign(
      {CAIRN_TRY(RequiredText(call.body, "signer")), CAIRN_TRY(RequiredText(call.body, "signature"))}));
  return CAIRN_TRY(rooms->signatures->Now()).ToJson();
}

/// Who has signed, and what one signs.
Result<Json> CharterSignatures(const Rooms& rooms) {
  const auto standing = CAIRN_TRY(rooms->signatures->Now());
  return standing.ToJson().Set("statement", charter::SigningStatement(standing.digest));
}

}  // namespace

void MountConfiguration(http::Router& router, ConfigurationRooms given) {
  const auto rooms = std::make_shared<const ConfigurationRooms>(std::move(given));
  router.Post("/api/v1/configuration", Answer([rooms](const Call& call) { return Accept(rooms, call); }));
  router.Post("/api/v1/configuration/statement",
              Answer([rooms](const Call& call) { return Statement(rooms, call); }), http::Lane::Read);
  router.Get("/api/v1/configuration",
             Answer([rooms](const Call& call) { return Accepted(rooms, call.Query("digest")); }));
  if (rooms->signatures != nullptr) {
    router.Get("/api/v1/charter/signatures",
               Answer([rooms](const Call&) { return CharterSignatures(rooms); }));
    router.Post("/api/v1/charter/signatures",
                Answer([rooms](const Call& call) { return SignCharter(rooms, call); }));
  }
  router.Post("/api/v1/charter/check", Answer([rooms](const Call& call) -> Result<Json> {
                const Reading reading = CAIRN_TRY(ReadAll(rooms, CAIRN_TRY(GivenIn(rooms, call))));
                return Json{{"findings", ToJson(reading.findings)}};
              }),
              http::Lane::Read);
  router.Post("/api/v1/charter/page", Answer([rooms](const Call& call) { return Page(rooms, call); }),
              http::Lane::Read);
  router.Get("/charter", [rooms](const http::Request& request) {
    const auto page = Page(rooms, Call{request, Json::Object()});
    return page ? http::Response::Text(200, page->Text("html"), "text/html; charset=utf-8") : Reply(page);
  });
}

}  // namespace cairn::api
