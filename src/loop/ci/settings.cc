#include "loop/ci/settings.h"

#include <set>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"

namespace cairn::ci {
namespace {

constexpr std::string_view kHigher = "higher";
constexpr std::string_view kLower = "lower";

Result<std::int64_t> SecondsAt(const Node& node, std::int64_t otherwise_ms) {
  const auto seconds = CAIRN_TRY(NumberAt(node, "timeout_seconds"));
  if (!seconds) return otherwise_ms;
  if (!(*seconds > 0) || *seconds > 1e6) return WrongAt(node, "'timeout_seconds' must be above 0");
  return static_cast<std::int64_t>(*seconds * 1000);
}

Result<> ReadTests(const Node& section, std::string_view key, std::set<std::string>& names,
                   std::vector<Test>& tests) {
  return EachAt(section, key, {"name", "run", "when", "timeout_seconds"}, [&](const Node& node) -> Result<> {
    Test test;
    test.name = CAIRN_TRY(TextAt(node, "name"));
    test.run = CAIRN_TRY(TextAt(node, "run"));
    if (test.name.empty() || test.run.empty())
      return WrongAt(node, "a test needs a 'name' and the command that it 'run's");
    if (test.name.find_first_of("/\0") != std::string::npos) return WrongAt(node, "a name has no '/'");
    if (!names.insert(test.name).second) return WrongAt(node, "there are two tests '" + test.name + "'");
    test.when = CAIRN_TRY(WordsAt(node, "when"));
    test.timeout_ms = CAIRN_TRY(SecondsAt(node, test.timeout_ms));
    tests.push_back(std::move(test));
    return Done{};
  });
}

Result<> ReadBounds(const Node& section, std::vector<Bound>& bounds) {
  return EachAt(section, "metrics", {"name", "at_least", "at_most", "worse_by", "better"},
                [&](const Node& node) -> Result<> {
                  static constexpr std::string_view kWays[] = {kHigher, kLower};
                  Bound bound;
                  bound.metric = CAIRN_TRY(TextAt(node, "name"));
                  bound.at_least = CAIRN_TRY(NumberAt(node, "at_least"));
                  bound.at_most = CAIRN_TRY(NumberAt(node, "at_most"));
                  bound.worse_by = CAIRN_TRY(NumberAt(node, "worse_by"));
                  const std::string better = CAIRN_TRY(ChoiceAt(node, "better", kWays));
                  bound.higher_is_better = better != kLower;
                  if (bound.metric.empty()) return WrongAt(node, "a bound needs the 'name' of its metric");
                  if (!bound.at_least && !bound.at_most && !bound.worse_by)
                    return WrongAt(node, "a bound needs 'at_least', 'at_most' or 'worse_by'");
                  bounds.push_back(std::move(bound));
                  return Done{};
                });
}

}  // namespace

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::Code:
      return "code";
    case Kind::Data:
      return "data";
    case Kind::Model:
      return "model";
    case Kind::None:
      return "other";
  }
  return "other";
}

const std::vector<Test>& Settings::Of(Kind kind) const {
  static const std::vector<Test> none;
  switch (kind) {
    case Kind::Code:
      return code;
    case Kind::Data:
      return data;
    case Kind::Model:
      return model;
    case Kind::None:
      return none;
  }
  return none;
}

Result<Settings> ParseCi(const Node& configuration) {
  Settings settings;
  const Node* section = CAIRN_TRY(MapAt(configuration, "ci"));
  if (!section) return settings;
  CAIRN_TRY(section->OnlyKeys({"base", "code", "data", "model", "metrics"}));
  const std::string base = CAIRN_TRY(TextAt(*section, "base"));
  if (!base.empty()) settings.base = base;
  std::set<std::string> names;
  CAIRN_TRY(ReadTests(*section, "code", names, settings.code));
  CAIRN_TRY(ReadTests(*section, "data", names, settings.data));
  CAIRN_TRY(ReadTests(*section, "model", names, settings.model));
  CAIRN_TRY(ReadBounds(*section, settings.metrics));
  return settings;
}

}  // namespace cairn::ci
