#include "loop/rollout/journey.h"
#include "loop/rollout/rollout_table.h"

namespace cairn::rollout {
namespace {

/// What the decision of `candidate` saw and is no longer so: "the configuration", "the data"; "" for nothing.
Result<std::string> GroundLost(const Rollouts::Rooms& rooms, const Rollout& candidate,
                               const governance::Decision& decision) {
  const auto accepted = CAIRN_TRY(rooms.configurations.Accepted());
  if (accepted && decision.seen.Text("configuration") != accepted->digest)
    return std::string("another configuration");
  const std::string name = candidate.report.At("dataset").Text("name");
  const auto dataset = CAIRN_TRY(rooms.catalogue.Find(name));
  if (decision.seen.Text("dataset") != dataset.digest)
    return "an older version of the data set '" + name + "'";
  return std::string();
}

}  // namespace

Result<std::vector<Rollout>> Rollouts::UnderWay() const {
  auto under_way =
      CAIRN_TRY(rooms_.database.Read([](sql::Connection& connection) { return SelectUnderWay(connection); }));
  std::erase_if(under_way, [](const Rollout& one) { return one.stage == Stage::Examining; });
  return under_way;
}

Result<std::vector<std::string>> Rollouts::Voided(const std::vector<Rollout>& candidates) const {
  std::vector<std::string> sentences;
  for (const Rollout& candidate : candidates) {
    const auto decision = CAIRN_TRY(rooms_.decisions.Find(candidate.decision));
    // What was carried out in the meantime stands.
    if (decision.state == governance::State::Redeemed) continue;
    const std::string lost = CAIRN_TRY(GroundLost(rooms_, candidate, decision));
    if (lost.empty()) continue;
    const std::string version = std::to_string(candidate.version);
    sentences.push_back(
        "version " + version + " of model '" + candidate.model + "', which " +
        (candidate.stage == Stage::Canary ? "was tried out on live traffic" : "waited for approval") +
        ", can no longer go live: it was examined under " + lost + ". `cairn model consider " +
        candidate.model + " " + version + "` examines it anew.");
  }
  return sentences;
}

Result<std::string> Rollouts::UncoveredProduction() const {
  const std::string model = CAIRN_TRY(ReadSetting(rooms_.configurations)).gates.model;
  if (model.empty()) return std::string();
  const auto standing = CAIRN_TRY(rooms_.registry.StandingOf(model));
  if (standing.version == 0 || standing.IsCovered()) return std::string();
  const std::string version = std::to_string(standing.version);
  return "version " + version + " of model '" + model +
         "' stands in production, and no decision put it there: the alias was set before the model was "
         "bound. It "
         "does not answer until one does: `cairn model consider " +
         model + " " + version + "` examines it, `cairn model approve` signs.";
}

}  // namespace cairn::rollout
