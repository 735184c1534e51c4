#include "loop/tracking/page.h"

#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::tracking {

namespace {

// Far beyond any list, and such that adding a limit to it stays a number.
constexpr std::int64_t kFurthest = std::int64_t{1} << 53;

}  // namespace

std::string PageToken(std::int64_t offset, std::string_view asked) {
  Json token{{"offset", offset}};
  if (!asked.empty()) token.Set("asked", asked);
  return Base64(token.Dump());
}

Result<std::int64_t> OffsetOf(std::string_view token, std::string_view asked) {
  if (token.empty()) return 0;
  const Error invalid{
      Reason::InvalidArgument,
      "Invalid page token: begin again without one, or send the one that the last answer gave."};
  const auto decoded = FromBase64(token);
  if (!decoded) return invalid;
  const auto parsed = Json::Parse(*decoded);
  if (!parsed || !parsed->At("offset").IsInt() || parsed->Int("offset") < 0 ||
      parsed->Int("offset") > kFurthest) {
    return invalid;
  }
  if (parsed->Text("asked") != asked) {
    return Error{Reason::InvalidArgument,
                 "Invalid page token: it belongs to a search with other experiments, filter or order; repeat "
                 "those, or begin again."};
  }
  return parsed->Int("offset");
}

}  // namespace cairn::tracking
