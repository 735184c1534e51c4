#include "cli/contract_change.h"

#include <algorithm>

#include "cli/configuration_file.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/difference.h"
#include "loop/data/specification.h"

namespace cairn::cli {
namespace {

constexpr std::uint64_t kMostBytes = 16 << 20;
constexpr std::size_t kNamed = 5;

/// The specifications of a cairn.yaml with the files that it names below `folder`.
Result<std::vector<data::Specification>> SpecificationsIn(const std::string& text,
                                                          const std::string& folder) {
  return data::ParseSpecifications(
      CAIRN_TRY(ParseYaml(CAIRN_TRY(WithFilesItNames(text, folder)), "cairn.yaml")));
}

/// Puts the files that the cairn.yaml of then named below `scratch`.
Result<std::vector<data::Specification>> SpecificationsThen(const ci::Change& change,
                                                            const std::string& scratch) {
  const std::string text = CAIRN_TRY(ci::FileAt(change, "cairn.yaml"));
  const Node document = CAIRN_TRY(ParseYaml(text, "cairn.yaml"));
  for (const auto& path : CAIRN_TRY(data::FilesNamed(document))) {
    const std::string file = os::JoinPath(scratch, path);
    CAIRN_TRY(os::MakeFolders(os::ParentOf(file)));
    CAIRN_TRY(os::WriteFileAtomically(file, CAIRN_TRY(ci::FileAt(change, path))));
  }
  return SpecificationsIn(text, scratch);
}

ci::Case CaseOf(const std::string& dataset, const contract::Difference& difference, bool allowed) {
  ci::Case one{ci::Case::State::Passed, dataset + ": contract", "", "", 0};
  std::vector<std::string> broken;
  for (const auto& change : difference.changes) {
    if (change.breaks != contract::Breaks::Consumers && change.breaks != contract::Breaks::Both) continue;
    broken.push_back((change.column.empty() ? "" : change.column + ": ") + change.what + ", " +
                     change.sentence);
  }
  if (broken.empty()) return one;
  one.output = Join(broken, "\n");
  if (broken.size() > kNamed) {
    broken.resize(kNamed);
    broken.emplace_back("…");
  }
  one.message = "the contract promises consumers less than before: " + Join(broken, "; ");
  if (!allowed) one.state = ci::Case::State::Failed;
  return one;
}

}  // namespace

std::vector<ci::Case> ContractCases(const ci::Change& change, const std::string& scratch, bool allowed) {
  const auto text = os::ReadFile(os::JoinPath(change.project, "cairn.yaml"), kMostBytes);
  const auto then = SpecificationsThen(change, scratch);
  if (!text || !then) return {};  // There was nothing to break, or nothing that could be read.
  const auto now = SpecificationsIn(*text, change.project);
  if (!now) return {{ci::Case::State::Failed, "contracts", now.error().message, "", 0}};
  std::vector<ci::Case> cases;
  for (const auto& before : *then) {
    if (before.contract_digest.empty()) continue;
    const auto after =
        std::find_if(now->begin(), now->end(), [&](const auto& one) { return one.name == before.name; });
    // A data set that is gone has no contract any more: nobody is promised anything by name.
    const contract::Contract none{};
    const bool gone = after == now->end();
    if (!gone && after->contract_digest == before.contract_digest) continue;
    cases.push_back(
        CaseOf(before.name, contract::Compare(before.contract, gone ? none : after->contract), allowed));
  }
  return cases;
}

}  // namespace cairn::cli
