#include "loop/pipeline/stage_settings.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/machine.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/charter/charter.h"

namespace cairn::pipeline {
namespace {

constexpr std::uint64_t kKi = 1024, kK = 1000;
constexpr double kMostProcessors = 100'000;
constexpr std::int64_t kMostRetries = 100;

/// "4GiB", "500MB".
Result<std::uint64_t> BytesIn(const Node& node) {
  static constexpr std::pair<std::string_view, std::uint64_t> kUnits[] = {
      {"KiB", kKi}, {"MiB", kKi * kKi}, {"GiB", kKi * kKi * kKi}, {"TiB", kKi * kKi * kKi * kKi},
      {"kB", kK},   {"MB", kK * kK},    {"GB", kK * kK * kK},     {"TB", kK * kK * kK * kK}};
  const std::string& text = node.text();
  for (const auto& [unit, bytes] : kUnits) {
    if (!node.IsScalar() || !text.ends_with(unit)) continue;
    const auto count = ParseDouble(Trim(std::string_view(text).substr(0, text.size() - unit.size())));
    if (count && *count > 0 && *count < 1e6)
      return static_cast<std::uint64_t>(*count * static_cast<double>(bytes));
  }
  return WrongAt(node, "'" + text + "' is no amount of memory: write 500MiB or 4GiB");
}

Result<std::int64_t> DurationIn(const Node& node) {
  const auto duration = charter::ParseDuration(node.text());
  if (!node.IsScalar() || !duration)
    return WrongAt(node, "'" + node.text() + "' is no duration: write 90s, 30m, 2h or 1d");
  return *duration;
}

Result<std::int64_t> CountIn(const Node& node, std::int64_t most) {
  const auto count = ParseInt(node.text());
  if (!node.IsScalar() || !count || *count < 0 || *count > most)
    return WrongAt(node,
                   "'" + node.text() + "' must be a whole number between 0 and " + std::to_string(most));
  return *count;
}

Result<double> ProcessorsIn(const Node& node) {
  const auto count = ParseDouble(node.text());
  if (!node.IsScalar() || !count || !(*count > 0) || *count > kMostProcessors)
    return WrongAt(node, "'" + node.text() + "' must be a number of processors above 0, such as 0.5 or 4");
  return *count;
}

Result<const Node*> ResourcesAt(const Node& map) {
  const Node* section = CAIRN_TRY(MapAt(map, "resources"));
  if (section) CAIRN_TRY(section->OnlyKeys({"cpu", "memory", "gpu"}));
  return section;
}

Result<Resources> ReadResources(const Node& section) {
  Resources resources;
  if (const Node* cpu = section.Find("cpu")) resources.cpu = CAIRN_TRY(ProcessorsIn(*cpu));
  if (const Node* memory = section.Find("memory")) resources.memory_bytes = CAIRN_TRY(BytesIn(*memory));
  if (const Node* gpu = section.Find("gpu"))
    resources.gpu = static_cast<unsigned>(CAIRN_TRY(CountIn(*gpu, 1024)));
  return resources;
}

Result<Retries> ReadRetries(const Node& node) {
  Retries retries;
  if (!node.IsMap()) {
    retries.most = static_cast<unsigned>(CAIRN_TRY(CountIn(node, kMostRetries)));
    return retries;
  }
  CAIRN_TRY(node.OnlyKeys({"most", "wait", "longest"}));
  if (const Node* most = node.Find("most"))
    retries.most = static_cast<unsigned>(CAIRN_TRY(CountIn(*most, kMostRetries)));
  if (const Node* wait = node.Find("wait")) retries.wait_ms = CAIRN_TRY(DurationIn(*wait));
  if (const Node* longest = node.Find("longest")) retries.longest_ms = CAIRN_TRY(DurationIn(*longest));
  return retries;
}

bool IsVariableName(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

Result<Secret> ReadSecret(const std::string& name, const Node& node) {
  if (!IsVariableName(name))
    return WrongAt(node, "'" + name + "' is no name of a variable: use letters, digits and '_'");
  // The value that stands here must not stand in the message too.
  if (!node.IsMap())
    return WrongAt(node,
                   "the secret '" + name +
                       "' must be a reference, {env: VARIABLE} or {file: PATH}, never the value itself");
  CAIRN_TRY(node.OnlyKeys({"env", "file"}));
  const std::string variable = CAIRN_TRY(TextAt(node, "env")), file = CAIRN_TRY(TextAt(node, "file"));
  if (variable.empty() == file.empty())
    return WrongAt(node, "the secret '" + name + "' needs one of 'env' and 'file'");
  if (!variable.empty() && !IsVariableName(variable))
    return WrongAt(node, "the secret '" + name + "' names a variable that cannot be one");
  return variable.empty() ? Secret{name, Secret::From::File, file}
                          : Secret{name, Secret::From::Variable, variable};
}

namespace {

Result<std::vector<std::string>> ReadEnvironment(const Node& map) {
  auto files = CAIRN_TRY(WordsAt(map, "environment"));
  for (const auto& file : files) {
    const auto parts = Split(file, '/');
    if (file.empty() || file.front() == '/' || std::find(parts.begin(), parts.end(), "..") != parts.end()) {
      return WrongAt(*map.Find("environment"),
                     "'" + file + "' must be a file of the project that pins what is installed");
    }
  }
  return files;
}

Result<StageSettings> ReadStage(const Node& node, const StageSettings& all) {
  StageSettings stage = all;
  if (node.IsNull()) return stage;
  if (!node.IsMap()) return WrongAt(node, "the settings of a stage must be a map");
  CAIRN_TRY(node.OnlyKeys({"timeout", "retries", "resources", "secrets", "environment", "run_cache", "map"}));
  if (const Node* timeout = node.Find("timeout")) {
    stage.timeout_ms = CAIRN_TRY(DurationIn(*timeout));
    if (stage.timeout_ms == 0) return WrongAt(*timeout, "a timeout of 0 would end the stage at once");
  }
  if (const Node* retries = node.Find("retries")) stage.retries = CAIRN_TRY(ReadRetries(*retries));
  if (const Node* resources = CAIRN_TRY(ResourcesAt(node)))
    stage.resources = CAIRN_TRY(ReadResources(*resources));
  if (const Node* secrets = CAIRN_TRY(MapAt(node, "secrets"))) {
    for (const auto& [name, mark, value] : secrets->entries())
      stage.secrets.push_back(CAIRN_TRY(ReadSecret(name, value)));
  }
  stage.run_cache = CAIRN_TRY(TruthAt(node, "run_cache", all.run_cache));
  if (const Node* map = node.Find("map"); map && !map->IsNull()) stage.map = CAIRN_TRY(ReadItemMap(*map));
  for (auto& file : CAIRN_TRY(ReadEnvironment(node))) {
    if (std::find(stage.environment.begin(), stage.environment.end(), file) == stage.environment.end())
      stage.environment.push_back(std::move(file));
  }
  return stage;
}

Result<LineageTarget> ReadLineage(const Node& section) {
  LineageTarget target;
  CAIRN_TRY(section.OnlyKeys({"namespace", "file", "url", "key"}));
  if (section.Find("namespace")) target.job_namespace = CAIRN_TRY(TextAt(section, "namespace"));
  target.file = CAIRN_TRY(TextAt(section, "file"));
  target.url = CAIRN_TRY(TextAt(section, "url"));
  if (!target.url.empty() && !target.url.starts_with("http://") && !target.url.starts_with("https://"))
    return WrongAt(*section.Find("url"), "'url' must begin with http:// or https://");
  if (!target.IsSet())
    return WrongAt(section, "'openlineage' needs a 'file' or a 'url' that the events go to");
  if (const Node* key = section.Find("key")) target.key.push_back(CAIRN_TRY(ReadSecret("key", *key)));
  return target;
}

}  // namespace

std::int64_t Retries::WaitAfter(unsigned failed) const {
  std::int64_t wait = wait_ms;
  for (unsigned i = 1; i < failed && wait < longest_ms; ++i) wait *= 2;
  return std::min(wait, longest_ms);
}

const StageSettings& PipelineSettings::Of(std::string_view stage) const {
  if (const auto found = stages_.find(stage); found != stages_.end()) return found->second.settings;
  const auto group = stages_.find(stage.substr(0, stage.find('@')));
  return group == stages_.end() ? all_ : group->second.settings;
}

std::vector<std::string> PipelineSettings::SecretVariables() const {
  std::vector<std::string> variables;
  for (const Secret& key : lineage_.key) {
    if (key.from == Secret::From::Variable) variables.push_back(key.source);
  }
  for (const Secret& token : executor_.token) {
    if (token.from == Secret::From::Variable) variables.push_back(token.source);
  }
  for (const auto& [name, stage] : stages_) {
    for (const Secret& secret : stage.settings.secrets) {
      if (secret.from == Secret::From::Variable) variables.push_back(secret.source);
    }
  }
  return variables;
}

Resources PipelineSettings::Within(const Resources& machine) const {
  return {cpu_ > 0 ? cpu_ : machine.cpu, memory_bytes_ > 0 ? memory_bytes_ : machine.memory_bytes,
          gpu_ >= 0 ? static_cast<unsigned>(gpu_) : machine.gpu};
}

Result<> PipelineSettings::Fit(const Definition& definition) const {
  for (const auto& [name, stage] : stages_) {
    if (!definition.Named(name).empty()) continue;
    std::vector<std::string_view> names;
    for (const Stage& one : definition.stages) names.push_back(one.name);
    return Error{Reason::InvalidArgument,
                 stage.where + ": dvc.yaml has no stage '" + name + "'." + Suggestion(name, names)};
  }
  return Done{};
}

Result<PipelineSettings> ParsePipeline(const Node& configuration) {
  PipelineSettings settings;
  const Node* section = CAIRN_TRY(MapAt(configuration, "pipeline"));
  if (!section) return settings;
  CAIRN_TRY(section->OnlyKeys({"executor", "ray", "resources", "environment", "openlineage", "stages"}));
  if (const Node* resources = CAIRN_TRY(ResourcesAt(*section))) {
    const Resources most = CAIRN_TRY(ReadResources(*resources));
    if (resources->Find("cpu")) settings.cpu_ = most.cpu;
    if (resources->Find("memory")) settings.memory_bytes_ = most.memory_bytes;
    if (resources->Find("gpu")) settings.gpu_ = static_cast<int>(most.gpu);
  }
  settings.all_.environment = CAIRN_TRY(ReadEnvironment(*section));
  if (const Node* lineage = CAIRN_TRY(MapAt(*section, "openlineage")))
    settings.lineage_ = CAIRN_TRY(ReadLineage(*lineage));
  settings.executor_ = CAIRN_TRY(ReadExecutor(*section));
  const Node* stages = CAIRN_TRY(MapAt(*section, "stages"));
  if (!stages) return settings;
  for (const auto& [name, mark, node] : stages->entries())
    settings.stages_[name] = {CAIRN_TRY(ReadStage(node, settings.all_)), node.Where()};
  return settings;
}

Result<PipelineSettings> ReadPipelineSettings(const std::string& project) {
  const auto text = os::ReadFile(os::JoinPath(project, "cairn.yaml"), 16 << 20);
  if (!text && text.error().reason == Reason::NotFound) return PipelineSettings();
  if (!text) return text.error();
  // Where nothing is said of stages, what else stands there may be unfinished: it does not stop them.
  if (text->find("pipeline") == std::string::npos) return PipelineSettings();
  const Node root = CAIRN_TRY(ParseYaml(*text, "cairn.yaml"));
  return root.IsMap() ? ParsePipeline(root) : Result<PipelineSettings>(PipelineSettings());
}

Resources ResourcesHere() {
  const os::Machine machine = os::ThisMachine();
  return {static_cast<double>(machine.processors), machine.memory_bytes,
          static_cast<unsigned>(machine.gpus.size())};
}

}  // namespace cairn::pipeline
