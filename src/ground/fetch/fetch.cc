#include "ground/fetch/fetch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "ground/fetch/curl/transfer.h"

namespace cairn::fetch {
namespace {

using std::chrono::milliseconds;

bool IsRepeatable(const Outgoing& request) {
  if (request.repeatable) return *request.repeatable;
  for (const std::string_view method : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}) {
    if (request.method == method) return true;
  }
  return false;
}

bool AsksAgain(int status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/// What the answer asks for, in the form of seconds; the form of a date is rare and left aside.
milliseconds RetryAfter(const Incoming& answer) {
  const auto seconds = ParseInt(answer.Header("Retry-After"));
  if (!seconds) return milliseconds(0);
  return std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, 86'400));
}

milliseconds PauseBefore(const Retry& retry, int attempt, milliseconds asked) {
  thread_local std::minstd_rand chance{std::random_device{}()};
  const double doubled =
      static_cast<double>(retry.first_pause.count()) * static_cast<double>(1 << std::min(attempt - 1, 20));
  const double part = std::uniform_real_distribution<double>(0.5, 1.0)(chance);
  const double bounded = std::min(doubled * part, static_cast<double>(retry.longest_pause.count()));
  return std::clamp(asked, milliseconds(static_cast<std::int64_t>(bounded)), retry.longest_pause);
}

/// False when it was told to stop meanwhile.
bool Pause(milliseconds pause, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any woken;
  std::unique_lock lock(mutex);
  woken.wait_for(lock, stop, pause, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

Result<Incoming> Fetch(const Outgoing& request) {
  const curl::Library* library = CAIRN_TRY(curl::Load());
  const int attempts = IsRepeatable(request) ? std::max(1, request.retry.attempts) : 1;
  for (int attempt = 1;; ++attempt) {
    curl::Transfer transfer(*library, request);
    auto answer = transfer.Run();
    const bool again = answer ? AsksAgain(answer->status) : transfer.transient();
    if (!again || attempt >= attempts) return answer;
    const milliseconds asked = answer ? RetryAfter(*answer) : milliseconds(0);
    if (!Pause(PauseBefore(request.retry, attempt, asked), request.stop)) return answer;
  }
}

}  // namespace cairn::fetch
