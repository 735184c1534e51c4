#include "loop/sweep/events.h"

namespace cairn::sweep {

metadata::Event QueuedEvent(const Sweep& sweep, std::size_t trials) {
  Json set = Json::Array();
  for (const auto& one : sweep.order.set) set.Push(one);
  return {"sweep.queued", "sweep:" + sweep.id, sweep.order.actor, sweep.id,
          Json{{"sweep", sweep.id},
               {"search", NameOf(sweep.order.search)},
               {"set", std::move(set)},
               {"trials", trials},
               {"seed", std::to_string(sweep.order.seed)},
               {"budget_ms", sweep.order.budget_ms},
               {"until", sweep.order.until},
               {"commit", sweep.source.commit},
               {"dirty", sweep.source.dirty}}};
}

metadata::Event EndedEvent(const Sweep& sweep, const Trial& trial) {
  Json settings = Json::Array();
  for (const auto& one : trial.settings)
    settings.Push(Json{{"file", one.file}, {"key", one.key}, {"value", one.value}});
  metadata::Event event{"sweep.trial_ended", "trial:" + trial.Id(), sweep.order.actor, sweep.id,
                        Json{{"trial", trial.Id()},
                             {"state", NameOf(trial.state)},
                             {"settings", std::move(settings)},
                             {"metrics", trial.metrics},
                             {"run", trial.run},
                             {"tracked", trial.tracked}}};
  event.lineage.from.push_back({"sweep:" + sweep.id, "sweep"});
  if (!trial.run.empty()) event.lineage.to.push_back({"pipeline_run:" + trial.run, "run"});
  return event;
}

}  // namespace cairn::sweep
