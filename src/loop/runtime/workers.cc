#include "loop/runtime/workers.h"

#include <algorithm>

#include "ground/os/files.h"
#include "ground/os/pool.h"
#include "ground/os/temp_folder.h"
#include "loop/runtime/rows.h"
#include "loop/runtime/worker/crew.h"
#include "loop/runtime/worker/program.h"

namespace cairn::runtime {
namespace {

constexpr std::int64_t kMostRows = 10'000;

class WorkerModel final : public Model {
 public:
  WorkerModel(std::unique_ptr<worker::Crew> crew, unsigned processes)
      : crew_(std::move(crew)), processes_(processes) {}

  const Signature& signature() const override { return crew_->hello().signature; }
  bool waits() const override { return true; }
  const char* platform() const override { return "python_function"; }
  Result<std::string> environment() const override { return crew_->hello().environment; }

  Result<Batch> Run(const Batch& inputs) const override {
    CAIRN_TRY(Matches(signature(), inputs));
    const std::int64_t rows = CAIRN_TRY(CountRows(inputs));
    if (rows <= kMostRows) return crew_->Ask(inputs, rows);
    std::vector<Batch> parts(static_cast<std::size_t>((rows + kMostRows - 1) / kMostRows));
    CAIRN_TRY(os::TryEachIndex(parts.size(), processes_, [&](std::size_t i) -> Result<> {
      const std::int64_t from = static_cast<std::int64_t>(i) * kMostRows;
      const std::int64_t count = std::min(kMostRows, rows - from);
      parts[i] = CAIRN_TRY(crew_->Ask(RowsOf(inputs, from, count), count));
      return Done{};
    }));
    std::vector<const Batch*> all;
    for (const Batch& part : parts) all.push_back(&part);
    return Joined(all);
  }

 private:
  const std::unique_ptr<worker::Crew> crew_;
  const unsigned processes_;
};

/// The bytes as they are now, whatever happens to the folder later.
Result<os::TempFolder> TakeCopy(const std::string& folder) {
  auto own = CAIRN_TRY(os::TempFolder::Create());
  const std::string model = own / "model";
  CAIRN_TRY(os::MakeFolders(model));
  for (const auto& entry : CAIRN_TRY(os::ListTree(folder))) {
    const std::string to = os::JoinPath(model, entry.path);
    if (entry.kind == os::FileKind::Folder) CAIRN_TRY(os::MakeFolders(to));
    if (entry.kind == os::FileKind::File) CAIRN_TRY(os::CopyFile(os::JoinPath(folder, entry.path), to));
  }
  CAIRN_TRY(os::WriteFileAtomically(own / "worker.py", worker::kProgram));
  return own;
}

}  // namespace

Result<WorkersStarted> StartWorkers(const std::string& folder, const WorkerSettings& settings) {
  CAIRN_TRY(CanConfine());
  auto own = CAIRN_TRY(TakeCopy(folder));
  auto code = CAIRN_TRY(FindCode(own / "model"));
  if (code.runs && !settings.code)
    return Error{Reason::Denied,
                 "Loading this model can run code of its author: " + code.what +
                     ". Log it in a form that does not (ONNX, skops, a booster's own format), or permit that "
                     "in cairn.yaml: serving: {worker: {code: permit}}."};
  auto python = CAIRN_TRY(worker::FindPython(settings.python));
  auto crew = CAIRN_TRY(worker::Crew::Start(std::move(own), std::move(python), settings));
  return WorkersStarted{
      std::make_shared<WorkerModel>(std::move(crew), static_cast<unsigned>(settings.processes)),
      std::move(code)};
}

}  // namespace cairn::runtime
