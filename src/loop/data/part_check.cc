#include "loop/data/part_check.h"

#include <algorithm>
#include <map>
#include <optional>

#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/data/key_hash.h"
#include "loop/data/split_plan.h"
#include "loop/profile/personal_columns.h"

namespace cairn::data {
namespace {

constexpr std::int64_t kMostClasses = 100;
/// Rows looked at to tell a column's type.
constexpr std::int64_t kTypedRows = 100'000;

/// All rows of all parts with the place of their part, and the columns that every part has.
struct Rows {
  std::string relation;
  std::vector<std::string> columns;
  std::vector<std::string> decimals;  ///< Of these: numbers, which may be written in several ways.
  std::vector<std::string> files;
  std::optional<profile::PersonalColumns> personal = {};  ///< Once somebody has asked.
};

/// The columns that point at persons in one of the parts.
Result<> FindPersonal(tables::Engine& engine, Rows& rows) {
  if (rows.personal) return Done{};
  profile::PersonalColumns personal;
  for (const auto& file : rows.files)
    personal.merge(CAIRN_TRY(profile::FindPersonal(engine, std::vector{file})));
  rows.personal = std::move(personal);
  return Done{};
}

/// The columns that hold numbers in every part, and not whole ones alone.
class Decimals {
 public:
  Result<> See(tables::Engine& engine, const std::string& file) {
    tables::ReadOptions options;
    options.sample_rows = kTypedRows;
    const auto source = CAIRN_TRY(tables::Source::Open(std::vector{file}, options));
    for (const auto& field : CAIRN_TRY(engine.Sniff(source))) {
      Seen& seen = seen_[field.name];
      ++seen.parts;
      seen.numbers += field.type == tables::Type::Int || field.type == tables::Type::Double ? 1 : 0;
      seen.decimal = seen.decimal || field.type == tables::Type::Double;
    }
    return Done{};
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, seen] : seen_) {
      if (seen.decimal && seen.numbers == seen.parts) names.push_back(name);
    }
    return names;
  }

 private:
  struct Seen {
    std::size_t parts = 0, numbers = 0;
    bool decimal = false;
  };
  std::map<std::string, Seen> seen_;
};

/// A number's text in the one way that it is compared by: 1.50 is 1.5, 0.0 and -0.0 are 0.
std::string OneWay(const std::string& text) {
  return "CASE WHEN regexp_full_match(" + text + ", '-?[0-9]+\\.[0-9]*') OR " + text +
         " = '-0' THEN regexp_replace(regexp_replace(" + text +
         ", '(\\.[0-9]*[1-9])0+$|\\.0*$', '\\1'), '^-0$', '0') ELSE " + text + " END";
}

Result<Rows> RowsOf(tables::Engine& engine, const std::vector<PartFile>& parts) {
  Rows rows;
  Decimals decimals;
  std::string sum;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    tables::ReadOptions options;
    options.all_text = true;
    options.null_strings = {""};
    rows.files.push_back(parts[i].path);
    CAIRN_TRY(decimals.See(engine, parts[i].path));
    const auto source = CAIRN_TRY(tables::Source::Open(std::vector{parts[i].path}, options));
    std::vector<std::string> names;
    for (const auto& field : CAIRN_TRY(engine.Sniff(source))) names.push_back(field.name);
    if (i == 0) {
      rows.columns = names;
    } else {
      std::erase_if(rows.columns, [&](const std::string& column) {
        return std::find(names.begin(), names.end(), column) == names.end();
      });
    }
    sum += (i == 0 ? "" : " UNION ALL BY NAME ") + ("SELECT " + std::to_string(i)) +
           " AS cairn_part, * FROM " + source.Relation();
  }
  rows.decimals = decimals.Names();
  std::string replaced;
  for (const auto& column : rows.decimals) {
    const std::string name = tables::Identifier(column);
    replaced += (replaced.empty() ? "" : ", ") + OneWay("CAST(" + name + " AS VARCHAR)") + " AS " + name;
  }
  rows.relation = "(" + sum + ")";
  if (!replaced.empty()) rows.relation = "(SELECT * REPLACE (" + replaced + ") FROM " + rows.relation + ")";
  return rows;
}

