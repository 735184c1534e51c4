#include "loop/tracking/search/run_sentence.h"

#include "ground/query/query.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

using query::Comparator;

/// "o.key = $3": which metric a row of metric_latest is about.
std::string OfKey(Sentence& sentence, const RunQuestion& question, std::string_view table,
                  const std::string& key) {
  return std::string(table) + ".key = " + sentence.Bind(question.keys.Of(key));
}

/// Equality by the indexed beginning of a value, which settles it for what is shorter. For the rest NOT <>
/// instead of =, because SQLite would put the one into the other, which hides the index.
std::string SameValue(Sentence& sentence, const std::string& value) {
  constexpr std::size_t kIndexed = 100;
  const auto bound = sentence.Bind(value);
  const auto same = "substr(d.value, 1, 100) = substr(CAST(" + bound + " AS TEXT), 1, 100)";
  return value.size() < kIndexed ? same : same + " AND NOT (d.value <> " + bound + ")";
}

}  // namespace

bool RunSentence::IsWalked(const query::Identifier& name) const {
  if (source_.kind != RunSource::Kind::Missing && !Walks()) return false;
  return name.key == question_.order.front().term.name.key;
}

std::string RunSentence::Driver(Sentence& sentence, const RunQuestion& question,
                                const query::Comparison& comparison) {
  const auto& name = comparison.name;
  const auto entity = EntityOf(name.prefix);
  if (!entity || comparison.values.size() != 1) return "";
  const auto& literal = comparison.values.front();
  const bool text = comparison.comparator == Comparator::Equal && literal.kind == query::Literal::Kind::Text;
  if (entity == Entity::Param && text && name.function.empty()) {
    return "run_param d WHERE d.key = " + sentence.Bind(name.key) + " AND " +
           SameValue(sentence, literal.text);
  }
  if (entity == Entity::Tag && text && name.key == kParentTag && name.function.empty()) {
    return "run_tag d WHERE d.key = '" + std::string(kParentTag) + "' AND " +
           SameValue(sentence, literal.text);
  }
  if (entity == Entity::Metric && literal.kind == query::Literal::Kind::Number &&
      IsOrdering(comparison.comparator) && comparison.comparator != Comparator::NotEqual &&
      (name.function.empty() || name.function == "last")) {
    return "metric_latest d WHERE " + OfKey(sentence, question, "d", name.key) +
           " AND d.is_nan = 0 AND d.value " + NameOf(comparison.comparator) + " " +
           sentence.Bind(literal.number);
  }
  return "";
}

Result<std::string> RunSentence::CompileAttribute(const query::Comparison& comparison) {
  const auto* attribute = AttributeOf(comparison.name.key);
  if (attribute == nullptr) return UnknownKey(comparison.name, kRunAttributes);
  if (attribute->kind == Attribute::Kind::Time) {
    return CompareInteger(sentence_, attribute->column, comparison, attribute->name, Fractions::Taken);
  }
  const bool id = attribute->kind == Attribute::Kind::Id;
  return CompareText(connection_, sentence_, attribute->column, comparison, attribute->name,
                     id ? Lists::Taken : Lists::Refused);
}

Result<std::string> RunSentence::CompileKeyed(std::string_view table, const query::Comparison& comparison,
                                              std::string_view what) {
  const bool absent = comparison.comparator == Comparator::IsNull;
  std::string exists = std::string(absent ? "NOT " : "") + "EXISTS (SELECT 1 FROM " + std::string(table) +
                       " x WHERE x.run = r.number AND x.key = " + sentence_.Bind(comparison.name.key);
  if (absent || comparison.comparator == Comparator::IsNotNull) return exists + ")";
  const auto compared =
      what == "param" && WithNumber(comparison)
          ? CompareNumericText(connection_, sentence_, "x.value", comparison, what)
          : CompareText(connection_, sentence_, "x.value", comparison, what, Lists::Refused);
  return exists + " AND " + CAIRN_TRY(std::move(compared)) + ")";
}

Result<std::string> RunSentence::CompileMetric(const query::Comparison& comparison) {
  const auto figure = CAIRN_TRY(FigureOf(comparison.name, Entity::Metric));
  const auto compare = [&](Sentence& sentence, const std::string& table) {
    return CompareMetric(sentence, table + figure.column, table + figure.is_nan, comparison);
  };
  if (!IsWalked(comparison.name)) {
    const auto key = OfKey(sentence_, question_, "x", comparison.name.key);
    return "EXISTS (SELECT 1 FROM metric_latest x WHERE x.run = r.number AND " + key + " AND " +
           CAIRN_TRY(compare(sentence_, "x.")) + ")";
  }
  if (source_.kind != RunSource::Kind::Missing) return compare(sentence_, "o.");
  Sentence unused;
  CAIRN_TRY(compare(unused, "o."));
  return std::string("1 = 0");
}

Result<std::string> RunSentence::CompileDataset(const query::Comparison& comparison) {
  const auto& key = comparison.name.key;
  constexpr std::string_view kWhat = "dataset attribute";
  if (key == "context") {
    return "EXISTS (SELECT 1 FROM run_input_tag x WHERE x.run = r.number AND x.key = 'mlflow.data.context' "
           "AND " +
           CAIRN_TRY(CompareText(connection_, sentence_, "x.value", comparison, kWhat, Lists::Taken)) + ")";
  }
  if (key != "name" && key != "digest") return UnknownKey(comparison.name, "name, digest, context");
  return "EXISTS (SELECT 1 FROM run_input x WHERE x.run = r.number AND " +
         CAIRN_TRY(CompareText(connection_, sentence_, "x." + key, comparison, kWhat, Lists::Taken)) + ")";
}

