#include <algorithm>

#include "ledger/metadata/event.h"
#include "loop/serving/answering/impl.h"

namespace cairn::serving {
namespace {

/// Whether requests that were read for one fit the other, and its answers too.
bool SamePorts(const std::vector<runtime::Port>& a, const std::vector<runtime::Port>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& one, const auto& other) {
    return one.name == other.name && one.type == other.type && one.shape == other.shape;
  });
}

Result<> StandsInFor(const Offer& previous, const Offer& present) {
  const std::string what =
      SamePorts(previous.signature.inputs, present.signature.inputs) && previous.columns == present.columns
          ? "outputs"
          : "inputs";
  if (what == "outputs" && SamePorts(previous.signature.outputs, present.signature.outputs)) return Done{};
  return Error{Reason::Unsupported, "Version " + std::to_string(previous.version) +
                                        ", which was in production before, has other " + what +
                                        " than version " + std::to_string(present.version) +
                                        ", and cannot answer in its place."};
}

}  // namespace

Result<> Service::Impl::NoteLoaded(const Offer& offer, const Settings& settings) {
  const std::string version = std::to_string(offer.version);
  return log.Note(clock.Now(),
                  {.kind = "serving.loaded",
                   .subject = "model:" + offer.model + "/" + version,
                   .actor = "system",
                   .cause = "",
                   .body = Json{{"model", offer.model},
                                {"version", version},
                                {"digest", offer.manifest},
                                {"contract", settings.check_inputs ? settings.contract_digest : ""}}});
}

/// With `control` held.
Result<> Service::Impl::FollowProduction() {
  const auto now = Now();
  const Settings& settings = now->settings;
  const auto next = Successor();
  const auto stay = [&](const Error& error) -> Result<> {
    next->problem = error.message;
    Become(next);
    return error;
  };
  if (settings.model.empty()) {
    next->problem = "No accepted configuration names a model.";
    Become(next);
    return Done{};
  }
  const auto named = versions->InProduction(settings.model);
  const bool none =
      !named && (named.error().reason == Reason::NotFound || named.error().reason == Reason::Denied);
  if (!named && !none) return stay(named.error());
  if (none) {
    next->production.reset();
    next->offer = std::make_shared<Offer>(Offer{settings.model, 0, {}, {}, {}, false, {}});
    next->problem = named.error().message;
    Become(next);
    return Done{};
  }
  next->problem.clear();
  if (now->production && now->production->offer().version == *named && now->production->RunsBy(settings)) {
    Become(next);
    return Done{};
  }
  const auto loaded = Load(settings.model, *named);
  if (!loaded) return stay(loaded.error());
  const LoadedVersion* canary = next->canary ? &next->canary->version() : nullptr;
  if (const auto room = Admit(settings, *named, (*loaded)->bytes(), {canary}); !room)
    return stay(room.error());
  next->production = *loaded;
  next->offer = (*loaded)->shared_offer();
  Become(next);
  return NoteLoaded(*next->offer, settings);
}

/// With `control` held.
Result<> Service::Impl::FollowAlias() {
  const auto before = Now();
  const auto followed = FollowProduction();
  PreparePrevious(*before);
  std::uint64_t fixed = 0;
  for (const auto& one : MemoryOf(*Now())) fixed += one.role == "named" ? 0 : one.bytes;
  MakeRoom(Now()->settings, fixed);
  const auto noted = NoteChain(*Now());
  return followed ? noted : followed;
}

/// One of those that are in memory, when it is that version and would be loaded the same way again.
Loaded Service::Impl::InMemoryAs(std::int64_t version, const Current& before) {
  const auto now = Now();
  for (const Loaded& one : {before.previous, before.production, Kept(now->settings.model, version)})
    if (one && one->offer().version == version && one->offer().model == now->settings.model &&
        one->RunsBy(now->settings))
      return one;
  return nullptr;
}

Result<Loaded> Service::Impl::FindPrevious(const Current& before) {
  const auto now = Now();
  const std::string& model = now->settings.model;
  const std::int64_t version = CAIRN_TRY(versions->Previous(model));
  CAIRN_TRY(versions->AllowAnswering(model, version));
  Loaded found = InMemoryAs(version, before);
  if (!found) found = CAIRN_TRY(Load(model, version));
  const LoadedVersion* canary = now->canary ? &now->canary->version() : nullptr;
  CAIRN_TRY(Admit(now->settings, version, found->bytes(), {now->production.get(), canary}));
  if (now->production) CAIRN_TRY(StandsInFor(found->offer(), now->production->offer()));
  return found;
}

/// Production answers already while the one before it is still being loaded.
void Service::Impl::PreparePrevious(const Current& before) {
  const auto now = Now();
  const bool wanted = !now->settings.model.empty() && now->settings.fallback.Has(Link::Previous);
  if (!wanted && !now->previous) return;
  const auto found = wanted ? FindPrevious(before) : Result<Loaded>(Loaded());
  const auto next = Successor();
  next->previous = found ? *found : nullptr;
  if (next->previous) {
    // It is kept by another right from now on.
    const std::lock_guard lock(kept_mutex);
    std::erase(kept, next->previous);
  }
  next->previous_problem = found ? "" : found.error().message;
  if (!next->production && next->previous) {
    // So that its answers are asked for, and given, in its form.
    auto offer = std::make_shared<Offer>(next->previous->offer());
    offer->version = 0;
    next->offer = std::move(offer);
  }
  Become(next);
}

Result<> Service::Impl::NoteChain(const Current& now) {
  constexpr const char* kKind = "serving.fallback_chain";
  const Settings& settings = now.settings;
  if (settings.model.empty()) return Done{};
  const std::string subject = "model:" + settings.model;
  const Json last = CAIRN_TRY(log.LastNoted(kKind, subject));
  // A heuristic alone stands in the charter.
  const bool plain = !settings.fallback.Has(Link::Previous) && !settings.fallback.Has(Link::Default);
  if (last.IsNull() && plain) return Done{};
  Json links = Json::Array();
  for (const auto& one : LinksOf(now)) {
    Json link{{"link", NameOf(one.link)}};
    if (one.version > 0) link.Set("version", std::to_string(one.version));
    if (one.link == Link::Default) link.Set("answers", *settings.fallback.constant);
    if (!one.ready) link.Set("skipped", one.why);
    links.Push(std::move(link));
  }
  Json body{{"model", settings.model},
            {"version", now.offer->version > 0 ? std::to_string(now.offer->version) : ""},
            {"links", std::move(links)}};
  // As it reads back from text: there a whole double has become an integer.
  if (CAIRN_TRY(Json::Parse(body.Dump())) == last) return Done{};
  return log.Note(
      clock.Now(),
      {.kind = kKind, .subject = subject, .actor = "system", .cause = "", .body = std::move(body)});
}

std::vector<LinkState> Service::Impl::LinksOf(const Current& now) const {
  std::vector<LinkState> links;
  for (const Link link : now.settings.fallback.links) {
    LinkState one{link, now.settings.Has(link), 0, {}, by_link[static_cast<std::size_t>(link)]};
    if (link == Link::Previous) {
      one.ready = now.previous != nullptr;
      one.version = now.previous ? now.previous->offer().version : 0;
      one.why = now.previous_problem;
    } else if (!one.ready) {
      one.why = "The charter has no heuristic.";
    }
    links.push_back(std::move(one));
  }
  return links;
}

}  // namespace cairn::serving
