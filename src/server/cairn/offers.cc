#include "server/cairn/offers.h"

#include "ground/vocabulary/text.h"
#include "ledger/governance/refusal.h"
#include "loop/offering/offers.h"
#include "server/cairn/answer.h"
#include "server/cairn/data_call.h"

namespace cairn::api {
namespace {

using offering::Offer;
using offering::Wish;

Json ToJson(const std::vector<offering::Column>& columns) {
  Json list = Json::Array();
  for (const auto& column : columns) list.Push(offering::ToJson(column));
  return list;
}

/// Where it answers, packs itself up and lies. `answers` is whether this program serves exactly it.
Json ToJson(const OfferRooms& rooms, const Offer& offer, bool answers) {
  const std::string version = std::to_string(offer.version.version);
  const std::string path = "/v2/models/" + PercentEncode(offer.model.name);
  const auto address = rooms.address ? rooms.address() : Result<std::string>(std::string());
  Json tags = Json::Object();
  for (const auto& [key, value] : offer.model.tags) tags.Set(key, value);
  const char* state = answers ? "answers" : offer.in_production ? "in_production" : "registered";
  return Json{
      {"model", offer.model.name},
      {"description", offer.model.description},
      {"tags", std::move(tags)},
      {"owner", offer.owner},
      {"version", offer.version.version},
      {"newest", offer.newest},
      {"state", state},
      {"inputs", ToJson(offer.taken.inputs)},
      {"outputs", ToJson(offer.taken.outputs)},
      {"problem", offer.problem},
      {"endpoint", answers ? Json((address ? *address : "") + path + "/infer") : Json()},
      {"package", "/api/v1/models/" + PercentEncode(offer.model.name) + "/versions/" + version + "/package"},
      {"source", offer.version.source},
      {"updated_ms", offer.version.updated_ms}};
}

Result<Json> Search(const OfferRooms& rooms, const Wish& wish, const Json& body) {
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  const Node configuration =
      accepted ? CAIRN_TRY(ParseYaml(accepted->text, "the accepted cairn.yaml")) : Node();
  const auto visibility = CAIRN_TRY(offering::Visibility::Read(configuration));
  std::optional<governance::Principal> caller;
  const std::string signer = body.Text("signer");
  if (!signer.empty()) {
    auto asker = offering::AskerOf(CAIRN_TRY(governance::ReadAuthority(configuration)), signer,
                                   body.Text("signature"), wish, body.Int("at"), rooms.clock.Now());
    if (!asker)
      return governance::Recorded(rooms.database, rooms.clock,
                                  {"see_catalogue", "catalogue:" + signer, signer}, asker.error());
    caller = *std::move(asker);
  }
  const offering::Shelf shelf{rooms.registry, rooms.artifacts, CAIRN_TRY(rooms.registry.guard()).alias};
  const auto serving = rooms.service.state();
  Json items = Json::Array();
  for (const auto& offer : CAIRN_TRY(Offers(shelf, visibility, caller ? &*caller : nullptr, wish))) {
    const bool answers = serving.model == offer.model.name && serving.version == offer.version.version;
    items.Push(ToJson(rooms, offer, answers));
  }
  return Json{{"items", std::move(items)}, {"asker", caller ? Json(caller->name) : Json()}};
}

std::vector<std::string> WordsIn(const std::string& text, char separator) {
  std::vector<std::string> words;
  for (const auto part : Split(text, separator)) {
    if (!Trim(part).empty()) words.emplace_back(Trim(part));
  }
  return words;
}

/// ?words=&takes=&gives=, the last two with commas between.
Wish WishIn(const Call& call) {
  const std::string words = call.Query("words"), takes = call.Query("takes"), gives = call.Query("gives");
  return {WordsIn(words, ' '), WordsIn(takes, ','), WordsIn(gives, ',')};
}

Result<std::vector<std::string>> TextsIn(const Json& body, std::string_view name) {
  std::vector<std::string> texts;
  const Json& list = body.At(name);
  if (!list.IsNull() && !list.IsArray())
    return Error{Reason::InvalidArgument, "'" + std::string(name) + "' must be a list of texts"};
  for (const Json& text : list.items()) {
    if (!text.IsString())
      return Error{Reason::InvalidArgument, "'" + std::string(name) + "' must be a list of texts"};
    texts.push_back(text.AsString());
  }
  return texts;
}

Result<Json> SignedSearch(const OfferRooms& rooms, const Call& call) {
  CAIRN_TRY(OnlyMembers(call.body, {"words", "takes", "gives", "signer", "at", "signature"}));
  Wish wish;
  wish.words = CAIRN_TRY(TextsIn(call.body, "words"));
  wish.takes = CAIRN_TRY(TextsIn(call.body, "takes"));
  wish.gives = CAIRN_TRY(TextsIn(call.body, "gives"));
  return Search(rooms, wish, call.body);
}

}  // namespace

void MountOffers(http::Router& router, OfferRooms rooms) {
  router.Get("/api/v1/catalogue",
             Answer([rooms](const Call& call) { return Search(rooms, WishIn(call), Json::Object()); }));
  router.Post("/api/v1/catalogue", Answer([rooms](const Call& call) { return SignedSearch(rooms, call); }));
}

}  // namespace cairn::api
