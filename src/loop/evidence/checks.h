#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "loop/package/files.h"

namespace cairn::evidence {

struct Problem {
  std::string file;
  std::string message;
};

/// A bundle while it is checked.
struct Checked {
  package::Files files;
  std::map<std::string, std::string> digests;  ///< SHA-256 of each file, once it was taken.
  std::string key;                             ///< The log's, base64; "" when keys/log.pem is none.
  bool trusted = false;                        ///< It is the key that the caller knows.
  std::int64_t events = 0;
  std::vector<Problem> problems;

  void Add(const std::string& file, const std::string& message) { problems.push_back({file, message}); }
  const std::string& DigestOf(const std::string& file);
  /// The file's bytes, or "".
  std::string_view Text(const std::string& file) const {
    const auto found = files.find(file);
    return found == files.end() ? std::string_view() : std::string_view(found->second);
  }
};

/// The keys, the signature over SHA256SUMS and every digest in it. Each problem names the file that is not
/// what it was: of a list that does not fit its signature, the list, unless all files are as it says.
/// `trusted` is the key that must have signed, or "".
void CheckSeal(Checked& checked, const std::string& trusted);

/// Whether the documents of a bundle whose seal holds agree with each other: signatures, proofs, digests.
void CheckContents(Checked& checked);

}  // namespace cairn::evidence
