#include "loop/scorecard/outdated/past.h"

#include <algorithm>

#include "loop/contract/difference.h"
#include "loop/data/specification.h"

namespace cairn::scorecard {

Result<std::optional<Past>> Past::Read(const governance::Configurations& configurations) {
  auto history = CAIRN_TRY(configurations.History());
  if (history.empty()) return std::optional<Past>();
  auto now = CAIRN_TRY(ParseYaml(history.front().text, "the accepted cairn.yaml"));
  return std::optional(Past(std::move(history), std::move(now)));
}

Result<const Node*> Past::Find(const std::string& digest) {
  if (digest == this->digest()) return &now_;
  if (const auto known = read_.find(digest); known != read_.end()) return &known->second;
  const auto found =
      std::find_if(history_.begin(), history_.end(), [&](const auto& one) { return one.digest == digest; });
  if (found == history_.end()) return nullptr;
  auto document = CAIRN_TRY(ParseYaml(found->text, "an accepted cairn.yaml"));
  return &read_.emplace(digest, std::move(document)).first->second;
}

std::int64_t Past::CharterOf(const std::string& digest) const {
  std::int64_t number = 0, found = 0;
  for (auto one = history_.rbegin(); one != history_.rend(); ++one) {
    const auto& changed = one->changed;
    if (one->previous.empty() || std::find(changed.begin(), changed.end(), "charter") != changed.end())
      ++number;
    if (one->digest == digest) found = number;
  }
  return found;
}

Result<Past::Columns> Past::ColumnsOf(const data::DatasetVersion& version) {
  const auto specification = data::FindSpecification(now_, version.dataset);
  if (!specification || specification->contract_digest == version.contract_digest ||
      specification->contract.columns.empty())
    return Columns();
  contract::Contract before;
  for (const auto& one : history_) {
    const Node* document = CAIRN_TRY(Find(one.digest));
    auto then = data::FindSpecification(*document, version.dataset);
    if (!then || then->contract_digest != version.contract_digest) continue;
    before = std::move(then->contract);
    break;
  }
  Columns columns;
  for (const auto& change : contract::Compare(before, specification->contract).changes) {
    if (change.what != "column") continue;
    const auto has = [&](const data::DatasetColumn& column) { return column.name == change.column; };
    const bool promised = specification->contract.Find(change.column) != nullptr;
    if (!promised) {
      columns.given_up.push_back(change.column);
    } else if (std::none_of(version.columns.begin(), version.columns.end(), has)) {
      columns.lacking.push_back(change.column);
    }
  }
  return columns;
}

}  // namespace cairn::scorecard
