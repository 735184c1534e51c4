#include "loop/rollout/contract_verdict.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/check.h"
#include "loop/repository/objects.h"
#include "loop/rollout/rollout_table.h"

namespace cairn::rollout {
namespace {

/// Whether every configuration that ever governed had this contract for the data set, or no such data set.
Result<bool> NeverChanged(const Rollouts::Rooms& rooms, const Setting& setting) {
  for (const auto& configuration : CAIRN_TRY(rooms.configurations.History())) {
    const Node root = CAIRN_TRY(ParseYaml(configuration.text, "an accepted cairn.yaml"));
    const std::string digest = CAIRN_TRY(ContractDigest(root, setting.gates.dataset));
    if (!digest.empty() && digest != setting.contract) return false;
  }
  return true;
}

/// The first version that added a file which broke the contract then; none when all kept it.
Result<std::optional<std::int64_t>> FirstBroken(const Rollouts::Rooms& rooms,
                                                const data::DatasetVersion& dataset) {
  std::optional<std::int64_t> broken;
  for (const auto& version : CAIRN_TRY(rooms.catalogue.Versions(dataset.dataset))) {
    if (!version.contract_passed && version.version <= dataset.version) broken = version.version;
  }
  return broken;
}

Result<ContractVerdict> CheckFile(const Rollouts::Rooms& rooms, const Setting& setting,
                                  const data::DatasetFile& file, TimeMs added_ms) {
  const std::string original = repository::Objects(rooms.catalogue.places().cache).PathOf(file.md5);
  if (!os::Exists(original)) {
    return ContractVerdict{false,
                           "'" + file.name +
                               "' was checked under another contract, and its original is no longer in "
                               "the cache to be checked again"};
  }
  const auto verdict = CAIRN_TRY(rooms.catalogue.CheckFile(setting.specification, original, added_ms));
  if (verdict.passed) return ContractVerdict();
  return ContractVerdict{false,
                         "'" + file.name + "' breaks the contract that governs now: " + verdict.Failures()};
}

/// What was found before about this file under this contract, or else what is found now.
Result<ContractVerdict> Judged(const Rollouts::Rooms& rooms, const Setting& setting,
                               const data::DatasetFile& file, TimeMs added_ms) {
  const auto known = CAIRN_TRY(rooms.database.Read(
      [&](sql::Connection& connection) { return SelectVerdict(connection, file.sha256, setting.contract); }));
  if (known) return *known;
  auto verdict = CAIRN_TRY(CheckFile(rooms, setting, file, added_ms));
  CAIRN_TRY(rooms.database.Transact([&](sql::Connection& connection) {
    return PutVerdict(connection, file.sha256, setting.contract, verdict);
  }));
  return verdict;
}

}  // namespace

Result<ContractVerdict> JudgeContract(const Rollouts::Rooms& rooms, const Setting& setting,
                                      const data::DatasetVersion& dataset) {
  const std::string files = "all " + WithThousands(static_cast<std::int64_t>(dataset.files.size())) +
                            " files of " + dataset.dataset + " version " + std::to_string(dataset.version);
  if (CAIRN_TRY(NeverChanged(rooms, setting))) {
    const auto broken = CAIRN_TRY(FirstBroken(rooms, dataset));
    if (!broken) return ContractVerdict{true, files + " keep the contract"};
    return ContractVerdict{false, "the file added with version " + std::to_string(*broken) + " of " +
                                      dataset.dataset + " breaks the contract"};
  }
  const auto versions = CAIRN_TRY(rooms.catalogue.Versions(dataset.dataset));
  for (const auto& file : dataset.files) {
    const auto added = std::find_if(versions.begin(), versions.end(),
                                    [&](const auto& version) { return version.version == file.added_in; });
    const TimeMs at = added == versions.end() ? rooms.clock.Now() : added->created_ms;
    auto verdict = CAIRN_TRY(Judged(rooms, setting, file, at));
    if (!verdict.passed) return verdict;
  }
  return ContractVerdict{true, files +
                                   " keep the contract that governs now; it has changed since some were "
                                   "added, and they were checked again"};
}

}  // namespace cairn::rollout
