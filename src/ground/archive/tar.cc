#include "ground/archive/tar.h"

#include "ground/archive/libarchive/reader.h"

namespace cairn::archive {
namespace {

constexpr std::size_t kHeader = 512, kSumAt = 148, kSumLength = 8;

}  // namespace

bool IsTar(std::string_view bytes) {
  if (bytes.size() < kHeader || bytes[0] == '\0') return false;
  std::uint32_t said = 0;
  bool digits = false;
  for (const char c : bytes.substr(kSumAt, kSumLength)) {
    if (c >= '0' && c <= '7') {
      said = said * 8 + static_cast<std::uint32_t>(c - '0');
      digits = true;
    } else if (c != ' ' && c != '\0') {
      return false;
    }
  }
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < kHeader; ++i)
    sum += i >= kSumAt && i < kSumAt + kSumLength ? ' ' : static_cast<unsigned char>(bytes[i]);
  return digits && sum == said;
}

Result<Unpacked::End> EachTarFile(std::string_view bytes, std::uint64_t most_bytes,
                                  const std::function<bool(std::string, std::string)>& take) {
  return libarchive::EachTarFile(bytes, most_bytes, take);
}

}  // namespace cairn::archive
