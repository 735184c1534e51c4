#include "loop/contract/lint.h"

#include <algorithm>
#include <array>
#include <set>

#include "ground/vocabulary/text.h"
#include "loop/contract/contract.h"
#include "loop/contract/scan/gauge.h"
#include "loop/contract/values/predicate.h"

namespace cairn::contract {
namespace {

using Weight = LintFinding::Weight;
constexpr std::array<std::string_view, 3> kWeights = {"error", "warning", "note"};

/// The findings about one table's contract.
class Linting {
 public:
  Linting(const Contract& contract, std::string place, std::vector<LintFinding>& findings)
      : contract_(contract), place_(std::move(place)), rules_(contract.AllRules()), findings_(findings) {}

  void Look() {
    for (const Rule& rule : rules_) {
      LookAtColumns(rule);
      LookAtForm(rule);
      LookAtLists(rule);
      LookAtRemark(rule);
    }
    LookAtWhole();
  }

 private:
  void Add(Weight weight, const Rule& rule, std::string sentence) {
    findings_.push_back({weight, rule.where.empty() ? place_ : rule.where, std::move(sentence)});
  }
  void Add(Weight weight, std::string sentence) {
    findings_.push_back({weight, place_, std::move(sentence)});
  }

  void LookAtColumns(const Rule& rule) {
    std::vector<std::string_view> known;
    for (const ColumnRule& column : contract_.columns) known.push_back(column.name);
    for (const auto& name : ColumnsOf(rule)) {
      if (contract_.Find(name)) continue;
      Add(Weight::Error, rule,
          "'" + rule.name + "' speaks of column '" + name + "', which the contract does not list." +
              Suggestion(name, known));
    }
  }

  void LookAtForm(const Rule& rule) {
    const ColumnRule* column = contract_.Find(rule.column);
    if (!column) return;
    const auto reader = ReaderAt(*column, rule.path);
    if (!reader) {
      if (std::get_if<OfType>(&rule.test))
        Add(Weight::Error, rule,
            "the format '" + column->format + "' of '" + column->name + "' " + reader.error().message);
      return;
    }
    if (const auto predicate = Predicate::Of(rule.test, *reader); !predicate)
      Add(Weight::Error, rule, "'" + rule.name + "' cannot be evaluated: " + predicate.error().message);
  }

  /// Listed values that another rule on the same column does not let through.
  void LookAtLists(const Rule& rule) {
    const auto* list = std::get_if<OneOf>(&rule.test);
    const ColumnRule* column = contract_.Find(rule.column);
    if (!list || !list->listed || !column) return;
    const auto reader = ReaderAt(*column, rule.path);
    if (!reader) return;
    for (const Rule& other : rules_) {
      if (other.column != rule.column || other.path != rule.path || other.name == rule.name) continue;
      const auto predicate = Predicate::Of(other.test, *reader);
      if (!predicate || !*predicate || std::get_if<NotMissing>(&other.test)) continue;
      for (const Json& value : list->values) {
        const Cell cell = reader->Read(value);
        if (!(*predicate)->Considers(cell) || !(*predicate)->Breaks(cell)) continue;
        Add(Weight::Warning, rule,
            "'" + rule.name + "' lists " + ShownValue(value) + ", which '" + other.name +
                "' does not let pass");
        break;
      }
    }
  }

  void LookAtRemark(const Rule& rule) {
    if (std::get_if<Remark>(&rule.test))
      Add(Weight::Note, rule, "'" + rule.name + "' is shown and not run: " + rule.sentence);
  }

  void LookAtWhole() {
    if (contract_.columns.empty() && rules_.empty())
      return Add(Weight::Warning, "the table says nothing that can be checked");
    const bool keyed = std::any_of(rules_.begin(), rules_.end(), [](const Rule& rule) {
      return std::get_if<Unique>(&rule.test) != nullptr;
    });
    if (!keyed) Add(Weight::Note, "nothing is unique: rows that stand twice are not noticed");
    for (const ColumnRule& column : contract_.columns)
      if (column.type == ColumnType::Any)
        Add(Weight::Note, "'" + column.name + "' has no logicalType, so any value passes");
  }

  const Contract& contract_;
  std::string place_;
  std::vector<Rule> rules_;
  std::vector<LintFinding>& findings_;
};

/// The place that begins a message ("c.yaml:3:4: …"), apart from the rest.
LintFinding OfError(const Error& error, std::string_view file) {
  const std::string& text = error.message;
  if (text.starts_with(std::string(file) + ":")) {
    const auto end = text.find(": ", file.size());
    if (end != std::string::npos) return {Weight::Error, text.substr(0, end), text.substr(end + 2)};
  }
  return {Weight::Error, std::string(file), text};
}

bool IsVersion(std::string_view version) {
  const auto parts = Split(version.substr(version.starts_with('v') ? 1 : 0), '.');
  return parts.size() == 3 && bool(ParseInt(parts[0])) && bool(ParseInt(parts[1]));
}

}  // namespace

std::string_view NameOf(Weight weight) { return kWeights[static_cast<std::size_t>(weight)]; }

std::vector<LintFinding> Lint(std::string_view text, std::string_view file) {
  std::vector<LintFinding> findings;
  const auto document = ParseYaml(text, file);
  if (!document) return {OfError(document.error(), file)};
  const auto tables = TablesIn(*document);
  if (!tables) return {OfError(tables.error(), file)};
  for (const auto& table : *tables) {
    const auto contract = ReadContract(text, file, table);
    if (!contract) {
      findings.push_back(OfError(contract.error(), file));
      // The same trouble, of the document's head, would be told for each table.
      break;
    }
    if (table == tables->front() && !IsVersion(contract->version))
      findings.push_back({Weight::Note, std::string(file),
                          "the version '" + contract->version +
                              "' is not of three numbers, so its changes cannot be judged"});
    const Node* schema = document->Find("schema");
    std::string place(file);
    for (const Node& node : schema->items())
      if (node.Find("name")->text() == table) place = node.Where();
    Linting(*contract, place, findings).Look();
  }
  return findings;
}

}  // namespace cairn::contract
