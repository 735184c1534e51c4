#include "loop/runtime/conversion.h"

#include <deque>

#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/worker/frame.h"
#include "loop/runtime/worker/prepared.h"
#include "loop/runtime/worker/program.h"

namespace cairn::runtime {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr double kTimesLonger = 5;  ///< Than loading it may take.
constexpr std::int64_t kLookMs = 20;
constexpr std::size_t kLinesTold = 3, kLongestLine = 500;

Error NotWritten(Reason reason, const std::string& why) {
  return {reason, "The model cannot be written as ONNX: " + why};
}

Result<> AddPrograms(const os::TempFolder& folder) {
  CAIRN_TRY(os::WriteFileAtomically(folder / "convert.py", worker::kConvert));
  CAIRN_TRY(os::MakeFolders(folder / "conversion"));
  CAIRN_TRY(os::WriteFileAtomically(folder / "conversion/graph.py", worker::kGraph));
  CAIRN_TRY(os::WriteFileAtomically(folder / "conversion/trees.py", worker::kTrees));
  CAIRN_TRY(os::WriteFileAtomically(folder / "conversion/scikit_learn.py", worker::kScikitLearn));
  CAIRN_TRY(os::WriteFileAtomically(folder / "conversion/pmml.py", worker::kPmml));
  return os::WriteFileAtomically(folder / "conversion/rows.py", worker::kRows);
}

/// What its process answers; it ends with this call.
Result<worker::Frame> Ask(const worker::Prepared& prepared, const WorkerSettings& settings) {
  auto ends = CAIRN_TRY(os::Channel::Make());
  std::deque<std::string> words;
  const auto last_words = [&] {
    std::string text;
    for (const auto& line : words) text += (text.empty() ? "; it printed: " : " / ") + line;
    return text + ".";
  };
  os::Command command = worker::Confined(prepared.python, prepared.folder.path(), settings, 0, "convert.py");
  command.channel = ends.second.number();
  command.line = [&words](os::Stream, std::string_view line) {
    words.emplace_back(line.substr(0, kLongestLine));
    if (words.size() > kLinesTold) words.pop_front();
  };
  auto process = CAIRN_TRY(os::Process::Spawn(std::move(command)));
  ends.second.Reset();
  const double patience_s = kTimesLonger * settings.start_timeout_s;
  const std::int64_t until_ns =
      os::SteadyNs() + static_cast<std::int64_t>(patience_s * static_cast<double>(kNsPerSecond));
  while (!ends.first.HasArrived()) {
    if (process.Wait(kLookMs)) break;
    if (os::SteadyNs() > until_ns)
      return NotWritten(Reason::Unsupported, "that takes longer than " + ShortestText(patience_s) +
                                                 " s (five times serving.worker.start_timeout_s)" +
                                                 last_words());
  }
  auto frame = worker::Receive(ends.first, until_ns);
  if (frame) return frame;
  const auto exit = process.Wait(kLookMs * 10);
  return NotWritten(
      Reason::Unsupported,
      (exit ? "its process ended (" + os::Describe(*exit) + ")" : frame.error().message) + last_words());
}

/// The next `bytes` of what stands behind the head.
Result<std::string_view> Cut(std::string_view& data, std::int64_t bytes) {
  if (bytes < 0 || static_cast<std::uint64_t>(bytes) > data.size())
    return NotWritten(Reason::Corrupt, "the answer of its process is cut short.");
  const std::string_view part = data.substr(0, static_cast<std::size_t>(bytes));
  data.remove_prefix(part.size());
  return part;
}

Result<NamedRows> ReadRows(const Json& head, std::string_view& data, const std::vector<Port>& inputs) {
  std::int64_t bytes = 0;
  for (const Json& tensor : head.At("tensors").items())
    if (__builtin_add_overflow(bytes, tensor.Int("bytes", -1), &bytes) || tensor.Int("bytes", -1) < 0)
      bytes = -1;
  worker::Frame frame;
  frame.data = CAIRN_TRY(Cut(data, bytes));
  frame.head = Json{{"outputs", head.At("tensors")}};
  NamedRows named{head.Text("what"), {}};
  named.rows = CAIRN_TRY(worker::ReadAnswer(frame, inputs, head.Int("rows")));
  return named;
}

Result<Conversion> Read(const worker::Frame& frame) {
  const Json& head = frame.head;
  if (const std::string about = head.Text("failed"); !about.empty())
    return NotWritten(about == "environment" ? Reason::Unavailable : Reason::Unsupported,
                      head.Text("why") + ".");
  Conversion conversion;
  conversion.signature.inputs = CAIRN_TRY(worker::ReadPorts(head.At("inputs")));
  conversion.signature.outputs = CAIRN_TRY(worker::ReadPorts(head.At("outputs")));
  conversion.signature.bare = head.Text("bare");
  for (const Json& line : head.At("environment").items())
    if (line.IsString()) conversion.environment += line.AsString() + "\n";
  std::string_view data = frame.data;
  for (const Json& one : head.At("candidates").items()) {
    const auto onnx = CAIRN_TRY(Cut(data, one.Int("bytes", -1)));
    conversion.candidates.push_back({one.Text("how"), std::string(onnx)});
  }
  for (const Json& one : head.At("rows").items())
    conversion.rows.push_back(CAIRN_TRY(ReadRows(one, data, conversion.signature.inputs)));
  if (conversion.candidates.empty()) return NotWritten(Reason::Corrupt, "its process gives no ONNX file.");
  return conversion;
}

bool SamePorts(const std::vector<Port>& a, const std::vector<Port>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].name != b[i].name || a[i].type != b[i].type || a[i].shape != b[i].shape) return false;
  return true;
}

