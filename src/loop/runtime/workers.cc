#include "loop/runtime/workers.h"

#include <algorithm>

#include "ground/os/pool.h"
#include "loop/runtime/rows.h"
#include "loop/runtime/worker/crew.h"
#include "loop/runtime/worker/prepared.h"

namespace cairn::runtime {
namespace {

constexpr std::int64_t kMostRows = 10'000;

class WorkerModel final : public Model {
 public:
  WorkerModel(std::unique_ptr<worker::Crew> crew, unsigned processes)
      : crew_(std::move(crew)), processes_(processes) {}

  const Signature& signature() const override { return crew_->hello().signature; }
  bool waits() const override { return true; }
  std::uint64_t memory_bytes() const override { return crew_->MemoryBytes(); }
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

}  // namespace

Result<WorkersStarted> StartWorkers(const std::string& folder, const WorkerSettings& settings) {
  auto prepared = CAIRN_TRY(worker::Prepare(folder, settings));
  auto code = std::move(prepared.code);
  auto crew =
      CAIRN_TRY(worker::Crew::Start(std::move(prepared.folder), std::move(prepared.python), settings));
  return WorkersStarted{
      std::make_shared<WorkerModel>(std::move(crew), static_cast<unsigned>(settings.processes)),
      std::move(code)};
}

}  // namespace cairn::runtime
