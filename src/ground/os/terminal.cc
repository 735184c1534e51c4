#include "ground/os/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "ground/os/clock.h"
#include "ground/os/environment.h"
#include "ground/vocabulary/text.h"
#include "ground/vocabulary/time.h"

namespace cairn::os {
namespace {

constexpr std::size_t kBarColumns = 20, kLeastBarColumns = 5;
constexpr std::int64_t kNsPerMs = 1'000'000;

std::string Amount(std::uint64_t amount, std::string_view unit) {
  if (unit == "B") return FormatBytes(amount);
  return WithThousands(static_cast<std::int64_t>(amount));
}

void AppendIfItFits(std::string& line, const std::string& part, int width) {
  if (CodePoints(line) + 2 + CodePoints(part) <= static_cast<std::size_t>(std::max(width, 0)))
    line += "  " + part;
}

std::string Bar(double share, std::size_t columns) {
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(columns));
  return "[" + std::string(filled, '#') + std::string(columns - filled, ' ') + "]";
}

/// How long the bar may be beside the rest of the line, which needs `columns`; none when even the shortest is
/// too long.
std::optional<std::size_t> BarBeside(std::size_t columns, int width) {
  const std::size_t room = static_cast<std::size_t>(std::max(width, 0)), frame = 4;
  if (columns + frame + kLeastBarColumns > room) return std::nullopt;
  return std::min(kBarColumns, room - columns - frame);
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
  std::string percent = std::to_string(static_cast<int>(share * 100)) + "%";
  percent.insert(0, 4 - percent.size(), ' ');
  const std::string amount = Amount(done, unit) + " of " + Amount(total, unit) + noun;
  std::string left;
  if (rate > 0 && done < total)
    left = "  " + FormatDuration(static_cast<std::int64_t>(static_cast<double>(total - done) * 1000 / rate)) +
           " left";
  const std::string with_rate = "  " + percent + "  " + amount + "  " + per_second + left;
  const std::string without_rate = "  " + percent + "  " + amount + left;
  for (const std::string& rest : {with_rate, without_rate}) {
    if (const auto bar = BarBeside(CodePoints(line) + CodePoints(rest), width))
      return line + "  " + Bar(share, *bar) + rest;
  }
  for (const std::string& part : {Bar(share, kBarColumns), percent, amount})
    AppendIfItFits(line, part, width);
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
