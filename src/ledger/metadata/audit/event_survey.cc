#include "ledger/metadata/audit/event_survey.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "ground/vocabulary/text.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/tiles.h"

namespace cairn::metadata {
namespace {

constexpr std::int64_t kPage = 5000;
// Finding where a displaced event belongs compares every suspect with every open position.
constexpr std::size_t kCompared = 500;

bool IsReadable(const EventView& event) {
  if (!event.well_formed) return false;
  for (const auto text : {event.id, event.kind, event.subject, event.actor, event.cause, event.body}) {
    if (!IsUtf8(text)) return false;
  }
  return true;
}

/// The leaves that were sealed, as the tiles have them.
class SealedLeaves {
 public:
  static Result<SealedLeaves> Read(sql::Connection& connection, std::uint64_t size) {
    SealedLeaves sealed;
    sealed.leaves_.resize(size);
    sealed.known_.resize(size);
    CAIRN_TRY(TilesOfLevel(connection, 0, [&](std::uint64_t place, const std::vector<Digest>& digests) {
      sealed.tiled_ = true;
      for (std::size_t i = 0; i < digests.size(); ++i) {
        const std::uint64_t position = place * kTileWidth + i;
        if (position >= size) break;
        sealed.leaves_[position] = digests[i];
        sealed.known_[position] = true;
      }
    }));
    return sealed;
  }
  /// Whether there are tiles at all; before there were, each event kept its own leaf.
  bool tiled() const { return tiled_; }
  const Digest* At(std::int64_t position) const {
    const auto slot = static_cast<std::size_t>(position);
    return slot < known_.size() && known_[slot] ? &leaves_[slot] : nullptr;
  }

 private:
  std::vector<Digest> leaves_;
  std::vector<bool> known_;
  bool tiled_ = false;
};

/// Places the rows of the table on the positions that the heads cover, and keeps those that do not fit.
class Placement {
 public:
  Placement(std::uint64_t size, const SealedLeaves& sealed) : sealed_(sealed), taken_(size), leaves_(size) {}

  void Place(const EventView& event, EventSurvey& survey) {
    ++survey.events;
    const bool readable = IsReadable(event);
    const bool covered =
        event.position && *event.position >= 0 && std::cmp_less(*event.position, taken_.size());
    if (covered) return PlaceCovered(event, readable);
    if (readable && !event.leaf && !event.position && event.arrival) return Wait(event.at, survey);
    if (readable && !event.leaf && event.position && *event.position >= 0 && !event.arrival) {
      waiting_.push_back({*event.position, event.at});
      if (perhaps_moved_.size() < kCompared) perhaps_moved_.push_back(event.Row());
      return;
    }
    strays_.push_back(event.Row());
  }

  void Conclude(EventSurvey& survey) {
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) missing_.insert(static_cast<std::int64_t>(i));
    }
    CollectOpenPositions();
    ConcludeWaiting(survey);
    std::vector<const EventRow*> homeless;
    for (const auto& [position, row] : altered_) {
      if (!BringHome(row, survey)) ReportAltered(position, row, survey);
    }
    for (const auto& row : strays_) {
      if (!BringHome(row, survey)) homeless.push_back(&row);
    }
    for (const auto position : vacated_) {
      if (!filled_.contains(position)) missing_.insert(position);
    }
    for (const auto* row : homeless) ReportStray(*row, survey);
    ReportMissing(survey);
    std::stable_sort(survey.problems.begin(), survey.problems.end(), [](const Problem& a, const Problem& b) {
      return a.position.value_or(0) < b.position.value_or(0);
    });
    leaves_.resize(whole_);
    survey.leaves = std::move(leaves_);
  }

 private:
  static std::size_t Slot(std::int64_t position) { return static_cast<std::size_t>(position); }

  void Take(std::int64_t position, const std::optional<Digest>& sealed, const Digest& computed) {
    taken_[Slot(position)] = true;
    leaves_[Slot(position)] = sealed ? *sealed : computed;
  }

