#include <algorithm>
#include <array>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/odcs/reading.h"
#include "loop/contract/row_rules.h"

namespace cairn::contract {
namespace odcs {
namespace {

constexpr std::array<std::string_view, 5> kVersions = {"v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"};

Result<> CheckHead(const Node& document) {
  if (!document.IsMap())
    return WrongAt(document, "a contract must be a map; `cairn data contract infer` writes one");
  const std::string version = CAIRN_TRY(TextAt(document, "apiVersion"));
  if (version.starts_with("v2."))
    return Error{Reason::Unsupported, document.Where() + ": this contract is of the standard's version " +
                                          version + ", and 3.0 and later are read"};
  if (version.empty()) return WrongAt(document, "a contract needs an 'apiVersion', such as v3.1.0");
  CAIRN_TRY(ChoiceAt(document, "apiVersion", kVersions));
  CAIRN_TRY(document.OnlyKeys({"version",
                               "kind",
                               "apiVersion",
                               "id",
                               "name",
                               "tenant",
                               "tags",
                               "status",
                               "servers",
                               "dataProduct",
                               "description",
                               "domain",
                               "schema",
                               "support",
                               "price",
                               "team",
                               "roles",
                               "slaDefaultElement",
                               "slaProperties",
                               "authoritativeDefinitions",
                               "customProperties",
                               "contractCreatedTs",
                               "context"}));
  for (const std::string_view key : {"version", "kind", "id", "status"}) {
    if (key == "status" && KnowsMore(document)) continue;
    if (CAIRN_TRY(TextAt(document, key)).empty())
      return WrongAt(document, "a contract needs '" + std::string(key) + "'");
  }
  if (const Node* kind = document.Find("kind"); kind->text() != "DataContract")
    return WrongAt(*kind, "'kind' must be DataContract");
  return Done{};
}

/// The sections in which the standard knows no other keys, though nothing in them is run.
Result<> CheckSections(const Node& document) {
  const auto nothing = [](const Node&) -> Result<> { return Done{}; };
  CAIRN_TRY(EachAt(document, "slaProperties",
                   {"id", "property", "value", "valueExt", "unit", "element", "driver", "description",
                    "scheduler", "schedule"},
                   nothing));
  CAIRN_TRY(EachAt(document, "customProperties", {"id", "property", "value", "description"}, nothing));
  CAIRN_TRY(EachAt(document, "roles",
                   {"id", "role", "description", "access", "firstLevelApprovers", "secondLevelApprovers",
                    "customProperties"},
                   nothing));
  CAIRN_TRY(
      EachAt(document, "support",
             {"id", "channel", "url", "description", "tool", "scope", "invitationUrl", "customProperties"},
             nothing));
  if (const Node* price = CAIRN_TRY(MapAt(document, "price")))
    CAIRN_TRY(price->OnlyKeys({"id", "priceAmount", "priceCurrency", "priceUnit"}));
  return Done{};
}

Result<const Node*> SchemaOf(const Node& document) {
  const Node* schema = document.Find("schema");
  if (!schema || schema->IsNull())
    return WrongAt(document, "the contract has no 'schema', so it says nothing");
  if (!schema->IsList() || schema->items().empty())
    return WrongAt(*schema, "'schema' must be a list of tables with their 'properties'");
  for (const Node& table : schema->items()) {
    if (!table.IsMap() || !table.Find("name") || !table.Find("name")->IsScalar())
      return WrongAt(table, "a table needs a 'name'");
  }
  return schema;
}

Result<const Node*> Chosen(const Node& document, std::string_view wanted) {
  const Node* schema = CAIRN_TRY(SchemaOf(document));
  std::vector<std::string_view> names;
  for (const Node& table : schema->items()) {
    const Node* physical = table.Find("physicalName");
    if (table.Find("name")->text() == wanted || (physical && !wanted.empty() && physical->text() == wanted))
      return &table;
    names.push_back(table.Find("name")->text());
  }
  if (schema->items().size() == 1) return &schema->items().front();
  std::string all;
  for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string(name);
  if (wanted.empty())
    return Error{Reason::NotFound, schema->Where() + ": the contract has several tables (" + all +
                                       "): say which one, with --table NAME"};
  return Error{Reason::NotFound, schema->Where() + ": the contract has no table '" + std::string(wanted) +
                                     "', only " + all + "." + Suggestion(wanted, names)};
}

Result<> ReadKey(const Node& properties, Contract& contract) {
  std::vector<std::pair<double, std::string>> key;
  for (std::size_t i = 0; i < contract.columns.size(); ++i) {
    const Node& node = properties.items()[i];
    if (!CAIRN_TRY(TruthAt(node, "primaryKey", false))) continue;
    key.emplace_back(CAIRN_TRY(NumberAt(node, "primaryKeyPosition")).value_or(0), contract.columns[i].name);
  }
  if (key.size() == 1)
    for (auto& column : contract.columns) column.unique = column.unique || column.name == key.front().second;
  std::stable_sort(key.begin(), key.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  if (key.size() > 1)
    for (auto& [position, name] : key) contract.unique.push_back(name);
  return Done{};
}

Result<> ReadColumns(const Node& node, Table& table) {
  const Node* properties = node.Find("properties");
  if (!properties || properties->IsNull()) return Done{};
  if (!properties->IsList()) return WrongAt(*properties, "'properties' must be a list");
  for (const Node& one : properties->items()) {
    const std::string name = one.IsMap() ? CAIRN_TRY(TextAt(one, "name")) : "";
    ColumnRule column = CAIRN_TRY(ReadProperty(one, name));
    if (table.contract.Find(column.name))
      return WrongAt(one, "the property '" + column.name + "' stands twice");
    table.physical[name] = column.name;
    table.contract.columns.push_back(std::move(column));
  }
  CAIRN_TRY(ReadKey(*properties, table.contract));
  for (std::size_t i = 0; i < table.contract.columns.size(); ++i) {
    const ColumnRule& column = table.contract.columns[i];
    CAIRN_TRY(ReadPropertyRules(properties->items()[i], column, {&column, &column, {}, column.name}, table));
  }
  return Done{};
}

/// Where files lie by a local server's path, "{model}" standing for each table's name.
void ReadPlaces(const Node& document, const std::vector<std::string>& tables, Contract& contract) {
  const Node* servers = document.Find("servers");
  for (std::size_t i = 0; servers && servers->IsList() && i < servers->items().size(); ++i) {
    const Node& server = servers->items()[i];
    if (!server.IsMap() || TextAtPath(server, "type") != "local") continue;
    const std::string path = TextAtPath(server, "path");
    const auto mark = path.find("{model}");
    for (const auto& table : tables) {
      std::string place = path;
      if (mark != std::string::npos) place.replace(mark, 7, table);
      if (!path.empty() && (mark != std::string::npos || tables.size() == 1))
        contract.places.emplace(table, place);
    }
  }
}

Result<Contract> ReadDocument(const Node& document, std::string_view wanted) {
  CAIRN_TRY(CheckHead(document));
  CAIRN_TRY(CheckSections(document));
  const Node& node = *CAIRN_TRY(Chosen(document, wanted));
  CAIRN_TRY(
      node.OnlyKeys({"id", "name", "physicalType", "description", "businessName", "authoritativeDefinitions",
                     "tags", "customProperties", "logicalType", "physicalName", "dataGranularityDescription",
                     "properties", "relationships", "quality", "context", "deprecated", "synonyms"}));
  Table table;
  table.document = &document;
  table.contract.id = TextAtPath(document, "id");
  table.contract.version = TextAtPath(document, "version");
  table.contract.status = TextAtPath(document, "status");
  table.contract.table = node.Find("name")->text();
  ReadPlaces(document, CAIRN_TRY(TablesIn(document)), table.contract);
  CAIRN_TRY(ReadColumns(node, table));
  if (node.Find("quality")) CAIRN_TRY(ReadQuality(node, {}, table));
  if (const Node* relationships = node.Find("relationships"); relationships && relationships->IsList()) {
    for (const Node& one : relationships->items())
      table.contract.rules.push_back(CAIRN_TRY(ReadRelationship(one, {}, table)));
  }
  CAIRN_TRY(ReadServiceLevels(document, table));
  return std::move(table.contract);
}

}  // namespace

std::string Table::ColumnOf(const std::string& property) const {
  const auto found = physical.find(property);
  return found == physical.end() ? property : found->second;
}

bool KnowsMore(const Node& document) { return TextAtPath(document, "apiVersion") >= "v3.2"; }

Rule RuleOn(const Subject& subject, std::string_view what, const Node& node) {
  Rule rule;
  rule.name = (subject.place.empty() ? "" : subject.place + ": ") + std::string(what);
  if (subject.root) {
    rule.column = subject.root->name;
    rule.training = subject.root->training;
    rule.serving = subject.root->serving;
  }
  rule.path = subject.path;
  rule.where = node.Where();
  return rule;
}

Result<> ReadEnvironments(const Node& node, bool& training, bool& serving) {
  const Node* own = node.Find("customProperties");
  for (std::size_t i = 0; own && own->IsList() && i < own->items().size(); ++i) {
    const Node& one = own->items()[i];
    if (!one.IsMap() || TextAtPath(one, "property") != "cairn.environments") continue;
    const auto words = CAIRN_TRY(WordsAt(one, "value"));
    constexpr std::array<std::string_view, 2> known = {"training", "serving"};
    for (const auto& word : words) {
      if (std::find(known.begin(), known.end(), word) == known.end())
        return WrongAt(one, "'cairn.environments' lists training or serving, and not '" + word + "'." +
                                Suggestion(word, known));
    }
    training = std::find(words.begin(), words.end(), "training") != words.end();
    serving = std::find(words.begin(), words.end(), "serving") != words.end();
  }
  return Done{};
}

}  // namespace odcs

Result<Contract> ReadShortForm(const Node& node);

bool IsOdcs(const Node& document) {
  return document.IsMap() && (document.Find("apiVersion") || document.Find("kind"));
}

Result<std::vector<std::string>> TablesIn(const Node& document) {
  std::vector<std::string> names;
  for (const Node& table : CAIRN_TRY(odcs::SchemaOf(document))->items())
    names.push_back(table.Find("name")->text());
  return names;
}

Result<Contract> ReadContract(std::string_view text, std::string_view file, std::string_view table) {
  return odcs::ReadDocument(CAIRN_TRY(ParseYaml(text, file)), table);
}

Result<Contract> ParseContract(const Node& node, std::string_view table) {
  if (!IsOdcs(node)) return ReadShortForm(node);
  Contract contract = CAIRN_TRY(odcs::ReadDocument(node, table));
  // What governs must be able to run, at least where requests are held to it.
  const auto rules = RowRules::Of(contract);
  if (!rules) return WrongAt(node, rules.error().message);
  return contract;
}

}  // namespace cairn::contract
