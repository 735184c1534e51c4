#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "loop/data/catalogue.h"

namespace cairn::data {

/// What was found when the bytes of one part of a file were read again.
struct VerifiedPart {
  std::string file;
  enum class What { Source, Original, Training, Sealed } what = What::Original;
  enum class State {
    Intact,
    Gone,     ///< A source that is no longer there; the original is kept.
    Changed,  ///< A source that is another now; the original is kept.
    Missing,  ///< An object that the cache lacks.
    Damaged,  ///< An object with other bytes than were stored.
  } state = State::Intact;
  std::string path;
};
const char* NameOf(VerifiedPart::What what);
const char* NameOf(VerifiedPart::State state);

struct Verification {
  std::vector<VerifiedPart> parts;
  std::uint64_t bytes = 0;  ///< That were read.
  bool sound = true;        ///< Nothing is changed, missing or damaged.
};

/// Reads everything that a version consists of again, and compares it with both digests on record: the source
/// of each file where it was a file of this machine (opened for reading alone), and its objects in the cache,
/// the sealed ones too (nobody sees a row of them). The event is data.verified.
Result<Verification> Verify(Catalogue& catalogue, const DatasetVersion& version, std::string_view actor);

/// Corrupt naming the object when it is not what its digests say; NotFound when the cache lacks it.
Result<> VerifyObject(const Catalogue& catalogue, const std::string& md5, const std::string& sha256,
                      const std::string& what);

}  // namespace cairn::data
