#include "loop/serving/settings.h"

#include <array>

#include "ground/vocabulary/section.h"

namespace cairn::serving {
namespace {

constexpr std::array<std::string_view, 2> kAssertions = {"contract", "none"};
constexpr std::array<std::string_view, 2> kFallbacks = {"heuristic", "none"};
constexpr std::array<std::string_view, 2> kConversions = {"none", "auto"};

Result<> ReadServing(const Node& section, Settings& settings) {
  if (!section.IsMap()) return WrongAt(section, "'serving' must be a map");
  CAIRN_TRY(section.OnlyKeys({"assertions", "fallback", "canary", "worker", "batching", "log", "convert"}));
  settings.check_inputs = CAIRN_TRY(ChoiceAt(section, "assertions", kAssertions)) != "none";
  settings.fall_back = CAIRN_TRY(ChoiceAt(section, "fallback", kFallbacks)) != "none";
  // What it says is acted on where versions are considered (conversion::StandIn).
  CAIRN_TRY(ChoiceAt(section, "convert", kConversions));
  if (const Node* canary = section.Find("canary"); canary && !canary->IsNull())
    settings.canary = CAIRN_TRY(ParseCanary(*canary));
  if (const Node* worker = section.Find("worker"); worker && !worker->IsNull())
    settings.worker = CAIRN_TRY(runtime::ParseWorkerSettings(*worker));
  if (const Node* batching = section.Find("batching"); batching && !batching->IsNull())
    settings.batching = CAIRN_TRY(ParseBatching(*batching));
  return Done{};
}

}  // namespace

Result<Settings> ParseSettings(const Node& configuration) {
  Settings settings;
  settings.model = TextAtPath(configuration, "model.name");
  if (const Node* section = configuration.Find("serving"); section && !section->IsNull())
    CAIRN_TRY(ReadServing(*section, settings));
  settings.log = CAIRN_TRY(LogPolicyOf(configuration));
  if (const std::string dataset = TextAtPath(configuration, "model.dataset"); !dataset.empty()) {
    const auto specification = CAIRN_TRY(data::FindSpecification(configuration, dataset));
    settings.contract = specification.contract;
    settings.contract_digest = specification.contract_digest;
    settings.time_column = specification.time;
  }
  if (const Node* heuristic = configuration.FindPath("charter.heuristic"); heuristic && !heuristic->IsNull())
    settings.heuristic = CAIRN_TRY(charter::Heuristic::Parse(*heuristic));
  return settings;
}

}  // namespace cairn::serving
