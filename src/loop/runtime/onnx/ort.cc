#include "loop/runtime/onnx/ort.h"

#include <map>
#include <mutex>
#include <vector>

#include "ground/os/library.h"

namespace cairn::runtime::onnx {
namespace {

struct Base {
  const void* const* (*get_api)(std::uint32_t version);
  const char* (*get_version)();
};

Error Unusable(const std::string& why) { return {Reason::Unavailable, "ONNX models cannot be used: " + why}; }

Result<> Start(Ort& ort) {
  constexpr int kFatalOnly = 4, kArena = 1, kDefaultMemory = 0;
  CAIRN_ORT(ort, CreateEnv(kFatalOnly, "cairn", &ort.env));
  CAIRN_ORT(ort, DisableTelemetryEvents(ort.env));
  CAIRN_ORT(ort, CreateCpuMemoryInfo(kArena, kDefaultMemory, &ort.memory));
  CAIRN_ORT(ort, GetAllocatorWithDefaultOptions(&ort.allocator));
  return {};
}

Result<std::unique_ptr<Ort>> OpenAndStart(const std::string& file) {
  const std::vector<std::string> files =
      file.empty() ? std::vector<std::string>{"libonnxruntime.so", "libonnxruntime.so.1"}
                   : std::vector<std::string>{file};
  const auto library = os::Library::Open({.title = "ONNX Runtime", .files = files});
  if (!library) return Unusable(library.error().message);
  const auto get_base = library->Symbol<const Base* (*)()>("OrtGetApiBase");
  if (!get_base) return Unusable(get_base.error().message);
  const auto* base = (*get_base)();
  auto ort = std::make_unique<Ort>();
  ort->version = base->get_version();
  const auto* table = base->get_api(kApiVersion);
  if (!table)
    return Unusable(library->path() + " is version " + ort->version + ", and 1.17 or newer is needed.");
#define CAIRN_FETCH(place, name, gives, takes) \
  ort->name = reinterpret_cast<decltype(ort->name)>(const_cast<void*>(table[place]));
  CAIRN_ORT_FUNCTIONS(CAIRN_FETCH)
#undef CAIRN_FETCH
  if (auto started = Start(*ort); !started) return Unusable(started.error().message);
  return ort;
}

}  // namespace

Result<const Ort*> Ort::Load(const std::string& file) {
  static std::mutex mutex;
  // Never destroyed: what uses it may live until the very end of the process.
  static auto& loaded = *new std::map<std::string, std::unique_ptr<Ort>>;
  const std::lock_guard lock(mutex);
  auto& ort = loaded[file];
  if (!ort) ort = CAIRN_TRY(OpenAndStart(file));
  return ort.get();
}

Fault Ort::Take(OrtStatus* status) const {
  if (!status) return {};
  Fault fault{GetErrorCode(status), GetErrorMessage(status)};
  ReleaseStatus(status);
  for (auto& character : fault.message)
    if (character == '\n') character = ' ';
  while (!fault.message.empty() && (fault.message.back() == '.' || fault.message.back() == ' '))
    fault.message.pop_back();
  return fault;
}

}  // namespace cairn::runtime::onnx
