#include <set>

#include "ground/query/query.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/tables/logged_model_table.h"

namespace cairn::tracking {
namespace {

using query::Comparator;

constexpr std::string_view kAttributes =
    "name, model_id, model_type, status, source_run_id, experiment_id, artifact_location, "
    "creation_timestamp, "
    "last_updated_timestamp";

/// The column, as text or as a time, and what to order by where that is another.
struct Column {
  std::string text;
  bool is_time = false;
  std::string order = {};
};

std::optional<Column> ColumnOf(std::string_view key) {
  if (key == "name") return Column{"m.name"};
  if (key == "model_id") return Column{"m.id"};
  if (key == "model_type") return Column{"m.type"};
  if (key == "source_run_id") return Column{"m.source_run"};
  if (key == "artifact_location") return Column{"m.artifact_uri"};
  if (key == "experiment_id") return Column{"CAST(m.experiment AS TEXT)"};
  if (key == "status")
    return Column{"CASE m.status WHEN 1 THEN 'PENDING' WHEN 2 THEN 'READY' ELSE 'FAILED' END", false,
                  "m.status"};
  if (key == "creation_timestamp" || key == "creation_time") return Column{"m.created_ms", true};
  if (key == "last_updated_timestamp" || key == "last_updated_time") return Column{"m.updated_ms", true};
  return std::nullopt;
}

std::string OnDatasets(Sentence& sentence, const std::vector<LoggedModels::OnDataset>& datasets) {
  std::string any;
  for (const auto& dataset : datasets) {
    if (!any.empty()) any += " OR ";
    any += "(x.dataset_name = " + sentence.Bind(dataset.name);
    if (!dataset.digest.empty()) any += " AND x.dataset_digest = " + sentence.Bind(dataset.digest);
    any += ")";
  }
  return any.empty() ? any : " AND (" + any + ")";
}

/// As this search reads values: a number without quotes, where a text is meant, is its text.
query::Comparison Quoted(query::Comparison comparison) {
  const bool ranged = query::IsOrdering(comparison.comparator) &&
                      comparison.comparator != Comparator::Equal &&
                      comparison.comparator != Comparator::NotEqual;
  for (auto& literal : comparison.values) {
    if (!ranged) literal.kind = query::Literal::Kind::Text;
  }
  return comparison;
}

/// The value of a parameter or a tag.
Result<std::string> CompareValue(const sql::Connection& connection, Sentence& sentence,
                                 const query::Comparison& comparison) {
  const auto quoted = Quoted(comparison);
  if (comparison.name.prefix == "params" && WithNumber(quoted))
    return CompareNumericText(connection, sentence, "x.value", comparison, "params");
  return CompareText(connection, sentence, "x.value", quoted, comparison.name.prefix, Lists::Taken);
}

Result<std::string> Compile(sql::Connection& connection, Sentence& sentence,
                            const LoggedModels::Search& search, const query::Comparison& comparison) {
  const auto& name = comparison.name;
  CAIRN_TRY(RefuseFunction(name));
  if (name.prefix == "metrics") {
    return "EXISTS (SELECT 1 FROM logged_model_metric x WHERE x.model = m.id AND x.key = " +
           sentence.Bind(name.key) + OnDatasets(sentence, search.datasets) + " AND " +
           CAIRN_TRY(CompareMetric(sentence, "x.value", "x.is_nan = 1", comparison)) + ")";
  }
  if (name.prefix == "params" || name.prefix == "tags") {
    const std::string table = name.prefix == "params" ? "logged_model_param" : "logged_model_tag";
    const auto exists =
        "EXISTS (SELECT 1 FROM " + table + " x WHERE x.model = m.id AND x.key = " + sentence.Bind(name.key);
    return exists + " AND " + CAIRN_TRY(CompareValue(connection, sentence, comparison)) + ")";
  }
  if (!name.prefix.empty() && name.prefix != "attributes")
    return UnknownPrefix(name, "metrics, params, tags, attributes");
  const auto column = ColumnOf(name.key);
  if (!column) return UnknownKey(name, kAttributes);
  if (column->is_time) return CompareInteger(sentence, column->text, comparison, name.key, Fractions::Taken);
  return CompareText(connection, sentence, column->text, Quoted(comparison), name.key, Lists::Taken);
}

/// The value of the newest row of a metric by time and step, on a data set where one is given.
std::string NewestMetric(Sentence& sentence, std::string_view key, const LoggedModels::OnDataset& dataset,
                         std::string_view column) {
  std::vector<LoggedModels::OnDataset> on;
  if (!dataset.name.empty()) on.push_back(dataset);
  return "(SELECT x." + std::string(column) +
         " FROM logged_model_metric x WHERE x.model = m.id AND x.key = " + sentence.Bind(key) +
         OnDatasets(sentence, on) + " ORDER BY x.at_ms DESC, x.step DESC, x.value DESC LIMIT 1)";
}

Result<std::string> OrderOne(Sentence& sentence, const LoggedModels::Order& order) {
  const char* way = order.ascending ? " ASC, " : " DESC, ";
  // A field is a name as it is: nothing in it is quoted.
  constexpr std::string_view kMetrics = "metrics.";
  if (order.field.starts_with(kMetrics)) {
    const auto key = std::string_view(order.field).substr(kMetrics.size());
    const auto value = NewestMetric(sentence, key, order.dataset, "value");
    const auto is_nan = NewestMetric(sentence, key, order.dataset, "is_nan");
    return "COALESCE(" + is_nan + ", 2), " + value + way;
  }
  const auto column = ColumnOf(order.field);
  if (!column) {
    return Error{Reason::InvalidArgument, "Invalid order by field name '" + order.field +
                                              "': order by metrics.<key> or one of " +
                                              std::string(kAttributes) + "."};
  }
  return (column->order.empty() ? column->text : column->order) + way;
}

Result<std::string> OrderAll(Sentence& sentence, const std::vector<LoggedModels::Order>& order_by) {
  std::string columns;
  std::set<std::string> seen;
  for (const auto& order : order_by) {
    if (!seen.insert(order.field + '\n' + order.dataset.name + '\n' + order.dataset.digest).second) {
      return Error{Reason::InvalidArgument, "`order_by` contains duplicate fields: '" + order.field + "'."};
    }
    columns += CAIRN_TRY(OrderOne(sentence, order));
  }
  return columns +
         (columns.find("m.created_ms") == std::string::npos ? "m.created_ms DESC, m.id ASC" : "m.id ASC");
}

}  // namespace

Result<std::vector<LoggedModel>> FindModels(sql::Connection& connection, const LoggedModels::Search& search,
                                            std::int64_t offset) {
  Sentence sentence;
  bool about_metrics = false;
  auto where = CAIRN_TRY(CompileFilter(search.filter, [&](const query::Comparison& comparison) {
    about_metrics = about_metrics || comparison.name.prefix == "metrics";
    return Compile(connection, sentence, search, comparison);
  }));
  if (!search.datasets.empty() && !about_metrics) {
    where += " AND EXISTS (SELECT 1 FROM logged_model_metric x WHERE x.model = m.id" +
             OnDatasets(sentence, search.datasets) + ")";
  }
  const auto order = CAIRN_TRY(OrderAll(sentence, search.order_by));
  std::vector<LoggedModel> found;
  if (search.experiments.empty()) return found;
  std::vector<sql::Value> ids(search.experiments.begin(), search.experiments.end());
  sentence.Add("SELECT ");
  sentence.Add(kModelColumns);
  sentence.Add(" FROM logged_model m WHERE m.experiment IN " + sentence.BindList(ids) +
               (search.deleted == LoggedModels::Deleted::Hidden ? " AND m.deleted = 0" : "") + " AND " +
               where);
  sentence.Add(" ORDER BY " + order + " LIMIT " + sentence.Bind(search.limit + 1) + " OFFSET " +
               sentence.Bind(offset));
  for (const auto& row : CAIRN_TRY(sentence.Run(connection))) found.push_back(LoggedModelOf(row));
  return found;
}

}  // namespace cairn::tracking
