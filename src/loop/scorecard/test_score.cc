#include "loop/scorecard/test_score.h"

#include <algorithm>
#include <array>

#include "loop/scorecard/rubric/examiner.h"

namespace cairn::scorecard {
namespace {

using Answer = Finding (*)(const Examiner&);

struct Entry {
  std::string_view id, meaning, earns;
  Answer answer;  ///< Null while no record of this program can show it.
};

constexpr std::array<Entry, 28> kRubric{{
    {"T-D1", "Expectations about the columns stand in a schema that training and serving share",
     "the contract checked by the program itself at least twice, on data that a trigger brought, while "
     "serving checks requests against it",
     SchemaIsShared},
    {"T-D2", "Every column helps",
     "a job that leaves each column out (or permutes it) and records the loss with its interval", nullptr},
    {"T-D3", "No column costs more than it brings",
     "measured compute time, latency and bytes for each column, ranked by what it adds", nullptr},
    {"T-D4", "Columns obey the rules (banned sources, protected attributes)",
     "a policy checked over the lineage of every column", nullptr},
    {"T-D5", "Privacy is kept through the whole pipeline",
     "tagged personal columns followed to every artifact and log, and a planted value that appears nowhere",
     nullptr},
    {"T-D6", "New columns are quick to add",
     "days from the first commit that names a column to the first prediction that uses it", nullptr},
    {"T-D7", "The code that makes columns is tested",
     "a recorded test run on the commit that was shipped, with its coverage", nullptr},
    {"T-M1", "The model's specification is reviewed and in a repository",
     "the training commit reachable from a protected branch, with a reviewer who is not its author", nullptr},
    {"T-M2", "The offline metric follows the live one",
     "enough promoted versions with both figures to correlate them", nullptr},
    {"T-M3", "Hyper-parameters are tuned", "a search on record that covers every tunable parameter", nullptr},
    {"T-M4", "What staleness costs is known",
     "versions of several ages scored on the same recent labelled rows", nullptr},
    {"T-M5", "A simpler model is not better",
     "a gate against the heuristic, judged at least twice on candidates that a trigger brought",
     SimplerIsNotBetter},
    {"T-M6", "The model is good on all important slices",
     "a gate on the worst slice, judged at least twice on candidates that a trigger brought", SlicesAreGood},
    {"T-M7", "The model was examined for inclusion and fairness",
     "metrics by group with their gaps and intervals, and a check for proxies", nullptr},
    {"T-I1", "Training is reproducible",
     "the same training replayed twice, with equal digests or within a declared tolerance", nullptr},
    {"T-I2", "The specification is unit tested", "tests of the training code, run on its commit", nullptr},
    {"T-I3", "The whole pipeline is integration tested",
     "a scheduled run of the production pipeline from end to end on a small sample", nullptr},
    {"T-I4", "Quality is validated before a model serves",
     "gates judged at least twice on candidates that a trigger brought, and not one move of production past "
     "them",
     GatesBeforeProduction},
    {"T-I5", "One example can be followed step by step",
     "a recorded prediction recomputed through each step, with equal results in between", nullptr},
    {"T-I6", "A version is tried on a share of the traffic first",
     "canaries with real requests before every promotion, at least two of versions that a trigger brought",
     CanaryBeforeAll},
    {"T-I7", "A version can be taken back",
     "returns to the predecessor, drilled on a schedule at least twice", CanBeTakenBack},
    {"T-O1", "Changed dependencies notify those who consume them",
     "an event for each change of source, data or package that names its consumers", nullptr},
    {"T-O2", "Input invariants hold in live traffic",
     "two windows of live inputs compared with the training profile by the program itself", InputsAreWatched},
    {"T-O3", "Training and serving compute the same columns",
     "sampled live rows recomputed by the training code, column by column", nullptr},
    {"T-O4", "Models are not too stale", "the age in production against the curve of T-M4", nullptr},
    {"T-O5", "The model is numerically stable",
     "a monitor of NaN and infinities in inputs, weights and scores", nullptr},
    {"T-O6", "Speed, memory and throughput have not regressed",
     "change points searched in recorded latency and memory, sudden and slow", nullptr},
    {"T-O7", "Live quality has not regressed",
     "two windows of labelled live traffic judged by the program itself", QualityIsWatched},
}};

constexpr std::array<std::pair<char, std::string_view>, 4> kSections{
    {{'D', "data"}, {'M', "model"}, {'I', "infrastructure"}, {'O', "monitoring"}}};
constexpr std::size_t kCited = 20;

std::string_view SectionOf(std::string_view id) {
  const auto found = std::find_if(kSections.begin(), kSections.end(),
                                  [&](const auto& section) { return section.first == id[2]; });
  return found->second;
}

ScoredTest Score(const Entry& entry, const Examiner& examiner) {
  ScoredTest test;
  test.id = entry.id;
  test.section = SectionOf(entry.id);
  test.meaning = entry.meaning;
  test.earns = entry.earns;
  if (entry.answer == nullptr) {
    test.sentence = "Nothing on record can show this yet.";
    return test;
  }
  Finding finding = entry.answer(examiner);
  test.points = examiner.PointsFor(finding);
  test.passing = finding.passing;
  test.sentence = examiner.SentenceFor(finding);
  if (finding.evidence.size() > kCited)
    finding.evidence.erase(finding.evidence.begin(), finding.evidence.end() - kCited);
  test.evidence = std::move(finding.evidence);
  return test;
}

}  // namespace

TestScore Judge(const History& history, const Node* configuration, TimeMs now, std::int64_t cadence_ms) {
  const Examiner examiner(history, configuration, now, cadence_ms);
  TestScore score;
  for (const Entry& entry : kRubric) score.tests.push_back(Score(entry, examiner));
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

Json TestScore::ToJson() const {
  Json sections = Json::Array(), items = Json::Array();
  for (const auto& [letter, section] : kSections)
    sections.Push(Json{{"name", section}, {"sum", Sum(section)}, {"of", 7}});
  for (const ScoredTest& test : tests) {
    Json evidence = Json::Array();
    for (const Moment* moment : test.evidence) evidence.Push(Citation(*moment));
    items.Push(Json{{"test", test.id},
                    {"section", test.section},
                    {"meaning", test.meaning},
                    {"points", test.points},
                    {"passing", test.passing},
                    {"sentence", test.sentence},
                    {"earns", test.points == 1 ? Json() : Json(test.earns)},
                    {"evidence", std::move(evidence)}});
  }
  return Json{
      {"score", Score()}, {"band", Band()}, {"sections", std::move(sections)}, {"items", std::move(items)}};
}

}  // namespace cairn::scorecard
