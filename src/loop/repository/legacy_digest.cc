#include "loop/repository/legacy_digest.h"

#include <algorithm>
#include <memory>

#include "ground/crypto/hash.h"
#include "ground/os/descriptor.h"

namespace cairn::repository {
namespace {

constexpr std::size_t kChunk = 1 << 20, kLookedAt = 512;

bool IsTextual(char c) {
  return (c >= 32 && c < 127) || c == '\n' || c == '\r' || c == '\t' || c == '\f' || c == '\b';
}

bool LooksLikeText(std::string_view chunk) {
  const std::string_view head = chunk.substr(0, kLookedAt);
  if (head.find('\0') != std::string_view::npos) return false;
  const auto textual = std::count_if(head.begin(), head.end(), IsTextual);
  return 10 * (static_cast<std::ptrdiff_t>(head.size()) - textual) <=
         3 * static_cast<std::ptrdiff_t>(head.size());
}

void AddText(crypto::Hasher& hasher, std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\r\n", at), text.size());
    hasher.Add(text.substr(at, end - at));
    at = end == text.size() ? end : end + 1;
  }
}

/// Bytes read, up to the size of the chunk.
Result<std::size_t> Fill(const os::Descriptor& file, char* chunk, const std::string& path) {
  std::size_t filled = 0;
  while (filled < kChunk) {
    const std::size_t count = CAIRN_TRY(os::ReadSome(file.number(), chunk + filled, kChunk - filled, path));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

}  // namespace

Result<std::string> LegacyMd5Of(const std::string& path, std::uint64_t most) {
  const os::Descriptor file = CAIRN_TRY(os::OpenToRead(path));
  const std::unique_ptr<char[]> buffer(new char[kChunk]);
  crypto::Hasher hasher(crypto::Kinds::Md5);
  for (std::uint64_t all = 0;;) {
    const std::string_view chunk(buffer.get(), CAIRN_TRY(Fill(file, buffer.get(), path)));
    if (chunk.empty()) return hasher.Finish().md5;
    all += chunk.size();
    if (all > most) return Error{Reason::Conflict, "'" + path + "' grew while it was read"};
    if (LooksLikeText(chunk)) {
      AddText(hasher, chunk);
    } else {
      hasher.Add(chunk);
    }
  }
}

}  // namespace cairn::repository
