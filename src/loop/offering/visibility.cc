#include "loop/offering/visibility.h"

#include <algorithm>

#include "ground/crypto/signature.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"

namespace cairn::offering {
namespace {

constexpr std::string_view kEverybody = "everybody";
constexpr std::int64_t kFreshMs = 300'000;

Error Denied(std::string message) { return {Reason::Denied, std::move(message)}; }

Json ListOf(const std::vector<std::string>& texts) {
  Json list = Json::Array();
  for (const auto& text : texts) list.Push(text);
  return list;
}

/// The words under `visible_to`, each of them a role, a principal or "everybody".
Result<std::vector<std::string>> ReadVisibleTo(const Node& map, const governance::Authority& authority) {
  auto words = CAIRN_TRY(WordsAt(map, "visible_to"));
  std::vector<std::string> known{
      std::string(kEverybody), "developer", "validator", "approver", "operator", "auditor"};
  for (const auto& principal : authority.principals) known.push_back(principal.name);
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& word : words) {
    if (std::find(known.begin(), known.end(), word) == known.end())
      return WrongAt(*map.Find("visible_to"),
                     "'" + word + "' is neither a role nor a principal." + Suggestion(word, names));
  }
  if (map.Find("visible_to") != nullptr && words.empty())
    return WrongAt(*map.Find("visible_to"), "name roles or principals, or leave 'visible_to' out");
  return words;
}

bool Covers(const std::vector<std::string>& words, const governance::Principal* caller) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    if (word == kEverybody) return true;
    if (caller == nullptr) return false;
    const auto role = governance::RoleNamed(word);
    return role ? caller->Has(*role) : caller->name == word;
  });
}

}  // namespace

Result<Visibility> Visibility::Read(const Node& configuration) {
  Visibility visibility;
  const Node* governance = CAIRN_TRY(MapAt(configuration, "governance"));
  const Node* section = governance == nullptr ? nullptr : CAIRN_TRY(MapAt(*governance, "catalogue"));
  if (section == nullptr) return visibility;
  const auto authority = CAIRN_TRY(governance::ReadAuthority(configuration));
  CAIRN_TRY(section->OnlyKeys({"visible_to", "models"}));
  visibility.unlisted_ = CAIRN_TRY(ReadVisibleTo(*section, authority));
  CAIRN_TRY(EachAt(*section, "models", {"model", "owner", "visible_to"}, [&](const Node& item) -> Result<> {
    const std::string model = CAIRN_TRY(TextAt(item, "model"));
    if (model.empty()) return WrongAt(item, "say which 'model' this is about");
    Listing listing;
    listing.owner = CAIRN_TRY(TextAt(item, "owner"));
    listing.visible_to = CAIRN_TRY(ReadVisibleTo(item, authority));
    if (!visibility.models_.emplace(model, std::move(listing)).second)
      return WrongAt(item, "the model '" + model + "' is listed twice");
    return Done{};
  }));
  return visibility;
}

bool Visibility::Sees(const governance::Principal* caller, std::string_view model) const {
  const auto listed = models_.find(model);
  const bool own = listed != models_.end() && !listed->second.visible_to.empty();
  const Words& words = own ? listed->second.visible_to : unlisted_;
  return words.empty() || Covers(words, caller);
}

std::string Visibility::OwnerOf(std::string_view model) const {
  const auto listed = models_.find(model);
  return listed == models_.end() ? "" : listed->second.owner;
}

std::string AskingStatement(const Wish& wish, TimeMs at) {
  return Json{{"action", "see_catalogue"},
              {"at", at},
              {"gives", ListOf(wish.gives)},
              {"takes", ListOf(wish.takes)},
              {"words", ListOf(wish.words)}}
      .Canonical();
}

Result<governance::Principal> AskerOf(const governance::Authority& authority, const std::string& signer,
                                      const std::string& signature, const Wish& wish, TimeMs at, TimeMs now) {
  const governance::Principal* principal = authority.Find(signer);
  if (principal == nullptr) return Denied("'" + signer + "' is no principal of the accepted configuration");
  if (!crypto::Verify(principal->key, AskingStatement(wish, at), signature))
    return Denied("the signature is not " + signer + "'s over exactly this question");
  if (at > now + kFreshMs || at < now - kFreshMs)
    return Denied("the question was signed at " + FormatUtc(at) +
                  ", and a signature under one counts for five minutes: ask anew");
  return *principal;
}

}  // namespace cairn::offering
