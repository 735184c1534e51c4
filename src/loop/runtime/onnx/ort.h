#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "ground/vocabulary/result.h"

/// The wall around ONNX Runtime. Its C interface is one table of functions that only ever grows at its end,
/// so a function is known by its place. The table is asked for as version 17, which every library since 1.17
/// gives; an older one gives none.
namespace cairn::runtime::onnx {

struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtValue;
struct OrtMemoryInfo;
struct OrtAllocator;
struct OrtTypeInfo;
struct OrtTensorInfo;

inline constexpr std::uint32_t kApiVersion = 17;

/// Each function used: its place in the table, our name, what it gives, what it takes.
#define CAIRN_ORT_FUNCTIONS(each)                                                                            \
  each(1, GetErrorCode, int, (const OrtStatus*)) each(2, GetErrorMessage, const char*, (const OrtStatus*))   \
      each(3, CreateEnv, OrtStatus*, (int severity, const char* name, OrtEnv** made)) each(                  \
          6, DisableTelemetryEvents, OrtStatus*,                                                             \
          (const OrtEnv*)) each(7, CreateSession, OrtStatus*,                                                \
                                (const OrtEnv*, const char*, const OrtSessionOptions*, OrtSession** made))   \
          each(8, CreateSessionFromArray, OrtStatus*,                                                        \
               (const OrtEnv*, const void* bytes, std::size_t size, const OrtSessionOptions*,                \
                OrtSession** made)) each(9, Run, OrtStatus*,                                                 \
                                         (OrtSession*, const OrtRunOptions*, const char* const* input_names, \
                                          const OrtValue* const* inputs, std::size_t input_count,            \
                                          const char* const* output_names, std::size_t output_count,         \
                                          OrtValue** outputs)) each(10, CreateSessionOptions, OrtStatus*,    \
                                                                    (OrtSessionOptions * *made))             \
              each(13, SetSessionExecutionMode, OrtStatus*, (OrtSessionOptions*, int mode)) each(            \
                  17, DisableMemPattern, OrtStatus*,                                                         \
                  (OrtSessionOptions*)) each(19, DisableCpuMemArena, OrtStatus*, (OrtSessionOptions*))       \
                  each(23, SetGraphOptimizationLevel, OrtStatus*, (OrtSessionOptions*, int level)) each(     \
                      24, SetIntraOpNumThreads, OrtStatus*,                                                  \
                      (OrtSessionOptions*, int count))                                                       \
                      each(25, SetInterOpNumThreads, OrtStatus*, (OrtSessionOptions*, int count)) each(      \
                          30,                                                                                \
                          SessionGetInputCount,                                                              \
                          OrtStatus*,                                                                        \
                          (const OrtSession*,                                                                \
                           std::size_t* count)) each(31, SessionGetOutputCount, OrtStatus*,                  \
                                                     (const OrtSession*, std::size_t* count))                \
                          each(                                                                              \
                              33,                                                                            \
                              SessionGetInputTypeInfo, OrtStatus*,                                           \
                              (const OrtSession*, std::size_t index,                                         \
                               OrtTypeInfo** made)) each(34, SessionGetOutputTypeInfo, OrtStatus*,           \
                                                         (const OrtSession*, std::size_t,                    \
                                                          OrtTypeInfo** made))                               \
                              each(36, SessionGetInputName, OrtStatus*,                                      \
                                   (const OrtSession*, std::size_t, OrtAllocator*, char** made))             \
                                  each(37, SessionGetOutputName, OrtStatus*,                                 \
                                       (const OrtSession*, std::size_t index, OrtAllocator*,                 \
                                        char**                                                               \
                                            made)) each(48, CreateTensorAsOrtValue, OrtStatus*,              \
                                                        (OrtAllocator*,                                      \
                                                         const std::int64_t* shape, std::size_t rank,        \
                                                         int type, OrtValue** made))                         \
                                      each(49, CreateTensorWithDataAsOrtValue, OrtStatus*,                   \
                                           (const OrtMemoryInfo*, void* data, std::size_t size,              \
                                            const std::int64_t*                                              \
                                                shape,                                                       \
                                            std::size_t                                                      \
                                                rank,                                                        \
                                            int type,                                                        \
                                            OrtValue**                                                       \
                                                made)) each(51, GetTensorMutableData, OrtStatus*,            \
                                                            (OrtValue*, void** data))                        \
                                          each(52, FillStringTensor, OrtStatus*,                             \
                                               (OrtValue*, const char* const* texts,                         \
                                                std::size_t                                                  \
                                                    count)) each(53, GetStringTensorDataLength, OrtStatus*,  \
                                                                 (const OrtValue*, std::size_t* length))     \
                                              each(54, GetStringTensorContent, OrtStatus*,                   \
                                                   (const OrtValue*, void* bytes, std::size_t size,          \
                                                    std::size_t* offsets,                                    \
                                                    std::size_t                                              \
                                                        count)) each(55, CastTypeInfoToTensorInfo,           \
                                                                     OrtStatus*,                             \
                                                                     (                                       \
                                                                         const OrtTypeInfo*,                 \
                                                                         const OrtTensorInfo** borrowed))    \
                                                  each(56, GetOnnxTypeFromTypeInfo, OrtStatus*,              \
                                                       (const OrtTypeInfo*,                                  \
                                                        int* kind)) each(60, GetTensorElementType,           \
                                                                         OrtStatus*,                         \
                                                                         (const OrtTensorInfo*, int* type))  \
                                                      each(61, GetDimensionsCount, OrtStatus*,               \
                                                           (const OrtTensorInfo*, std::size_t* rank))        \
                                                          each(62, GetDimensions, OrtStatus*,                \
                                                               (const OrtTensorInfo*, std::int64_t* shape,   \
                                                                std::size_t                                  \
                                                                    rank)) each(65, GetTensorTypeAndShape,   \
                                                                                OrtStatus*,                  \
                                                                                (const OrtValue*,            \
                                                                                 OrtTensorInfo** made))      \
                                                              each(69, CreateCpuMemoryInfo, OrtStatus*,      \
                                                                   (int allocator, int kind,                 \
                                                                    OrtMemoryInfo**                          \
                                                                        made)) each(76, AllocatorFree,       \
                                                                                    OrtStatus*,              \
                                                                                    (                        \
                                                                                        OrtAllocator*,       \
                                                                                        void*                \
                                                                                            memory))         \
                                                                  each(                                      \
                                                                      78,                                    \
                                                                      GetAllocatorWithDefaultOptions,        \
                                                                      OrtStatus*,                            \
                                                                      (OrtAllocator *                        \
                                                                       *borrowed)) each(93, ReleaseStatus,   \
                                                                                        void, (OrtStatus*))  \
                                                                      each(95, ReleaseSession, void,         \
                                                                           (OrtSession*)) each(96,           \
                                                                                               ReleaseValue, \
                                                                                               void,         \
                                                                                               (OrtValue*))  \
                                                                          each(98, ReleaseTypeInfo, void,    \
                                                                               (OrtTypeInfo*))               \
                                                                              each(99, ReleaseTensorInfo,    \
                                                                                   void, (OrtTensorInfo*))   \
                                                                                  each(                      \
                                                                                      100,                   \
                                                                                      ReleaseSessionOptions, \
                                                                                      void,                  \
                                                                                      (OrtSessionOptions*))

/// What went wrong inside, as the library numbers it.
struct Fault {
  int code = 0;
  std::string message;
};
inline constexpr int kNotImplemented = 9;

/// The library, opened once and never closed, with its one environment.
class Ort {
 public:
#define CAIRN_MEMBER(place, name, gives, takes) gives(*name) takes = nullptr;
  CAIRN_ORT_FUNCTIONS(CAIRN_MEMBER)
#undef CAIRN_MEMBER
  OrtEnv* env = nullptr;
  OrtMemoryInfo* memory = nullptr;
  OrtAllocator* allocator = nullptr;
  std::string version;

  /// Unavailable, with the reason, when it is not there or too old. `file` is its name; "" = the one Cairn
  /// carries.
  static Result<const Ort*> Load(const std::string& file);

  /// The fault in a status, which is released; empty for success (null).
  Fault Take(OrtStatus* status) const;
};

/// `call` gives a status: an Internal error from the enclosing function when it is a failure.
#define CAIRN_ORT(ort, call)                                                                             \
  do {                                                                                                   \
    if (auto* cairn_status_ = (ort).call)                                                                \
      return Error{Reason::Internal, "ONNX Runtime failed: " + (ort).Take(cairn_status_).message + "."}; \
  } while (false)

/// Releases what the library made.
template <class T>
class Owned {
 public:
  using Release = void (*)(T*);
  explicit Owned(Release release) : release_(release) {}
  Owned(Owned&& other) noexcept : release_(other.release_), made_(other.made_) { other.made_ = nullptr; }
  Owned& operator=(Owned&&) = delete;
  ~Owned() {
    if (made_) release_(made_);
  }
  T** out() { return &made_; }
  T* get() const { return made_; }

 private:
  Release release_;
  T* made_ = nullptr;
};

}  // namespace cairn::runtime::onnx
