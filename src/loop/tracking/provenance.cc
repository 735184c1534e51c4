#include "loop/tracking/provenance.h"

namespace cairn::tracking {
namespace {

/// What the client sends for a user that it does not know.
constexpr std::string_view kNobody = "unknown";
constexpr std::string_view kUserTag = "mlflow.user";

std::string Tagged(const Run& run, std::string_view key) {
  for (const Tag& tag : run.tags) {
    if (tag.key == key) return tag.value;
  }
  return "";
}

}  // namespace

Provenance ProvenanceOf(const Run& run) {
  Provenance provenance{Tagged(run, kCauseTag), Tagged(run, kPipelineRunTag), Tagged(run, kDataTag),
                        Tagged(run, kActorTag)};
  if (provenance.maker.empty()) provenance.maker = Tagged(run, kUserTag);
  if (provenance.maker.empty() && run.info.user != kNobody) provenance.maker = run.info.user;
  return provenance;
}

}  // namespace cairn::tracking
