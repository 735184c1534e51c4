#include "loop/repository/outside.h"

#include <algorithm>
#include <vector>

#include "ground/blob/bucket.h"
#include "ground/crypto/hash.h"
#include "ground/fetch/fetch.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/repository/configuration/known_keys.h"
#include "loop/repository/objects.h"
#include "loop/repository/python_text.h"
#include "loop/repository/remote/bucket_place.h"
#include "loop/repository/remote/web.h"

namespace cairn::repository {
namespace {

constexpr std::string_view kRemote = "remote://";
/// Who asks what is stale waits for it.
constexpr int kAttempts = 3;

Error NothingAt(const std::string& place) { return {Reason::NotFound, "nothing is at '" + place + "'"}; }

Result<Sighting> OnThisMachine(const std::string& path, StatIndex& index) {
  const Snapshot snapshot = CAIRN_TRY(TakeSnapshot(path, index));
  Sighting sighting{"md5", snapshot.md5, snapshot.size, std::nullopt, snapshot.executable};
  if (snapshot.folder) sighting.files = static_cast<std::int64_t>(snapshot.listing->files().size());
  return sighting;
}

/// Some servers let a file be read and refuse to be asked about it, as Amazon's with a signed address.
bool RefusesHead(int status) { return status == 403 || status == 405 || status == 501; }

Result<Sighting> OnTheWeb(const RemoteSettings& settings) {
  fetch::Outgoing request = CAIRN_TRY(WebRequest(settings));
  request.method = "HEAD";
  request.url = settings.url;
  request.retry.attempts = kAttempts;
  // Compressed, it would be another size, and with some servers another ETag.
  request.headers.emplace_back("Accept-Encoding", "identity");
  auto answer = CAIRN_TRY(fetch::Fetch(request));
  std::string_view length = answer.Header("Content-Length");
  if (RefusesHead(answer.status)) {
    request.method = "GET";
    request.headers.emplace_back("Range", "bytes=0-0");
    answer = CAIRN_TRY(fetch::Fetch(request));
    length = answer.Header("Content-Length");
    if (answer.status == 206) {
      const std::string_view range = answer.Header("Content-Range");  // "bytes 0-0/1234"
      length = range.substr(std::min(range.size(), range.rfind('/') + 1));
    }
  }
  if (answer.status == 404 || answer.status == 410) return NothingAt(settings.url);
  if (answer.status / 100 != 2) return RefusedByWeb(answer.status, settings.url);
  Sighting sighting{"checksum", std::string(answer.Header("ETag")), std::nullopt, std::nullopt, false};
  if (sighting.digest.empty()) sighting.digest = answer.Header("Content-MD5");
  if (sighting.digest.empty())
    return Error{Reason::Unprocessable,
                 "the web server tells neither ETag nor Content-MD5 of '" + settings.url +
                     "', so that a change cannot be seen: let a stage fetch it that is marked "
                     "always_changed, and read its copy"};
  if (const auto bytes = ParseInt(length); bytes && *bytes >= 0)
    sighting.bytes = static_cast<std::uint64_t>(*bytes);
  return sighting;
}

/// The listing of a folder as DVC makes one of what it has no MD5 of.
Sighting FolderOf(std::vector<blob::Object> objects) {
  std::sort(objects.begin(), objects.end(),
            [](const auto& a, const auto& b) { return Listing::Before(a.key, b.key); });
  std::string listing = "[";
  std::uint64_t bytes = 0;
  for (const auto& object : objects) {
    listing += listing.size() > 1 ? ", {\"etag\": " : "{\"etag\": ";
    AppendPythonJson(listing, object.etag);
    listing += ", \"relpath\": ";
    AppendPythonJson(listing, object.key);
    listing += "}";
    bytes += object.bytes;
  }
  return {"md5", crypto::Md5Hex(listing + "]") + ".dir", bytes, static_cast<std::int64_t>(objects.size()),
          false};
}

Result<Sighting> InABucket(const RemoteSettings& settings) {
  blob::Place place = CAIRN_TRY(BucketPlace(settings));
  blob::Tuning tuning = CAIRN_TRY(BucketTuning(settings));
  tuning.attempts = kAttempts;
  if (!settings.url.ends_with('/') && !place.prefix.empty()) {
    blob::Place around = place;
    const auto slash = around.prefix.rfind('/');
    const std::string key = slash == std::string::npos ? around.prefix : around.prefix.substr(slash + 1);
    around.prefix.resize(slash == std::string::npos ? 0 : slash);
    const auto object = blob::Bucket(std::move(around), tuning).Find(key);
    if (object) return Sighting{"etag", object->etag, object->bytes, std::nullopt, false};
    if (object.error().reason != Reason::NotFound) return object.error();
  }
  auto objects = CAIRN_TRY(blob::Bucket(std::move(place), tuning).ListAll(""));
  // What some programs leave for a folder, to have one without files.
  std::erase_if(objects, [](const auto& object) { return object.key.empty() || object.key.ends_with('/'); });
  if (objects.empty()) return NothingAt(settings.url);
  return FolderOf(std::move(objects));
}

/// The remote's settings, with the address of what lies below it.
Result<RemoteSettings> BelowRemote(const Configuration& configuration, std::string_view rest) {
  const auto slash = std::min(rest.find('/'), rest.size());
  RemoteSettings settings = CAIRN_TRY(configuration.Remote(rest.substr(0, slash)));
  const std::string_view below = rest.substr(std::min(slash + 1, rest.size()));
  while (settings.url.ends_with('/')) settings.url.pop_back();
  settings.url += "/" + std::string(below);
  return settings;
}

}  // namespace

bool IsAddress(std::string_view place) { return place.find("://") != std::string_view::npos; }

Result<> CheckAddress(const std::string& address) {
  const std::string scheme = SchemeOf(address);
  if (scheme == "http" || scheme == "https" || scheme == "s3" || scheme == "remote") return Done{};
  return Error{Reason::Unsupported, "Cairn cannot look at '" + address +
                                        "', only at http://, https://, s3:// and remote://: let a stage "
                                        "fetch it that is marked always_changed, and read its copy"};
}

Result<Sighting> Look(const Configuration& configuration, const std::string& place, StatIndex& index) {
  RemoteSettings settings{place, place, {}};
  if (place.starts_with(kRemote))
    settings = CAIRN_TRY(BelowRemote(configuration, std::string_view(place).substr(kRemote.size())));
  const std::string scheme = SchemeOf(settings.url);
  if (scheme.empty()) return OnThisMachine(settings.url, index);
  if (scheme == "file") return OnThisMachine(settings.url.substr(std::string_view("file://").size()), index);
  if (scheme == "http" || scheme == "https") return OnTheWeb(settings);
  if (scheme == "s3") return InABucket(settings);
  CAIRN_TRY(CheckAddress(settings.url));
  return Error{Reason::Unsupported, "'" + place + "' lies in a remote that lies in another: name that one"};
}

}  // namespace cairn::repository
