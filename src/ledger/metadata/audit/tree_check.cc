#include "ledger/metadata/audit/tree_check.h"

#include <algorithm>
#include <utility>

#include "ledger/metadata/merkle.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

constexpr std::int64_t kPage = 5000;

/// Positions [begin, end).
struct Range {
  std::int64_t begin = 0, end = 0;
  bool Meets(const Range& other) const { return begin < other.end && other.begin < end; }
};

struct WrongNode {
  int level = 0;
  std::int64_t place = 0;
  Range Covers() const { return {place << level, (place + 1) << level}; }
};

/// The stored nodes that differ from the computed tree's, lowest level first, the first hundred.
Result<std::vector<WrongNode>> WrongNodes(sql::Connection& connection, const MemoryTree& tree) {
  std::vector<WrongNode> wrong;
  for (int level = 1; level < tree.height(); ++level) {
    const auto computed = tree.Level(level);
    std::size_t next = 0;
    while (next < computed.size() && wrong.size() < 100) {
      const auto page = CAIRN_TRY(NodesOfLevel(connection, level, static_cast<std::int64_t>(next), kPage));
      const std::size_t end = std::min(computed.size(), next + static_cast<std::size_t>(kPage));
      auto stored = page.begin();
      for (; next < end; ++next) {
        while (stored != page.end() && stored->first < next) ++stored;
        const bool same =
            stored != page.end() && stored->first == next && stored->second == TextOf(computed[next]);
        if (!same) wrong.push_back({level, static_cast<std::int64_t>(next)});
      }
    }
  }
  return wrong;
}

class Check {
 public:
  Check(sql::Connection& connection, const EventSurvey& survey, const SignedHeads& heads)
      : connection_(connection), survey_(survey), heads_(heads) {}

  Result<TreeFindings> Run() {
    for (const auto& leaf : survey_.leaves) tree_.Add(leaf);
    findings_.root = TextOf(tree_.Root(tree_.size()));
    wrong_nodes_ = CAIRN_TRY(WrongNodes(connection_, tree_));
    std::int64_t good_until = 0;
    bool rewritten = false;
    for (const auto& [size, head] : heads_.good) {
      if (size > tree_.size()) break;
      const auto end = static_cast<std::int64_t>(size);
      if (TextOf(tree_.Root(size)) != head.root) {
        if (!rewritten) CAIRN_TRY(ReportRewritten({good_until, end}, head));
        rewritten = true;
      } else if (!rewritten) {
        good_until = end;
        if (head.in_store) findings_.proven_inside = size;
        if (head.in_file) findings_.proven_outside = size;
      }
    }
    if (!rewritten) CAIRN_TRY(ReportNodes());
    return std::move(findings_);
  }

 private:
  bool IsExplained(const Range& range) const {
    return std::any_of(survey_.problems.begin(), survey_.problems.end(), [&](const Problem& problem) {
      return problem.position && range.Meets({*problem.position, *problem.position + 1});
    });
  }

  /// Events whose rows agree with their leaves but not with what was signed: content and leaf were rewritten
  /// together.
  Result<> ReportRewritten(Range range, const SignedHead& head) {
    if (IsExplained(range)) return Done{};
    for (const auto& node : wrong_nodes_) {
      const Range covered = node.Covers();
      if (!covered.Meets(range)) continue;
      range = {std::max(range.begin, covered.begin), std::min(range.end, covered.end)};
      break;
    }
    EventFilter first;
    first.after_position = range.begin - 1;
    first.limit = 1;
    const auto rows = CAIRN_TRY(SealedEvents(connection_, first));
    const std::string id = rows.empty() ? "" : rows.front().id, kind = rows.empty() ? "" : rows.front().kind;
    std::string message = NameOfEvent(range.begin, kind, id);
    if (range.end - range.begin > 1) {
      message = "one of the events " + std::to_string(range.begin) + " to " + std::to_string(range.end - 1);
    }
    message +=
        " is not what was sealed: it was rewritten together with its digest, which the head signed at " +
        FormatUtc(head.at) + " does not cover";
    findings_.problems.push_back({"altered", range.begin, id, kind, message});
    return Done{};
  }

  Result<> ReportNodes() {
    for (const auto& node : wrong_nodes_) {
      if (IsExplained(node.Covers())) continue;
      const std::string name = std::to_string(node.level) + ":" + std::to_string(node.place);
      findings_.problems.push_back(
          {"altered_node", node.Covers().begin, "", "",
           "the stored tree's node " + name + " is missing or altered; the events below it are intact"});
    }
    std::int64_t expected = 0;
    for (int level = 1; level < tree_.height(); ++level)
      expected += static_cast<std::int64_t>(tree_.Level(level).size());
    const std::int64_t stored = CAIRN_TRY(CountNodes(connection_));
    if (findings_.problems.empty() && tree_.size() == heads_.covered() && stored != expected) {
      findings_.problems.push_back({"altered_node", std::nullopt, "", "",
                                    "the store holds " + std::to_string(stored) + " tree nodes where " +
                                        std::to_string(expected) + " belong; the events are intact"});
    }
    return Done{};
  }

  sql::Connection& connection_;
  const EventSurvey& survey_;
  const SignedHeads& heads_;
  MemoryTree tree_;
  std::vector<WrongNode> wrong_nodes_;
  TreeFindings findings_;
};

}  // namespace

Result<TreeFindings> CheckTree(sql::Connection& connection, const EventSurvey& survey,
                               const SignedHeads& heads) {
  return Check(connection, survey, heads).Run();
}

}  // namespace cairn::metadata
