#include <charconv>

#include "ground/query/query.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/tables/experiment_table.h"

namespace cairn::tracking {
namespace {

constexpr std::string_view kKnown = "name, experiment_id, creation_time, last_update_time, tags.<key>";

bool IsTag(std::string_view prefix) { return prefix == "tags" || prefix == "tag"; }
bool IsAttribute(std::string_view prefix) { return prefix.empty() || prefix == "attribute"; }

Result<std::string> CompareId(Sentence& sentence, const query::Comparison& comparison) {
  std::vector<sql::Value> ids;
  for (const auto& literal : comparison.values) {
    if (literal.kind == query::Literal::Kind::Number) {
      return query::Refused(literal.position,
                            "Expected a quoted string value for experiment_id, found " + literal.text);
    }
    std::int64_t id = -1;
    const auto [end, error] =
        std::from_chars(literal.text.data(), literal.text.data() + literal.text.size(), id);
    if (error != std::errc() || *end != '\0')
      return query::Refused(literal.position, "an experiment's id is a whole number");
    ids.emplace_back(id);
  }
  switch (comparison.comparator) {
    case query::Comparator::Equal:
    case query::Comparator::In:
      return "e.id IN " + sentence.BindList(ids);
    case query::Comparator::NotEqual:
    case query::Comparator::NotIn:
      return "e.id NOT IN " + sentence.BindList(ids);
    default:
      return query::Refused(comparison.comparator_position, "experiment_id is compared with = != IN NOT IN");
  }
}

Result<std::string> Compile(sql::Connection& connection, Sentence& sentence,
                            const query::Comparison& comparison) {
  const auto& name = comparison.name;
  CAIRN_TRY(RefuseFunction(name));
  if (IsTag(name.prefix)) {
    const bool absent = comparison.comparator == query::Comparator::IsNull;
    std::string exists = std::string(absent ? "NOT " : "") +
                         "EXISTS (SELECT 1 FROM experiment_tag t WHERE t.experiment = e.id AND t.key = " +
                         sentence.Bind(name.key);
    if (absent || comparison.comparator == query::Comparator::IsNotNull) return exists + ")";
    return exists + " AND " +
           CAIRN_TRY(CompareText(connection, sentence, "t.value", comparison, "tag", Lists::Refused)) + ")";
  }
  if (!IsAttribute(name.prefix)) return UnknownPrefix(name, "tags and attributes");
  if (name.key == "name")
    return CompareText(connection, sentence, "e.name", comparison, "name", Lists::Refused);
  if (name.key == "experiment_id") return CompareId(sentence, comparison);
  if (name.key == "creation_time")
    return CompareInteger(sentence, "e.created_ms", comparison, "creation_time", Fractions::Refused);
  if (name.key == "last_update_time")
    return CompareInteger(sentence, "e.updated_ms", comparison, "last_update_time", Fractions::Refused);
  return UnknownKey(name, kKnown);
}

Result<std::string> Order(const std::vector<std::string>& order_by) {
  if (order_by.empty()) return std::string("e.created_ms DESC, e.id ASC");
  std::string order;
  for (const auto& written : order_by) {
    const auto term = query::ParseOrder(written);
    if (!term) return InOrder(written, term.error());
    if (const auto plain = RefuseFunction(term->name); !plain) return InOrder(written, plain.error());
    const auto& key = term->name.key;
    const char* column = key == "name"               ? "e.name"
                         : key == "experiment_id"    ? "e.id"
                         : key == "creation_time"    ? "e.created_ms"
                         : key == "last_update_time" ? "e.updated_ms"
                                                     : nullptr;
    if (column == nullptr || !IsAttribute(term->name.prefix)) {
      return InOrder(written, UnknownKey(term->name, "name, experiment_id, creation_time, last_update_time"));
    }
    order += std::string(column) + (term->ascending ? " ASC, " : " DESC, ");
  }
  return order + "e.id DESC";
}

}  // namespace

Result<std::vector<Experiment>> FindExperiments(sql::Connection& connection,
                                                const Experiments::Search& search, std::int64_t offset) {
  Sentence sentence;
  sentence.Add("SELECT ");
  sentence.Add(kExperimentColumns);
  sentence.Add(" FROM experiment e WHERE ");
  sentence.Add(CAIRN_TRY(CompileFilter(search.filter, [&](const query::Comparison& comparison) {
    return Compile(connection, sentence, comparison);
  })));
  if (search.view != View::All)
    sentence.Add(search.view == View::Active ? " AND e.deleted = 0" : " AND e.deleted = 1");
  sentence.Add(" ORDER BY " + CAIRN_TRY(Order(search.order_by)));
  sentence.Add(" LIMIT " + sentence.Bind(search.limit + 1) + " OFFSET " + sentence.Bind(offset));
  std::vector<Experiment> found;
  for (const auto& row : CAIRN_TRY(sentence.Run(connection))) found.push_back(ExperimentOf(row));
  return found;
}

}  // namespace cairn::tracking