Result<> CheckThere(const Rows& rows, const std::vector<std::string>& columns) {
  const std::vector<std::string_view> known(rows.columns.begin(), rows.columns.end());
  for (const auto& column : columns) {
    if (std::find(known.begin(), known.end(), column) != known.end()) continue;
    return Error{Reason::Unprocessable,
                 "not every part has a column '" + column + "'." + Suggestion(column, known)};
  }
  return Done{};
}

struct Noun {
  std::string one, many;
};

/// SQL for a row of `columns` as an example, with stars for what points at persons.
std::string Shown(const std::vector<std::string>& columns, const profile::PersonalColumns& personal) {
  std::string shown;
  for (const auto& column : columns) {
    if (shown.size() > 2000) break;
    shown +=
        (shown.empty() ? "" : " || ', ' || ") +
        (personal.contains(column) ? tables::Literal("***")
                                   : "coalesce(CAST(" + tables::Identifier(column) + " AS VARCHAR), '')");
  }
  return shown;
}

/// How many different values of `columns` lie in several parts, with some of them.
Result<Json> Shared(tables::Engine& engine, Rows& rows, const std::string& check,
                    const std::vector<std::string>& columns, const Noun& what, bool leaks) {
  const std::string shared =
      " FROM " + rows.relation + " GROUP BY " + KeyDigest(columns) + " HAVING count(DISTINCT cairn_part) > 1";
  const auto found = CAIRN_TRY(engine.Query("SELECT count(*) FROM (SELECT 1" + shared + ")"));
  const std::int64_t count = found[0].Int(0);
  Json examples = Json::Array();
  if (count > 0) {
    CAIRN_TRY(FindPersonal(engine, rows));
    const auto texts =
        CAIRN_TRY(engine.Query("SELECT left(min(" + Shown(columns, *rows.personal) + "), 100)" + shared +
                               " ORDER BY " + KeyDigest(columns) + " LIMIT 5"));
    for (std::size_t i = 0; i < texts.rows(); ++i) examples.Push(texts[0].Text(i));
  }
  return Json{{"check", check},
              {"leaks", leaks && count > 0},
              {"count", count},
              {"sentence", count == 0 ? "no " + what.one + " lies in two parts"
                                      : WithThousands(count) + " " +
                                            (count == 1 ? what.one + " lies" : what.many + " lie") +
                                            " in more than one part"},
              {"examples", std::move(examples)}};
}

Result<Json> TimeOverlap(tables::Engine& engine, const Rows& rows, const PartColumns& columns,
                         std::size_t parts) {
  const std::string order = CAIRN_TRY(TimeOrder(engine, rows.relation, columns.time));
  std::int64_t count = 0;
  for (std::size_t i = 0; i + 1 < parts; ++i) {
    const std::string here = std::to_string(i);
    const auto late = CAIRN_TRY(engine.Query(
        "SELECT count(*) FROM " + rows.relation + " WHERE cairn_part = " + here + " AND " + order +
        " >= (SELECT min(" + order + ") FROM " + rows.relation + " WHERE cairn_part > " + here + ")"));
    count += late[0].Int(0);
  }
  return Json{{"check", "time"},
              {"leaks", columns.ordered && count > 0},
              {"count", count},
              {"sentence", count == 0 ? "every part begins after the end of the one before it"
                                      : WithThousands(count) + (count == 1 ? " row is" : " rows are") +
                                            " not earlier than the first row of a part behind theirs"},
              {"examples", Json::Array()}};
}

}  // namespace