Result<std::shared_ptr<const Model>> LoadCandidate(const Conversion& conversion,
                                                   const Conversion::Candidate& candidate) {
  auto model = CAIRN_TRY(Model::FromBytes(candidate.onnx, candidate.how, {}));
  if (SamePorts(model->signature().inputs, conversion.signature.inputs) &&
      SamePorts(model->signature().outputs, conversion.signature.outputs))
    return model;
  return Error{Reason::Unprocessable, "it takes or gives something else than the model"};
}

/// One sentence about the first difference.
std::string Told(const ProvenOn& on, const Batch& rows) {
  const Disparity& first = *on.parity.first;
  return "of " + WithThousands(on.parity.rows) + " rows (" + on.what + ") " +
         WithThousands(on.parity.differing) + " differ; the first is row " + std::to_string(first.row) +
         " (" + RowText(rows, first.row) + "): " + first.output + " is " + first.original +
         " of the original and " + first.converted + " of the conversion";
}

/// Empty when it agrees everywhere, else why not.
Result<std::string> Agree(const Model& candidate, const std::vector<NamedRows>& rows,
                          const std::vector<Batch>& due, const Tolerance& tolerance,
                          std::vector<ProvenOn>& on) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto answer = candidate.Run(rows[i].rows);
    if (!answer) return "it fails on " + rows[i].what + ": " + answer.error().message;
    auto parity = CAIRN_TRY(Compare(due[i], *answer, tolerance));
    on.push_back({rows[i].what, std::move(parity)});
    if (on.back().parity.first) return Told(on.back(), rows[i].rows);
  }
  return std::string();
}

class Bare final : public Model {
 public:
  Bare(std::shared_ptr<const Model> model, const std::string& bare)
      : model_(std::move(model)), signature_(model_->signature()) {
    signature_.bare = bare;
  }
  const Signature& signature() const override { return signature_; }
  bool waits() const override { return model_->waits(); }
  std::uint64_t memory_bytes() const override { return model_->memory_bytes(); }
  const char* platform() const override { return model_->platform(); }
  Result<std::string> environment() const override { return model_->environment(); }
  Result<Batch> Run(const Batch& inputs) const override { return model_->Run(inputs); }

 private:
  const std::shared_ptr<const Model> model_;
  Signature signature_;
};

}  // namespace

std::shared_ptr<const Model> WithBare(std::shared_ptr<const Model> model, const std::string& bare) {
  for (const Port& port : model->signature().outputs)
    if (port.name == bare) return std::make_shared<Bare>(std::move(model), bare);
  return model;
}

Result<Conversion> WriteAsOnnx(const std::string& folder, const WorkerSettings& settings) {
  const auto prepared = CAIRN_TRY(worker::Prepare(folder, settings));
  CAIRN_TRY(AddPrograms(prepared.folder));
  return Read(CAIRN_TRY(Ask(prepared, settings)));
}

Result<Proof> Prove(const Model& original, const Conversion& conversion, const std::vector<NamedRows>& rows,
                    const Tolerance& tolerance) {
  if (rows.empty())
    return Error{Reason::Unprocessable,
                 "There is no row to prove the conversion on: give rows (--on DATASET or FILE), or log the "
                 "model with an "
                 "input example."};
  std::vector<Batch> due;
  for (const NamedRows& one : rows) {
    auto answer = original.Run(one.rows);
    if (!answer)
      return Error{answer.error().reason,
                   "The original cannot be asked for " + one.what + ": " + answer.error().message};
    due.push_back(*std::move(answer));
  }
  std::string why;
  for (std::size_t i = 0; i < conversion.candidates.size(); ++i) {
    const auto& candidate = conversion.candidates[i];
    const auto model = LoadCandidate(conversion, candidate);
    std::vector<ProvenOn> on;
    const std::string problem =
        model ? CAIRN_TRY(Agree(**model, rows, due, tolerance, on)) : model.error().message;
    if (problem.empty()) return Proof{i, std::move(on)};
    why += (why.empty() ? "" : "; ") + candidate.how + ": " + problem;
  }
  return Error{
      Reason::Unprocessable,
      "No conversion answers as the model does, so the worker goes on serving the original: " + why + "."};
}

}  // namespace cairn::runtime
