#include "loop/serving/mask.h"

#include <algorithm>

#include "ground/crypto/hash.h"
#include "ground/os/files.h"
#include "ground/os/identity.h"
#include "ground/os/new_file.h"
#include "ground/vocabulary/digest.h"
#include "ground/vocabulary/text.h"

namespace cairn::serving {
namespace {

constexpr std::string_view kMasked = "masked:";
constexpr std::size_t kDigits = 32;
constexpr std::size_t kKeyBytes = 32;

bool IsMask(const Json& value) {
  return value.IsString() && value.AsString().size() == kMasked.size() + kDigits &&
         value.AsString().starts_with(kMasked);
}

Result<> WriteKey(const std::string& path) {
  constexpr unsigned kForItsOwner = 0600;
  os::NewFile file = CAIRN_TRY(os::NewFile::Create(path, kForItsOwner));
  CAIRN_TRY(file.Append(os::RandomBytes(kKeyBytes)));
  const auto made = file.Publish(os::NewFile::Existing::Refuse);
  // Another process may have made it first; then that one counts.
  return made || made.error().reason == Reason::AlreadyExists ? Result<>() : made;
}

}  // namespace

std::string LevelOf(const Json& value) {
  if (value.IsString()) return value.AsString();
  return value.IsNumber() ? ShortestText(value.AsDouble()) : value.Dump();
}

Result<Mask> Mask::ByKeyIn(const std::string& path) {
  auto status = os::Stat(path);
  if (!status && status.error().reason == Reason::NotFound) {
    CAIRN_TRY(WriteKey(path));
    status = os::Stat(path);
  }
  if (!status) return status.error();
  if ((status->mode & 0077) != 0)
    return Error{Reason::Denied,
                 "The key '" + path + "' of the prediction log's masks can be read by others: chmod 600 it."};
  std::string key = CAIRN_TRY(os::ReadFile(path));
  if (key.size() < kKeyBytes)
    return Error{Reason::Corrupt, "The key '" + path + "' of the prediction log's masks holds " +
                                      std::to_string(key.size()) + " bytes in place of " +
                                      std::to_string(kKeyBytes) + ": restore the file from a copy."};
  return Mask(std::move(key));
}

std::string Mask::OfLevel(std::string_view column, std::string_view level) const {
  std::string message(column);
  message += '\0';
  message += level;
  return std::string(kMasked) + HexOf(crypto::HmacSha256(key_, message)).substr(0, kDigits);
}

Json Mask::Of(std::string_view column, const Json& value) const {
  return value.IsNull() || IsMask(value) ? value : Json(OfLevel(column, LevelOf(value)));
}

Columns Mask::Of(const Columns& columns, const std::vector<std::string>& masked) const {
  if (masked.empty()) return columns;
  Columns all;
  all.reserve(columns.size());
  for (const auto& [name, values] : columns) {
    if (!std::binary_search(masked.begin(), masked.end(), name)) {
      all.emplace_back(name, values);
      continue;
    }
    Values::List masks;
    masks.reserve(values.size());
    Json made;
    for (std::size_t row = 0; row < values.size(); ++row) masks.push_back(Of(name, values.At(row, made)));
    all.emplace_back(name, std::move(masks));
  }
  return all;
}

}  // namespace cairn::serving
