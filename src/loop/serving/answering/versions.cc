#include <algorithm>

#include "loop/serving/answering/impl.h"

namespace cairn::serving {
Result<Loaded> Service::Impl::Ready(std::int64_t version) {
  const auto now = Now();
  if (now->production && now->production->offer().version == version) return now->production;
  if (now->previous && now->previous->offer().version == version) return now->previous;
  if (now->settings.model.empty()) return Error{Reason::NotFound, "No accepted configuration names a model."};
  CAIRN_TRY(versions->AllowAnswering(now->settings.model, version));
  if (auto found = Kept(now->settings.model, version)) return found;
  // Who comes while it is loaded waits for it, and does not load it a second time.
  const std::lock_guard one_at_a_time(loading);
  if (auto found = Kept(now->settings.model, version)) return found;
  const auto admit = [&](std::uint64_t bytes) {
    const LoadedVersion* canary = now->canary ? &now->canary->version() : nullptr;
    return Admit(now->settings, version, bytes, {now->production.get(), now->previous.get(), canary});
  };
  // What is known to be too large is not loaded again to find that out.
  if (const auto known = known_bytes.find(version); known != known_bytes.end())
    CAIRN_TRY(admit(known->second));
  auto loaded = CAIRN_TRY(Load(now->settings.model, version));
  known_bytes[version] = loaded->bytes();
  CAIRN_TRY(admit(loaded->bytes()));
  {
    const std::lock_guard lock(kept_mutex);
    kept.push_front(loaded);
  }
  MakeRoom(now->settings, 0);
  return loaded;
}

Loaded Service::Impl::Kept(const std::string& model, std::int64_t version) {
  const std::lock_guard lock(kept_mutex);
  const auto found = std::find_if(kept.begin(), kept.end(), [&](const Loaded& one) {
    return one->offer().version == version && one->offer().model == model;
  });
  if (found == kept.end()) return nullptr;
  std::rotate(kept.begin(), found, found + 1);
  return kept.front();
}

bool Service::Impl::InMemory(const Current& now, std::int64_t version) {
  if (now.production && now.production->offer().version == version) return true;
  if (now.previous && now.previous->offer().version == version) return true;
  if (now.canary && now.canary->version().offer().version == version) return true;
  const std::lock_guard lock(kept_mutex);
  return std::any_of(kept.begin(), kept.end(), [&](const Loaded& one) {
    return one->offer().version == version && one->offer().model == now.settings.model;
  });
}

std::shared_ptr<const Offer> Service::offer() const { return impl_->Now()->offer; }

Result<std::shared_ptr<const Offer>> Service::Describe(std::int64_t version) {
  return CAIRN_TRY(impl_->Ready(version))->shared_offer();
}

bool Service::MayWait() const { return impl_->may_wait; }

bool Service::CanAnswer() const {
  const auto now = impl_->Now();
  const auto links = impl_->LinksOf(*now);
  return now->production ||
         std::any_of(links.begin(), links.end(), [](const LinkState& one) { return one.ready; });
}

Result<std::vector<Listed>> Service::Versions() const {
  const auto now = impl_->Now();
  std::vector<Listed> all;
  if (now->settings.model.empty()) return all;
  for (const std::int64_t version : CAIRN_TRY(impl_->versions->List(now->settings.model))) {
    Listed one{version, impl_->InMemory(*now, version), {}};
    const bool in_production = now->production && now->production->offer().version == version;
    const auto allowed =
        in_production ? Result<>() : impl_->versions->AllowAnswering(now->settings.model, version);
    if (!allowed && allowed.error().reason == Reason::NotFound) continue;
    if (!allowed && allowed.error().reason != Reason::Denied) return allowed.error();
    if (!allowed) {
      one = {version, false, allowed.error().message};
    } else if (!one.ready) {
      one.reason = "not in memory; it is loaded when it is asked for";
    }
    all.push_back(std::move(one));
  }
  return all;
}

Result<> Service::Release() {
  const std::lock_guard control(impl_->control);
  const auto now = impl_->Now();
  if (now->production || now->canary) {
    const auto& offer = now->production ? now->production->offer() : now->canary->version().offer();
    return Error{Reason::Denied,
                 "Version " + std::to_string(offer.version) + " of '" + offer.model +
                     "' answers because a decision put it there, and stays loaded until another one takes "
                     "it away (cairn model rollback)."};
  }
  const std::lock_guard lock(impl_->kept_mutex);
  impl_->kept.clear();
  return Done{};
}

Statistics& Service::statistics() const { return impl_->statistics; }

telemetry::Tracer& Service::tracer() const { return impl_->tracer; }

ServiceState Service::state() const {
  const auto now = impl_->Now();
  ServiceState state;
  state.model = now->settings.model;
  state.version = now->offer->version;
  state.manifest = now->offer->manifest;
  state.problem = now->problem;
  state.signature = now->offer->signature;
  state.columns = now->offer->columns;
  if (now->production) {
    state.pace = now->production->pace().why;
    state.waiting = now->production->Waiting();
    state.rules = now->production->outputs().said();
    state.rules_idle = now->production->outputs().idle();
  }
  const auto quantiles = impl_->times.Now();
  state.p50_ms = quantiles.p50_ms;
  state.p99_ms = quantiles.p99_ms;
  state.requests = impl_->requests;
  state.rows = impl_->rows;
  state.fallbacks = impl_->watch.fallbacks();
  state.falling_back = impl_->watch.falling_back();
  state.fallback = impl_->LinksOf(*now);
  state.broken = impl_->broken.Now();
  state.memory_cap = now->settings.memory_bytes;
  state.memory = impl_->MemoryOf(*now);
  state.evicted = impl_->evicted;
  state.rejected = impl_->rejected;
  state.log = now->settings.log;
  state.logged = impl_->logged;
  state.passed_over = impl_->passed_over;
  state.lost = impl_->watch.lost();
  if (now->canary) state.canary = now->canary->State();
  return state;
}

Settings Service::settings() const { return impl_->Now()->settings; }

}  // namespace cairn::serving
