#include "loop/serving/settings.h"

#include <array>
#include <utility>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr std::array<std::string_view, 2> kAssertions = {"contract", "none"};
constexpr std::array<std::string_view, 2> kConversions = {"none", "auto"};

/// "4GiB", "500MB".
Result<std::uint64_t> BytesIn(const Node& node) {
  constexpr std::uint64_t kKi = 1024, kK = 1000;
  static constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
      {"MiB", kKi * kKi}, {"GiB", kKi * kKi * kKi}, {"TiB", kKi * kKi * kKi * kKi},
      {"MB", kK * kK},    {"GB", kK * kK * kK},     {"TB", kK * kK * kK * kK}};
  const std::string& text = node.text();
  for (const auto& [unit, bytes] : kUnits) {
    if (!node.IsScalar() || !text.ends_with(unit)) continue;
    const auto count = ParseDouble(Trim(std::string_view(text).substr(0, text.size() - unit.size())));
    if (count && *count > 0 && *count < 1e6)
      return static_cast<std::uint64_t>(*count * static_cast<double>(bytes));
  }
  return WrongAt(node, "'memory' must be an amount of memory: write 500MiB or 4GiB");
}

Result<> ReadServing(const Node& section, Settings& settings) {
  if (!section.IsMap()) return WrongAt(section, "'serving' must be a map");
  CAIRN_TRY(section.OnlyKeys(
      {"assertions", "outputs", "fallback", "memory", "canary", "worker", "batching", "log", "convert"}));
  settings.check_inputs = CAIRN_TRY(ChoiceAt(section, "assertions", kAssertions)) != "none";
  if (const Node* outputs = section.Find("outputs"); outputs && !outputs->IsNull())
    settings.outputs.written = CAIRN_TRY(ParseOutputs(*outputs));
  if (const Node* memory = section.Find("memory"); memory && !memory->IsNull())
    settings.memory_bytes = CAIRN_TRY(BytesIn(*memory));
  if (const Node* fallback = section.Find("fallback"); fallback && !fallback->IsNull())
    settings.fallback = CAIRN_TRY(ParseFallback(*fallback));
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
    if (const auto* target = settings.contract.Find(specification.target))
      settings.outputs.classes = target->allowed;
  }
  if (const Node* heuristic = configuration.FindPath("charter.heuristic"); heuristic && !heuristic->IsNull())
    settings.heuristic = CAIRN_TRY(charter::Heuristic::Parse(*heuristic));
  const bool answers_otherwise =
      settings.Has(Link::Previous) || settings.Has(Link::Heuristic) || settings.Has(Link::Default);
  settings.worker.waits_for_start = !answers_otherwise;
  return settings;
}

}  // namespace cairn::serving