  static void Wait(TimeMs at, EventSurvey& survey) {
    ++survey.unsealed;
    survey.oldest_unsealed = std::min(at, survey.oldest_unsealed.value_or(at));
  }

  void PlaceCovered(const EventView& event, bool readable) {
    const std::int64_t position = *event.position;
    WriteCanonical(event, position, bytes_);
    const Digest computed = LeafDigest(bytes_);
    if (readable && IsIntact(event, computed)) {
      PlaceIntact(event, computed);
    } else if (taken_[Slot(position)]) {
      strays_.push_back(event.Row());
    } else {
      EventRow row = event.Row();
      Take(position, SealedOf(row), computed);
      altered_.emplace(position, std::move(row));
    }
  }

  /// Where a tile is missing the tree tells whether the event is what was sealed.
  bool IsIntact(const EventView& event, const Digest& computed) const {
    if (event.arrival || (event.leaf && *event.leaf != TextOf(computed))) return false;
    const Digest* sealed = sealed_.At(*event.position);
    return sealed != nullptr ? *sealed == computed : event.leaf || sealed_.tiled();
  }

  std::optional<Digest> SealedOf(const EventRow& row) const {
    if (const Digest* sealed = row.position ? sealed_.At(*row.position) : nullptr) return *sealed;
    const auto own = row.leaf ? DigestOf(*row.leaf) : Result<Digest>(Error{});
    return own ? std::optional(*own) : std::nullopt;
  }

  /// Whether the row has the content that was sealed at a position; of rows from before there were tiles,
  /// their own leaf says it.
  bool IsSealedAt(const EventRow& row, std::int64_t position) const {
    const Digest computed = LeafDigest(CanonicalBytes(row, position));
    if (const Digest* sealed = sealed_.At(position)) return *sealed == computed;
    return row.leaf && *row.leaf == TextOf(computed);
  }

  void PlaceIntact(const EventView& event, const Digest& leaf) {
    const std::int64_t position = *event.position;
    if (const auto wrong = altered_.find(position); wrong != altered_.end()) {
      strays_.push_back(std::move(wrong->second));
      altered_.erase(wrong);
    } else if (taken_[Slot(position)]) {
      strays_.push_back(event.Row());
      return;
    }
    Take(position, leaf, leaf);
  }

  /// Those that follow what is sealed without a gap wait for the sealer; but for what was sealed elsewhere.
  void ConcludeWaiting(EventSurvey& survey) {
    std::set<std::int64_t> gone;
    for (EventRow& row : perhaps_moved_) {
      if (open_.empty()) break;
      if (BringHome(row, survey)) gone.insert(*row.position);
    }
    std::sort(waiting_.begin(), waiting_.end());
    auto next = static_cast<std::int64_t>(taken_.size());
    for (const auto& [position, at] : waiting_) {
      if (gone.contains(position)) continue;
      if (position == next) {
        Wait(at, survey);
        ++next;
        continue;
      }
      survey.problems.push_back({"inserted", position, "", "",
                                 "an event at position " + std::to_string(position) +
                                     " does not follow the " + std::to_string(next) + " events before it"});
    }
  }

  void CollectOpenPositions() {
    for (const auto position : missing_) {
      if (open_.size() < kCompared) open_.push_back(position);
    }
    for (const auto& [position, row] : altered_) {
      if (open_.size() < 2 * kCompared) open_.push_back(position);
    }
  }

  /// Where the row was sealed, when that is one of the positions in doubt.
  std::optional<std::int64_t> HomeOf(const EventRow& row) {
    if (compared_++ > kCompared) return std::nullopt;
    for (const auto position : open_) {
      if (IsSealedAt(row, position)) return position;
    }
    return std::nullopt;
  }

  /// Reports a row that stands elsewhere than where it was sealed. False when that is not what is wrong with
  /// it.
  bool BringHome(const EventRow& row, EventSurvey& survey) {
    const auto home = HomeOf(row);
    if (!home || home == row.position) return false;
    const std::string now =
        row.position ? "stands at position " + std::to_string(*row.position) : "has lost its position";
    survey.problems.push_back(
        {"moved", *home, row.id, row.kind, NameOfEvent(*home, row.kind, row.id) + " " + now + " now"});
    Take(*home, LeafDigest(CanonicalBytes(row, *home)), {});
    missing_.erase(*home);
    filled_.insert(*home);
    if (row.position && altered_.contains(*row.position) && &altered_.at(*row.position) == &row)
      vacated_.insert(*row.position);
    return true;
  }

