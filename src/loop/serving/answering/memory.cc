#include "ground/vocabulary/text.h"
#include "loop/serving/answering/impl.h"

namespace cairn::serving {
namespace {

/// Versions kept for callers who ask for one by number; with a cap on memory that decides instead.
constexpr std::size_t kKept = 4, kKeptUnderCap = 64;

}  // namespace

bool Service::Impl::MakeRoom(const Settings& settings, std::uint64_t fixed) {
  const std::uint64_t cap = settings.memory_bytes;
  const std::size_t most = cap > 0 ? kKeptUnderCap : kKept;
  std::deque<Loaded> gone;  // Their memory is given back without the lock.
  const std::lock_guard lock(kept_mutex);
  std::uint64_t bytes = fixed;
  for (const Loaded& one : kept) bytes += one->bytes();
  while (!kept.empty() && (kept.size() > most || (cap > 0 && bytes > cap))) {
    bytes -= std::min(bytes, kept.back()->bytes());
    gone.push_back(std::move(kept.back()));
    kept.pop_back();
    ++evicted;
  }
  return cap == 0 || bytes <= cap;
}

Result<> Service::Impl::Admit(const Settings& settings, std::int64_t version, std::uint64_t bytes,
                              std::initializer_list<const LoadedVersion*> beside) {
  std::uint64_t fixed = bytes;
  std::string others;
  for (const LoadedVersion* one : beside) {
    if (one == nullptr || one->offer().version == version) continue;
    fixed += one->bytes();
    others += ", version " + std::to_string(one->offer().version) + " beside it " + FormatBytes(one->bytes());
  }
  if (MakeRoom(settings, fixed)) return Done{};
  return Error{Reason::Exhausted, "Version " + std::to_string(version) + " of '" + settings.model +
                                      "' is not loaded: it takes " + FormatBytes(bytes) + others +
                                      ", and serving.memory lets all together take " +
                                      FormatBytes(settings.memory_bytes) + "."};
}

std::vector<VersionMemory> Service::Impl::MemoryOf(const Current& now) {
  std::vector<VersionMemory> all;
  const auto add = [&](const LoadedVersion* one, const char* role) {
    if (one == nullptr) return;
    for (const auto& known : all)
      if (known.version == one->offer().version) return;
    all.push_back({one->offer().version, role, one->bytes()});
  };
  add(now.production.get(), "production");
  add(now.previous.get(), "previous");
  add(now.canary ? &now.canary->version() : nullptr, "canary");
  const std::lock_guard lock(kept_mutex);
  for (const Loaded& one : kept) add(one.get(), "named");
  return all;
}

}  // namespace cairn::serving
