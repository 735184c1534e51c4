#include "ground/telemetry/counters.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "ground/vocabulary/text.h"

namespace cairn::telemetry {
namespace {

constexpr const char* kKinds[] = {"counter", "gauge", "histogram"};

/// Backslash and newline everywhere; the quote in label values only.
std::string Escaped(std::string_view text, std::string_view more) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || more.find(c) != std::string_view::npos) escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string TextOf(const Counters::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text += name + "=\"" + Escaped(value, "\"") + "\"";
  }
  return text;
}

std::string Number(double value) {
  // Prometheus spells the infinities its own way.
  if (value > 1.7976931348623157e308) return "+Inf";
  if (value < -1.7976931348623157e308) return "-Inf";
  return ShortestText(value);
}

void ShowLine(std::string& out, const std::string& name, const std::string& labels,
              const std::string& value) {
  out += name;
  if (!labels.empty()) out += "{" + labels + "}";
  out += " " + value + "\n";
}

void ShowDurations(std::string& out, const std::string& name, const std::string& labels,
                   const Durations& durations) {
  const std::string before = labels.empty() ? "" : labels + ",";
  std::uint64_t up_to_here = 0;
  for (std::size_t i = 0; i < Durations::kBoundsSeconds.size(); ++i) {
    up_to_here += durations.In(i);
    ShowLine(out, name + "_bucket", before + "le=\"" + ShortestText(Durations::kBoundsSeconds[i]) + "\"",
             std::to_string(up_to_here));
  }
  up_to_here += durations.In(Durations::kBoundsSeconds.size());
  ShowLine(out, name + "_bucket", before + "le=\"+Inf\"", std::to_string(up_to_here));
  ShowLine(out, name + "_sum", labels, Number(durations.sum_seconds()));
  ShowLine(out, name + "_count", labels, std::to_string(up_to_here));
}

}  // namespace

void Durations::Observe(double seconds) {
  const auto bound = std::lower_bound(kBoundsSeconds.begin(), kBoundsSeconds.end(), seconds);
  buckets_[static_cast<std::size_t>(bound - kBoundsSeconds.begin())].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(seconds, std::memory_order_relaxed);
}

std::uint64_t Durations::count() const {
  std::uint64_t count = 0;
  for (const auto& bucket : buckets_) count += bucket.load(std::memory_order_relaxed);
  return count;
}

Counter& Counters::Count(std::string_view name, std::string_view help, const Labels& labels) {
  return *Find(name, help, labels, Kind::Counter).counter;
}

Gauge& Counters::Level(std::string_view name, std::string_view help, const Labels& labels) {
  return *Find(name, help, labels, Kind::Gauge).gauge;
}

Durations& Counters::Times(std::string_view name, std::string_view help, const Labels& labels) {
  return *Find(name, help, labels, Kind::Histogram).durations;
}

Counters::Member& Counters::Find(std::string_view name, std::string_view help, const Labels& labels,
                                 Kind kind) {
  const std::lock_guard lock(mutex_);
  Family& family =
      families_.try_emplace(std::string(name), Family{kind, std::string(help), {}}).first->second;
  if (family.kind != kind || family.help != help) {
    std::fprintf(stderr, "the counter '%s' is declared twice in different ways\n", std::string(name).c_str());
    std::abort();
  }
  const auto [found, added] = family.members.try_emplace(TextOf(labels));
  Member& member = found->second;
  if (added && kind == Kind::Counter) member.counter = std::make_unique<Counter>();
  if (added && kind == Kind::Gauge) member.gauge = std::make_unique<Gauge>();
  if (added && kind == Kind::Histogram) member.durations = std::make_unique<Durations>();
  return member;
}

void Counters::Show(std::string& out, const std::string& name, const std::string& labels,
                    const Member& member) {
  if (member.counter) ShowLine(out, name, labels, std::to_string(member.counter->value()));
  if (member.gauge) ShowLine(out, name, labels, Number(member.gauge->value()));
  if (member.durations) ShowDurations(out, name, labels, *member.durations);
}

std::string Counters::Exposition() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " " + Escaped(family.help, "") + "\n";
    out += "# TYPE " + name + " " + kKinds[static_cast<int>(family.kind)] + "\n";
    for (const auto& [labels, member] : family.members) Show(out, name, labels, member);
  }
  return out;
}

}  // namespace cairn::telemetry
