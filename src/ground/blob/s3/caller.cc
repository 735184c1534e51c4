#include "ground/blob/s3/caller.h"

#include <algorithm>

#include "ground/vocabulary/text.h"

namespace cairn::blob::s3 {
namespace {

constexpr std::size_t kAnswerBytes = 16 * 1024 * 1024;
constexpr std::chrono::minutes kLongest{15};

std::string BaseOf(const Place& place) {
  if (!place.endpoint.empty()) return place.endpoint + "/" + place.bucket;
  const std::string host = "s3." + place.region + ".amazonaws.com";
  // A certificate for *.s3… covers one label only.
  if (place.bucket.find('.') != std::string::npos) return "https://" + host + "/" + place.bucket;
  return "https://" + place.bucket + "." + host;
}

Reason ReasonOf(int status, std::string_view code) {
  if (code == "BadDigest" || code == "XAmzContentSHA256Mismatch") return Reason::Corrupt;
  switch (status) {
    case 401:
    case 403:
      return Reason::Denied;
    case 404:
      return Reason::NotFound;
    case 409:
    case 412:
      return Reason::Conflict;
    case 429:
      return Reason::Unavailable;
    default:
      return status >= 500 ? Reason::Unavailable : Reason::InvalidArgument;
  }
}

std::string RemedyFor(Reason reason) {
  switch (reason) {
    case Reason::Denied:
      return "; check the credentials (the AWS_… variables, or the remote's own) and the rights of that key.";
    case Reason::Unavailable:
      return "; try again later.";
    case Reason::NotFound:
      return "; check the bucket's name, the endpoint and the path.";
    case Reason::Corrupt:
      return "; send it again.";
    default:
      return ".";
  }
}

/// Returns a call's place when it ends.
class Turn {
 public:
  explicit Turn(std::counting_semaphore<64>& free) : free_(free) { free_.acquire(); }
  ~Turn() { free_.release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  std::counting_semaphore<64>& free_;
};

Error Told(const Element& error, int status, std::string_view what) {
  const auto reason = ReasonOf(status, error.Text("Code"));
  return {reason, "The object store refused " + std::string(what) + ": " + std::string(error.Text("Code")) +
                      " (" + std::string(error.Text("Message")) + ")" + RemedyFor(reason)};
}

}  // namespace

Error Refusal(const fetch::Incoming& answer, std::string_view what) {
  const auto error = answer.body.empty() ? Result<Element>(Error{}) : ParseXml(answer.body);
  if (error && error->name == "Error") return Told(*error, answer.status, what);
  const auto reason = ReasonOf(answer.status, "");
  return {reason, "The object store refused " + std::string(what) + " with status " +
                      std::to_string(answer.status) + RemedyFor(reason)};
}

Caller::Caller(Place place, Tuning tuning)
    : place_(std::move(place)),
      tuning_(tuning),
      base_(BaseOf(place_)),
      free_(std::clamp(tuning.calls, 1, 64)) {}

fetch::Outgoing Caller::Request(std::string method, std::optional<std::string_view> key,
                                const Parameters& parameters, const std::string& sha256) const {
  fetch::Outgoing request;
  request.method = std::move(method);
  request.url = base_ + "/";
  if (key) request.url += PercentEncode(FullKey(*key), "/");
  char before = '?';
  for (const auto& [name, value] : parameters) {
    request.url += before + PercentEncode(name) + "=" + PercentEncode(value);
    before = '&';
  }
  request.headers = {{"X-Amz-Content-Sha256", sha256}};
  if (!place_.session_token.empty())
    request.headers.emplace_back("X-Amz-Security-Token", place_.session_token);
  request.authorities = place_.authorities;
  request.any_certificate = place_.any_certificate;
  if (!place_.access_key.empty()) {
    request.user = place_.access_key + ":" + place_.secret_key;
    request.signature = "aws:amz:" + place_.region + ":s3";
  }
  request.repeatable = true;
  request.retry = {tuning_.attempts, tuning_.first_pause, tuning_.longest_pause};
  request.timeout = kLongest;
  request.connect_timeout = tuning_.connect_timeout;
  request.stall_timeout = tuning_.stall_timeout;
  request.moved = tuning_.moved;
  request.stop = tuning_.stop;
  request.max_response_bytes = kAnswerBytes;
  return request;
}

Result<fetch::Incoming> Caller::Send(const fetch::Outgoing& request, std::string_view what) const {
  const Turn turn(free_);
  auto answer = CAIRN_TRY(fetch::Fetch(request));
  if (answer.status >= 200 && answer.status < 300) return answer;
  return Refusal(answer, what);
}

Result<Element> Caller::SendForXml(const fetch::Outgoing& request, std::string_view what,
                                   std::string_view root) const {
  const auto answer = CAIRN_TRY(Send(request, what));
  auto parsed = ParseXml(answer.body);
  if (parsed && parsed->name == root) return parsed;
  if (parsed && parsed->name == "Error") return Told(*parsed, 500, what);
  if (!parsed && parsed.error().reason == Reason::Unsupported) return parsed;
  return Error{Reason::Corrupt, "The object store's answer about " + std::string(what) +
                                    " cannot be read; check that the endpoint speaks S3."};
}

std::string Caller::FullKey(std::string_view key) const {
  if (place_.prefix.empty()) return std::string(key);
  return place_.prefix + "/" + std::string(key);
}

Result<std::string> Caller::RelativeKey(std::string_view full) const {
  const std::string before = FullKey("");
  if (full.starts_with(before)) return std::string(full.substr(before.size()));
  return Error{Reason::Corrupt, "The object store listed '" + std::string(full) + "', which is not below " +
                                    place_.Shown() + "; check that the endpoint speaks S3."};
}

}  // namespace cairn::blob::s3
