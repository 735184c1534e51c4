#include "loop/runtime/worker/sandbox.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"

namespace cairn::runtime {
namespace {

constexpr std::int64_t kPatienceMs = 30'000;
constexpr std::int64_t kPrivateBytes = 64 << 20;

using Words = std::vector<std::string>;

void Add(Words& words, std::initializer_list<std::string_view> more) {
  words.insert(words.end(), more.begin(), more.end());
}

Words Namespaces() {
  return {"bwrap",
          "--unshare-user",
          "--disable-userns",
          "--unshare-ipc",
          "--unshare-pid",
          "--unshare-net",
          "--unshare-uts",
          "--unshare-cgroup-try",
          "--die-with-parent",
          "--new-session",
          "--cap-drop",
          "ALL",
          "--uid",
          "65534",
          "--gid",
          "65534",
          "--hostname",
          "model",
          "--clearenv"};
}

/// The system's programs and libraries; where Debian has links to /usr, links.
void AddSystem(Words& words) {
  Add(words, {"--ro-bind", "/usr", "/usr"});
  for (const char* folder : {"/bin", "/sbin", "/lib", "/lib32", "/lib64"}) {
    if (const auto target = os::ReadLink(folder)) {
      Add(words, {"--symlink", *target, folder});
    } else if (os::IsFolder(folder)) {
      Add(words, {"--ro-bind", folder, folder});
    }
  }
  for (const char* path : {"/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime"})
    Add(words, {"--ro-bind-try", path, path});
}

struct Ended {
  bool well = false;
  std::string output, error;
};
Result<Ended> RunToEnd(Words words) {
  Ended ended;
  os::Command command;
  command.arguments = std::move(words);
  command.line = [&](os::Stream stream, std::string_view line) {
    std::string& text = stream == os::Stream::Output ? ended.output : ended.error;
    if (text.size() < 65'536) text += std::string(line) + "\n";
  };
  auto process = CAIRN_TRY(os::Process::Spawn(std::move(command)));
  const auto exit = process.Wait(kPatienceMs);
  if (!exit) process.Terminate(0);
  ended.well = exit && exit->Succeeded();
  return ended;
}

Result<> TryConfining() {
  constexpr std::string_view kWhat =
      "A model that only Python can run is not run here, since a process that it runs in cannot be "
      "confined: ";
  Words words = Namespaces();
  AddSystem(words);
  Add(words, {"--proc", "/proc", "--dev", "/dev", "--", "/usr/bin/env", "true"});
  const auto ended = RunToEnd(std::move(words));
  if (!ended)
    return Error{Reason::Unsupported, std::string(kWhat) +
                                          "bubblewrap (bwrap) is not on the PATH. Install the package "
                                          "bubblewrap, or convert the model to ONNX."};
  if (ended->well) return Done{};
  return Error{Reason::Unsupported,
               std::string(kWhat) + "the kernel lets bubblewrap make no namespaces (" +
                   std::string(Trim(ended->error)) +
                   "). Allow user namespaces, in a container by its runtime, or convert the model to ONNX."};
}

}  // namespace

Result<> CanConfine() {
  static const Result<> found = TryConfining();
  return found;
}

namespace worker {

Result<Python> FindPython(const std::string& program) {
  constexpr const char* kQuestion =
      "import json, os, sys\n"
      "assert sys.version_info >= (3, 8)\n"
      "real = os.path.realpath\n"
      "at = os.path.join(real(os.path.dirname(sys.executable)), os.path.basename(sys.executable))\n"
      "print(json.dumps([at, real(sys.prefix), real(sys.base_prefix), real(sys.exec_prefix)]))\n";
  const auto ended = RunToEnd({program, "-I", "-c", kQuestion});
  const auto answer = ended && ended->well ? Json::Parse(Trim(ended->output)) : Result<Json>(Json());
  if (!answer || answer->items().size() != 4)
    return Error{Reason::Unavailable,
                 "The Python that models are run by, '" + program +
                     "', is not there or is none of 3.8 or later: name another one under "
                     "serving.worker.python in cairn.yaml" +
                     (ended ? "." : ": " + ended.error().message)};
  Python python{answer->items()[0].AsString(), {}};
  for (std::size_t i = 1; i < answer->items().size(); ++i) {
    const std::string& folder = answer->items()[i].AsString();
    const bool known =
        std::find(python.folders.begin(), python.folders.end(), folder) != python.folders.end();
    const bool whole_disk = folder == "/" || folder == "/usr";
    if (!known && !whole_disk && !folder.starts_with("/usr/")) python.folders.push_back(folder);
  }
  return python;
}

os::Command Confined(const Python& python, const std::string& folder, const WorkerSettings& settings,
                     std::size_t place, const std::string& program) {
  const std::string size = std::to_string(kPrivateBytes), threads = std::to_string(settings.threads);
  Words words = Namespaces();
  Add(words,
      {"--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/tmp", "--setenv", "LANG", "C.UTF-8"});
  Add(words, {"--setenv", "MLFLOW_DISABLE_TELEMETRY", "true", "--setenv", "ORT_DISABLE_TELEMETRY", "1"});
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                           "NUMEXPR_MAX_THREADS", "LOKY_MAX_CPU_COUNT"})
    Add(words, {"--setenv", name, threads});
  AddSystem(words);
  Add(words, {"--proc", "/proc", "--dev", "/dev", "--size", size, "--tmpfs", "/tmp"});
  Add(words, {"--size", size, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"});
  for (const auto& own : python.folders) Add(words, {"--ro-bind", own, own});
  Add(words, {"--ro-bind", folder, "/cairn", "--remount-ro", "/", "--chdir", "/tmp", "--"});
  Add(words, {python.program, "-I", "-B", "-u", "/cairn/" + program, "/cairn/model",
              std::to_string(settings.memory_mib << 20), threads, std::to_string(place)});
  os::Command command;
  command.arguments = std::move(words);
  return command;
}

}  // namespace worker
}  // namespace cairn::runtime
