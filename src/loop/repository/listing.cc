#include "loop/repository/listing.h"

#include <algorithm>
#include <cstring>

#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/listing/listing_reader.h"
#include "loop/repository/python_text.h"

namespace cairn::repository {
namespace {

constexpr std::size_t kBlock = 1 << 18;

void AppendHex(std::string& out, const Md5Digest& md5) {
  static constexpr char kDigits[] = "0123456789abcdef";
  for (const std::uint8_t byte : md5) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

/// By bytes, which for UTF-8 is by code points.
bool SameAsBytes(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }) ||
         IsUtf8(text);
}

}  // namespace

std::optional<Md5Digest> Md5OfHex(std::string_view hex) {
  if (!IsHex(hex, 32)) return std::nullopt;
  Md5Digest md5;
  const auto value = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  for (std::size_t i = 0; i < md5.size(); ++i)
    md5[i] = static_cast<std::uint8_t>(value(hex[2 * i]) << 4 | value(hex[2 * i + 1]));
  return md5;
}

Result<Listing> Listing::Parse(std::string object) {
  Listing listing;
  listing.object_ = std::make_unique<std::string>(std::move(object));
  ListingReader reader(*listing.object_);
  while (CAIRN_TRY(reader.Next())) {
    const auto md5 = Md5OfHex(reader.md5());
    if (!md5 || !StaysInside(reader.relpath())) {
      return Error{Reason::Corrupt, "a folder's listing in the cache is damaged: it names '" +
                                        std::string(reader.relpath()) + "'"};
    }
    listing.files_.push_back({reader.is_decoded() ? listing.Keep(reader.relpath()) : reader.relpath(), *md5});
  }
  const auto disordered = std::adjacent_find(
      listing.files_.begin(), listing.files_.end(),
      [](const ListedFile& a, const ListedFile& b) { return !Before(a.relpath, b.relpath); });
  if (disordered != listing.files_.end()) listing.Arrange();
  return listing;
}

void Listing::Add(std::string_view relpath, const Md5Digest& md5) { files_.push_back({Keep(relpath), md5}); }

void Listing::Arrange() {
  std::stable_sort(files_.begin(), files_.end(),
                   [](const ListedFile& a, const ListedFile& b) { return Before(a.relpath, b.relpath); });
  // Of equals the last is kept: from behind, it is the first.
  std::reverse(files_.begin(), files_.end());
  files_.erase(std::unique(files_.begin(), files_.end(),
                           [](const ListedFile& a, const ListedFile& b) { return a.relpath == b.relpath; }),
               files_.end());
  std::reverse(files_.begin(), files_.end());
}

const ListedFile* Listing::Find(std::string_view relpath) const {
  const auto found = std::lower_bound(
      files_.begin(), files_.end(), relpath,
      [](const ListedFile& file, std::string_view path) { return Before(file.relpath, path); });
  return found != files_.end() && found->relpath == relpath ? &*found : nullptr;
}

bool Listing::Before(std::string_view a, std::string_view b) {
  const auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (at_a == a.end() || at_b == b.end()) return at_b != b.end();
  const auto byte_a = static_cast<unsigned char>(*at_a), byte_b = static_cast<unsigned char>(*at_b);
  if ((byte_a | byte_b) < 0x80) return byte_a < byte_b;
  if (SameAsBytes(a) && SameAsBytes(b)) return byte_a < byte_b;
  while (!a.empty() && !b.empty()) {
    const char32_t point_a = TakeCodePoint(a), point_b = TakeCodePoint(b);
    if (point_a != point_b) return point_a < point_b;
  }
  return a.empty() && !b.empty();
}

std::string Listing::Object() const {
  std::size_t size = 2;
  for (const auto& file : files_) size += file.relpath.size() + 64;
  std::string object;
  object.reserve(size);
  object = "[";
  for (const auto& file : files_) {
    object += object.size() > 1 ? ", {\"md5\": \"" : "{\"md5\": \"";
    AppendHex(object, file.md5);
    object += "\", \"relpath\": ";
    AppendPythonJson(object, file.relpath);
    object += "}";
  }
  return object += "]";
}

std::string_view Listing::Keep(std::string_view text) {
  if (blocks_.empty() || room_ < text.size()) {
    room_ = std::max(kBlock, text.size());
    blocks_.push_back(std::make_unique<char[]>(room_));
    // The block's end is filled first, so that one number tells where to go on.
  }
  room_ -= text.size();
  char* const at = blocks_.back().get() + room_;
  std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

}  // namespace cairn::repository
