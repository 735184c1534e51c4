#pragma once

#include <string>
#include <vector>

#include "cli/here.h"
#include "ground/vocabulary/result.h"
#include "loop/repository/checkout.h"
#include "loop/repository/transfer.h"
#include "loop/repository/versions.h"

namespace cairn::cli {

/// What a transfer is to move, as the command line says it.
struct TransferWish {
  repository::Scope scope;
  std::vector<std::string> targets;  ///< As the caller writes them.
  std::string remote;
  unsigned jobs = 0;
  bool verify = false;
  bool with_deps = false;  ///< Also what the stages of the targets depend on.
  bool quiet = false;      ///< No bar.
  bool runs = false;       ///< Also the entries of the run cache that one side lacks, and what they made.
};

enum class Direction { Push, Fetch };

/// Everything that the wish names, in all its versions.
Result<std::vector<repository::Chosen>> ChosenBy(const Here& here, const TransferWish& wish);
struct Transferred : repository::TransferReport {
  std::size_t runs = 0;  ///< Entries of the run cache.
};
/// Moves it, with a bar at the terminal.
Result<Transferred> Transfer(const Here& here, const TransferWish& wish, Direction direction);
/// Makes what the wish's targets name in the working tree equal to its texts, from the cache; without targets
/// all that is tracked, as repository::CheckoutAll does. With a bar.
Result<repository::CheckedOut> Place(const Here& here, const TransferWish& wish, repository::Unsaved unsaved);

struct Pulled {
  Transferred fetched;
  repository::CheckedOut placed;
};
/// Places what is fetched already. Where the cache turns out to be damaged, all that the wish names is read,
/// the damaged objects are fetched anew, and it is placed again.
Result<Pulled> PlaceFetched(const Here& here, const TransferWish& wish, repository::Unsaved unsaved,
                            Transferred fetched);

}  // namespace cairn::cli
