#include "loop/data/specification.h"

#include <algorithm>
#include <optional>
#include <set>

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

/// Where a `contract` names a file: PATH, or {file: PATH, table: NAME}.
struct NamedFile {
  std::string path, table;
};
Result<std::optional<NamedFile>> FileNamedBy(const Node& contract) {
  NamedFile named;
  if (contract.IsScalar()) {
    named.path = contract.text();
  } else if (contract.Find("file")) {
    CAIRN_TRY(contract.OnlyKeys({"file", "table"}));
    named.path = CAIRN_TRY(TextAt(contract, "file"));
    named.table = CAIRN_TRY(TextAt(contract, "table"));
  } else {
    return std::optional<NamedFile>();
  }
  if (named.path.empty() || named.path.front() == '/' || named.path.find("..") != std::string::npos)
    return WrongAt(contract, "'contract' must name a file inside the project");
  return std::optional(std::move(named));
}

Result<contract::Contract> ContractAt(const Node& node, const std::string& dataset,
                                      const Node& configuration) {
  const auto named = CAIRN_TRY(FileNamedBy(node));
  if (!named) return contract::ParseContract(node, dataset);
  const Node* files = CAIRN_TRY(MapAt(configuration, kFiles));
  const Node* file = files ? files->Find(named->path) : nullptr;
  if (!file || !file->IsScalar())
    return WrongAt(node,
                   "the text of '" + named->path +
                       "' was not taken along: `cairn apply` does that for cairn.yaml in a project's folder");
  const Node document = CAIRN_TRY(ParseYaml(file->text(), named->path));
  return contract::ParseContract(document, named->table.empty() ? dataset : named->table);
}

/// Of what it says in the configuration; a contract in a file of its own counts with the file's text.
Result<std::string> DigestOf(const Node& contract, const Node& configuration) {
  std::string text = contract.ToJson().Canonical();
  if (const auto named = CAIRN_TRY(FileNamedBy(contract))) {
    const Node* files = CAIRN_TRY(MapAt(configuration, kFiles));
    text += files->Find(named->path)->text();
  }
  return crypto::Sha256Hex(text);
}

Result<Specification> ParseOne(const std::string& name, const Node& node, const Node& configuration) {
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
  if (const Node* contract = node.Find("contract"); contract && !contract->IsNull()) {
    specification.contract = CAIRN_TRY(ContractAt(*contract, name, configuration));
    specification.contract_digest = CAIRN_TRY(DigestOf(*contract, configuration));
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
    specifications.push_back(CAIRN_TRY(ParseOne(entry.key, entry.value, configuration)));
  return specifications;
}

Result<std::vector<std::string>> FilesNamed(const Node& configuration) {
  std::set<std::string> paths;
  const Node* section = CAIRN_TRY(MapAt(configuration, "data"));
  for (std::size_t i = 0; section && i < section->entries().size(); ++i) {
    const Node& entry = section->entries()[i].value;
    const Node* contract = entry.IsMap() ? entry.Find("contract") : nullptr;
    if (!contract || contract->IsNull()) continue;
    if (auto named = CAIRN_TRY(FileNamedBy(*contract))) paths.insert(std::move(named->path));
  }
  return std::vector<std::string>(paths.begin(), paths.end());
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
