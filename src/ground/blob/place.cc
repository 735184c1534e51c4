#include "ground/blob/place.h"

#include <algorithm>

#include "ground/os/environment.h"
#include "ground/vocabulary/text.h"

namespace cairn::blob {
namespace {

constexpr std::string_view kScheme = "s3://";

Error Malformed(std::string_view url, const std::string& why) {
  return {Reason::InvalidArgument, "'" + std::string(url) + "' is not the address of a bucket: " + why +
                                       "; write s3://bucket/prefix."};
}

bool IsBucketName(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
  return plain && name.size() >= 3 && name.size() <= 63 && name.front() != '.' && name.front() != '-';
}

bool IsPlainPrefix(std::string_view prefix) {
  if (prefix.empty()) return true;
  const auto parts = Split(prefix, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](std::string_view part) { return part.empty() || part == "." || part == ".."; }) &&
         std::none_of(prefix.begin(), prefix.end(),
                      [](char c) { return c == '?' || c == '#' || static_cast<unsigned char>(c) < 32; });
}

std::string FirstOf(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (auto value = os::VariableOr(name, ""); !value.empty()) return value;
  }
  return "";
}

Result<std::string> EndpointFromEnvironment() {
  std::string endpoint = FirstOf({"MLFLOW_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  while (endpoint.ends_with('/')) endpoint.pop_back();
  if (!endpoint.empty() && !endpoint.starts_with("http://") && !endpoint.starts_with("https://")) {
    return Error{Reason::InvalidArgument,
                 "The S3 endpoint '" + endpoint + "' is not an address: write https://host:port."};
  }
  return endpoint;
}

Result<std::string> Required(const char* name) {
  if (auto value = os::VariableOr(name, ""); !value.empty()) return value;
  return Error{Reason::InvalidArgument, "The variable " + std::string(name) +
                                            " is not set; what lies in S3 needs AWS_ACCESS_KEY_ID and "
                                            "AWS_SECRET_ACCESS_KEY in the environment."};
}

}  // namespace

std::string Place::Shown() const {
  return std::string(kScheme) + bucket + (prefix.empty() ? "" : "/" + prefix);
}

bool IsBucketUrl(std::string_view text) { return text.starts_with(kScheme); }

Result<Place> PlaceAt(std::string_view url) {
  if (!IsBucketUrl(url)) return Malformed(url, "it does not begin with s3://");
  const auto rest = url.substr(kScheme.size());
  const auto slash = std::min(rest.find('/'), rest.size());
  auto prefix = rest.substr(std::min(slash + 1, rest.size()));
  while (prefix.ends_with('/')) prefix.remove_suffix(1);
  Place place;
  place.bucket = rest.substr(0, slash);
  place.prefix = prefix;
  if (!IsBucketName(place.bucket)) return Malformed(url, "'" + place.bucket + "' cannot name a bucket");
  if (!IsPlainPrefix(prefix)) return Malformed(url, "its prefix is not a plain path");
  return place;
}

Result<Place> PlaceFromEnvironment(std::string_view url) {
  Place place = CAIRN_TRY(PlaceAt(url));
  place.endpoint = CAIRN_TRY(EndpointFromEnvironment());
  if (auto region = FirstOf({"AWS_REGION", "AWS_DEFAULT_REGION"}); !region.empty())
    place.region = std::move(region);
  place.access_key = CAIRN_TRY(Required("AWS_ACCESS_KEY_ID"));
  place.secret_key = CAIRN_TRY(Required("AWS_SECRET_ACCESS_KEY"));
  place.session_token = os::VariableOr("AWS_SESSION_TOKEN", "");
  return place;
}

}  // namespace cairn::blob
