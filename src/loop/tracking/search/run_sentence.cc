#include "loop/tracking/search/run_sentence.h"

#include <algorithm>

#include "ground/query/query.h"
#include "loop/tracking/tables/run_table.h"

namespace cairn::tracking {

using query::Comparator;

namespace {

/// The lower, the fewer runs it usually leaves. What is told by fewer runs is asked first.
int Rank(const query::Condition& part) {
  if (part.kind != query::Condition::Kind::Comparison) return 3;
  switch (part.comparison.comparator) {
    case Comparator::Equal:
      return 0;
    case Comparator::In:
    case Comparator::Like:
    case Comparator::ILike:
      return 1;
    default:
      return 2;
  }
}

}  // namespace

bool RunSentence::IsWalked(const query::Identifier& name) const {
  if (source_.kind != RunSource::Kind::Missing && !Walks()) return false;
  return name.key == question_.order.front().term.name.key;
}

std::string RunSentence::Number() const {
  if (source_.kind == RunSource::Kind::Filter) return "d.run";
  if (source_.kind == RunSource::Kind::Started) return "w.number";
  return Walks() ? "o.run" : "r.number";
}

/// The column by which runs that started are walked.
std::string RunSentence::Walked(std::string_view column) const {
  return (source_.kind == RunSource::Kind::Started ? "w." : "r.") + std::string(column);
}

Result<std::string> RunSentence::Filter() {
  const auto compile = [this](const query::Comparison& comparison) { return Compile(comparison); };
  const auto& filter = question_.filter;
  if (filter.kind != query::Condition::Kind::All || filter.parts.size() < 2)
    return CompileRead(filter, compile);
  std::vector<std::pair<int, std::string>> parts;
  for (const auto& part : filter.parts) parts.emplace_back(Rank(part), CAIRN_TRY(CompileRead(part, compile)));
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string all;
  for (const auto& [rank, text] : parts) all += (all.empty() ? "(" : " AND ") + text;
  return all + ")";
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
                       " x WHERE x.run = " + Number() + " AND x.key = " + sentence_.Bind(comparison.name.key);
  if (absent || comparison.comparator == Comparator::IsNotNull) return exists + ")";
  auto compared = what == "param" && WithNumber(comparison)
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
    return "EXISTS (SELECT 1 FROM metric_latest x WHERE x.run = " + Number() + " AND " + key + " AND " +
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
    return "EXISTS (SELECT 1 FROM run_input_tag x WHERE x.run = " + Number() +
           " AND x.key = 'mlflow.data.context' AND " +
           CAIRN_TRY(CompareText(connection_, sentence_, "x.value", comparison, kWhat, Lists::Taken)) + ")";
  }
  if (key != "name" && key != "digest") return UnknownKey(comparison.name, "name, digest, context");
  return "EXISTS (SELECT 1 FROM run_input x WHERE x.run = " + Number() + " AND " +
         CAIRN_TRY(CompareText(connection_, sentence_, "x." + key, comparison, kWhat, Lists::Taken)) + ")";
}

Result<std::string> RunSentence::Compile(const query::Comparison& comparison) {
  const auto entity = EntityOf(comparison.name.prefix);
  if (!entity) return UnknownPrefix(comparison.name, kRunPrefixes);
  CAIRN_TRY(FigureOf(comparison.name, *entity));
  if (source_.kind == RunSource::Kind::Filter && &comparison == source_.by) return std::string("1 = 1");
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

Result<> RunSentence::OrderOne(const RunOrder& order, std::size_t place, std::string& joins) {
  const auto& name = order.term.name;
  const bool ascending = order.term.ascending;
  const auto figure = CAIRN_TRY(FigureOf(name, order.entity));
  if (order.entity == Entity::Attribute) {
    const auto* attribute = AttributeOf(name.key);
    if (attribute == nullptr) return UnknownKey(name, kRunAttributes);
    const std::string column =
        attribute->column == "r.start_ms" ? Walked("start_ms") : std::string(attribute->column);
    if (column == "r.end_ms") order_.push_back({"CASE WHEN r.end_ms IS NULL THEN 1 ELSE 0 END", true});
    order_.push_back({column, ascending});
    return {};
  }
  if (order.entity == Entity::Metric && figure.latest && IsWalked(name)) {
    if (source_.kind == RunSource::Kind::Numbers) order_.push_back({"o.value", ascending});
    return {};
  }
  const auto alias = "o" + std::to_string(place);
  const bool metric = order.entity == Entity::Metric;
  joins +=
      std::string(" LEFT JOIN ") +
      (metric                          ? "metric_latest "
       : order.entity == Entity::Param ? "run_param "
                                       : "run_tag ") +
      alias + " ON " + alias + ".run = " + Number() + " AND " +
      (metric ? OfKey(sentence_, question_, alias, name.key) : alias + ".key = " + sentence_.Bind(name.key));
  auto present = "CASE WHEN " + alias + ".run IS NULL THEN 2 ";
  if (metric) present += "WHEN " + alias + "." + figure.is_nan + " THEN 1 ";
  order_.push_back({present + "ELSE 0 END", true});
  order_.push_back({alias + "." + (metric ? figure.column : "value"), ascending});
  return {};
}

Result<> RunSentence::Order(std::string& joins) {
  order_.clear();
  for (std::size_t i = 0; i < question_.order.size(); ++i) {
    const auto& order = question_.order[i];
    const auto added = OrderOne(order, i, joins);
    if (!added) return InOrder(order.written, added.error());
  }
  const auto start = Walked("start_ms");
  const bool by_start = std::any_of(order_.begin(), order_.end(),
                                    [&](const OrderColumn& column) { return column.text == start; });
  if (!by_start) order_.push_back({start, false});
  order_.push_back({Walked("id"), true});
  return {};
}

Result<std::string> RunSentence::FromWhere(const Lane& lane, const std::string& joins) {
  // CROSS JOIN keeps SQLite from turning the order of the tables round.
  using Kind = RunSource::Kind;
  std::string from = "run r", where;
  if (source_.kind == Kind::Filter) {
    const auto driver = SourceOf(sentence_, question_, *source_.by);
    const auto split = driver.find(" WHERE ");
    from = driver.substr(0, split) + " CROSS JOIN run r";
    where = driver.substr(split + 7) + " AND r.number = d.run AND ";
  } else if (Walks()) {
    from = "metric_latest o CROSS JOIN run r";
    where = InExperiments(sentence_, "o.experiment", lane.experiments) + " AND " +
            OfKey(sentence_, question_, "o", question_.order.front().term.name.key) +
            (source_.kind == Kind::Numbers ? " AND o.is_nan = 0" : " AND o.is_nan = 1") +
            " AND r.number = o.run AND ";
  } else if (source_.kind == Kind::Missing) {
    where = "NOT EXISTS (SELECT 1 FROM metric_latest o WHERE o.run = r.number AND " +
            OfKey(sentence_, question_, "o", question_.order.front().term.name.key) + ") AND ";
  }
  if (source_.kind == Kind::Started) {
    // Read from the index alone; the runs that pass are looked up.
    from = "run w CROSS JOIN run r";
    where += "r.number = w.number AND ";
  }
  where += InExperiments(sentence_, Walked("experiment"), lane.experiments);
  if (lane.view != View::All)
    where += " AND " + Walked("deleted") + (lane.view == View::Active ? " = 0" : " = 1");
  return " FROM " + from + joins + " WHERE " + where + " AND " + CAIRN_TRY(Filter());
}

std::vector<RunSentence::Lane> RunSentence::Lanes() const {
  using Kind = RunSource::Kind;
  const auto& search = question_.search;
  const std::span<const ExperimentId> all = search.experiments;
  if (source_.kind == Kind::Runs || source_.kind == Kind::Filter || all.empty()) return {{all, search.view}};
  const bool by_state = !Walks() && search.view == View::All;
  std::vector<Lane> lanes;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const auto view : by_state ? std::vector{View::Active, View::Deleted} : std::vector{search.view})
      lanes.push_back({all.subspan(i, 1), view});
  }
  return lanes;
}

