#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "ground/crypto/signature.h"
#include "ground/os/clock.h"
#include "ground/sql/database.h"
#include "ground/vocabulary/result.h"
#include "ledger/metadata/tree_head.h"

namespace cairn::metadata {

struct Sealed {
  std::int64_t events = 0;       ///< That got their positions now.
  std::optional<TreeHead> head;  ///< The last head signed now; none when there was nothing to seal.
};

/// Gives committed events the positions that they lack, adds them to the tree and signs its head. Makes tiles
/// of what was sealed before there were any. Safe from any thread;
/// with PostgreSQL several processes may each have one.
class Sealer {
 public:
  /// All must outlive the sealer. `heads_file` (its folder must exist) gets a line for every head, after the
  /// head is in the store.
  Sealer(sql::Database& database, const os::Clock& clock, const crypto::SigningKey& key,
         std::string heads_file);

  /// Seals what was committed before the call. Can be called again after any error and after a crash at any
  /// point: what is missing in the file is added by the next call. Corrupt when the store holds less than the
  /// file has heads for (it was cut, or an older copy was put in its place), or when its tree is not the one
  /// last signed; nothing is sealed then.
  Result<Sealed> Seal();

 private:
  struct Anchor {
    std::uint64_t bytes = 0;  ///< Length of the file when it was last read or written.
    bool ended = true;
    std::uint64_t size = 0;  ///< The largest head in it.
  };
  Result<> LookAtFile();
  /// Adds the heads that the store has and the file lacks. Whether events wait.
  Result<bool> CatchUp();
  Result<Sealed> SealBatch(sql::Connection& connection, TimeMs now) const;

  sql::Database& database_;
  const os::Clock& clock_;
  const crypto::SigningKey& key_;
  const std::string heads_file_;
  std::mutex mutex_;
  std::optional<Anchor> anchor_;
  bool brought_over_ = false;  ///< Nothing is kept any more as it was before there were tiles.
};

}  // namespace cairn::metadata