  static void ReportAltered(std::int64_t position, const EventRow& row, EventSurvey& survey) {
    survey.problems.push_back({"altered", position, row.id, row.kind,
                               NameOfEvent(position, row.kind, row.id) +
                                   " is not what was sealed: its content no longer has its digest"});
  }

  void ReportStray(const EventRow& row, EventSurvey& survey) {
    if (row.position && *row.position >= 0 && std::cmp_less(*row.position, taken_.size())) {
      survey.problems.push_back(
          {"duplicate", *row.position, row.id, row.kind,
           NameOfEvent(*row.position, row.kind, row.id) + " claims a position that another event has"});
    } else if (row.position && *row.position >= 0 && !row.arrival) {
      survey.problems.push_back(
          {"inserted", *row.position, row.id, row.kind,
           NameOfEvent(*row.position, row.kind, row.id) + " has a position that no signed head covers"});
    } else if (missing_.empty()) {
      survey.problems.push_back({"altered", row.position, row.id, row.kind,
                                 "event " + row.id + " (" + row.kind +
                                     ") is neither sealed nor waiting to be: it was altered or inserted"});
    } else {
      // Ids grow with time, so of several such rows the first belongs to the first gap.
      const std::int64_t gap = *missing_.begin();
      missing_.erase(missing_.begin());
      filled_.insert(gap);
      gaps_.insert(gap);
      ReportAltered(gap, row, survey);
    }
  }

  void ReportMissing(EventSurvey& survey) {
    const auto size = static_cast<std::int64_t>(taken_.size());
    auto end = size;
    while (end > 0 && missing_.contains(end - 1)) --end;
    if (end < size) {
      survey.problems.push_back({"cut", end, "", "",
                                 "the log ends before position " + std::to_string(end) +
                                     ", but a signed head covers " + std::to_string(size) +
                                     " events: the last " + std::to_string(size - end) + " were cut"});
    }
    for (const auto position : missing_) {
      if (position >= end) break;
      survey.problems.push_back(
          {"missing", position, "", "", "event " + std::to_string(position) + " is missing"});
    }
    gaps_.insert(missing_.begin(), missing_.end());
    whole_ = gaps_.empty() ? taken_.size() : Slot(*gaps_.begin());
  }

  const SealedLeaves& sealed_;
  std::string bytes_;
  std::vector<bool> taken_;
  std::vector<Digest> leaves_;
  std::vector<std::pair<std::int64_t, TimeMs>> waiting_;  ///< Positions beyond the heads, and times.
  std::vector<EventRow> perhaps_moved_;                   ///< The first of these.
  std::map<std::int64_t, EventRow> altered_;              ///< By the position they hold.
  std::vector<EventRow> strays_;
  std::set<std::int64_t> missing_, filled_, vacated_;
  std::set<std::int64_t> gaps_;  ///< Positions whose leaf is not known.
  std::vector<std::int64_t> open_;
  std::size_t compared_ = 0;
  std::size_t whole_ = 0;
};

}  // namespace

Result<EventSurvey> SurveyEvents(sql::Connection& connection, std::uint64_t size) {
  EventSurvey survey;
  const SealedLeaves sealed = CAIRN_TRY(SealedLeaves::Read(connection, size));
  Placement placement(size, sealed);
  std::string last, before;
  std::int64_t count = 0;
  do {
    before = last;
    count = CAIRN_TRY(EventsById(connection, before, kPage, [&](const EventView& event) {
      if (event.id > last) last = event.id;
      placement.Place(event, survey);
    }));
  } while (count == kPage && last != before);
  placement.Conclude(survey);
  return survey;
}

}  // namespace cairn::metadata
