#include "ledger/metadata/sealer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ground/os/files.h"
#include "ledger/metadata/store/event_table.h"
#include "ledger/metadata/store/heads_file.h"
#include "ledger/metadata/store/tiles.h"
#include "ledger/metadata/store/tree_table.h"

namespace cairn::metadata {
namespace {

// Bounds how long one transaction keeps the store's writer.
constexpr std::int64_t kBatch = 16'384;

Error TreeIsNotTheOneSigned(std::uint64_t size) {
  return {Reason::Corrupt,
          "the event log's tree of " + std::to_string(size) +
              " events is not the one that was signed; 'cairn audit verify' names what was changed"};
}

/// The tree over which the last head was signed: a doctored one must never get a fresh signature.
Result<TileWriter> TreeUnder(sql::Connection& connection, const std::optional<TreeHead>& head) {
  const std::uint64_t size = head ? head->size : 0;
  std::optional<Digest> root;
  if (head) {
    const auto signed_root = DigestOf(head->root);
    if (!signed_root || !CAIRN_TRY(IsTaken(connection, static_cast<std::int64_t>(size) - 1)))
      return TreeIsNotTheOneSigned(size);
    root = *signed_root;
  }
  return TileWriter::Begin(connection, size, root);
}

/// Whether what was sealed is still kept as it was before there were tiles.
Result<bool> IsOld(sql::Connection& connection) {
  const auto head = CAIRN_TRY(LastHead(connection));
  return head && head->size > 0 && CAIRN_TRY(TileAt(connection, 0, 0)).empty();
}

/// Puts into tiles what events and nodes kept themselves, if that is the tree that was signed.
Result<> BringOver(sql::Connection& connection) {
  CAIRN_TRY(LockForSealing(connection));
  if (!CAIRN_TRY(IsOld(connection))) return Done{};
  const auto head = CAIRN_TRY(LastHead(connection));
  const auto leaves = OldLeaves(connection, static_cast<std::int64_t>(head->size));
  if (!leaves && leaves.error().reason != Reason::InvalidArgument) return leaves.error();
  if (!leaves || leaves->size() != head->size) return TreeIsNotTheOneSigned(head->size);
  TileWriter tree = CAIRN_TRY(TileWriter::Begin(connection, 0, std::nullopt));
  for (const Digest& leaf : *leaves) tree.Add(leaf);
  if (TextOf(tree.Root()) != head->root) return TreeIsNotTheOneSigned(head->size);
  CAIRN_TRY(tree.Write(connection));
  return ForgetOldNodes(connection);
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
    bool waiting = false, old = false;
  };
  const auto found = CAIRN_TRY(database_.Read([this](sql::Connection& connection) -> Result<Found> {
    Found state;
    const auto head = CAIRN_TRY(LastHead(connection));
    state.size = head ? head->size : 0;
    state.missing = CAIRN_TRY(HeadsAfter(connection, static_cast<std::int64_t>(anchor_->size)));
    state.waiting = CAIRN_TRY(AnyWaiting(connection, static_cast<std::int64_t>(state.size)));
    state.old = !brought_over_ && CAIRN_TRY(IsOld(connection));
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
  if (found.old) CAIRN_TRY(database_.Transact(BringOver));
  brought_over_ = true;
  const auto end = CAIRN_TRY(AppendHeads(heads_file_, {anchor_->bytes, anchor_->ended}, found.missing));
  anchor_ = Anchor{end.bytes, end.ended, found.size};
  return found.waiting;
}

Result<Sealed> Sealer::SealBatch(sql::Connection& connection, TimeMs now) const {
  CAIRN_TRY(LockForSealing(connection));
  TileWriter tree = CAIRN_TRY(TreeUnder(connection, CAIRN_TRY(LastHead(connection))));
  const auto begin = tree.size();
  std::vector<std::string> unplaced;
  std::optional<std::int64_t> astray;
  std::string bytes;
  CAIRN_TRY(WaitingEvents(connection, static_cast<std::int64_t>(begin), kBatch, [&](const EventView& event) {
    const auto position = static_cast<std::int64_t>(tree.size());
    WriteCanonical(event, position, bytes);
    tree.Add(LeafDigest(bytes));
    if (!event.position) unplaced.emplace_back(event.id);
    if (event.position && *event.position != position && !astray) astray = event.position;
  }));
  if (astray)
    return Error{Reason::Corrupt,
                 "the event at position " + std::to_string(*astray) +
                     " does not follow the one before it: the log was altered, and nothing is "
                     "sealed; 'cairn audit verify' tells more"};
  if (tree.size() == begin) return Sealed{};
  // Those without a position come behind the others.
  CAIRN_TRY(PlaceEvents(connection, static_cast<std::int64_t>(tree.size() - unplaced.size()), unplaced));
  CAIRN_TRY(tree.Write(connection));
  TreeHead head{tree.size(), TextOf(tree.Root()), now, ""};
  head.signature = key_.Sign(Statement(head));
  CAIRN_TRY(InsertHead(connection, head));
  return Sealed{static_cast<std::int64_t>(tree.size() - begin), head};
}

}  // namespace cairn::metadata
