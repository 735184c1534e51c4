#include <algorithm>
#include <set>

#include "ground/query/query.h"
#include "ground/vocabulary/text.h"
#include "loop/registry/registry.h"
#include "loop/registry/tables/model_table.h"
#include "loop/registry/tables/version_table.h"
#include "loop/tracking/page.h"
#include "loop/tracking/sentence.h"

namespace cairn::registry {
namespace {

using query::Comparator;
using tracking::Sentence;

constexpr std::string_view kPromptTag = "mlflow.prompt.is_prompt";

/// How one kind of record is searched.
struct Searched {
  std::string_view tag_table;
  std::string_view same_owner;  ///< Ties a tag `t` to its record.
  std::string_view keys;        ///< What can be compared, for messages.
  std::string_view orders;      ///< What can be ordered by.
  /// The column of an attribute, and whether it is a whole number; empty when there is none.
  struct Column {
    std::string_view name;
    bool whole = false;
    bool listed = true;  ///< IN is allowed.
  };
  Column (*column)(std::string_view key);
  std::string_view (*order)(std::string_view key);
};

Searched::Column ModelColumn(std::string_view key) {
  return key == "name" ? Searched::Column{"m.name"} : Searched::Column{};
}
std::string_view ModelOrder(std::string_view key) {
  if (key == "name") return "m.name";
  return key == "timestamp" || key == "last_updated_timestamp" ? "m.updated_ms" : "";
}

Searched::Column VersionColumn(std::string_view key) {
  if (key == "name") return {"m.name"};
  if (key == "run_id") return {"v.run_id"};
  if (key == "source_path") return {"v.source", false, false};
  if (key == "version_number") return {"v.version", true};
  return {};
}
std::string_view VersionOrder(std::string_view key) {
  if (key == "name") return "m.name";
  if (key == "version_number") return "v.version";
  if (key == "creation_timestamp") return "v.created_ms";
  return key == "last_updated_timestamp" ? "v.updated_ms" : "";
}

constexpr Searched kModels{"registered_model_tag",         "t.model = m.id", "name, tags.<key>",
                           "name, last_updated_timestamp", ModelColumn,      ModelOrder};
constexpr Searched kVersions{"model_version_tag",
                             "t.model = v.model AND t.version = v.version",
                             "name, run_id, source_path, version_number, tags.<key>",
                             "name, version_number, creation_timestamp, last_updated_timestamp",
                             VersionColumn,
                             VersionOrder};

bool IsAttribute(std::string_view prefix) { return prefix.empty() || prefix == "attribute"; }

/// Builds one search's statement.
class Compiler {
 public:
  Compiler(const sql::Connection& connection, const Searched& searched)
      : connection_(connection), searched_(searched) {}

  Result<std::string> Where(std::string_view filter) {
    auto where = CAIRN_TRY(tracking::CompileFilter(
        filter, [this](const query::Comparison& comparison) { return One(comparison); }));
    // Prompts are kept as models with a tag; who searches models does not mean them.
    if (!prompts_) where += " AND NOT " + Tagged(kPromptTag) + " AND t.value = 'true')";
    return where;
  }

  Result<std::string> Order(const std::vector<std::string>& order_by, std::string_view otherwise,
                            std::initializer_list<std::pair<std::string_view, std::string_view>> ties) const {
    std::string order;
    std::set<std::string_view> seen;
    for (const auto& written : order_by) {
      const auto term = query::ParseOrder(written);
      if (!term) return tracking::InOrder(written, term.error());
      if (const auto plain = tracking::RefuseFunction(term->name); !plain)
        return tracking::InOrder(written, plain.error());
      const auto column =
          IsAttribute(term->name.prefix) ? searched_.order(term->name.key) : std::string_view();
      if (column.empty()) {
        return tracking::InOrder(
            written, query::Refused(term->name.position, "Invalid order by key '" + term->name.key +
                                                             "' specified. Valid keys are " +
                                                             std::string(searched_.orders)));
      }
      if (!seen.insert(column).second) {
        return Error{Reason::InvalidArgument,
                     "`order_by` contains duplicate fields: '" + term->name.key + "'."};
      }
      order += std::string(column) + (term->ascending ? " ASC, " : " DESC, ");
    }
    if (order.empty()) order = otherwise;
    for (const auto& [column, way] : ties) {
      if (!seen.contains(column)) order += std::string(column) + std::string(way) + ", ";
    }
    order.resize(order.size() - 2);
    return order;
  }

  Sentence& sentence() { return sentence_; }

 private:
  /// An open "EXISTS (…" over the tags of that key.
  std::string Tagged(std::string_view key) {
    return "EXISTS (SELECT 1 FROM " + std::string(searched_.tag_table) + " t WHERE " +
           std::string(searched_.same_owner) + " AND t.key = " + sentence_.Bind(key);
  }

  Result<std::string> One(const query::Comparison& comparison) {
    const auto& name = comparison.name;
    CAIRN_TRY(tracking::RefuseFunction(name));
    if (name.prefix == "tags" || name.prefix == "tag") return OneTag(comparison);
    if (!IsAttribute(name.prefix)) return tracking::UnknownPrefix(name, "tags and attributes");
    const auto column = searched_.column(name.key);
    if (column.name.empty()) return tracking::UnknownKey(name, searched_.keys);
    if (column.whole) {
      return tracking::CompareInteger(sentence_, column.name, comparison, name.key,
                                      tracking::Fractions::Refused);
    }
    return tracking::CompareText(connection_, sentence_, column.name, comparison, name.key,
                                 column.listed ? tracking::Lists::Taken : tracking::Lists::Refused);
  }