Result<Json> CheckParts(tables::Engine& engine, const std::vector<PartFile>& parts,
                        const PartColumns& columns) {
  Rows rows = CAIRN_TRY(RowsOf(engine, parts));
  for (const auto* named : {&columns.key, &columns.group}) CAIRN_TRY(CheckThere(rows, *named));
  Json checks = Json::Array();
  if (!columns.key.empty())
    checks.Push(CAIRN_TRY(Shared(engine, rows, "key", columns.key, {"key", "keys"}, true)));
  if (!columns.group.empty())
    checks.Push(CAIRN_TRY(Shared(engine, rows, "group", columns.group, {"group", "groups"}, true)));
  checks.Push(CAIRN_TRY(Shared(engine, rows, "duplicates", rows.columns, {"whole row", "whole rows"}, true)));
  std::vector<std::string> features;
  std::copy_if(rows.columns.begin(), rows.columns.end(), std::back_inserter(features),
               [&](const std::string& column) {
                 return std::find(columns.key.begin(), columns.key.end(), column) == columns.key.end();
               });
  if (!columns.key.empty() && !features.empty())
    checks.Push(
        CAIRN_TRY(Shared(engine, rows, "features", features,
                         {"combination of the other columns", "combinations of the other columns"}, false)));
  if (!columns.time.empty()) {
    CAIRN_TRY(CheckThere(rows, {columns.time}));
    checks.Push(CAIRN_TRY(TimeOverlap(engine, rows, columns, parts.size())));
  }
  const bool leaks = std::any_of(checks.items().begin(), checks.items().end(),
                                 [](const Json& check) { return check.Bool("leaks"); });
  return Json{{"sound", !leaks}, {"checks", std::move(checks)}};
}

Result<Json> BalanceOf(tables::Engine& engine, const std::vector<PartFile>& parts,
                       const std::string& target) {
  const Rows rows = CAIRN_TRY(RowsOf(engine, parts));
  CAIRN_TRY(CheckThere(rows, {target}));
  const std::string name = "CAST(" + tables::Identifier(target) + " AS VARCHAR)";
  const auto distinct = CAIRN_TRY(engine.Query("SELECT count(DISTINCT " + name + ") FROM " + rows.relation));
  if (distinct[0].Int(0) > kMostClasses) return Json{{"classes", Json()}, {"distinct", distinct[0].Int(0)}};
  const auto counts = CAIRN_TRY(engine.Query("SELECT " + name + ", cairn_part, count(*) FROM " +
                                             rows.relation + " WHERE " + name + " IS NOT NULL GROUP BY ALL"));
  std::map<std::string, std::vector<std::int64_t>> classes;
  std::vector<std::int64_t> sums(parts.size(), 0);
  for (std::size_t row = 0; row < counts.rows(); ++row) {
    auto& one = classes[counts[0].Text(row)];
    one.resize(parts.size(), 0);
    const auto part = static_cast<std::size_t>(counts[1].Int(row));
    one[part] = counts[2].Int(row);
    sums[part] += counts[2].Int(row);
  }
  const auto learnt =
      std::count_if(classes.begin(), classes.end(), [](const auto& c) { return c.second[0] > 0; });
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> ordered(classes.begin(), classes.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.second[0] > b.second[0]; });
  Json list = Json::Array();
  for (const auto& [label, rows_in] : ordered) {
    Json spread = Json::Object();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const double share = sums[i] == 0 ? 0 : static_cast<double>(rows_in[i]) / static_cast<double>(sums[i]);
      spread.Set(parts[i].name, Json{{"rows", rows_in[i]}, {"share", share}});
    }
    const double weight =
        static_cast<double>(sums[0]) / (static_cast<double>(learnt) * static_cast<double>(rows_in[0]));
    list.Push(Json{
        {"class", label}, {"weight", rows_in[0] == 0 ? Json() : Json(weight)}, {"parts", std::move(spread)}});
  }
  return Json{{"classes", std::move(list)}};
}

}  // namespace cairn::data
