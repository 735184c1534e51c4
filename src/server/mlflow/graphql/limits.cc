#include "server/mlflow/graphql/limits.h"

#include <algorithm>

namespace cairn::mlflow::graphql {
namespace {

constexpr int kMostRootFields = 10;
constexpr int kMostAliases = 10;
constexpr int kDeepest = 10;
constexpr int kMostSelections = 1000;

Error TooMany(int most, int found, const std::string& what) {
  return {Reason::InvalidArgument, "GraphQL queries should have at most " + std::to_string(most) + " " +
                                       what + ", got " + std::to_string(found) + " " + what + "."};
}

class Count {
 public:
  explicit Count(const Document& document) : document_(document) {}

  Result<> Add(const Operation& operation) {
    CAIRN_TRY(Walk(operation.selections, 1));
    if (root_fields_ > kMostRootFields) return TooMany(kMostRootFields, root_fields_, "root fields");
    if (aliases_ > kMostAliases) return TooMany(kMostAliases, aliases_, "aliases");
    return {};
  }

 private:
  struct Level {
    std::vector<const Selection*> fields;
    std::vector<std::string_view> spread;  ///< Fragments that stand on this level already.
  };

  Result<> Walk(const std::vector<Selection>& selections, int depth) {
    if (depth > kDeepest)
      return Error{Reason::InvalidArgument, "Query exceeds maximum depth of " + std::to_string(kDeepest)};
    Level level;
    std::vector<std::string_view> within;
    CAIRN_TRY(Gather(selections, level, within));
    const auto aliased = std::count_if(level.fields.begin(), level.fields.end(),
                                       [](const Selection* field) { return !field->alias.empty(); });
    aliases_ = std::max(aliases_, static_cast<int>(aliased));
    if (depth == 1) root_fields_ += static_cast<int>(level.fields.size());
    for (const auto* field : level.fields) {
      if (!field->selections.empty()) CAIRN_TRY(Walk(field->selections, depth + 1));
    }
    return {};
  }

  /// The fields of one level, those of its fragments among them.
  Result<> Gather(const std::vector<Selection>& selections, Level& level,
                  std::vector<std::string_view>& within) {
    for (const auto& selection : selections) {
      if (++selections_ > kMostSelections) {
        return Error{Reason::InvalidArgument,
                     "Query exceeds maximum total selections of " + std::to_string(kMostSelections)};
      }
      if (selection.kind == Selection::Kind::Field) {
        level.fields.push_back(&selection);
      } else if (selection.kind == Selection::Kind::Inline) {
        CAIRN_TRY(Gather(selection.selections, level, within));
      } else {
        CAIRN_TRY(Spread(selection.name, level, within));
      }
    }
    return {};
  }

  Result<> Spread(const std::string& name, Level& level, std::vector<std::string_view>& within) {
    const auto* fragment = document_.Find(name);
    if (fragment == nullptr) return Error{Reason::InvalidArgument, "Unknown fragment '" + name + "'."};
    if (std::find(within.begin(), within.end(), name) != within.end())
      return Error{Reason::InvalidArgument, "Cannot spread fragment '" + name + "' within itself."};
    if (std::find(level.spread.begin(), level.spread.end(), name) != level.spread.end()) return {};
    level.spread.push_back(name);
    within.push_back(name);
    CAIRN_TRY(Gather(fragment->selections, level, within));
    within.pop_back();
    return {};
  }

  const Document& document_;
  int root_fields_ = 0, aliases_ = 0, selections_ = 0;
};

}  // namespace

Result<> CheckLimits(const Document& document) {
  Count count(document);
  for (const auto& operation : document.operations) CAIRN_TRY(count.Add(operation));
  return {};
}

}  // namespace cairn::mlflow::graphql
