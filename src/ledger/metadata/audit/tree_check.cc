#include "ledger/metadata/audit/tree_check.h"

#include <algorithm>
#include <utility>

#include "ledger/metadata/merkle.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/tiles.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

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

/// The nodes in stored tiles that differ from the computed tree's, lowest level first, the first hundred.
/// `covered` is how many leaves the heads cover: after the first that is lost, nothing could be computed.
Result<std::vector<WrongNode>> WrongNodes(sql::Connection& connection, const MemoryTree& tree,
                                          std::uint64_t covered) {
  constexpr std::size_t kMost = 100;
  std::vector<WrongNode> wrong;
  for (int level = 0; level < tree.height(); level += kTileLevels) {
    const auto computed = tree.Level(level);
    std::size_t next = 0;
    const auto report = [&](std::size_t place) {
      if (wrong.size() < kMost) wrong.push_back({level, static_cast<std::int64_t>(place)});
    };
    CAIRN_TRY(TilesOfLevel(connection, level, [&](std::uint64_t place, const std::vector<Digest>& digests) {
      const std::size_t begin = place * kTileWidth;
      for (; next < std::min(begin, computed.size()); ++next) report(next);
      if (begin >= computed.size()) return;
      const std::size_t end = std::min<std::size_t>(computed.size(), begin + kTileWidth);
      for (; next < end; ++next) {
        if (next - begin >= digests.size() || digests[next - begin] != computed[next]) report(next);
      }
      if (begin + digests.size() > covered >> level) report(end - 1);
    }));
    for (; next < computed.size(); ++next) report(next);
  }
  return wrong;
}

/// How many tiles a tree of so many leaves has.
std::int64_t TilesOf(std::uint64_t leaves) {
  std::uint64_t tiles = 0;
  for (std::uint64_t count = leaves; count > 0; count >>= kTileLevels)
    tiles += (count + kTileWidth - 1) / kTileWidth;
  return static_cast<std::int64_t>(tiles);
}

class Check {
 public:
  Check(sql::Connection& connection, const EventSurvey& survey, const SignedHeads& heads)
      : connection_(connection), survey_(survey), heads_(heads) {}

  Result<TreeFindings> Run() {
    for (const auto& leaf : survey_.leaves) tree_.Add(leaf);
    findings_.root = TextOf(tree_.Root(tree_.size()));
    old_nodes_ = CAIRN_TRY(CountOldNodes(connection_));
    tiles_ = CAIRN_TRY(CountTiles(connection_));
    if (!IsOld()) wrong_nodes_ = CAIRN_TRY(WrongNodes(connection_, tree_, heads_.covered()));
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
  /// Nothing was sealed yet since there are tiles; the next sealing holds what was kept before against what
  /// was signed.
  bool IsOld() const { return tiles_ == 0 && old_nodes_ > 0; }

  bool IsExplained(const Range& range) const {
    return std::any_of(survey_.problems.begin(), survey_.problems.end(), [&](const Problem& problem) {
      return problem.position && range.Meets({*problem.position, *problem.position + 1});
    });
  }

  /// Events whose rows agree with their leaves but not with what was signed: content and leaf were rewritten
  /// together. What was signed says no more than between which two heads that was, and the levels above the
  /// leaves, if they were left, below which of their nodes.
  Result<> ReportRewritten(Range range, const SignedHead& head) {
    if (IsExplained(range)) return Done{};
    for (const auto& node : wrong_nodes_) {
      const Range covered = node.Covers();
      if (!covered.Meets(range)) continue;
      range = {std::max(range.begin, covered.begin), std::min(range.end, covered.end)};
      break;
    }
    const std::string head_then = "the head signed at " + FormatUtc(head.at) + " does not cover ";
    if (range.end - range.begin > 1) {
      findings_.problems.push_back(
          {"altered", range.begin, "", "",
           "at least one of the events " + std::to_string(range.begin) + " to " +
               std::to_string(range.end - 1) +
               " is not what was sealed, and which cannot be told: its digest in the tree was rewritten "
               "with it; " +
               head_then + "what stands there now"});
      return Done{};
    }
    EventFilter only;
    only.after_position = range.begin - 1;
    only.limit = 1;
    const auto rows = CAIRN_TRY(SealedEvents(connection_, only));
    const std::string id = rows.empty() ? "" : rows.front().id, kind = rows.empty() ? "" : rows.front().kind;
    findings_.problems.push_back({"altered", range.begin, id, kind,
                                  NameOfEvent(range.begin, kind, id) +
                                      " is not what was sealed: it was rewritten together with its digest; " +
                                      head_then + "it as it is now"});
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
    const std::int64_t expected = TilesOf(tree_.size()), stored = tiles_ + old_nodes_;
    if (!IsOld() && findings_.problems.empty() && tree_.size() == heads_.covered() && stored != expected) {
      findings_.problems.push_back({"altered_node", std::nullopt, "", "",
                                    "the store holds " + std::to_string(stored) +
                                        " tiles of the tree where " + std::to_string(expected) +
                                        " belong; the events are intact"});
    }
    return Done{};
  }

  sql::Connection& connection_;
  const EventSurvey& survey_;
  const SignedHeads& heads_;
  MemoryTree tree_;
  std::vector<WrongNode> wrong_nodes_;
  std::int64_t old_nodes_ = 0, tiles_ = 0;
  TreeFindings findings_;
};

}  // namespace

Result<TreeFindings> CheckTree(sql::Connection& connection, const EventSurvey& survey,
                               const SignedHeads& heads) {
  return Check(connection, survey, heads).Run();
}

}  // namespace cairn::metadata