/// One lane's runs, with the order's columns as k0, k1, … where several lanes are put together.
Result<> RunSentence::AddLane(const Lane& lane, Columns columns) {
  std::string joins;
  CAIRN_TRY(Order(joins));
  sentence_.Add("SELECT ");
  sentence_.Add(kRunColumns);
  if (columns == Columns::WithOrder) {
    for (std::size_t i = 0; i < order_.size(); ++i)
      sentence_.Add(", " + order_[i].text + " AS k" + std::to_string(i));
  }
  sentence_.Add(CAIRN_TRY(FromWhere(lane, joins)));
  return {};
}

void RunSentence::AddOrderOfLane() {
  for (std::size_t i = 0; i < order_.size(); ++i)
    sentence_.Add((i == 0 ? " ORDER BY " : ", ") + order_[i].text + (order_[i].ascending ? " ASC" : " DESC"));
}

/// By the columns k0, k1, … of `table`.
void RunSentence::AddOrder(const std::string& table) {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    sentence_.Add((i == 0 ? " ORDER BY " : ", ") + table + "k" + std::to_string(i) +
                  (order_[i].ascending ? " ASC" : " DESC"));
  }
}

/// SQLite walks the lanes of a plain union side by side, each as far as the page needs it.
Result<> RunSentence::AddLanesSideBySide(std::span<const Lane> lanes) {
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    if (i > 0) sentence_.Add(" UNION ALL ");
    CAIRN_TRY(AddLane(lanes[i], Columns::WithOrder));
  }
  AddOrder("");
  return {};
}

/// PostgreSQL might sort all of each lane, unless each ends by itself where the page could.
Result<> RunSentence::AddLanesByThemselves(std::span<const Lane> lanes, std::int64_t longest) {
  const auto most = " LIMIT " + sentence_.Bind(longest) + ") l";
  sentence_.Add("SELECT " + std::string(kRunColumns) + " FROM (");
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    sentence_.Add(i == 0 ? "SELECT * FROM (" : " UNION ALL SELECT * FROM (");
    CAIRN_TRY(AddLane(lanes[i], Columns::WithOrder));
    AddOrderOfLane();
    sentence_.Add(most + std::to_string(i));
  }
  sentence_.Add(") r");
  AddOrder("r.");
  return {};
}

Result<Sentence> RunSentence::Select(std::int64_t limit, std::int64_t offset) {
  const auto page = " LIMIT " + sentence_.Bind(limit) + " OFFSET " + sentence_.Bind(offset);
  const auto lanes = Lanes();
  if (lanes.size() == 1) {
    CAIRN_TRY(AddLane(lanes.front(), Columns::OfRun));
    AddOrderOfLane();
  } else if (connection_.engine() == sql::Engine::Sqlite) {
    CAIRN_TRY(AddLanesSideBySide(lanes));
  } else {
    CAIRN_TRY(AddLanesByThemselves(lanes, limit + offset));
  }
  sentence_.Add(page);
  return std::move(sentence_);
}

Result<Sentence> RunSentence::Count() {
  sentence_.Add("SELECT COUNT(*)");
  sentence_.Add(CAIRN_TRY(FromWhere({question_.search.experiments, question_.search.view}, "")));
  return std::move(sentence_);
}

}  // namespace cairn::tracking
