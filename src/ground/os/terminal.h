#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace cairn::os {

inline constexpr int kStandardOutput = 1;
inline constexpr int kStandardError = 2;

bool IsTerminal(int descriptor);
/// Columns of the terminal behind it; `otherwise` when there is none.
int WidthOf(int descriptor, int otherwise = 80);
/// On a terminal, unless NO_COLOR is set (no-color.org) or TERM is "dumb".
bool WantsColor(int descriptor);

/// "hashing  [########            ]  40%  120.0 MiB of 300.0 MiB  60.0 MiB/s  3.0 s left", in `width`
/// columns: the bar gets shorter, then the rate goes, then what is right. Without a total (0): what is done,
/// the rate. `unit` is "B" for bytes, else a noun: "rows".
std::string ProgressLine(std::string_view label, std::uint64_t done, std::uint64_t total,
                         std::string_view unit, std::int64_t elapsed_ms, int width);

/// A bar for anything that may take longer than a second: drawn only then, only on a terminal, and wiped at
/// the end. Safe from any thread; Advance is cheap enough for inner loops.
class ProgressBar {
 public:
  struct Look {
    int descriptor = kStandardError;
    std::int64_t delay_ms = 1000;
    std::int64_t period_ms = 100;
  };

  ProgressBar(std::string label, std::uint64_t total, std::string unit)
      : ProgressBar(std::move(label), total, std::move(unit), Look{}) {}
  ProgressBar(std::string label, std::uint64_t total, std::string unit, Look look);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Advance(std::uint64_t by = 1);
  /// More was found to do.
  void Extend(std::uint64_t by) { total_ += by; }

 private:
  void Draw(std::int64_t now_ns);

  const std::string label_;
  const std::string unit_;
  const Look look_;
  const bool shown_;
  const std::int64_t started_ns_;
  std::atomic<std::uint64_t> total_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<std::int64_t> next_ns_;
  std::mutex drawing_;
  bool drawn_ = false;
};

}  // namespace cairn::os
