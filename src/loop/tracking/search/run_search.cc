#include <set>

#include "ground/query/query.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {
namespace {

using query::Comparator;

enum class Entity { Attribute, Metric, Param, Tag, Dataset };

std::optional<Entity> EntityOf(std::string_view prefix) {
  struct Alias {
    std::string_view written;
    Entity entity;
  };
  static constexpr Alias kAliases[] = {
      {"", Entity::Attribute},      {"attribute", Entity::Attribute}, {"attributes", Entity::Attribute},
      {"attr", Entity::Attribute},  {"run", Entity::Attribute},       {"metric", Entity::Metric},
      {"metrics", Entity::Metric},  {"param", Entity::Param},         {"params", Entity::Param},
      {"parameter", Entity::Param}, {"parameters", Entity::Param},    {"tag", Entity::Tag},
      {"tags", Entity::Tag},        {"dataset", Entity::Dataset},     {"datasets", Entity::Dataset}};
  for (const auto& alias : kAliases) {
    if (alias.written == prefix) return alias.entity;
  }
  return std::nullopt;
}

constexpr std::string_view kPrefixes = "metrics, params, tags, attributes, datasets";
constexpr std::string_view kAttributes =
    "run_id, run_name, user_id, status, artifact_uri, start_time, end_time";

struct Attribute {
  std::string_view name;
  std::string_view column;
  enum class Kind { Id, Text, Time } kind;
};

const Attribute* AttributeOf(std::string_view key) {
  using enum Attribute::Kind;
  static constexpr Attribute kKnown[] = {{"run_id", "r.id", Id},
                                         {"run_name", "r.name", Text},
                                         {"run name", "r.name", Text},
                                         {"Run name", "r.name", Text},
                                         {"Run Name", "r.name", Text},
                                         {"user_id", "r.user_name", Text},
                                         {"status", "r.status", Text},
                                         {"artifact_uri", "r.artifact_uri", Text},
                                         {"start_time", "r.start_ms", Time},
                                         {"created", "r.start_ms", Time},
                                         {"Created", "r.start_ms", Time},
                                         {"end_time", "r.end_ms", Time}};
  for (const auto& attribute : kKnown) {
    if (attribute.name == key) return &attribute;
  }
  return nullptr;
}

Result<std::string> CompileAttribute(sql::Connection& connection, Sentence& sentence,
                                     const query::Comparison& comparison) {
  const auto* attribute = AttributeOf(comparison.name.key);
  if (attribute == nullptr) return UnknownKey(comparison.name, kAttributes);
  if (attribute->kind == Attribute::Kind::Time) {
    return CompareInteger(sentence, attribute->column, comparison, attribute->name);
  }
  const auto list = comparison.comparator == Comparator::In || comparison.comparator == Comparator::NotIn;
  if (list && attribute->kind != Attribute::Kind::Id) {
    return query::Refused(comparison.comparator_position,
                          "of the attributes, only run_id is compared with a list");
  }
  return CompareText(connection, sentence, attribute->column, comparison, "attribute");
}

/// Parameters and tags.
Result<std::string> CompileKeyed(sql::Connection& connection, Sentence& sentence, std::string_view table,
                                 const query::Comparison& comparison, std::string_view what) {
  const bool absent = comparison.comparator == Comparator::IsNull;
  std::string exists = std::string(absent ? "NOT " : "") + "EXISTS (SELECT 1 FROM " + std::string(table) +
                       " x WHERE x.run = r.number AND x.key = " + sentence.Bind(comparison.name.key);
  if (absent || comparison.comparator == Comparator::IsNotNull) return exists + ")";
  return exists + " AND " + CAIRN_TRY(CompareText(connection, sentence, "x.value", comparison, what)) + ")";
}

Result<std::string> CompileMetric(Sentence& sentence, const query::Comparison& comparison) {
  return "EXISTS (SELECT 1 FROM metric_latest x WHERE x.run = r.number AND x.key = (SELECT id FROM "
         "metric_key WHERE name = " +
         sentence.Bind(comparison.name.key) + ") AND " + CAIRN_TRY(CompareMetric(sentence, "x", comparison)) +
         ")";
}

Result<std::string> CompileDataset(sql::Connection& connection, Sentence& sentence,
                                   const query::Comparison& comparison) {
  const auto& key = comparison.name.key;
  if (key == "context") {
    return "EXISTS (SELECT 1 FROM run_input_tag x WHERE x.run = r.number AND x.key = 'mlflow.data.context' "
           "AND " +
           CAIRN_TRY(CompareText(connection, sentence, "x.value", comparison, "dataset attribute")) + ")";
  }
  if (key != "name" && key != "digest") return UnknownKey(comparison.name, "name, digest, context");
  return "EXISTS (SELECT 1 FROM run_input x WHERE x.run = r.number AND " +
         CAIRN_TRY(CompareText(connection, sentence, "x." + key, comparison, "dataset attribute")) + ")";
}

Result<std::string> Compile(sql::Connection& connection, Sentence& sentence,
                            const query::Comparison& comparison) {
  const auto entity = EntityOf(comparison.name.prefix);
  if (!entity) return UnknownPrefix(comparison.name, kPrefixes);
  switch (*entity) {
    case Entity::Attribute:
      return CompileAttribute(connection, sentence, comparison);
    case Entity::Metric:
      return CompileMetric(sentence, comparison);
    case Entity::Param:
      return CompileKeyed(connection, sentence, "run_param", comparison, "param");
    case Entity::Tag:
      return CompileKeyed(connection, sentence, "run_tag", comparison, "tag");
    case Entity::Dataset:
      return CompileDataset(connection, sentence, comparison);
  }
  return UnknownPrefix(comparison.name, kPrefixes);
}

/// Joins what an ordering needs, and says by which columns: what is missing comes last both ways, after NaN.
class Ordering {
 public:
  explicit Ordering(Sentence& sentence) : sentence_(sentence) {}

