#include "ledger/metadata/store/tiles.h"

#include <cstring>
#include <memory>
#include <string>

namespace cairn::metadata {
namespace {

constexpr std::size_t kDigestBytes = sizeof(Digest);

/// None for bytes that are no tile.
std::optional<std::vector<Digest>> DigestsIn(const std::string& content) {
  const std::size_t count = content.size() / kDigestBytes;
  if (content.empty() || count > kTileWidth || content.size() % kDigestBytes != 0) return std::nullopt;
  std::vector<Digest> digests(count);
  std::memcpy(digests.data(), content.data(), content.size());
  return digests;
}

Error NoNode(int level, std::uint64_t index) {
  return {Reason::NotFound,
          "the log's tree has no node " + std::to_string(level) + ":" + std::to_string(index)};
}

/// The root of the complete subtree over digests of one level.
Digest Folded(std::vector<Digest> digests) {
  while (digests.size() > 1) {
    for (std::size_t i = 0; 2 * i < digests.size(); ++i)
      digests[i] = NodeDigest(digests[2 * i], digests[2 * i + 1]);
    digests.resize(digests.size() / 2);
  }
  return digests.front();
}

}  // namespace

Result<std::vector<Digest>> TileAt(sql::Connection& connection, int level, std::uint64_t place) {
  const auto rows =
      CAIRN_TRY(connection.Run("SELECT digests FROM merkle_tile WHERE level = $1 AND place = $2",
                               {std::int64_t{level}, static_cast<std::int64_t>(place)}));
  if (rows.empty()) return std::vector<Digest>();
  auto digests = DigestsIn(rows.front().Content(0));
  if (digests) return *std::move(digests);
  return Error{Reason::Corrupt, "the tile " + std::to_string(level) + ":" + std::to_string(place) +
                                    " of the log's tree is damaged; 'cairn audit verify' tells more"};
}

Result<> TilesOfLevel(sql::Connection& connection, int level, const TakeTile& take) {
  const std::vector<sql::Value> bound{std::int64_t{level}};
  return connection.Each("SELECT place, digests FROM merkle_tile WHERE level = $1 ORDER BY place", bound,
                         [&take](sql::Row& row) {
                           const auto digests = DigestsIn(row.Content(1));
                           take(static_cast<std::uint64_t>(row.Int(0)),
                                digests ? *digests : std::vector<Digest>());
                         });
}

Result<std::int64_t> CountTiles(sql::Connection& connection) {
  return CAIRN_TRY(connection.Run("SELECT COUNT(*) FROM merkle_tile")).front().Int(0);
}

NodeReader StoredNodes(sql::Connection& connection) {
  using Key = std::pair<int, std::uint64_t>;
  const auto known = std::make_shared<std::map<Key, std::vector<Digest>>>();
  return [&connection, known](int level, std::uint64_t index) -> Result<Digest> {
    const int below = level % kTileLevels, base = level - below;
    const std::uint64_t first = index << below, width = std::uint64_t{1} << below;
    const Key key(base, first / kTileWidth);
    auto tile = known->find(key);
    if (tile == known->end())
      tile = known->emplace(key, CAIRN_TRY(TileAt(connection, key.first, key.second))).first;
    const std::uint64_t begin = first % kTileWidth;
    if (begin + width > tile->second.size()) return NoNode(level, index);
    const auto at = tile->second.begin() + static_cast<std::ptrdiff_t>(begin);
    return Folded({at, at + static_cast<std::ptrdiff_t>(width)});
  };
}

Result<TileWriter> TileWriter::Begin(sql::Connection& connection, std::uint64_t size,
                                     const std::optional<Digest>& head_root) {
  const Error not_signed{
      Reason::Corrupt,
      "the event log's tree of " + std::to_string(size) +
          " events is not the one that was signed; 'cairn audit verify' names what was changed"};
  std::vector<Digest> peaks;
  const NodeReader read = StoredNodes(connection);
  for (const auto& peak : Frontier::PeaksOf(size)) {
    const auto digest = read(peak.level, peak.index);
    if (!digest) return not_signed;
    peaks.push_back(*digest);
  }
  TileWriter writer(Frontier(size, std::move(peaks)));
  if (head_root && writer.Root() != *head_root) return not_signed;
  // The tiles that are not full, which the next leaves go on with.
  for (int level = 0; size >> level != 0; level += kTileLevels) {
    const std::uint64_t count = size >> level;
    if (count % kTileWidth == 0) continue;
    auto tile = CAIRN_TRY(TileAt(connection, level, count / kTileWidth));
    if (tile.size() != count % kTileWidth) return not_signed;
    writer.tiles_.emplace(Key(level, count / kTileWidth), std::move(tile));
  }
  return writer;
}

void TileWriter::Put(int level, std::uint64_t index, const Digest& digest) {
  auto& tile = tiles_[Key(level, index / kTileWidth)];
  if (tile.empty()) tile.reserve(kTileWidth);
  tile.push_back(digest);
}

void TileWriter::Add(const Digest& leaf) {
  Put(0, frontier_.size(), leaf);
  completed_.clear();
  frontier_.Add(leaf, completed_);
  for (const Node& node : completed_)
    if (node.level % kTileLevels == 0) Put(node.level, node.index, node.digest);
}

Result<> TileWriter::Write(sql::Connection& connection) const {
  std::vector<sql::Value> values;
  values.reserve(3 * tiles_.size());
  for (const auto& [key, digests] : tiles_) {
    std::string content(digests.size() * kDigestBytes, '\0');
    std::memcpy(content.data(), digests.data(), content.size());
    values.emplace_back(std::int64_t{key.first});
    values.emplace_back(static_cast<std::int64_t>(key.second));
    values.emplace_back(sql::Bytes{std::move(content)});
  }
  return connection.InsertRows("INSERT INTO merkle_tile (level, place, digests)", 3, values,
                               "ON CONFLICT (level, place) DO UPDATE SET digests = excluded.digests");
}

}  // namespace cairn::metadata
