#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/crypto/hash.h"
#include "ground/vocabulary/result.h"

namespace cairn::repository {

using Md5Digest = crypto::Md5Digest;
/// Nothing unless `hex` is 32 lower-case digits.
std::optional<Md5Digest> Md5OfHex(std::string_view hex);

struct ListedFile {
  std::string_view relpath;  ///< Below the folder, with '/'; lives as long as its listing.
  Md5Digest md5;
};

/// The files of a folder under version, as its ".dir" object names them: each once, in the order of code
/// points. A name that is not UTF-8 stands in the object as Python writes it: each odd byte as a lone
/// surrogate (PEP 383). Moved, not copied: a folder may hold a million files.
class Listing {
 public:
  Listing() = default;
  Listing(Listing&&) = default;
  Listing& operator=(Listing&&) = default;

  /// Reads an object. Corrupt when it is no such listing, or a path leaves the folder.
  static Result<Listing> Parse(std::string object);

  /// Takes a copy of the path. Arrange must follow before anything else is asked.
  void Add(std::string_view relpath, const Md5Digest& md5);
  /// Puts the files in order; of a path that was added twice the later digest counts.
  void Arrange();

  const std::vector<ListedFile>& files() const { return files_; }
  const ListedFile* Find(std::string_view relpath) const;
  /// Whether `a` stands before `b` in a listing.
  static bool Before(std::string_view a, std::string_view b);

  /// The object, byte for byte as DVC writes it: a JSON array of {"md5", "relpath"} with ", " and ": " and
  /// \u escapes.
  std::string Object() const;

 private:
  std::string_view Keep(std::string_view text);

  std::vector<ListedFile> files_;
  std::unique_ptr<std::string> object_;  // What paths without escapes point into.
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t room_ = 0;
};

}  // namespace cairn::repository
