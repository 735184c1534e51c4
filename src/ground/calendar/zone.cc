#include "ground/calendar/zone.h"

#include <absl/time/time.h>

#include <algorithm>

namespace cairn::calendar {

struct Zone::Rules {
  absl::TimeZone zone;
};

namespace {

bool MayBeAName(std::string_view name) {
  return !name.empty() && name.front() != '/' && name.front() != ':' &&
         name.find("..") == std::string_view::npos &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::optional<std::int64_t> MomentOfChange(const absl::TimeZone& zone,
                                           const absl::TimeZone::CivilTransition& change) {
  return absl::ToUnixSeconds(zone.At(change.to).trans);
}

}  // namespace

Result<Zone> Zone::Named(std::string_view name) {
  auto rules = std::make_shared<Rules>();
  // A path, and the "localtime" of this machine, would mean something else on the next machine.
  if (!MayBeAName(name) || name == "localtime" || !absl::LoadTimeZone(std::string(name), &rules->zone)) {
    return Error{Reason::InvalidArgument,
                 "there is no time zone '" + std::string(name) +
                     "' on this machine: write an IANA name such as Europe/Berlin, or UTC"};
  }
  return Zone(std::string(name), std::move(rules));
}

std::int64_t Zone::OffsetAt(std::int64_t seconds) const {
  return rules_->zone.At(absl::FromUnixSeconds(seconds)).offset;
}

std::optional<std::int64_t> Zone::NextChange(std::int64_t seconds) const {
  absl::Time at = absl::FromUnixSeconds(seconds);
  absl::TimeZone::CivilTransition change;
  while (rules_->zone.NextTransition(at, &change)) {
    const auto moment = MomentOfChange(rules_->zone, change);
    if (OffsetAt(*moment) != OffsetAt(*moment - 1)) return moment;
    at = absl::FromUnixSeconds(*moment);  // Only the name of the time changed.
  }
  return std::nullopt;
}

std::optional<std::int64_t> Zone::LastChange(std::int64_t seconds) const {
  absl::Time before = absl::FromUnixSeconds(seconds + 1);
  absl::TimeZone::CivilTransition change;
  while (rules_->zone.PrevTransition(before, &change)) {
    const auto moment = MomentOfChange(rules_->zone, change);
    if (OffsetAt(*moment) != OffsetAt(*moment - 1)) return moment;
    before = absl::FromUnixSeconds(*moment);
  }
  return std::nullopt;
}

std::int64_t Zone::MomentOf(std::int64_t local) const {
  const auto found = rules_->zone.At(absl::CivilSecond(1970, 1, 1, 0, 0, local));
  switch (found.kind) {
    case absl::TimeZone::TimeInfo::SKIPPED:
      return absl::ToUnixSeconds(found.trans);
    case absl::TimeZone::TimeInfo::REPEATED:
    case absl::TimeZone::TimeInfo::UNIQUE:
      break;
  }
  return absl::ToUnixSeconds(found.pre);
}

}  // namespace cairn::calendar
