#include "loop/offering/offers.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"

namespace cairn::offering {
namespace {

/// Reads what the version takes and gives; what hinders that is the offer's problem and nobody else's.
void ReadTaken(const Shelf& shelf, Offer& offer) {
  if (offer.version.location.empty()) {
    offer.problem = "its files are not kept here";
    return;
  }
  const auto file = shelf.artifacts.Find(os::JoinPath(offer.version.location, "MLmodel"));
  const auto text = file ? os::ReadFile(file->path) : Result<std::string>(file.error());
  auto taken = text ? TakenBy(*text) : Result<Taken>(text.error());
  if (!taken) {
    offer.problem = taken.error().message;
    return;
  }
  offer.taken = *std::move(taken);
  if (offer.taken.inputs.empty() && offer.taken.outputs.empty())
    offer.problem = "it was logged without a signature";
}

Result<std::optional<Offer>> OfferOf(const Shelf& shelf, const Visibility& visibility,
                                     registry::RegisteredModel model) {
  const auto newest = shelf.registry.Newest(model.name);
  if (!newest && newest.error().reason == Reason::NotFound) return std::optional<Offer>();
  if (!newest) return newest.error();
  Offer offer{std::move(model), *newest, newest->version, "", false, {}, ""};
  const auto& aliases = offer.model.aliases;
  const auto live = std::find_if(aliases.begin(), aliases.end(),
                                 [&](const registry::Alias& alias) { return alias.name == shelf.alias; });
  if (live != aliases.end()) {
    offer.version = CAIRN_TRY(shelf.registry.Find(offer.model.name, live->version));
    offer.in_production = true;
  }
  offer.owner = visibility.OwnerOf(offer.model.name);
  if (offer.owner.empty()) offer.owner = offer.version.created_by;
  ReadTaken(shelf, offer);
  return std::optional(std::move(offer));
}

bool Fits(const Offer& offer, const Wish& wish) {
  std::string text = offer.model.name + "\n" + offer.model.description + "\n" + offer.version.description +
                     "\n" + offer.owner;
  for (const auto& [key, value] : offer.model.tags) text += "\n" + key + " " + value;
  text = LowerAscii(text);
  const auto all = [](const std::vector<std::string>& wanted, const auto& has) {
    return std::all_of(wanted.begin(), wanted.end(), has);
  };
  return all(wish.words,
             [&](const std::string& word) { return text.find(LowerAscii(word)) != std::string::npos; }) &&
         all(wish.takes, [&](const std::string& one) { return HasColumn(offer.taken.inputs, one); }) &&
         all(wish.gives, [&](const std::string& one) { return HasColumn(offer.taken.outputs, one); });
}

}  // namespace

Result<std::vector<Offer>> Offers(const Shelf& shelf, const Visibility& visibility,
                                  const governance::Principal* caller, const Wish& wish) {
  for (const auto* wanted : {&wish.takes, &wish.gives})
    for (const auto& one : *wanted) CAIRN_TRY(CheckWanted(one));
  std::vector<Offer> offers;
  registry::Registry::Search search;
  search.max_results = 1000;
  do {
    auto page = CAIRN_TRY(shelf.registry.SearchModels(search));
    for (auto& model : page.items) {
      if (!visibility.Sees(caller, model.name)) continue;
      auto offer = CAIRN_TRY(OfferOf(shelf, visibility, std::move(model)));
      if (offer && Fits(*offer, wish)) offers.push_back(*std::move(offer));
    }
    search.page_token = page.next;
  } while (!search.page_token.empty());
  std::sort(offers.begin(), offers.end(),
            [](const Offer& a, const Offer& b) { return a.model.name < b.model.name; });
  return offers;
}

}  // namespace cairn::offering
