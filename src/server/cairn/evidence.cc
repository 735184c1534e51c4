#include "server/cairn/evidence.h"

#include <memory>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/text.h"
#include "ledger/metadata/event.h"
#include "loop/evidence/bundle.h"
#include "server/cairn/answer.h"

namespace cairn::api {
namespace {

using evidence::Wanted;

Result<Wanted> WantedBy(const Call& call, Wanted::Contents contents) {
  Wanted wanted{call.Path("name"), CAIRN_TRY(ParseInt(call.Path("version"))), 0, contents};
  if (const std::string at = call.Query("at"); !at.empty()) wanted.at = CAIRN_TRY(ParseInt(at));
  if (wanted.at < 0)
    return Error{Reason::InvalidArgument,
                 "'at' is a number of events, such as a bundle's bundle.json has it"};
  return wanted;
}

/// Who got evidence of what, as of when.
Result<> Note(const EvidenceRooms& given, const evidence::Dossier& dossier, const std::string& actor,
              const std::string& digest) {
  CAIRN_TRY(given.rooms.database.Transact([&](sql::Connection& connection) {
    return metadata::Append(connection, given.rooms.clock.Now(),
                            {.kind = "evidence.bundled",
                             .subject = "model:" + dossier.Name(),
                             .actor = actor,
                             .cause = "",
                             .body = Json{{"model", dossier.version.model},
                                          {"version", std::to_string(dossier.version.version)},
                                          {"bundle", digest},
                                          {"head", static_cast<std::int64_t>(dossier.head.size)}}});
  }));
  return Done{};
}

Result<http::Response> Bundled(const EvidenceRooms& given, const Call& call) {
  const auto wanted = CAIRN_TRY(WantedBy(call, Wanted::Contents::Whole));
  const auto model_key = CAIRN_TRY(crypto::LoadOrCreateEcdsaKey(given.model_key));
  const auto dossier = CAIRN_TRY(evidence::Gather(given.rooms, wanted));
  const auto files = CAIRN_TRY(evidence::Bundle(dossier, {given.key, model_key}));
  std::string zip = CAIRN_TRY(package::ToZip(files));
  // The list names every other file by its digest, so that its own names the bundle.
  CAIRN_TRY(Note(given, dossier, call.Actor(), package::DigestOf(files)));
  return http::Response::Text(200, std::move(zip), "application/zip");
}

Result<http::Response> One(const EvidenceRooms& given, const Call& call) {
  const auto format = CAIRN_TRY(evidence::FormatNamed(call.Path("form")));
  const auto wanted = CAIRN_TRY(WantedBy(call, Wanted::Contents::Digests));
  const auto model_key = CAIRN_TRY(crypto::LoadOrCreateEcdsaKey(given.model_key));
  const auto dossier = CAIRN_TRY(evidence::Gather(given.rooms, wanted));
  return http::Response::Text(
      200, CAIRN_TRY(evidence::Document(dossier, {given.key, model_key}, format.name)), format.media);
}

http::Handler Given(std::shared_ptr<const EvidenceRooms> rooms,
                    Result<http::Response> (*answer)(const EvidenceRooms&, const Call&)) {
  return [rooms = std::move(rooms), answer](const http::Request& request) {
    auto response = answer(*rooms, Call{request, Json::Object()});
    return response ? *std::move(response) : Reply(response.error());
  };
}

}  // namespace

void MountEvidence(http::Router& router, EvidenceRooms given) {
  const auto rooms = std::make_shared<const EvidenceRooms>(std::move(given));
  router.Post("/api/v1/models/{name}/versions/{version}/evidence", Given(rooms, Bundled), http::Lane::Bytes);
  router.Get("/api/v1/models/{name}/versions/{version}/evidence/{form}", Given(rooms, One),
             http::Lane::Bytes);
}

}  // namespace cairn::api
