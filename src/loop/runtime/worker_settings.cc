#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/workers.h"

namespace cairn::runtime {
namespace {

constexpr std::array<std::string_view, 2> kCode = {"refuse", "permit"};

Result<> ReadWhole(const Node& worker, std::string_view key, std::int64_t least, std::int64_t most,
                   std::int64_t& value) {
  const Node* given = worker.Find(key);
  if (!given || given->IsNull()) return Done{};
  const auto number = ParseInt(given->text());
  if (!number || *number < least || *number > most)
    return WrongAt(*given, "'" + std::string(key) + "' must be a whole number from " + std::to_string(least) +
                               " to " + std::to_string(most));
  value = *number;
  return Done{};
}

Result<> ReadSeconds(const Node& worker, std::string_view key, double& value) {
  const auto given = CAIRN_TRY(NumberAt(worker, key));
  if (!given) return Done{};
  if (!(*given >= 0.01 && *given <= 86'400))
    return WrongAt(*worker.Find(key), "'" + std::string(key) + "' must be seconds, from 0.01 to 86400");
  value = *given;
  return Done{};
}

}  // namespace

Result<WorkerSettings> ParseWorkerSettings(const Node& worker) {
  if (!worker.IsMap()) return WrongAt(worker, "'worker' must be a map such as {processes: 2, timeout_s: 10}");
  CAIRN_TRY(worker.OnlyKeys(
      {"python", "code", "processes", "timeout_s", "start_timeout_s", "memory_mib", "threads"}));
  WorkerSettings settings;
  if (const auto python = CAIRN_TRY(TextAt(worker, "python")); !python.empty()) settings.python = python;
  if (settings.python.find('/') != std::string::npos && !settings.python.starts_with('/'))
    return WrongAt(*worker.Find("python"),
                   "'python' must be an absolute path, or the name of a program on the PATH");
  settings.code = CAIRN_TRY(ChoiceAt(worker, "code", kCode)) == "permit";
  CAIRN_TRY(ReadWhole(worker, "processes", 1, 256, settings.processes));
  CAIRN_TRY(ReadWhole(worker, "memory_mib", 64, std::int64_t{1} << 24, settings.memory_mib));
  CAIRN_TRY(ReadWhole(worker, "threads", 1, 1024, settings.threads));
  CAIRN_TRY(ReadSeconds(worker, "timeout_s", settings.timeout_s));
  CAIRN_TRY(ReadSeconds(worker, "start_timeout_s", settings.start_timeout_s));
  return settings;
}

}  // namespace cairn::runtime
