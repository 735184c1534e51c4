#include "loop/evidence/story.h"

#include <algorithm>
#include <set>
#include <utility>

#include "loop/scorecard/history.h"
#include "loop/scorecard/test_score.h"

namespace cairn::evidence {
namespace {

/// Enough for every story; of a data set with more deeds than that, the oldest.
constexpr std::int64_t kMostOfOne = 500;

bool IsBefore(const metadata::LoggedEvent& event, const metadata::TreeHead& head) {
  return event.position && std::cmp_less(*event.position, head.size);
}

Result<std::vector<metadata::LoggedEvent>> About(const Rooms& rooms, const std::string& subject) {
  metadata::EventFilter filter;
  filter.subject = subject;
  filter.scope = metadata::EventFilter::Scope::Sealed;
  filter.limit = kMostOfOne;
  return rooms.log.Read(filter);
}

std::vector<std::string> SubjectsOf(const Dossier& dossier) {
  std::vector<std::string> subjects{"model:" + dossier.Name()};
  if (dossier.decision) subjects.push_back("decision:" + dossier.decision->id);
  if (dossier.decision) {
    for (const auto& vote : dossier.decision->votes)
      if (!vote.delegation.empty()) subjects.push_back("delegation:" + vote.delegation);
  }
  if (dossier.configuration) subjects.push_back("configuration:" + dossier.configuration->digest);
  if (dossier.run) subjects.push_back("run:" + dossier.run->info.id);
  if (dossier.pipeline) subjects.push_back("pipeline_run:" + dossier.pipeline->id);
  for (const auto& used : dossier.data) subjects.push_back(data::SubjectOf(used.version));
  return subjects;
}

/// Of what happened to the model, the moves of aliases to this version and away from it, and its making.
Result<> AddModel(const Rooms& rooms, const Dossier& dossier, std::vector<metadata::LoggedEvent>& events) {
  const std::string number = std::to_string(dossier.version.version);
  for (auto& event : CAIRN_TRY(About(rooms, "model:" + dossier.version.model))) {
    const Json& body = event.event.body;
    if (event.event.kind == "registry.model_created" || body.Text("version") == number ||
        body.Text("previous") == number)
      events.push_back(std::move(event));
  }
  return Done{};
}

Result<scorecard::History> HistoryUntil(const Rooms& rooms, const metadata::TreeHead& head) {
  const auto history = CAIRN_TRY(scorecard::History::Read(rooms.log));
  std::vector<scorecard::Moment> moments;
  for (const auto& moment : history.moments())
    if (IsBefore(moment, head)) moments.push_back(moment);
  return scorecard::History(std::move(moments));
}

}  // namespace

Result<> TellStory(const Rooms& rooms, Dossier& dossier) {
  std::vector<metadata::LoggedEvent> events;
  for (const auto& subject : SubjectsOf(dossier))
    for (auto& event : CAIRN_TRY(About(rooms, subject))) events.push_back(std::move(event));
  CAIRN_TRY(AddModel(rooms, dossier, events));

  const auto history = CAIRN_TRY(HistoryUntil(rooms, dossier.head));
  std::optional<Node> root;
  if (dossier.configuration)
    root = CAIRN_TRY(ParseYaml(dossier.configuration->text, "the accepted cairn.yaml"));
  const auto score = CAIRN_TRY(scorecard::Judge(history, root ? &*root : nullptr, dossier.head.at));
  dossier.score = score.ToJson();
  for (const auto& test : score.tests)
    for (const auto* moment : test.evidence) events.push_back(*moment);

  std::sort(events.begin(), events.end(),
            [](const auto& a, const auto& b) { return a.position.value_or(0) < b.position.value_or(0); });
  std::set<std::string> seen;
  std::vector<std::string> ids;
  for (auto& event : events) {
    // Handing out evidence is no part of what it is about: the same bundle can be made again.
    if (!IsBefore(event, dossier.head) || event.event.kind.starts_with("evidence.") ||
        !seen.insert(event.id).second)
      continue;
    ids.push_back(event.id);
    dossier.events.push_back(std::move(event));
  }
  dossier.proven = CAIRN_TRY(metadata::Prove(rooms.database, ids, dossier.head));
  return Done{};
}

}  // namespace cairn::evidence
