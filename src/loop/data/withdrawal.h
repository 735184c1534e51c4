#pragma once

#include <string>
#include <vector>

#include "loop/data/catalogue.h"

namespace cairn::data {

struct Withdrawal {
  std::string to;  ///< The folder; made when it is missing.
  enum class Part {
    Training,
    Original,  ///< Holds the sealed rows too.
    Sealed,
  } part = Part::Training;
  std::string actor;
  std::string purpose = {};  ///< What sealed rows are looked at for.
  std::string cause = {};
};

/// Takes the files of a version out of the cache into a folder, with the bytes that were stored, whatever has
/// become of their sources. Gives the paths written. Denied when the version's access list does not name the
/// actor; InvalidArgument when sealed rows would be seen and no purpose is given: the opening is on record
/// before a byte of them is written; AlreadyExists naming a file with other bytes that is in the way;
/// NotFound or Corrupt, before anything is written, when the cache lacks an object or holds a damaged one;
/// Exhausted without room.
Result<std::vector<std::string>> Withdraw(Catalogue& catalogue, const DatasetVersion& version,
                                          const Withdrawal& withdrawal);

}  // namespace cairn::data
