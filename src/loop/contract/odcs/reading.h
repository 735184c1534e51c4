#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/vocabulary/document.h"
#include "ground/vocabulary/result.h"
#include "loop/contract/contract.h"
#include "loop/contract/values/cell.h"

/// The parts of reading an ODCS document, each an own file.
namespace cairn::contract::odcs {

/// The table that is being read.
struct Table {
  Contract contract;
  std::map<std::string, std::string>
      physical;  ///< A property's name in the document → the column's in files.
  const Node* document = nullptr;

  /// The column that a document's property is in files; the name itself where it is none.
  std::string ColumnOf(const std::string& property) const;
};

/// What a quality rule is about.
struct Subject {
  const ColumnRule* root = nullptr;    ///< The column; null for the table.
  const ColumnRule* column = nullptr;  ///< The same, or what lies inside it at `path`.
  std::vector<std::string> path;
  std::string place;  ///< "address.city"; "" for the table.

  ColumnType type() const { return column ? column->type : ColumnType::Any; }
};

/// A new rule about it.
Rule RuleOn(const Subject& subject, std::string_view what, const Node& node);

/// One property (not yet its quality) as a column. `place` is its name for messages and rules.
Result<ColumnRule> ReadProperty(const Node& node, const std::string& place);
/// The quality rules and relationships of a property and of those in it.
Result<> ReadPropertyRules(const Node& node, const ColumnRule& column, const Subject& subject, Table& table);
/// The list `quality` of a property or of the table.
Result<> ReadQuality(const Node& node, const Subject& subject, Table& table);
/// What `implementation` of a rule for engine cairn says.
Result<Rule> ReadCairnRule(const Node& node, const Subject& subject, const Table& table);
/// slaProperties that speak of a time column of this table.
Result<> ReadServiceLevels(const Node& document, Table& table);
/// {to, from?} as a rule; a Remark where it leads out of the document.
Result<Rule> ReadRelationship(const Node& node, const Subject& subject, const Table& table);

/// Values of a list; for a column of texts, each as it is written.
Result<std::vector<Json>> ValuesIn(const Node& list, std::string_view key, ColumnType type);
/// A bound as written for a column of that type: a number, or a time.
Result<double> BoundIn(const Node& node, const ColumnRule* column);
/// "P1DT12H" or a number of `unit` (d, h, m, s, y and their words) as milliseconds.
std::optional<std::int64_t> DurationIn(const Json& value, std::string_view unit);
/// The environments that customProperties name; both when they name none.
Result<> ReadEnvironments(const Node& node, bool& training, bool& serving);
/// Whether the document is of 3.2 or later, which knows more keys.
bool KnowsMore(const Node& document);

}  // namespace cairn::contract::odcs
