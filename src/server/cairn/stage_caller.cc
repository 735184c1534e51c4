#include "server/cairn/stage_caller.h"

namespace cairn::api {

Result<std::optional<pipeline::RunRecord>> RunOfCaller(pipeline::Runner* runner, const Call& call) {
  const std::string named(call.request.headers.Get("X-Cairn-Run"));
  if (runner == nullptr || named.empty()) return std::optional<pipeline::RunRecord>();
  auto run = runner->State(named);
  if (!run && run.error().reason != Reason::NotFound) return run.error();
  if (!run || run->state != pipeline::RunState::Running) return std::optional<pipeline::RunRecord>();
  return std::optional(*std::move(run));
}

}  // namespace cairn::api