Result<std::string> RunSentence::Compile(const query::Comparison& comparison) {
  const auto entity = EntityOf(comparison.name.prefix);
  if (!entity) return UnknownPrefix(comparison.name, kRunPrefixes);
  CAIRN_TRY(FigureOf(comparison.name, *entity));
  switch (*entity) {
    case Entity::Attribute:
      return CompileAttribute(comparison);
    case Entity::Metric:
      return CompileMetric(comparison);
    case Entity::Param:
      return CompileKeyed("run_param", comparison, "param");
    case Entity::Tag:
      return CompileKeyed("run_tag", comparison, "tag");
    case Entity::Dataset:
      return CompileDataset(comparison);
  }
  return UnknownPrefix(comparison.name, kRunPrefixes);
}

Result<> RunSentence::OrderOne(const RunOrder& order, std::size_t place, std::string& joins,
                               std::string& columns) {
  const auto& name = order.term.name;
  const char* way = order.term.ascending ? " ASC, " : " DESC, ";
  const auto figure = CAIRN_TRY(FigureOf(name, order.entity));
  if (order.entity == Entity::Attribute) {
    const auto* attribute = AttributeOf(name.key);
    if (attribute == nullptr) return UnknownKey(name, kRunAttributes);
    const std::string column(attribute->column);
    if (column == "r.end_ms") columns += "CASE WHEN r.end_ms IS NULL THEN 1 ELSE 0 END, ";
    columns += column + way;
    return {};
  }
  if (order.entity == Entity::Metric && figure.latest && IsWalked(name)) {
    if (source_.kind == RunSource::Kind::Numbers) columns += std::string("o.value") + way;
    return {};
  }
  const auto alias = "o" + std::to_string(place);
  const bool metric = order.entity == Entity::Metric;
  joins +=
      std::string(" LEFT JOIN ") +
      (metric                          ? "metric_latest "
       : order.entity == Entity::Param ? "run_param "
                                       : "run_tag ") +
      alias + " ON " + alias + ".run = r.number AND " +
      (metric ? OfKey(sentence_, question_, alias, name.key) : alias + ".key = " + sentence_.Bind(name.key));
  const auto column = alias + "." + (metric ? figure.column : "value");
  columns += "CASE WHEN " + alias + ".run IS NULL THEN 2 ";
  if (metric) columns += "WHEN " + alias + "." + figure.is_nan + " THEN 1 ";
  columns += "ELSE 0 END, " + column + way;
  return {};
}

Result<> RunSentence::Order(std::string& joins, std::string& columns) {
  bool by_start = false;
  for (std::size_t i = 0; i < question_.order.size(); ++i) {
    const auto& order = question_.order[i];
    const auto added = OrderOne(order, i, joins, columns);
    if (!added) return InOrder(order.written, added.error());
    by_start = by_start || columns.ends_with("r.start_ms ASC, ") || columns.ends_with("r.start_ms DESC, ");
  }
  columns += by_start ? "r.id ASC" : "r.start_ms DESC, r.id ASC";
  return {};
}

Result<std::string> RunSentence::FromWhere(const std::string& joins) {
  const auto& search = question_.search;
  // CROSS JOIN keeps SQLite from turning the order of the tables round.
  std::string from = "run r", where;
  if (source_.kind == RunSource::Kind::Filter) {
    const auto driver = Driver(sentence_, question_, *source_.by);
    const auto split = driver.find(" WHERE ");
    from = driver.substr(0, split) + " CROSS JOIN run r";
    where = driver.substr(split + 7) + " AND r.number = d.run AND ";
  } else if (source_.kind != RunSource::Kind::Runs) {
    const auto& key = question_.order.front().term.name.key;
    const bool missing = source_.kind == RunSource::Kind::Missing;
    const auto of_key = OfKey(sentence_, question_, "o", key);
    if (missing) {
      where = "NOT EXISTS (SELECT 1 FROM metric_latest o WHERE o.run = r.number AND " + of_key + ") AND ";
    } else {
      from = "metric_latest o CROSS JOIN run r";
      where = of_key +
              (source_.kind == RunSource::Kind::Numbers ? " AND o.is_nan = 0" : " AND o.is_nan = 1") +
              " AND r.number = o.run AND ";
    }
  }
  const std::vector<sql::Value> ids(search.experiments.begin(), search.experiments.end());
  where += "r.experiment IN " + sentence_.BindList(ids);
  if (search.view != View::All)
    where += search.view == View::Active ? " AND r.deleted = 0" : " AND r.deleted = 1";
  const auto filter = CAIRN_TRY(CompileRead(
      question_.filter, [this](const query::Comparison& comparison) { return Compile(comparison); }));
  return " FROM " + from + joins + " WHERE " + where + " AND " + filter;
}

Result<Sentence> RunSentence::Select(std::int64_t limit, std::int64_t offset) {
  std::string joins, columns;
  CAIRN_TRY(Order(joins, columns));
  sentence_.Add("SELECT ");
  sentence_.Add(kRunColumns);
  sentence_.Add(CAIRN_TRY(FromWhere(joins)));
  sentence_.Add(" ORDER BY " + columns);
  sentence_.Add(" LIMIT " + sentence_.Bind(limit) + " OFFSET " + sentence_.Bind(offset));
  return std::move(sentence_);
}

Result<Sentence> RunSentence::Count() {
  sentence_.Add("SELECT COUNT(*)");
  sentence_.Add(CAIRN_TRY(FromWhere("")));
  return std::move(sentence_);
}

}  // namespace cairn::tracking
