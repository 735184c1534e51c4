#include "ground/os/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "ground/os/clock.h"
#include "ground/os/environment.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::os {
namespace {

constexpr int kBarColumns = 20;
constexpr std::int64_t kNsPerMs = 1'000'000;

std::string Amount(std::uint64_t amount, std::string_view unit) {
  if (unit == "B") return FormatBytes(amount);
  return WithThousands(static_cast<std::int64_t>(amount));
}

void AppendIfItFits(std::string& line, const std::string& part, int width) {
  if (CodePoints(line) + 2 + CodePoints(part) <= static_cast<std::size_t>(std::max(width, 0)))
    line += "  " + part;
}

std::string Bar(double share) {
  const auto filled = static_cast<std::size_t>(share * kBarColumns);
  return "[" + std::string(filled, '#') + std::string(kBarColumns - filled, ' ') + "]";
}

}  // namespace

bool IsTerminal(int descriptor) { return isatty(descriptor) == 1; }

int WidthOf(int descriptor, int otherwise) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : otherwise;
}

bool WantsColor(int descriptor) {
  return IsTerminal(descriptor) && VariableOr("NO_COLOR", "").empty() && VariableOr("TERM", "") != "dumb";
}

std::string ProgressLine(std::string_view label, std::uint64_t done, std::uint64_t total,
                         std::string_view unit, std::int64_t elapsed_ms, int width) {
  std::string line(label);
  const double rate =
      elapsed_ms > 0 ? static_cast<double>(done) * 1000.0 / static_cast<double>(elapsed_ms) : 0;
  const std::string noun = unit == "B" ? "" : " " + std::string(unit);
  const std::string per_second = Amount(static_cast<std::uint64_t>(rate), unit) + noun + "/s";
  if (total == 0) {
    AppendIfItFits(line, Amount(done, unit) + noun, width);
    AppendIfItFits(line, per_second, width);
    return line;
  }
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  AppendIfItFits(line, Bar(share), width);
  const std::string percent = std::to_string(static_cast<int>(share * 100)) + "%";
  AppendIfItFits(line, std::string(4 - percent.size(), ' ') + percent, width);
  AppendIfItFits(line, Amount(done, unit) + " of " + Amount(total, unit) + noun, width);
  AppendIfItFits(line, per_second, width);
  if (rate > 0 && done < total) {
    AppendIfItFits(
        line,
        FormatDuration(static_cast<std::int64_t>(static_cast<double>(total - done) * 1000 / rate)) + " left",
        width);
  }
  return line;
}

ProgressBar::ProgressBar(std::string label, std::uint64_t total, std::string unit, Look look)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      look_(look),
      shown_(IsTerminal(look.descriptor)),
      started_ns_(SteadyNs()),
      total_(total),
      next_ns_(started_ns_ + look.delay_ms * kNsPerMs) {}

void ProgressBar::Advance(std::uint64_t by) {
  done_ += by;
  if (!shown_) return;
  const std::int64_t now = SteadyNs();
  std::int64_t next = next_ns_;
  if (now < next || !next_ns_.compare_exchange_strong(next, now + look_.period_ms * kNsPerMs)) return;
  Draw(now);
}

void ProgressBar::Draw(std::int64_t now_ns) {
  const std::lock_guard lock(drawing_);
  // The last column stays free: some terminals break the line when it is filled.
  const int width = WidthOf(look_.descriptor) - 1;
  const std::string line =
      "\r" + ProgressLine(label_, done_, total_, unit_, (now_ns - started_ns_) / kNsPerMs, width) + "\033[K";
  [[maybe_unused]] const ssize_t written = write(look_.descriptor, line.data(), line.size());
  drawn_ = true;
}

ProgressBar::~ProgressBar() {
  static constexpr std::string_view kWipe = "\r\033[K";
  const std::lock_guard lock(drawing_);
  if (drawn_) [[maybe_unused]]
    const ssize_t written = write(look_.descriptor, kWipe.data(), kWipe.size());
}

}  // namespace cairn::os
