#include "loop/pipeline/execution/item_calls.h"

#include <algorithm>
#include <array>

#include "ground/os/descriptor.h"
#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/objects.h"

namespace cairn::pipeline {
namespace {

constexpr std::size_t kPiece = 64 << 10;

/// What a call printed, at the end of the stage's log. A log that cannot be written must not stop the work.
Result<> AppendFile(const std::string& from, const std::string& to) {
  const auto source = CAIRN_TRY(os::OpenToRead(from));
  const auto log = CAIRN_TRY(os::OpenToAppend(to));
  std::array<char, kPiece> piece;
  for (;;) {
    const std::size_t count = CAIRN_TRY(os::ReadSome(source.number(), piece.data(), piece.size(), from));
    if (count == 0) return Done{};
    CAIRN_TRY(os::WriteAll(log.number(), {piece.data(), count}, to));
  }
}

}  // namespace

AttemptRecord ItemCalls::Run(const ItemPlan& plan, ItemJournal& journal, std::stop_token stop) {
  record_.started = clock_.Now();
  const std::int64_t began_ns = os::SteadyNs();
  const auto workers = static_cast<unsigned>(std::min<std::size_t>(setting_.at_once, plan.calls.size()));
  os::ForEachIndex(workers, workers,
                   [&](std::size_t worker) { Work(static_cast<unsigned>(worker), plan, journal, stop); });
  record_.ended = clock_.Now();
  record_.wall_ms = (os::SteadyNs() - began_ns) / 1'000'000;
  record_.reason = std::move(reason_);
  if (!record_.reason.empty() && done_ > 0) {
    record_.reason += "; " + WithThousands(static_cast<std::int64_t>(done_)) + " of " +
                      WithThousands(static_cast<std::int64_t>(plan.calls.size())) +
                      " calls are done and kept";
  }
  return std::move(record_);
}

void ItemCalls::Work(unsigned worker, const ItemPlan& plan, ItemJournal& journal, std::stop_token stop) {
  const std::string scratch = setting_.attempt.log + "." + std::to_string(worker);
  while (!failed_) {
    const std::size_t place = next_++;
    if (place >= plan.calls.size()) break;
    const auto& call = plan.calls[place];
    const std::string reason = Call(worker, place, call, journal, stop);
    Log(scratch);
    const std::lock_guard lock(mutex_);
    if (reason.empty()) {
      ++done_;
      continue;
    }
    failed_ = true;
    if (reason_.empty()) reason_ = "item '" + call.item + "': " + reason;
  }
  static_cast<void>(bool(os::Remove(scratch)));
}

std::string ItemCalls::Call(unsigned worker, std::size_t place, const ItemPlan::Call& call,
                            ItemJournal& journal, std::stop_token stop) {
  if (const auto cleared = Clear(call.item); !cleared) return cleared.error().message;
  Attempt::Setting setting = setting_.attempt;
  setting.id += "/" + std::to_string(place);
  setting.log += "." + std::to_string(worker);
  setting.environment.emplace_back("CAIRN_ITEM", call.item);
  if (worker < setting_.devices.size()) {
    std::erase_if(setting.environment,
                  [&](const auto& one) { return one.first == setting_.devices_variable; });
    setting.environment.emplace_back(setting_.devices_variable, setting_.devices[worker]);
  }
  const AttemptRecord record =
      Attempt(clock_, std::move(setting)).Run({stage_.map->CallFor(call.item)}, std::move(stop));
  Count(record);
  if (!record.reason.empty()) return record.reason;
  const auto done = Observe(call);
  if (!done) return done.error().message;
  const auto kept = journal.Append(call.item, *done);
  return kept ? "" : kept.error().message;
}

/// A call finds nothing of what one before it made, or half made.
Result<> ItemCalls::Clear(const std::string& item) const {
  for (const auto& out : stage_.map->OutsOf(item)) {
    const std::string at = os::JoinPath(setting_.project, out);
    CAIRN_TRY(os::RemoveTree(at));
    CAIRN_TRY(os::MakeFolders(os::ParentOf(at)));
  }
  return Done{};
}

Result<ItemDone> ItemCalls::Observe(const ItemPlan::Call& call) const {
  ItemDone done{call.read, {}};
  for (const auto& out : stage_.map->OutsOf(call.item)) {
    const auto snapshot = repository::TakeSnapshot(os::JoinPath(setting_.project, out), index_);
    if (!snapshot && snapshot.error().reason != Reason::NotFound) return snapshot.error();
    if (!snapshot || snapshot->folder) {
      return Error{Reason::NotFound, "its call ended well but did not make the file '" + out +
                                         "': let it write that, or change 'into'"};
    }
    done.made.push_back(*repository::Md5OfHex(snapshot->md5));
  }
  return done;
}

void ItemCalls::Log(const std::string& scratch) {
  const std::lock_guard lock(mutex_);
  static_cast<void>(bool(AppendFile(scratch, setting_.attempt.log)));
  static_cast<void>(bool(os::Remove(scratch)));
}

void ItemCalls::Count(const AttemptRecord& one) {
  const std::lock_guard lock(mutex_);
  record_.cpu_ms += one.cpu_ms;
  record_.max_rss_bytes = std::max(record_.max_rss_bytes, one.max_rss_bytes);
  // The exit code that is told is that of the call that is named.
  if (!failed_ || (!one.reason.empty() && reason_.empty())) record_.exit = one.exit;
}

}  // namespace cairn::pipeline
