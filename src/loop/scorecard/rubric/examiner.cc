#include "loop/scorecard/rubric/examiner.h"

#include <algorithm>

#include "ground/vocabulary/time.h"
#include "loop/scorecard/rubric/rubric.h"

namespace cairn::scorecard {
namespace {

/// Whether the run of this stage names the commit that it was built from, without changes.
bool OfACommit(const History& history, const Moment& ended) {
  const Moment* started = history.RunStarted(ended.event.body.Text("run"));
  if (started == nullptr) return false;
  const Json& git = started->event.body.At("git");
  return !git.Text("commit").empty() && !git.Bool("dirty");
}

std::string Times(std::size_t count) { return count == 1 ? "once" : std::to_string(count) + " times"; }

std::string Days(std::int64_t cadence_ms) { return FormatDuration(cadence_ms); }

}  // namespace

std::string Examiner::Setting(std::string_view path, std::string_view otherwise) const {
  const Node* node = configuration_ == nullptr ? nullptr : configuration_->FindPath(path);
  return node == nullptr || !node->IsScalar() ? std::string(otherwise) : node->text();
}

std::vector<std::string> Examiner::RulesWith(std::string_view key, std::string_view value) const {
  std::vector<std::string> names;
  const Node* rules = configuration_ == nullptr ? nullptr : configuration_->FindPath("gates.rules");
  if (rules == nullptr) return names;
  for (const Node& rule : rules->items()) {
    const Node *name = rule.Find("name"), *setting = rule.Find(key);
    if (name != nullptr && setting != nullptr && (value.empty() || setting->text() == value))
      names.push_back(name->text());
  }
  return names;
}

Finding Examiner::StagesOf(const Entry& entry) const {
  Finding finding;
  const auto [first, last] = settings_.checks.equal_range(entry.id);
  if (first == last) {
    finding.lacks = "Nothing does it: that takes " + std::string(entry.lacks) +
                    ", not there yet; nor is a stage of the pipeline bound to it (scorecard.checks).";
    return finding;
  }
  for (const Moment* ended : history_.Of("pipeline.stage_ended")) {
    const Json& body = ended->event.body;
    const bool bound =
        std::any_of(first, last, [&](const auto& check) { return check.second == body.Text("stage"); });
    if (!bound || (entry.by == By::Code && !OfACommit(history_, *ended))) continue;
    const bool passed = body.At("exit").IsInt() && body.Int("exit") == 0;
    // A stage that leaves nothing behind shows nothing.
    if (passed && body.At("lineage").At("to").items().empty()) continue;
    finding.passing = passed;
    finding.evidence.push_back(ended);
  }
  if (entry.by != By::Code || finding.evidence.empty()) return finding;
  const Moment* promoted = history_.Last("rollout.promoted");
  const std::string shipped = promoted == nullptr ? "" : history_.CommitBehind(*promoted);
  const bool covered = shipped.empty() ||
                       std::any_of(finding.evidence.begin(), finding.evidence.end(), [&](const Moment* one) {
                         return history_.CommitOf(one->event.body.Text("run")) == shipped;
                       });
  if (!covered)
    finding.objection =
        "Production was made from commit " + shipped.substr(0, 12) + ", on which these tests have not run.";
  return finding;
}

Finding Examiner::FindingOf(const Entry& entry) const {
  if (entry.answer == nullptr) return StagesOf(entry);
  Finding finding = entry.answer(*this);
  if (entry.by == By::Program) return finding;
  Finding stages = StagesOf(entry);
  if (!finding.lacks.empty()) finding.lacks = stages.lacks;
  const Moment* newest = finding.evidence.empty() ? nullptr : finding.evidence.back();
  if (!stages.evidence.empty() && Later(newest, stages.evidence.back()) == stages.evidence.back())
    finding.passing = stages.passing;
  finding.evidence.insert(finding.evidence.end(), stages.evidence.begin(), stages.evidence.end());
  std::sort(finding.evidence.begin(), finding.evidence.end());
  return finding;
}

Examiner::ByHand Examiner::RecordOf(std::string_view test) const {
  ByHand newest, unacknowledged;
  for (const Moment* record : history_.Of("scorecard.test_recorded")) {
    const Json& body = record->event.body;
    if (body.Text("test") != test) continue;
    ByHand one{record, nullptr, body.Int("done")};
    for (const Moment* acknowledged : history_.Of("scorecard.test_acknowledged")) {
      const Json& other = acknowledged->event.body;
      if (other.Text("record") == body.Text("record") && other.Text("principal") != body.Text("principal"))
        one.acknowledged = acknowledged;
    }
    ByHand& kept = one.acknowledged == nullptr ? unacknowledged : newest;
    if (kept.record == nullptr || one.done >= kept.done) kept = one;
  }
  return newest.record == nullptr ? unacknowledged : newest;
}

std::string Examiner::TooLittle(const Entry& entry, const Finding& finding, const ByHand& hand,
                                const std::vector<const Moment*>& automatic, TimeMs oldest) const {
  TimeMs newest = hand.acknowledged == nullptr ? 0 : hand.done;
  for (const auto* all : {&automatic, &finding.approved}) {
    if (!all->empty()) newest = std::max(newest, all->back()->at);
  }
  if (newest != 0 && newest < oldest)
    return "The newest record is from " + FormatDate(newest) + ", longer ago than the cadence of " +
           Days(settings_.CadenceOf(entry.id)) + " allows.";
  if (hand.record != nullptr && hand.acknowledged == nullptr)
    return "Done by hand by " + hand.record->event.body.Text("principal") + " on " + FormatDate(hand.done) +
           "; nobody else has acknowledged it.";
  if (automatic.size() == 1)
    return "It was done without a hand once; what a system repeats was done twice at least.";
  if (!finding.evidence.empty())
    return "On record " + Times(finding.evidence.size()) +
           " by hand, which counts once somebody signs it and another acknowledges it (`cairn score "
           "record`).";
  return finding.lacks.empty() ? "It never happened." : finding.lacks;
}

Marks Examiner::Examine(const Entry& entry) const {
  const Finding finding = FindingOf(entry);
  const ByHand hand = RecordOf(entry.id);
  const TimeMs oldest = now_ - settings_.CadenceOf(entry.id);
  std::vector<const Moment*> automatic;
  for (const Moment* moment : finding.evidence) {
    if (history_.IsAutomatic(*moment)) automatic.push_back(moment);
  }
  Marks marks{0, finding.objection, finding.passing, finding.evidence};
  if (hand.record != nullptr) {
    marks.evidence.push_back(hand.record);
    if (hand.acknowledged != nullptr) marks.evidence.push_back(hand.acknowledged);
    if (finding.evidence.empty()) marks.passing = hand.record->event.body.Bool("passed");
  }
  marks.evidence.insert(marks.evidence.end(), finding.approved.begin(), finding.approved.end());
  if (!finding.objection.empty()) return marks;
  if (automatic.size() >= 2 && automatic.back()->at >= oldest) {
    marks.points = 1;
    marks.sentence = "Done without a hand " + Times(automatic.size()) + ", last on " +
                     FormatDate(automatic.back()->at) + ".";
  } else if (hand.acknowledged != nullptr && hand.done >= oldest) {
    marks.points = 0.5;
    marks.sentence = "Done by hand by " + hand.record->event.body.Text("principal") + " on " +
                     FormatDate(hand.done) + ", acknowledged by " +
                     hand.acknowledged->event.body.Text("principal") + ".";
  } else if (!finding.approved.empty() && finding.approved.back()->at >= oldest) {
    marks.points = 0.5;
    marks.sentence = "Measured, and signed by " + finding.approved.back()->event.body.Text("principal") +
                     " on " + FormatDate(finding.approved.back()->at) + ".";
  } else {
    marks.sentence = TooLittle(entry, finding, hand, automatic, oldest);
  }
  return marks;
}

}  // namespace cairn::scorecard
