#include "ground/vocabulary/section.h"
#include "loop/charter/charter.h"
#include "loop/pipeline/stage_settings.h"

namespace cairn::pipeline {
namespace {

/// An address as text, without the slash at its end; "" when it is not said.
Result<std::string> AddressAt(const Node& map, std::string_view key) {
  std::string address = CAIRN_TRY(TextAt(map, key));
  if (!address.empty() && !address.starts_with("http://") && !address.starts_with("https://"))
    return WrongAt(*map.Find(key), "'" + std::string(key) + "' must begin with http:// or https://");
  while (address.ends_with('/')) address.pop_back();
  return address;
}

Result<> ReadRay(const Node& section, ExecutorSettings& executor) {
  CAIRN_TRY(section.OnlyKeys({"address", "store", "tracking", "python", "path", "patience", "token"}));
  executor.address = CAIRN_TRY(AddressAt(section, "address"));
  if (executor.address.empty())
    return WrongAt(section, "'ray' needs the 'address' of the Jobs API, such as http://head:8265");
  executor.store = CAIRN_TRY(TextAt(section, "store"));
  while (executor.store.size() > 1 && executor.store.ends_with('/')) executor.store.pop_back();
  if (!executor.store.starts_with('/') && !executor.store.starts_with("s3://")) {
    return WrongAt(section.Find("store") ? *section.Find("store") : section,
                   "'ray' needs a 'store' through which files travel: an absolute folder that every node "
                   "sees at the same place, or "
                   "s3://bucket/prefix");
  }
  executor.tracking = CAIRN_TRY(AddressAt(section, "tracking"));
  if (section.Find("python")) executor.python = CAIRN_TRY(TextAt(section, "python"));
  executor.path = CAIRN_TRY(TextAt(section, "path"));
  if (!executor.path.empty() && !executor.path.starts_with('/'))
    return WrongAt(*section.Find("path"),
                   "'path' names folders of the nodes where stages find their programs, absolute ones such "
                   "as /opt/project/bin");
  if (const Node* patience = section.Find("patience")) {
    const auto duration = charter::ParseDuration(patience->text());
    if (!patience->IsScalar() || !duration)
      return WrongAt(*patience, "'" + patience->text() + "' is no duration: write 90s, 30m, 2h or 1d");
    executor.patience_ms = *duration;
  }
  if (const Node* token = section.Find("token"))
    executor.token.push_back(CAIRN_TRY(ReadSecret("token", *token)));
  return Done{};
}

}  // namespace

const char* NameOf(ExecutorSettings::Kind kind) {
  switch (kind) {
    case ExecutorSettings::Kind::Local:
      return "local";
    case ExecutorSettings::Kind::Ray:
      return "ray";
  }
  return "local";
}

Result<ExecutorSettings> ReadExecutor(const Node& section) {
  static constexpr std::string_view kExecutors[] = {"local", "ray"};
  ExecutorSettings executor;
  const std::string name = CAIRN_TRY(ChoiceAt(section, "executor", kExecutors));
  const Node* ray = CAIRN_TRY(MapAt(section, "ray"));
  if (ray) CAIRN_TRY(ReadRay(*ray, executor));
  if (name == "ray" && !ray)
    return WrongAt(*section.Find("executor"),
                   "the executor 'ray' needs the section 'ray' with its address and store");
  if (name == "ray") executor.kind = ExecutorSettings::Kind::Ray;
  return executor;
}

}  // namespace cairn::pipeline
