#include "loop/data/split_plan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"
#include "loop/data/key_hash.h"

namespace cairn::data {
namespace {

constexpr std::size_t kMostClasses = 1000;
constexpr std::array kMethods = {SplitMethod::Random, SplitMethod::Stratified, SplitMethod::Group,
                                 SplitMethod::Time};
/// Follows every hexadecimal digest, as "" comes before.
constexpr const char* kBeyond = "g";

bool IsWord(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<> CheckColumns(const std::vector<tables::Field>& fields, const std::vector<std::string>& wanted,
                      std::string_view what) {
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const auto& field : fields) names.push_back(field.name);
  if (wanted.empty()) {
    return Error{Reason::InvalidArgument,
                 "say which column holds the " + std::string(what) + ": --" + std::string(what) + " COLUMN"};
  }
  for (const auto& column : wanted) {
    if (std::find(names.begin(), names.end(), column) != names.end()) continue;
    return Error{Reason::Unprocessable, "there is no column '" + column + "', which is to be the " +
                                            std::string(what) + "." + Suggestion(column, names)};
  }
  return Done{};
}

/// Where each part but the first begins, as a share of the whole.
std::vector<double> Bounds(const std::vector<SplitPart>& parts) {
  std::vector<double> bounds;
  double sum = 0;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) bounds.push_back(sum += parts[i].share);
  return bounds;
}

/// One condition a part from what marks its beginnings: "place < 17" for each bound.
std::vector<PlannedPart> Between(const std::vector<SplitPart>& parts, const std::vector<std::string>& below) {
  std::vector<PlannedPart> planned;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::string condition = i == 0 ? "" : "NOT (" + below[i - 1] + ")";
    if (i < below.size()) condition += (condition.empty() ? "" : " AND ") + ("(" + below[i] + ")");
    planned.push_back({parts[i].name, condition});
  }
  return planned;
}

std::string SaltOf(const SplitWish& wish) { return "split\x1f" + wish.seed; }

std::vector<PlannedPart> ByHash(const SplitWish& wish, const std::vector<std::string>& key) {
  std::vector<std::string> below;
  for (const double bound : Bounds(wish.parts))
    below.push_back(KeyPlace(key, SaltOf(wish)) + " < " + std::to_string(PlaceOf(bound)));
  return Between(wish.parts, below);
}

std::string ClassText(const std::string& column) {
  return "coalesce(CAST(" + tables::Identifier(column) + " AS VARCHAR), '')";
}

/// How many keys come first in a class, of `n`: a rank as SQL.
std::string RankAt(double bound) {
  return "CAST(floor(n * CAST(" + ShortestText(bound) + " AS DOUBLE) + 0.5) AS BIGINT)";
}

Result<> CheckOneClass(tables::Engine& engine, const std::string& relation, const std::string& digest,
                       const std::string& column) {
  const auto mixed =
      CAIRN_TRY(engine.Query("SELECT count(*) FROM (SELECT 1 FROM " + relation + " GROUP BY " + digest +
                             " HAVING count(DISTINCT " + ClassText(column) + ") > 1)"));
  if (mixed[0].Int(0) == 0) return Done{};
  return Error{
      Reason::Unprocessable,
      WithThousands(mixed[0].Int(0)) + " keys have rows of several classes of '" + column +
          "': they cannot be kept together and be spread by class; split by group instead, or name a key "
          "that has one class"};
}

/// In each class the keys in the order of their digests: those below the one at the part's rank are in it.
Result<std::vector<PlannedPart>> ByClass(tables::Engine& engine, const std::string& relation,
                                         const SplitWish& wish, const std::vector<std::string>& key) {
  const std::string digest = KeyDigest(key, SaltOf(wish));
  CAIRN_TRY(CheckOneClass(engine, relation, digest, wish.stratum));
  const auto bounds = Bounds(wish.parts);
  std::string firsts;
  for (const double bound : bounds) firsts += ", max(h) FILTER (WHERE place = " + RankAt(bound) + " + 1)";
  const auto classes = CAIRN_TRY(engine.Query(
      "SELECT c" + firsts +
      " FROM (SELECT c, h, row_number() OVER (PARTITION BY c ORDER BY h) AS place, count(*) OVER "
      "(PARTITION BY c) AS n FROM (SELECT DISTINCT " +
      ClassText(wish.stratum) + " AS c, " + digest + " AS h FROM " + relation +
      ")) GROUP BY c ORDER BY c LIMIT " + std::to_string(kMostClasses + 1)));
  if (classes.rows() > kMostClasses) {
    return Error{Reason::TooLarge, "'" + wish.stratum + "' has more than " + WithThousands(kMostClasses) +
                                       " different values: it does not name classes"};
  }
  std::vector<std::string> below;
  for (std::size_t bound = 0; bound < bounds.size(); ++bound) {
    std::string first = "CASE " + ClassText(wish.stratum);
    for (std::size_t row = 0; row < classes.rows(); ++row) {
      const auto& column = classes[bound + 1];
      first += " WHEN " + tables::Literal(classes[0].Text(row)) + " THEN '" +
               (column.IsNull(row) ? kBeyond : column.Text(row)) + "'";
    }
    below.push_back(digest + " < " + (classes.rows() == 0 ? "''" : first + " END"));
  }
  return Between(wish.parts, below);
}

Result<std::string> CutText(const std::string& order, const std::string& text) {
  if (order.find("epoch_us") == std::string::npos) return ShortestText(CAIRN_TRY(ParseDouble(text)));
  return std::to_string(CAIRN_TRY(ParseTime(text)) * 1000);
}

