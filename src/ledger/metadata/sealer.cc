#include "ledger/metadata/sealer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ground/os/files.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/heads_file.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

// Bounds how long one transaction keeps the store's writer.
constexpr std::int64_t kBatch = 2000;

Error TreeIsNotTheOneSigned(std::uint64_t size) {
  return {Reason::Corrupt,
          "the event log's tree of " + std::to_string(size) +
              " events is not the one that was signed; 'cairn audit verify' names what was changed"};
}

/// The right edge of the stored tree, checked against the head that was signed over it: a doctored node must
/// never get a fresh signature.
Result<Frontier> FrontierUnder(sql::Connection& connection, const std::optional<TreeHead>& head) {
  const std::uint64_t size = head ? head->size : 0;
  const auto end = CAIRN_TRY(connection.Run("SELECT COALESCE(MAX(position), -1) + 1 FROM event"));
  if (end.front().Int(0) != static_cast<std::int64_t>(size)) return TreeIsNotTheOneSigned(size);
  std::vector<Digest> peaks;
  const NodeReader read = StoredNodes(connection);
  for (const auto& peak : Frontier::PeaksOf(size)) {
    const auto digest = read(peak.level, peak.index);
    if (!digest) return TreeIsNotTheOneSigned(size);
    peaks.push_back(*digest);
  }
  Frontier frontier(size, std::move(peaks));
  if (head && TextOf(frontier.Root()) != head->root) return TreeIsNotTheOneSigned(size);
  return frontier;
}

}  // namespace

Sealer::Sealer(sql::Database& database, const os::Clock& clock, const crypto::SigningKey& key,
               std::string heads_file)
    : database_(database), clock_(clock), key_(key), heads_file_(std::move(heads_file)) {}

Result<Sealed> Sealer::Seal() {
  const std::lock_guard lock(mutex_);
  CAIRN_TRY(LookAtFile());
  Sealed total;
  bool waiting = CAIRN_TRY(CatchUp());
  while (waiting) {
    const TimeMs now = clock_.Now();
    const Sealed batch = CAIRN_TRY(
        database_.Transact([this, now](sql::Connection& connection) { return SealBatch(connection, now); }));
    if (batch.head) total.head = batch.head;
    total.events += batch.events;
    waiting = batch.events == kBatch;
  }
  if (total.head) CAIRN_TRY(CatchUp());
  return total;
}

Result<> Sealer::LookAtFile() {
  const auto status = os::Stat(heads_file_);
  if (!status && status.error().reason != Reason::NotFound) return status.error();
  const std::uint64_t bytes = status ? status->stamp.size : 0;
  if (anchor_ && anchor_->bytes == bytes) return Done{};
  const auto end = CAIRN_TRY(EndOf(heads_file_));
  Anchor anchor{end.bytes, end.ended, 0};
  for (const auto& line : CAIRN_TRY(ReadHeads(heads_file_))) {
    if (line.head) anchor.size = std::max(anchor.size, line.head->size);
  }
  anchor_ = anchor;
  return Done{};
}

Result<bool> Sealer::CatchUp() {
  struct Found {
    std::uint64_t size = 0;
    std::vector<TreeHead> missing;
    bool waiting = false;
  };
  const auto found = CAIRN_TRY(database_.Read([this](sql::Connection& connection) -> Result<Found> {
    Found state;
    const auto head = CAIRN_TRY(LastHead(connection));
    state.size = head ? head->size : 0;
    state.missing = CAIRN_TRY(HeadsAfter(connection, static_cast<std::int64_t>(anchor_->size)));
    state.waiting = !CAIRN_TRY(WaitingEvents(connection, 1)).empty();
    return state;
  }));
  if (anchor_->size > found.size) {
    return Error{Reason::Corrupt, "the event log has " + std::to_string(found.size) + " sealed events, but " +
                                      heads_file_ + " holds a signed head for " +
                                      std::to_string(anchor_->size) +
                                      ": the log was cut or an older copy was put in its place. Put the "
                                      "newer store back; after restoring a "
                                      "backup on purpose, move that file away and keep it"};
  }
  const auto end = CAIRN_TRY(AppendHeads(heads_file_, {anchor_->bytes, anchor_->ended}, found.missing));
  anchor_ = Anchor{end.bytes, end.ended, found.size};
  return found.waiting;
}

Result<Sealed> Sealer::SealBatch(sql::Connection& connection, TimeMs now) const {
  CAIRN_TRY(LockForSealing(connection));
  const auto waiting = CAIRN_TRY(WaitingEvents(connection, kBatch));
  if (waiting.empty()) return Sealed{};
  Frontier frontier = CAIRN_TRY(FrontierUnder(connection, CAIRN_TRY(LastHead(connection))));
  std::vector<Sealing> sealings;
  std::vector<Node> completed;
  for (const auto& row : waiting) {
    const auto position = static_cast<std::int64_t>(frontier.size());
    const Digest leaf = LeafDigest(CanonicalBytes(row, position));
    frontier.Add(leaf, completed);
    sealings.push_back({row.id, position, TextOf(leaf)});
  }
  CAIRN_TRY(SealEvents(connection, sealings));
  CAIRN_TRY(InsertNodes(connection, completed));
  TreeHead head{frontier.size(), TextOf(frontier.Root()), now, ""};
  head.signature = key_.Sign(Statement(head));
  CAIRN_TRY(InsertHead(connection, head));
  return Sealed{static_cast<std::int64_t>(waiting.size()), head};
}

}  // namespace cairn::metadata
