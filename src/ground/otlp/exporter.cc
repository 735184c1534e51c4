#include "ground/otlp/exporter.h"

#include <algorithm>
#include <condition_variable>

#include "ground/fetch/fetch.h"
#include "ground/os/clock.h"

namespace cairn::otlp {
namespace {

using std::chrono::milliseconds;

/// Of one request; a tracer that holds so many is emptied before the interval is over.
constexpr std::size_t kSpansAtOnce = 512;
constexpr milliseconds kLook{200};
constexpr milliseconds kTimeout{10'000}, kLastTimeout{2'000};

}  // namespace

Exporter::Exporter(telemetry::Tracer& tracer, Figures figures, std::string version)
    : tracer_(tracer),
      figures_(std::move(figures)),
      version_(std::move(version)),
      start_ns_(telemetry::UnixNsAt(os::SteadyNs())) {}

Exporter::~Exporter() { Follow(std::nullopt); }

void Exporter::Follow(std::optional<Settings> settings) {
  const std::lock_guard one_at_a_time(following_);
  {
    const std::lock_guard lock(mutex_);
    if (settings_ == settings) return;
  }
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  {
    const std::lock_guard lock(mutex_);
    settings_ = settings;
    problem_.clear();
  }
  if (settings && settings->traces) {
    tracer_.Begin(*settings->traces);
  } else {
    tracer_.End();
  }
  if (settings) {
    thread_ = std::jthread([this, to = *std::move(settings)](const std::stop_token& stop) { Run(to, stop); });
  }
}

Exporter::State Exporter::state() const {
  const std::lock_guard lock(mutex_);
  return {settings_ ? settings_->endpoint : "", sent_, problem_};
}

void Exporter::Run(const Settings& settings, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  auto due = std::chrono::steady_clock::now() + settings.interval;
  while (!stop.stop_requested()) {
    wake.wait_for(lock, stop, std::min(kLook, settings.interval), [] { return false; });
    if (stop.stop_requested()) break;
    const bool is_due = std::chrono::steady_clock::now() >= due;
    if (is_due || tracer_.Waiting() >= kSpansAtOnce) SendSpans(settings, stop, false);
    if (!is_due) continue;
    SendFigures(settings, stop, false);
    due = std::chrono::steady_clock::now() + settings.interval;
  }
  SendSpans(settings, stop, true);
  SendFigures(settings, stop, true);
}

void Exporter::SendSpans(const Settings& settings, const std::stop_token& stop, bool last) {
  // What is taken while it sends is for the next round.
  for (std::size_t left = tracer_.Waiting(); left > 0;) {
    const auto spans = tracer_.Hand(kSpansAtOnce);
    if (spans.empty()) return;
    left -= std::min(left, spans.size());
    const auto sent =
        Send(settings, "/v1/traces", EncodeSpans(settings.resource, version_, spans), stop, last);
    Remember(sent);
    if (!sent) {
      tracer_.Lost(spans.size());
      return;
    }
    const std::lock_guard lock(mutex_);
    sent_ += spans.size();
  }
}

void Exporter::SendFigures(const Settings& settings, const std::stop_token& stop, bool last) {
  if (!settings.metrics) return;
  const auto figures = figures_();
  if (figures.empty()) return;
  const std::int64_t now = telemetry::UnixNsAt(os::SteadyNs());
  Remember(Send(settings, "/v1/metrics", EncodeFigures(settings.resource, version_, figures, start_ns_, now),
                stop, last));
}

Result<> Exporter::Send(const Settings& settings, const char* path, std::string body,
                        const std::stop_token& stop, bool last) {
  fetch::Outgoing request;
  request.method = "POST";
  request.url = settings.endpoint + path;
  request.headers = settings.headers;
  request.headers.emplace_back("Content-Type", "application/x-protobuf");
  request.body = std::move(body);
  request.repeatable = true;
  request.retry = {
      .attempts = last ? 1 : 4, .first_pause = milliseconds(500), .longest_pause = milliseconds(8'000)};
  request.timeout = request.connect_timeout = last ? kLastTimeout : kTimeout;
  request.max_response_bytes = 1024 * 1024;
  if (!last) request.stop = stop;
  const auto answer = CAIRN_TRY(fetch::Fetch(request));
  if (answer.status >= 200 && answer.status < 300) return Done{};
  return Error{Reason::Unavailable,
               "the collector at " + request.url + " answered " + std::to_string(answer.status)};
}

void Exporter::Remember(const Result<>& outcome) {
  const std::lock_guard lock(mutex_);
  problem_ = outcome ? "" : outcome.error().message;
}

}  // namespace cairn::otlp
