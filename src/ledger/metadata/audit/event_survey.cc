#include "ledger/metadata/audit/event_survey.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ground/vocabulary/text.h"
#include "ledger/metadata/store/event_table.h"

namespace cairn::metadata {
namespace {

constexpr std::int64_t kPage = 5000;
// Finding where a displaced event belongs compares every suspect with every open position.
constexpr std::size_t kCompared = 500;

bool IsReadable(const EventRow& row) {
  if (!row.well_formed) return false;
  for (const auto* text : {&row.id, &row.kind, &row.subject, &row.actor, &row.cause, &row.body}) {
    if (!IsUtf8(*text)) return false;
  }
  return true;
}

bool IsLeafOf(const EventRow& row, std::int64_t position) {
  return row.leaf && *row.leaf == TextOf(LeafDigest(CanonicalBytes(row, position)));
}

/// Places the rows of the table on the positions that the heads cover, and keeps those that do not fit.
class Placement {
 public:
  explicit Placement(std::uint64_t size) : taken_(size), leaves_(size) {}

  void Place(EventRow row, EventSurvey& survey) {
    ++survey.events;
    const bool readable = IsReadable(row);
    if (readable && !row.position && row.arrival && !row.leaf) {
      ++survey.unsealed;
      survey.oldest_unsealed = std::min(row.at, survey.oldest_unsealed.value_or(row.at));
      return;
    }
    if (!row.position || *row.position < 0 || std::cmp_greater_equal(*row.position, taken_.size())) {
      strays_.push_back(std::move(row));
      return;
    }
    const std::int64_t position = *row.position;
    const Digest computed = LeafDigest(CanonicalBytes(row, position));
    if (readable && !row.arrival && row.leaf == TextOf(computed)) {
      PlaceIntact(std::move(row), computed);
    } else if (taken_[Slot(position)]) {
      strays_.push_back(std::move(row));
    } else {
      Take(position, DigestOf(row.leaf.value_or("")), computed);
      altered_.emplace(position, std::move(row));
    }
  }

  void Conclude(EventSurvey& survey) {
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (!taken_[i]) missing_.insert(static_cast<std::int64_t>(i));
    }
    CollectOpenPositions();
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

  void Take(std::int64_t position, const Result<Digest>& sealed, const Digest& computed) {
    taken_[Slot(position)] = true;
    leaves_[Slot(position)] = sealed ? *sealed : computed;
  }

  void PlaceIntact(EventRow row, const Digest& leaf) {
    const std::int64_t position = *row.position;
    if (const auto wrong = altered_.find(position); wrong != altered_.end()) {
      strays_.push_back(std::move(wrong->second));
      altered_.erase(wrong);
    } else if (taken_[Slot(position)]) {
      strays_.push_back(std::move(row));
      return;
    }
    Take(position, leaf, leaf);
  }

  void CollectOpenPositions() {
    for (const auto position : missing_) {
      if (open_.size() < kCompared) open_.push_back(position);
    }
    for (const auto& [position, row] : altered_) {
      if (open_.size() < 2 * kCompared) open_.push_back(position);
    }
  }

  /// Where the row's own leaf says that it was sealed, when that is one of the positions in doubt.
  std::optional<std::int64_t> HomeOf(const EventRow& row) {
    if (!row.leaf || compared_++ > kCompared) return std::nullopt;
    for (const auto position : open_) {
      if (IsLeafOf(row, position)) return position;
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
    Take(*home, DigestOf(*row.leaf), {});
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
    } else if (row.position && !row.arrival && IsLeafOf(row, *row.position)) {
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

  std::vector<bool> taken_;
  std::vector<Digest> leaves_;
  std::map<std::int64_t, EventRow> altered_;  ///< By the position they hold.
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
  Placement placement(size);
  std::string last;
  while (true) {
    auto page = CAIRN_TRY(EventsById(connection, last, kPage));
    if (page.empty()) break;
    const std::string before = last;
    for (auto& row : page) {
      last = std::max(last, row.id);
      placement.Place(std::move(row), survey);
    }
    if (std::cmp_less(page.size(), kPage) || last == before) break;
  }
  placement.Conclude(survey);
  return survey;
}

}  // namespace cairn::metadata