Result<std::vector<PlannedPart>> ByTime(tables::Engine& engine, const std::string& relation,
                                        const SplitWish& wish) {
  const std::string order = CAIRN_TRY(TimeOrder(engine, relation, wish.time));
  std::vector<std::string> cuts;
  for (const auto& cut : wish.cuts) cuts.push_back(CAIRN_TRY(CutText(order, cut)));
  if (!wish.cuts.empty() && wish.cuts.size() + 1 != wish.parts.size()) {
    return Error{Reason::InvalidArgument, std::to_string(wish.parts.size()) + " parts need " +
                                              std::to_string(wish.parts.size() - 1) + " cuts, not " +
                                              std::to_string(wish.cuts.size())};
  }
  if (cuts.empty()) {
    std::string firsts;
    for (const double bound : Bounds(wish.parts))
      firsts += (firsts.empty() ? "" : ", ") + ("max(t) FILTER (WHERE place = " + RankAt(bound) + " + 1)");
    const auto found = CAIRN_TRY(engine.Query("SELECT " + firsts +
                                              " FROM (SELECT t, row_number() OVER (ORDER BY t) AS "
                                              "place, count(*) OVER () AS n FROM (SELECT " +
                                              order + " AS t FROM " + relation + "))"));
    for (const auto& column : found.columns()) cuts.push_back(column.IsNull(0) ? "NULL" : column.Shown(0));
  }
  std::vector<std::string> below;
  below.reserve(cuts.size());
  for (const auto& cut : cuts) below.push_back(cut == "NULL" ? "true" : order + " < " + cut);
  return Between(wish.parts, below);
}

}  // namespace

const char* NameOf(SplitMethod method) {
  switch (method) {
    case SplitMethod::Random:
      return "random";
    case SplitMethod::Stratified:
      return "stratified";
    case SplitMethod::Group:
      return "group";
    case SplitMethod::Time:
      return "time";
  }
  return "random";
}

Result<SplitMethod> SplitMethodNamed(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto method : kMethods) {
    if (name == NameOf(method)) return method;
    names.emplace_back(NameOf(method));
  }
  return Error{Reason::InvalidArgument, "'" + std::string(name) +
                                            "' is no way to split: random, stratified, group or time." +
                                            Suggestion(name, names)};
}

Result<std::vector<SplitPart>> ParseParts(std::string_view text) {
  std::vector<SplitPart> parts;
  std::set<std::string> names;
  double sum = 0;
  const auto wrong = [&](const std::string& why) {
    return Error{Reason::InvalidArgument,
                 "'" + std::string(text) + "' " + why + "; write parts as train=80,validation=10,test=10"};
  };
  for (const auto part : Split(text, ',')) {
    const auto equals = part.find('=');
    const std::string name(Trim(part.substr(0, equals)));
    auto number = equals == part.npos ? std::string_view() : Trim(part.substr(equals + 1));
    if (number.ends_with('%')) number.remove_suffix(1);
    const auto share = ParseDouble(number);
    if (!IsWord(name) || !share || !(*share > 0) || !std::isfinite(*share))
      return wrong("names no part and share in '" + std::string(part) + "'");
    if (!names.insert(name).second) return wrong("names '" + name + "' twice");
    parts.push_back({name, *share});
    sum += *share;
  }
  if (parts.size() < 2) return wrong("is one part alone");
  const double whole = sum > 1.5 ? 100 : 1;
  if (std::abs(sum - whole) > 1e-6 * whole) return wrong("sums to " + ShortestText(sum) + ", not 100");
  for (auto& part : parts) part.share /= sum;
  return parts;
}

Result<std::string> TimeOrder(tables::Engine& engine, const std::string& relation,
                              const std::string& column) {
  const std::string name = tables::Identifier(column),
                    number = "TRY_CAST(CAST(" + name + " AS VARCHAR) AS DOUBLE)",
                    moment = "epoch_us(TRY_CAST(CAST(" + name + " AS VARCHAR) AS TIMESTAMPTZ))";
  const auto counts = CAIRN_TRY(engine.Query("SELECT count(*), count(" + number + "), count(" + moment +
                                             "), count(" + name + ") FROM " + relation));
  const std::int64_t rows = counts[0].Int(0);
  if (counts[1].Int(0) == rows) return number;
  if (counts[2].Int(0) == rows) return moment;
  const std::int64_t missing = rows - counts[3].Int(0), unreadable = counts[3].Int(0) - counts[2].Int(0);
  return Error{Reason::Unprocessable, "'" + column + "' is missing in " + WithThousands(missing) +
                                          " rows and no time in " + WithThousands(unreadable) +
                                          ": a split by time needs one in every row"};
}

Result<std::vector<PlannedPart>> PlanSplit(tables::Engine& engine, const std::string& relation,
                                           const std::vector<tables::Field>& fields, const SplitWish& wish) {
  std::vector<std::string> key = wish.key;
  if (key.empty()) {
    for (const auto& field : fields) key.push_back(field.name);
  }
  CAIRN_TRY(CheckColumns(fields, key, "key"));
  const auto named = [](const std::string& column) {
    return column.empty() ? std::vector<std::string>() : std::vector{column};
  };
  switch (wish.method) {
    case SplitMethod::Random:
      return ByHash(wish, key);
    case SplitMethod::Group:
      CAIRN_TRY(CheckColumns(fields, wish.group, "group"));
      return ByHash(wish, wish.group);
    case SplitMethod::Stratified:
      CAIRN_TRY(CheckColumns(fields, named(wish.stratum), "stratum"));
      return ByClass(engine, relation, wish, key);
    case SplitMethod::Time:
      CAIRN_TRY(CheckColumns(fields, named(wish.time), "time"));
      return ByTime(engine, relation, wish);
  }
  return ByHash(wish, key);
}

}  // namespace cairn::data
