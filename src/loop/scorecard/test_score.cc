#include "loop/scorecard/test_score.h"

#include <algorithm>
#include <array>

#include "loop/scorecard/rubric/rubric.h"

namespace cairn::scorecard {
namespace {

constexpr std::array<std::pair<char, std::string_view>, 4> kSections{
    {{'D', "data"}, {'M', "model"}, {'I', "infrastructure"}, {'O', "monitoring"}}};
constexpr std::size_t kCited = 20;

std::string_view SectionOf(std::string_view id) {
  const auto found = std::find_if(kSections.begin(), kSections.end(),
                                  [&](const auto& section) { return section.first == id[2]; });
  return found->second;
}

ScoredTest Score(const Entry& entry, const Examiner& examiner, const Settings& settings) {
  ScoredTest test;
  test.id = entry.id;
  test.section = SectionOf(entry.id);
  test.meaning = entry.meaning;
  test.earns = entry.earns;
  const auto [first, last] = settings.checks.equal_range(entry.id);
  for (auto check = first; check != last; ++check)
    test.stages += (test.stages.empty() ? "" : ", ") + check->second;
  if (test.stages.empty()) test.lacks = entry.lacks;
  Marks marks = examiner.Examine(entry);
  test.points = marks.points;
  test.passing = std::move(marks.passing);
  test.sentence = std::move(marks.sentence);
  test.evidence = std::move(marks.evidence);
  if (test.evidence.size() > kCited) test.evidence.erase(test.evidence.begin(), test.evidence.end() - kCited);
  return test;
}

Json Cited(const History& history, const Moment& moment) {
  return Citation(moment).Set("automatic", history.IsAutomatic(moment)).Set("sentence", SentenceOf(moment));
}

}  // namespace

Result<TestScore> Judge(const History& history, const Node* configuration, TimeMs now) {
  const Settings settings = configuration == nullptr ? Settings() : CAIRN_TRY(ParseScorecard(*configuration));
  const Examiner examiner(history, configuration, settings, now);
  TestScore score;
  score.history = &history;
  for (const Entry& entry : Rubric()) score.tests.push_back(Score(entry, examiner, settings));
  return score;
}

double TestScore::Sum(std::string_view section) const {
  double sum = 0;
  for (const ScoredTest& test : tests) sum += test.section == section ? test.points : 0;
  return sum;
}

double TestScore::Score() const {
  double least = 7;
  for (const auto& [letter, section] : kSections) least = std::min(least, Sum(section));
  return least;
}

std::string_view TestScore::Band() const {
  const double score = Score();
  if (score <= 0) return "a research project rather than a production system";
  if (score <= 1) return "not untested, but serious holes are likely";
  if (score <= 2) return "a first pass at productionising is done";
  if (score <= 3) return "reasonably tested";
  if (score <= 5) return "strongly tested and monitored";
  return "exceptionally tested and monitored";
}

const ScoredTest* TestScore::Find(std::string_view id) const {
  const auto found =
      std::find_if(tests.begin(), tests.end(), [&](const ScoredTest& test) { return test.id == id; });
  return found == tests.end() ? nullptr : &*found;
}

Json TestScore::ToJson() const {
  Json sections = Json::Array(), items = Json::Array();
  for (const auto& [letter, section] : kSections)
    sections.Push(Json{{"name", section}, {"sum", Sum(section)}, {"of", 7}});
  for (const ScoredTest& test : tests) {
    Json evidence = Json::Array();
    for (const Moment* moment : test.evidence) evidence.Push(Cited(*history, *moment));
    items.Push(Json{{"test", test.id},
                    {"section", test.section},
                    {"meaning", test.meaning},
                    {"points", test.points},
                    {"passing", test.passing},
                    {"sentence", test.sentence},
                    {"earns", test.points == 1 ? Json() : Json(test.earns)},
                    {"missing", test.lacks.empty() ? Json() : Json(test.lacks)},
                    {"stages", test.stages},
                    {"evidence", std::move(evidence)}});
  }
  return Json{
      {"score", Score()}, {"band", Band()}, {"sections", std::move(sections)}, {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
