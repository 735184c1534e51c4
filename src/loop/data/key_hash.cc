#include "loop/data/key_hash.h"

#include "ground/tables/source.h"
#include "loop/data/catalogue.h"

namespace cairn::data {

std::string KeyDigest(std::span<const std::string> key, std::string_view salt) {
  std::string joined = salt.empty() ? "" : tables::Literal(salt);
  for (const auto& column : key) {
    if (!joined.empty()) joined += " || chr(31) || ";
    joined += "coalesce(CAST(" + tables::Identifier(column) + " AS VARCHAR), '')";
  }
  return "md5(" + joined + ")";
}

std::string KeyPlace(std::span<const std::string> key, std::string_view salt) {
  return "CAST('0x' || substr(" + KeyDigest(key, salt) + ", 1, 8) AS BIGINT)";
}

std::int64_t PlaceOf(double share) { return static_cast<std::int64_t>(share * 4294967296.0); }

std::string SealedCondition(const std::vector<std::string>& key, double share) {
  return KeyPlace(key) + " < " + std::to_string(PlaceOf(share));
}

}  // namespace cairn::data
