#include "ground/telemetry/trace_context.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "ground/os/identity.h"
#include "ground/vocabulary/text.h"

namespace cairn::telemetry {
namespace {

constexpr std::size_t kTraceAt = 3, kTraceDigits = 32, kParentAt = 36, kParentDigits = 16, kFlagsAt = 53,
                      kLength = 55;
constexpr std::size_t kMostMembers = 32, kLongestKey = 256, kLongestValue = 256;

bool IsLowerHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool IsId(std::string_view text) {
  return IsLowerHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool IsKeyPart(std::string_view part, std::size_t longest) {
  return !part.empty() && part.size() <= longest && std::all_of(part.begin(), part.end(), [](char c) {
    return IsLowerOrDigit(c) || c == '_' || c == '-' || c == '*' || c == '/';
  });
}

/// A letter first; or tenant "@" system, where the tenant may begin with a digit.
bool IsKey(std::string_view key) {
  const auto at = key.find('@');
  const auto begins_with_letter = [](std::string_view part) {
    return !part.empty() && part[0] >= 'a' && part[0] <= 'z';
  };
  if (at == std::string_view::npos) return begins_with_letter(key) && IsKeyPart(key, kLongestKey);
  const std::string_view tenant = key.substr(0, at), system = key.substr(at + 1);
  return IsKeyPart(tenant, 241) && IsLowerOrDigit(tenant[0]) && IsKeyPart(system, 14) &&
         begins_with_letter(system);
}

bool IsValue(std::string_view value) {
  return !value.empty() && value.size() <= kLongestValue && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; });
}

std::uint64_t RandomWord() {
  thread_local std::mt19937_64 generator = [] {
    const std::string bytes = os::RandomBytes(32);
    std::seed_seq seed(bytes.begin(), bytes.end());
    return std::mt19937_64(seed);
  }();
  return generator();
}

void AppendHex(std::string& out, std::uint64_t word) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[(word >> shift) & 15];
}

std::string RandomId(int words) {
  std::string id;
  id.reserve(static_cast<std::size_t>(words) * 16);
  while (words-- > 0) {
    std::uint64_t word = RandomWord();
    AppendHex(id, word == 0 ? 1 : word);
  }
  return id;
}

}  // namespace

std::optional<TraceContext> ParseTraceparent(std::string_view field) {
  if (field.size() < kLength || field[2] != '-' || field[kParentAt - 1] != '-' || field[kFlagsAt - 1] != '-')
    return std::nullopt;
  const std::string_view version = field.substr(0, 2), flags = field.substr(kFlagsAt, 2);
  const std::string_view trace = field.substr(kTraceAt, kTraceDigits);
  const std::string_view parent = field.substr(kParentAt, kParentDigits);
  if (!IsLowerHex(version) || version == "ff" || !IsLowerHex(flags) || !IsId(trace) || !IsId(parent))
    return std::nullopt;
  if (field.size() > kLength && (version == "00" || field[kLength] != '-')) return std::nullopt;
  const char low = flags[1];
  const int digit = low <= '9' ? low - '0' : low - 'a' + 10;
  return TraceContext{std::string(trace), std::string(parent), (digit & 1) != 0, ""};
}

std::string ParseTracestate(std::string_view list) {
  std::string kept;
  std::vector<std::string_view> keys;
  for (const std::string_view part : Split(list, ',')) {
    const std::string_view member = Trim(part);
    if (member.empty()) continue;
    const auto equals = member.find('=');
    if (equals == std::string_view::npos) return "";
    const std::string_view key = member.substr(0, equals);
    if (!IsKey(key) || !IsValue(member.substr(equals + 1))) return "";
    if (std::find(keys.begin(), keys.end(), key) != keys.end() || keys.size() == kMostMembers) return "";
    keys.push_back(key);
    if (!kept.empty()) kept += ',';
    kept += member;
  }
  return kept;
}

TraceContext ContextOf(std::string_view traceparent, std::string_view tracestate) {
  if (!traceparent.empty()) {
    if (auto given = ParseTraceparent(traceparent)) {
      if (!tracestate.empty()) given->state = ParseTracestate(tracestate);
      return *std::move(given);
    }
  }
  return {NewTraceId(), "", false, ""};
}

std::string NewTraceId() { return RandomId(2); }
std::string NewSpanId() { return RandomId(1); }

}  // namespace cairn::telemetry
