#include "loop/serving/pace.h"

#include <array>
#include <cstdio>
#include <optional>

#include "ground/vocabulary/section.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/merging.h"

namespace cairn::serving {
namespace {

/// Waiting in line and being woken costs some 20 microseconds.
constexpr std::int64_t kWorthALine = 200'000;
/// Together must be that much faster than one by one, or those who wait for the whole run lose by it.
constexpr double kWorthMerging = 1.2;

constexpr std::array<std::string_view, 2> kAnswers = {"identical", "close"};

Result<> ReadWhole(const Node& map, const char* key, std::int64_t least, std::int64_t most,
                   std::int64_t& to) {
  const Node* node = map.Find(key);
  if (!node || node->IsNull()) return Done{};
  const auto number = ParseInt(node->text());
  if (!number || *number < least || *number > most)
    return WrongAt(*node, "'" + std::string(key) + "' must be a whole number from " + std::to_string(least) +
                              " to " + std::to_string(most));
  to = *number;
  return Done{};
}

/// "500us", "2ms", "0".
std::optional<std::int64_t> MicrosOf(std::string_view text) {
  if (text == "0") return 0;
  const std::int64_t unit = text.ends_with("us") ? 1 : 1000;
  if (!text.ends_with("us") && !text.ends_with("ms")) return std::nullopt;
  const auto number = ParseInt(Trim(text.substr(0, text.size() - 2)));
  if (!number || *number < 0 || *number > 1'000'000 / unit) return std::nullopt;
  return *number * unit;
}

std::string Millis(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g ms", static_cast<double>(ns) / 1e6);
  return text;
}

std::string Times(double factor) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f times", factor);
  return text;
}

/// Whether requests run together, and a sentence why.
struct Choice {
  bool merges = false;
  std::string why;
};

Choice Choose(const runtime::Trial& trial, const Batching& batching) {
  if (batching.max_batch_size == 1) return {false, "max_batch_size is 1"};
  if (trial.merging == runtime::Merging::Different) return {false, trial.why};
  if (trial.merging == runtime::Merging::Close && !batching.close)
    return {false, trial.why + " (serving.batching.answers: close permits that)"};
  const std::string faster = Times(trial.speedup) + " as fast";
  if (!batching.given && trial.speedup < kWorthMerging)
    return {false, "eight rows together are only " + faster};
  return {true,
          (trial.merging == runtime::Merging::Close ? trial.why : "the answers are the same bit for bit") +
              ", eight rows together are " + faster};
}

}  // namespace

Result<Batching> ParseBatching(const Node& section) {
  if (!section.IsMap())
    return WrongAt(section, "'batching' must be a map such as {max_batch_size: 32, max_queue_delay: 2ms}");
  CAIRN_TRY(
      section.OnlyKeys({"max_batch_size", "max_queue_delay", "max_queue_size", "concurrency", "answers"}));
  Batching batching;
  batching.given = true;
  CAIRN_TRY(ReadWhole(section, "max_batch_size", 1, 4096, batching.max_batch_size));
  CAIRN_TRY(ReadWhole(section, "max_queue_size", 1, 100'000, batching.max_queue_size));
  CAIRN_TRY(ReadWhole(section, "concurrency", 1, 1024, batching.concurrency));
  if (const Node* delay = section.Find("max_queue_delay"); delay && !delay->IsNull()) {
    const auto micros = MicrosOf(delay->text());
    if (!micros)
      return WrongAt(*delay,
                     "'max_queue_delay' must be a time of at most a second such as 500us or 2ms, or 0");
    batching.max_queue_delay_us = *micros;
  }
  batching.close = CAIRN_TRY(ChoiceAt(section, "answers", kAnswers)) == "close";
  return batching;
}

Pace PaceOf(const runtime::Model& model, const Batching& batching, const runtime::WorkerSettings& worker) {
  Pace pace;
  if (!model.waits() && !batching.given) {
    const std::int64_t row_ns = runtime::TimeOfOneRow(model);
    if (row_ns < kWorthALine) {
      pace.why = "each request runs at once: a row takes " + Millis(row_ns);
      return pace;
    }
  }
  pace.in_line = true;
  pace.line.own_process = model.waits();
  pace.line.runs_at_once = batching.concurrency;
  if (pace.line.own_process && batching.concurrency == 0) pace.line.runs_at_once = worker.processes;
  pace.line.most_waiting = batching.max_queue_size;
  const auto trial = batching.max_batch_size > 1 ? runtime::TryMerging(model) : runtime::Trial{};
  const auto choice = Choose(trial, batching);
  if (choice.merges) {
    pace.line.most_rows = batching.max_batch_size;
    pace.line.delay_ns = batching.max_queue_delay_us * 1000;
  }
  pace.why = choice.merges ? "up to " + std::to_string(batching.max_batch_size) +
                                 " rows of requests that wait run together: " + choice.why
                           : "each request runs by itself: " + choice.why;
  return pace;
}

}  // namespace cairn::serving
