#include <algorithm>
#include <array>
#include <cmath>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/contract/odcs/reading.h"

namespace cairn::contract::odcs {
namespace {

constexpr std::array<std::string_view, 11> kTypes = {"string",  "date",    "timestamp", "time",
                                                     "number",  "integer", "object",    "array",
                                                     "boolean", "map",     "vector"};
constexpr std::array<std::string_view, 7> kForms = {"email", "uuid", "uri", "hostname",
                                                    "ipv4",  "ipv6", "json"};

ColumnType TypeNamed(std::string_view name) {
  constexpr std::array types = {ColumnType::String, ColumnType::Date,   ColumnType::Timestamp,
                                ColumnType::Time,   ColumnType::Number, ColumnType::Integer,
                                ColumnType::Object, ColumnType::Array,  ColumnType::Boolean,
                                ColumnType::Object, ColumnType::Array};
  const auto found = std::find(kTypes.begin(), kTypes.end(), name);
  return found == kTypes.end() ? ColumnType::Any : types[static_cast<std::size_t>(found - kTypes.begin())];
}

bool IsTime(ColumnType type) {
  return type == ColumnType::Date || type == ColumnType::Timestamp || type == ColumnType::Time;
}

Result<> KnownOptions(const Node& options, ColumnType type) {
  switch (type) {
    case ColumnType::String:
      return options.OnlyKeys({"minLength", "maxLength", "pattern", "format"});
    case ColumnType::Date:
      return options.OnlyKeys({"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"});
    case ColumnType::Timestamp:
    case ColumnType::Time:
      return options.OnlyKeys({"format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
                               "timezone", "defaultTimezone"});
    case ColumnType::Integer:
    case ColumnType::Number:
      return options.OnlyKeys(
          {"multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format"});
    case ColumnType::Array:
      return options.OnlyKeys({"minItems", "maxItems", "uniqueItems"});
    case ColumnType::Object:
      return options.OnlyKeys({"minProperties", "maxProperties", "required"});
    case ColumnType::Any:
    case ColumnType::Boolean:
      break;
  }
  return Done{};
}

/// minimum and exclusiveMinimum, the latter a bound or (before 3.1) a truth value about the former.
Result<> ReadBound(const Node& options, std::string_view name, const ColumnRule& column,
                   std::optional<double>& bound, bool& open) {
  const std::string inclusive = (name == "min" ? "minimum" : "maximum");
  const std::string exclusive = (name == "min" ? "exclusiveMinimum" : "exclusiveMaximum");
  if (const Node* given = options.Find(inclusive); given && !given->IsNull())
    bound = CAIRN_TRY(BoundIn(*given, &column));
  const Node* strict = options.Find(exclusive);
  if (!strict || strict->IsNull()) return Done{};
  if (strict->kind() == Json::Kind::Bool) {
    open = strict->ToJson().AsBool();
    return Done{};
  }
  const double value = CAIRN_TRY(BoundIn(*strict, &column));
  const bool tighter = !bound || (name == "min" ? value >= *bound : value <= *bound);
  if (tighter) {
    bound = value;
    open = true;
  }
  return Done{};
}

/// A tag that says what a classification would: "personal", "PII"; "" for none. What else stands among the
/// tags is nobody's rule here.
std::string ClassifyingTag(const Node& node) {
  constexpr std::array<std::string_view, 5> kTags = {"personal", "pii", "sensitive", "confidential",
                                                     "restricted"};
  const Node* given = node.Find("tags");
  if (!given) return "";
  const Json tags = given->ToJson();
  const auto classifies = [&](const Json& tag) {
    return tag.IsString() && std::find(kTags.begin(), kTags.end(), LowerAscii(tag.AsString())) != kTags.end();
  };
  if (classifies(tags)) return tags.AsString();
  const auto found = std::find_if(tags.items().begin(), tags.items().end(), classifies);
  return found == tags.items().end() ? "" : found->AsString();
}

Result<> CheckBounds(const ColumnRule& column, const Node& options, const std::string& place) {
  const auto crossed = [](const std::optional<double>& low, const std::optional<double>& high) {
    return low && high && *low > *high;
  };
  if (crossed(column.min, column.max))
    return WrongAt(options, "'" + place + "': its minimum is above its maximum");
  if (crossed(column.min_length, column.max_length) || crossed(column.min_items, column.max_items))
    return WrongAt(options, "'" + place + "': its least size is above its greatest");
  if (column.multiple_of && !(*column.multiple_of > 0))
    return WrongAt(options, "'" + place + "': 'multipleOf' must be above 0");
  return Done{};
}

Result<> ReadOptions(const Node& options, ColumnRule& column, const std::string& place) {
  CAIRN_TRY(KnownOptions(options, column.type));
  if (IsTime(column.type)) column.format = CAIRN_TRY(TextAt(options, "format"));
  CAIRN_TRY(ReadBound(options, "min", column, column.min, column.open_min));
  CAIRN_TRY(ReadBound(options, "max", column, column.max, column.open_max));
  column.multiple_of = CAIRN_TRY(NumberAt(options, "multipleOf"));
  column.min_length = CAIRN_TRY(NumberAt(options, "minLength"));
  column.max_length = CAIRN_TRY(NumberAt(options, "maxLength"));
  column.pattern = CAIRN_TRY(TextAt(options, "pattern"));
  column.min_items =
      CAIRN_TRY(NumberAt(options, column.type == ColumnType::Object ? "minProperties" : "minItems"));
  column.max_items =
      CAIRN_TRY(NumberAt(options, column.type == ColumnType::Object ? "maxProperties" : "maxItems"));
  column.unique_items = CAIRN_TRY(TruthAt(options, "uniqueItems", false));
  column.members = CAIRN_TRY(WordsAt(options, "required"));
  const std::string format = CAIRN_TRY(TextAt(options, "format"));
  const bool known = std::find(kForms.begin(), kForms.end(), format) != kForms.end();
  // The others ("password", "f64") say something to people alone.
  if ((column.type == ColumnType::String && known) || column.type == ColumnType::Integer)
    column.format = format;
  return CheckBounds(column, options, place);
}

Result<> KnownKeys(const Node& node) {
  return node.OnlyKeys({"id",
                        "name",
                        "physicalType",
                        "description",
                        "businessName",
                        "authoritativeDefinitions",
                        "tags",
                        "customProperties",
                        "primaryKey",
                        "primaryKeyPosition",
                        "logicalType",
                        "logicalTypeOptions",
                        "physicalName",
                        "required",
                        "unique",
                        "partitioned",
                        "partitionKeyPosition",
                        "classification",
                        "encryptedName",
                        "transformSourceObjects",
                        "transformLogic",
                        "transformDescription",
                        "examples",
                        "criticalDataElement",
                        "relationships",
                        "quality",
                        "properties",
                        "items",
                        "enum",
                        "semanticType",
                        "context",
                        "deprecated",
                        "synonyms",
                        "map"});
}

Result<> ReadParts(const Node& node, ColumnRule& column, const std::string& place) {
  if (const Node* items = CAIRN_TRY(MapAt(node, "items")))
    column.item.push_back(CAIRN_TRY(ReadProperty(*items, place + "[]")));
  const Node* properties = node.Find("properties");
  if (!properties || properties->IsNull()) return Done{};
  if (!properties->IsList()) return WrongAt(*properties, "'properties' must be a list");
  for (const Node& one : properties->items()) {
    const std::string name = one.IsMap() ? CAIRN_TRY(TextAt(one, "name")) : "";
    column.properties.push_back(CAIRN_TRY(ReadProperty(one, place + "." + name)));
  }
  return Done{};
}

/// 3.2's list of {value, …}.
Result<> ReadEnum(const Node& node, ColumnRule& column) {
  const Node* list = node.Find("enum");
  if (!list || list->IsNull()) return Done{};
  if (!list->IsList()) return WrongAt(*list, "'enum' must be a list");
  for (const Node& item : list->items()) {
    const Node* value = item.IsMap() ? item.Find("value") : &item;
    if (!value) return WrongAt(item, "an entry of 'enum' needs a 'value'");
    column.allowed.push_back(column.type == ColumnType::String ? Json(value->text()) : value->ToJson());
  }
  return Done{};
}

}  // namespace

Result<ColumnRule> ReadProperty(const Node& node, const std::string& place) {
  if (!node.IsMap()) return WrongAt(node, "a property must be a map such as {name: id, logicalType: string}");
  CAIRN_TRY(KnownKeys(node));
  ColumnRule column;
  column.name = CAIRN_TRY(TextAt(node, "name"));
  if (column.name.empty() && !place.ends_with("]")) return WrongAt(node, "a property needs a 'name'");
  if (const std::string physical = CAIRN_TRY(TextAt(node, "physicalName")); !physical.empty())
    column.name = physical;
  const std::string type = CAIRN_TRY(ChoiceAt(node, "logicalType", kTypes));
  column.type = TypeNamed(type);
  if (type.empty() && node.Find("items")) column.type = ColumnType::Array;
  if (type.empty() && node.Find("properties")) column.type = ColumnType::Object;
  const bool key = CAIRN_TRY(TruthAt(node, "primaryKey", false));
  column.nullable = !CAIRN_TRY(TruthAt(node, "required", false)) && !key;
  column.unique = CAIRN_TRY(TruthAt(node, "unique", false));
  column.classification = CAIRN_TRY(TextAt(node, "classification"));
  if (const std::string tag = ClassifyingTag(node);
      !tag.empty() && (column.classification.empty() || LowerAscii(column.classification) == "public"))
    column.classification = tag;
  column.description = CAIRN_TRY(TextAt(node, "description"));
  CAIRN_TRY(ReadEnvironments(node, column.training, column.serving));
  if (const Node* options = CAIRN_TRY(MapAt(node, "logicalTypeOptions")))
    CAIRN_TRY(ReadOptions(*options, column, place));
  CAIRN_TRY(ReadEnum(node, column));
  CAIRN_TRY(ReadParts(node, column, place));
  return column;
}

Result<> ReadPropertyRules(const Node& node, const ColumnRule& column, const Subject& subject, Table& table) {
  if (node.Find("quality")) CAIRN_TRY(ReadQuality(node, subject, table));
  if (const Node* relationships = node.Find("relationships"); relationships && relationships->IsList()) {
    for (const Node& one : relationships->items())
      table.contract.rules.push_back(CAIRN_TRY(ReadRelationship(one, subject, table)));
  }
  const auto into = [&](const Node& part, const ColumnRule& of, std::string step,
                        const std::string& place) -> Result<> {
    Subject deeper{subject.root, &of, subject.path, place};
    deeper.path.push_back(std::move(step));
    return ReadPropertyRules(part, of, deeper, table);
  };
  if (const Node* items = node.Find("items"); items && !column.item.empty())
    CAIRN_TRY(into(*items, column.item.front(), "[]", subject.place + "[]"));
  const Node* properties = node.Find("properties");
  for (std::size_t i = 0; properties && i < column.properties.size(); ++i)
    CAIRN_TRY(into(properties->items()[i], column.properties[i], column.properties[i].name,
                   subject.place + "." + column.properties[i].name));
  return Done{};
}

Result<std::vector<Json>> ValuesIn(const Node& list, std::string_view key, ColumnType type) {
  if (!list.IsList()) return WrongAt(list, "'" + std::string(key) + "' must be a list of values");
  std::vector<Json> values;
  for (const Node& item : list.items()) {
    if (type == ColumnType::String && item.IsScalar() && !item.IsNull())
      values.emplace_back(item.text());
    else
      values.push_back(item.ToJson());
  }
  return values;
}

Result<double> BoundIn(const Node& node, const ColumnRule* column) {
  const ColumnType type = column ? column->type : ColumnType::Any;
  if (IsTime(type) && node.IsScalar()) {
    auto reader = ValueReader::Of(type, column->format);
    // A format that means nothing is told where it is used; here the bound is as ISO writes it.
    if (!reader) reader = ValueReader::Of(type);
    for (const auto& one : {*reader, *ValueReader::Of(type)}) {
      const Json text(node.text());
      if (const Cell cell = one.Read(text); cell.IsProper()) return static_cast<double>(cell.whole);
    }
    return WrongAt(node, "'" + node.text() + "' is no " + std::string(NameOf(type)));
  }
  const Json value = node.IsScalar() ? node.ToJson() : Json();
  if (!value.IsNumber() || std::isnan(value.AsDouble())) return WrongAt(node, "a number is needed here");
  return value.AsDouble();
}

}  // namespace cairn::contract::odcs