  Result<> Add(const std::string& written) {
    const auto term = query::ParseOrder(written);
    if (!term) return InOrder(written, term.error());
    const auto entity = EntityOf(term->name.prefix);
    if (!entity || *entity == Entity::Dataset)
      return InOrder(written, UnknownPrefix(term->name, "metrics, params, tags, attributes"));
    if (!seen_.insert(std::to_string(static_cast<int>(*entity)) + term->name.key).second) {
      return Error{Reason::InvalidArgument, "`order_by` contains duplicate fields: '" + written + "'."};
    }
    if (*entity == Entity::Attribute) {
      const auto* attribute = AttributeOf(term->name.key);
      if (attribute == nullptr) return InOrder(written, UnknownKey(term->name, kAttributes));
      AddColumn(std::string(attribute->column), term->ascending);
      return {};
    }
    AddJoined(*entity, *term);
    return {};
  }

  const std::string& joins() const { return joins_; }
  std::string columns() const { return columns_ + "r.start_ms DESC, r.id ASC"; }

 private:
  void AddColumn(const std::string& column, bool ascending) {
    columns_ +=
        "CASE WHEN " + column + " IS NULL THEN 1 ELSE 0 END, " + column + (ascending ? " ASC, " : " DESC, ");
  }

  void AddJoined(Entity entity, const query::OrderTerm& term) {
    const auto alias = "o" + std::to_string(seen_.size());
    const auto key = sentence_.Bind(term.name.key);
    const bool metric = entity == Entity::Metric;
    joins_ += std::string(" LEFT JOIN ") +
              (metric                    ? "metric_latest "
               : entity == Entity::Param ? "run_param "
                                         : "run_tag ") +
              alias + " ON " + alias + ".run = r.number AND " + alias +
              ".key = " + (metric ? "(SELECT id FROM metric_key WHERE name = " + key + ")" : key);
    if (metric)
      columns_ +=
          "CASE WHEN " + alias + ".run IS NULL THEN 2 WHEN " + alias + ".is_nan = 1 THEN 1 ELSE 0 END, ";
    AddColumn(alias + ".value", term.ascending);
  }

  Sentence& sentence_;
  std::set<std::string> seen_;
  std::string joins_, columns_;
};

}  // namespace

Result<std::vector<StoredRun>> FindRuns(sql::Connection& connection, const Runs::Search& search,
                                        std::int64_t offset) {
  Sentence sentence;
  Ordering ordering(sentence);
  for (const auto& written : search.order_by) CAIRN_TRY(ordering.Add(written));
  const auto where = CAIRN_TRY(CompileFilter(search.filter, [&](const query::Comparison& comparison) {
    return Compile(connection, sentence, comparison);
  }));
  std::vector<StoredRun> found;
  if (search.experiments.empty()) return found;
  std::vector<sql::Value> ids(search.experiments.begin(), search.experiments.end());
  sentence.Add("SELECT ");
  sentence.Add(kRunColumns);
  sentence.Add(" FROM run r" + ordering.joins() + " WHERE r.experiment IN " + sentence.BindList(ids));
  if (search.view != View::All)
    sentence.Add(search.view == View::Active ? " AND r.deleted = 0" : " AND r.deleted = 1");
  sentence.Add(" AND " + where + " ORDER BY " + ordering.columns());
  sentence.Add(" LIMIT " + sentence.Bind(search.limit + 1) + " OFFSET " + sentence.Bind(offset));
  for (const auto& row : CAIRN_TRY(sentence.Run(connection))) found.push_back(RunOf(row));
  return found;
}

}  // namespace cairn::tracking
