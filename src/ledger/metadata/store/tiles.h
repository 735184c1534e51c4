#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "ground/sql/connection.h"
#include "ledger/metadata/merkle.h"

/// How the tree is kept: the digests of every eighth level in tiles of 256, from which the levels between are
/// computed. After the tiled transparency logs.
namespace cairn::metadata {

inline constexpr int kTileLevels = 8;
inline constexpr std::uint64_t kTileWidth = 256;

/// The digests of a tile, in order; none where there is no such tile. Corrupt for one of a length that no
/// tile has.
Result<std::vector<Digest>> TileAt(sql::Connection& connection, int level, std::uint64_t place);
using TakeTile = std::function<void(std::uint64_t place, const std::vector<Digest>& digests)>;
/// All tiles of a level in order. One of a length that no tile has comes without digests.
Result<> TilesOfLevel(sql::Connection& connection, int level, const TakeTile& take);
Result<std::int64_t> CountTiles(sql::Connection& connection);

/// Reads complete nodes. NotFound for a node that is not there. Keeps the tiles that it has read, so it is
/// for one transaction.
NodeReader StoredNodes(sql::Connection& connection);

/// The tree in the making: takes leaves, and writes the tiles that they change.
class TileWriter {
 public:
  /// Goes on with the tree over which `head_root` was signed; Corrupt when the tiles are not that tree. An
  /// empty tree has no root.
  static Result<TileWriter> Begin(sql::Connection& connection, std::uint64_t size,
                                  const std::optional<Digest>& head_root);

  void Add(const Digest& leaf);
  std::uint64_t size() const { return frontier_.size(); }
  Digest Root() const { return frontier_.Root(); }
  /// Writes what has changed.
  Result<> Write(sql::Connection& connection) const;

 private:
  using Key = std::pair<int, std::uint64_t>;
  explicit TileWriter(Frontier frontier) : frontier_(std::move(frontier)) {}
  void Put(int level, std::uint64_t index, const Digest& digest);

  Frontier frontier_;
  std::vector<Node> completed_;
  std::map<Key, std::vector<Digest>> tiles_;
};

}  // namespace cairn::metadata
