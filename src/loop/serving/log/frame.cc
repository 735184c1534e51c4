#include "loop/serving/log/frame.h"

#include <array>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace cairn::serving {
namespace {

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Eight tables, so that eight bytes are taken at a step ("slicing by 8").
constexpr Tables MakeTables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
    tables[0][byte] = crc;
  }
  for (std::size_t table = 1; table < tables.size(); ++table)
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[table - 1][byte];
      tables[table][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  return tables;
}

constexpr Tables kTables = MakeTables();

std::uint32_t WordAt(std::string_view bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i)
    word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return word;
}

void PutWord(std::string& bytes, std::size_t at, std::uint32_t word) {
  for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(word >> (8 * i));
}

/// Goes on from `crc`, before its last inversion.
std::uint32_t ByTables(std::uint32_t crc, std::string_view bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint32_t low = crc ^ WordAt(bytes, at), high = WordAt(bytes, at + 4);
    crc = kTables[7][low & 0xFF] ^ kTables[6][(low >> 8) & 0xFF] ^ kTables[5][(low >> 16) & 0xFF] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xFF] ^ kTables[2][(high >> 8) & 0xFF] ^
          kTables[1][(high >> 16) & 0xFF] ^ kTables[0][high >> 24];
  }
  for (; at < bytes.size(); ++at)
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<unsigned char>(bytes[at])) & 0xFF];
  return crc;
}

#ifdef __x86_64__

__attribute__((target("pclmul,sse4.1"))) __m128i Load(const char* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

/// `sum` carried over as many bits as `by` stands for, and the next bytes added.
__attribute__((target("pclmul,sse4.1"))) __m128i Fold(__m128i sum, __m128i by, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(sum, by, 0x00), high = _mm_clmulepi64_si128(sum, by, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// The same by carry-less multiplication, 64 bytes at a step (Gopal and others, "Fast CRC Computation for
/// Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009; its constants for the reflected polynomial).
/// A multiple of 16 bytes, 64 at least.
__attribute__((target("pclmul,sse4.1"))) std::uint32_t ByMultiplication(std::uint32_t crc,
                                                                        std::string_view bytes) {
  const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const __m128i by_64 = _mm_set_epi64x(0, 0x163cd6124), poly = _mm_set_epi64x(0x1f7011641, 0x1db710641);
  const __m128i low_word = _mm_setr_epi32(~0, 0, ~0, 0);
  const char* from = bytes.data();
  const char* const end = from + bytes.size();
  __m128i sums[4];
  for (int i = 0; i < 4; ++i) sums[i] = Load(from + 16 * i);
  sums[0] = _mm_xor_si128(sums[0], _mm_cvtsi32_si128(static_cast<int>(crc)));
  for (from += 64; end - from >= 64; from += 64)
    for (int i = 0; i < 4; ++i) sums[i] = Fold(sums[i], by_512, Load(from + 16 * i));
  __m128i sum = sums[0];
  for (int i = 1; i < 4; ++i) sum = Fold(sum, by_128, sums[i]);
  for (; end - from >= 16; from += 16) sum = Fold(sum, by_128, Load(from));
  // 128 bits to 64, to 32 (Barrett).
  sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, by_128, 0x10));
  sum =
      _mm_xor_si128(_mm_srli_si128(sum, 4), _mm_clmulepi64_si128(_mm_and_si128(sum, low_word), by_64, 0x00));
  const __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(sum, low_word), poly, 0x10);
  sum = _mm_xor_si128(sum, _mm_clmulepi64_si128(_mm_and_si128(quotient, low_word), poly, 0x00));
  return static_cast<std::uint32_t>(_mm_extract_epi32(sum, 1));
}

bool Multiplies() {
  static const bool multiplies = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
  return multiplies;
}

#endif

}  // namespace

std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
#ifdef __x86_64__
  if (bytes.size() >= 64 && Multiplies()) {
    const std::size_t whole = bytes.size() / 16 * 16;
    crc = ByMultiplication(crc, bytes.substr(0, whole));
    bytes.remove_prefix(whole);
  }
#endif
  return ~ByTables(crc, bytes);
}

void SealFrame(std::string& frame) {
  const std::string_view payload = std::string_view(frame).substr(kFrameHead);
  const std::uint32_t crc = Crc32(payload);
  PutWord(frame, 0, static_cast<std::uint32_t>(payload.size()));
  PutWord(frame, 4, crc);
}

std::optional<std::string_view> PayloadAt(std::string_view bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < kFrameHead) return std::nullopt;
  const std::size_t length = WordAt(bytes, offset);
  // Zeros that a loss of power left behind would otherwise read as a frame of nothing.
  if (length == 0 || length > kLongestPayload || length > bytes.size() - offset - kFrameHead)
    return std::nullopt;
  const std::string_view payload = bytes.substr(offset + kFrameHead, length);
  if (Crc32(payload) != WordAt(bytes, offset + 4)) return std::nullopt;
  return payload;
}

}  // namespace cairn::serving
