#include "ground/vocabulary/text.h"
#include "loop/registry/sources.h"
#include "loop/tracking/artifact_garbage.h"
#include "server/cairn/answer.h"
#include "server/cairn/mount.h"

namespace cairn::api {
namespace {

using tracking::ArtifactGarbage;

constexpr std::int64_t kGraceMs = std::int64_t{7} * 24 * 60 * 60 * 1000;

Json ToJson(const ArtifactGarbage::Heap& heap) {
  return {{"path", heap.path},
          {"why", heap.why},
          {"files", static_cast<std::int64_t>(heap.files)},
          {"bytes", static_cast<std::int64_t>(heap.bytes)},
          {"newest_ms", heap.newest_ms}};
}

Json ToJson(const ArtifactGarbage::Finding& finding, bool removed) {
  Json items = Json::Array();
  for (const auto& heap : finding.heaps) items.Push(ToJson(heap));
  return {{"items", std::move(items)},
          {"files", static_cast<std::int64_t>(finding.files.size())},
          {"bytes", static_cast<std::int64_t>(finding.bytes)},
          {"too_young", static_cast<std::int64_t>(finding.young)},
          {"referred", static_cast<std::int64_t>(finding.referred)},
          {"before_ms", finding.before_ms},
          {"removed", removed}};
}

}  // namespace

void MountGarbage(http::Router& router, GarbageRooms rooms) {
  const auto garbage = std::make_shared<ArtifactGarbage>(rooms.database, rooms.clock, rooms.artifacts,
                                                         registry::VersionSources);
  router.Get("/api/v1/artifacts/garbage", Answer([garbage](const Call& call) -> Result<Json> {
               const std::string grace = call.Query("grace_ms");
               return ToJson(CAIRN_TRY(garbage->Find(grace.empty() ? kGraceMs : CAIRN_TRY(ParseInt(grace)))),
                             false);
             }),
             http::Lane::Bytes);
  router.Post("/api/v1/artifacts/garbage/collect", Answer([garbage](const Call& call) -> Result<Json> {
                const auto* grace = call.body.Find("grace_ms");
                if (grace && !grace->IsInt())
                  return Error{Reason::InvalidArgument, "'grace_ms' must be a whole number."};
                return ToJson(CAIRN_TRY(garbage->Collect(grace ? grace->AsInt() : kGraceMs, call.Actor())),
                              true);
              }),
              http::Lane::Bytes);
}

}  // namespace cairn::api
