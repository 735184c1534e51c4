#include "loop/data/specification.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"

namespace cairn::data {
namespace {

/// Columns that the entry speaks of must stand in the contract, when there is one.
Result<> CheckColumns(const Specification& specification, const Node& node) {
  if (specification.contract.columns.empty()) return Done{};
  std::vector<std::string> named = specification.key;
  for (const auto& one :
       {specification.target, specification.time, specification.contract.freshness_column}) {
    if (!one.empty()) named.push_back(one);
  }
  named.insert(named.end(), specification.contract.unique.begin(), specification.contract.unique.end());
  std::vector<std::string_view> known;
  for (const auto& rule : specification.contract.columns) known.push_back(rule.name);
  for (const auto& name : named) {
    if (!specification.contract.Find(name)) {
      return WrongAt(node, "data set '" + specification.name + "' speaks of column '" + name +
                               "', which its contract does not list." + Suggestion(name, known));
    }
  }
  return Done{};
}

Result<Specification> ParseOne(const std::string& name, const Node& node) {
  Specification specification;
  specification.name = name;
  if (!node.IsMap()) return WrongAt(node, "data set '" + name + "' must be a map");
  CAIRN_TRY(node.OnlyKeys({"path", "target", "positive", "time", "key", "holdout", "contract", "owner",
                           "licence", "jurisdiction", "description", "tags", "access"}));
  specification.path = CAIRN_TRY(TextAt(node, "path"));
  if (specification.path.empty() || specification.path.front() == '/' ||
      specification.path.find("..") != std::string::npos) {
    return WrongAt(node, "data set '" + name + "' needs a 'path' inside the project");
  }
  specification.target = CAIRN_TRY(TextAt(node, "target"));
  if (const Node* positive = node.Find("positive")) specification.positive = positive->ToJson();
  specification.time = CAIRN_TRY(TextAt(node, "time"));
  specification.key = CAIRN_TRY(WordsAt(node, "key"));
  specification.holdout = CAIRN_TRY(ShareAt(node, "holdout", 0, 0.9)).value_or(0);
  if (const Node* contract = CAIRN_TRY(MapAt(node, "contract"))) {
    specification.contract = CAIRN_TRY(contract::ParseContract(*contract));
    specification.contract_digest = crypto::Sha256Hex(contract->ToJson().Canonical());
  }
  specification.owner = CAIRN_TRY(TextAt(node, "owner"));
  specification.licence = CAIRN_TRY(TextAt(node, "licence"));
  specification.jurisdiction = CAIRN_TRY(TextAt(node, "jurisdiction"));
  specification.description = CAIRN_TRY(TextAt(node, "description"));
  specification.tags = CAIRN_TRY(WordsAt(node, "tags"));
  specification.access = CAIRN_TRY(WordsAt(node, "access"));
  CAIRN_TRY(CheckColumns(specification, node));
  return specification;
}

}  // namespace

Result<std::vector<Specification>> ParseSpecifications(const Node& configuration) {
  std::vector<Specification> specifications;
  const Node* section = CAIRN_TRY(MapAt(configuration, "data"));
  if (!section) return specifications;
  for (const auto& entry : section->entries())
    specifications.push_back(CAIRN_TRY(ParseOne(entry.key, entry.value)));
  return specifications;
}

Result<Specification> FindSpecification(const Node& configuration, std::string_view name) {
  std::vector<std::string> names;
  for (auto& specification : CAIRN_TRY(ParseSpecifications(configuration))) {
    if (specification.name == name) return specification;
    names.push_back(specification.name);
  }
  const std::vector<std::string_view> views(names.begin(), names.end());
  return Error{Reason::NotFound, "the accepted cairn.yaml has no data set '" + std::string(name) +
                                     "' in its section 'data'." + Suggestion(name, views) +
                                     " What is written there governs after `cairn apply`."};
}

}  // namespace cairn::data