  Result<std::string> OneTag(const query::Comparison& comparison) {
    const auto& key = comparison.name.key;
    const bool absent = comparison.comparator == Comparator::IsNull;
    if (absent || comparison.comparator == Comparator::IsNotNull)
      return (absent ? "NOT " : "") + Tagged(key) + ")";
    if (key == kPromptTag) return OnePrompt(comparison);
    auto exists = Tagged(key);
    return exists + " AND " +
           CAIRN_TRY(tracking::CompareText(connection_, sentence_, "t.value", comparison, "tag",
                                           tracking::Lists::Refused)) +
           ")";
  }

  /// Either it asks for prompts, or it says nothing: without being asked for, prompts do not appear.
  Result<std::string> OnePrompt(const query::Comparison& comparison) {
    const bool equal = comparison.comparator == Comparator::Equal,
               other = comparison.comparator == Comparator::NotEqual;
    if (!equal && !other && comparison.comparator != Comparator::Like &&
        comparison.comparator != Comparator::ILike) {
      return query::Refused(comparison.comparator_position, "The tag " + std::string(kPromptTag) +
                                                                " is compared with = != LIKE or ILIKE alone");
    }
    // Refused as that of any other tag is, when it is no text.
    Sentence unused;
    CAIRN_TRY(
        tracking::CompareText(connection_, unused, "t.value", comparison, "tag", tracking::Lists::Refused));
    const auto& value = comparison.values.front().text;
    const bool asked =
        (equal && EqualsIgnoringCase(value, "true")) || (other && EqualsIgnoringCase(value, "false"));
    if (!asked) return std::string("1 = 1");
    prompts_ = true;
    return Tagged(kPromptTag) + " AND t.value = 'true')";
  }

  const sql::Connection& connection_;
  const Searched& searched_;
  Sentence sentence_;
  bool prompts_ = false;
};

std::string Limited(Sentence& sentence, const Registry::Search& search, std::int64_t offset) {
  return " LIMIT " + sentence.Bind(search.max_results + 1) + " OFFSET " + sentence.Bind(offset);
}

Result<> CheckLimit(std::int64_t limit, std::int64_t most) {
  if (limit >= 1 && limit <= most) return {};
  return Error{Reason::InvalidArgument,
               "Invalid value " + std::to_string(limit) +
                   " for parameter 'max_results' supplied: it must be at least 1 and at most " +
                   std::to_string(most) + "."};
}

}  // namespace

Result<Registry::Page<RegisteredModel>> Registry::SearchModels(const Search& search) const {
  CAIRN_TRY(CheckLimit(search.max_results, 1000));
  const auto offset = CAIRN_TRY(tracking::OffsetOf(search.page_token));
  return database_.Read([&](sql::Connection& connection) -> Result<Page<RegisteredModel>> {
    Compiler compiler(connection, kModels);
    auto& sentence = compiler.sentence();
    const auto where = CAIRN_TRY(compiler.Where(search.filter));
    const auto order = CAIRN_TRY(compiler.Order(search.order_by, "", {{"m.name", " ASC"}}));
    sentence.Add("SELECT ");
    sentence.Add(kModelColumns);
    sentence.Add(" FROM registered_model m WHERE " + where + " ORDER BY " + order +
                 Limited(sentence, search, offset));
    std::vector<StoredModel> found;
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) found.push_back(StoredModelOf(row));
    Page<RegisteredModel> page;
    page.next = tracking::CutToPage(found, offset, search.max_results);
    CAIRN_TRY(ReadModelRecords(connection, found));
    for (auto& stored : found) page.items.push_back(std::move(stored.model));
    return page;
  });
}

Result<Registry::Page<ModelVersion>> Registry::SearchVersions(const Search& search) const {
  CAIRN_TRY(CheckLimit(search.max_results, 200'000));
  const auto offset = CAIRN_TRY(tracking::OffsetOf(search.page_token));
  return database_.Read([&](sql::Connection& connection) -> Result<Page<ModelVersion>> {
    Compiler compiler(connection, kVersions);
    auto& sentence = compiler.sentence();
    const auto where = CAIRN_TRY(compiler.Where(search.filter));
    const auto order = CAIRN_TRY(
        compiler.Order(search.order_by, "v.updated_ms DESC, ", {{"m.name", " ASC"}, {"v.version", " DESC"}}));
    sentence.Add("SELECT ");
    sentence.Add(kVersionColumns);
    sentence.Add(" FROM model_version v JOIN registered_model m ON m.id = v.model WHERE v.deleted = 0 AND " +
                 where);
    sentence.Add(" ORDER BY " + order + Limited(sentence, search, offset));
    std::vector<StoredVersion> found;
    for (const auto& row : CAIRN_TRY(sentence.Run(connection))) found.push_back(StoredVersionOf(row));
    Page<ModelVersion> page;
    page.next = tracking::CutToPage(found, offset, search.max_results);
    CAIRN_TRY(ReadVersionRecords(connection, found, Aliases::Left));
    for (auto& stored : found) page.items.push_back(std::move(stored.version));
    return page;
  });
}

}  // namespace cairn::registry
