#pragma once

#include <string>
#include <string_view>

#include "ground/vocabulary/result.h"

namespace cairn::repository {

/// Whether a relative path names something below its folder: not empty, absolute, or with a part "", "." or
/// ".."; no NUL.
bool StaysInside(std::string_view relpath);

/// Goes through the JSON of a ".dir" object without building a tree of it: a listing may have a million
/// entries. Keys other than "md5" and "relpath" are skipped.
class ListingReader {
 public:
  /// `object` must stay where it is.
  explicit ListingReader(std::string_view object) : rest_(object), size_(object.size()) {}

  /// Whether there was another entry; it can be asked for then. Corrupt, with the place, for anything else.
  Result<bool> Next();
  std::string_view md5() const { return md5_; }
  /// Lives until the next entry when it was decoded, else as long as the object.
  std::string_view relpath() const { return relpath_; }
  bool is_decoded() const { return decoded_; }

 private:
  void SkipSpace();
  bool Take(char c);
  Error Wrong(std::string_view expected) const;
  Result<std::string_view> Text(std::string& decoded, bool& was_decoded);
  bool Escape(std::string& decoded);
  bool Unit(char32_t& unit);
  Result<> Value(std::string_view key);
  Result<> Skip();

  std::string_view rest_;
  const std::size_t size_;
  bool begun_ = false;
  std::string_view md5_, relpath_;
  bool decoded_ = false;
  std::string key_buffer_, md5_buffer_, relpath_buffer_;
};

}  // namespace cairn::repository
