#include "loop/runtime/onnx/onnx_model.h"

#include <algorithm>
#include <array>

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/onnx/inspect.h"
#include "loop/runtime/onnx/ort.h"

namespace cairn::runtime::onnx {
namespace {

struct ElementType {
  int number;
  DataType type;
};
/// TensorProto.DataType's numbers.
constexpr std::array<ElementType, 14> kElementTypes = {{{1, DataType::Fp32},
                                                        {2, DataType::Uint8},
                                                        {3, DataType::Int8},
                                                        {4, DataType::Uint16},
                                                        {5, DataType::Int16},
                                                        {6, DataType::Int32},
                                                        {7, DataType::Int64},
                                                        {8, DataType::Bytes},
                                                        {9, DataType::Bool},
                                                        {10, DataType::Fp16},
                                                        {11, DataType::Fp64},
                                                        {12, DataType::Uint32},
                                                        {13, DataType::Uint64},
                                                        {16, DataType::Bf16}}};

int NumberOf(DataType type) {
  for (const auto& known : kElementTypes)
    if (known.type == type) return known.number;
  return 0;
}

Error About(const std::string& name, Reason reason, const std::string& what) {
  return {reason, "The model '" + name + "': " + what + "."};
}

/// One of the files that a model keeps its tensors in must lie in the model's own folder, links followed.
Result<std::uint64_t> ExternalBytes(const std::string& model, const std::string& location) {
  const auto outside = About(model, Reason::Denied,
                             "it refers to the file '" + location + "', which is not in its own folder");
  if (location.empty() || location.front() == '/') return outside;
  const auto folder = CAIRN_TRY(os::RealPath(os::ParentOf(model)));
  const auto path = os::RealPath(os::JoinPath(folder, location));
  if (!path) {
    if (location.find("..") != std::string::npos) return outside;
    return About(model, Reason::Corrupt, "the file '" + location + "' that it refers to is missing");
  }
  if (!path->starts_with(folder + "/")) return outside;
  return CAIRN_TRY(os::Stat(*path)).stamp.size;
}

Result<Inspection> Check(std::string_view bytes, const std::string& name, Origin origin,
                         const Model::Options& options) {
  auto inspection = Inspect(bytes);
  if (!inspection) return About(name, inspection.error().reason, inspection.error().message);
  if (inspection->nodes > options.most_nodes)
    return About(name, Reason::TooLarge,
                 "it has " + std::to_string(inspection->nodes) + " nodes, more than allowed");
  for (const auto& domain : inspection->domains)
    if (std::find(options.domains.begin(), options.domains.end(), domain) == options.domains.end())
      return About(name, Reason::Denied,
                   "it uses operators of the domain '" + domain + "', which is not allowed");
  std::uint64_t total = bytes.size();
  for (const auto& location : inspection->external_files) {
    if (origin == Origin::Memory)
      return About(name, Reason::Denied, "it refers to the file '" + location + "' and was given alone");
    total += CAIRN_TRY(ExternalBytes(name, location));
  }
  if (total > options.most_bytes)
    return About(name, Reason::TooLarge,
                 "with the files it refers to it has " + FormatBytes(total) + ", more than allowed");
  return inspection;
}

class OnnxModel final : public Model {
 public:
  OnnxModel(const Ort& ort, Owned<OrtSession> session) : ort_(ort), session_(std::move(session)) {}

  Result<> Describe(const std::string& name);
  const Signature& signature() const override { return signature_; }
  Result<Batch> Run(const Batch& inputs) const override;

 private:
  using GetTypeInfo = OrtStatus* (*)(const OrtSession*, std::size_t, OrtTypeInfo**);
  using GetName = OrtStatus* (*)(const OrtSession*, std::size_t, OrtAllocator*, char**);
  Result<Port> Describe(std::size_t index, GetName get_name, GetTypeInfo get_type,
                        const std::string& model) const;
  Result<> Fill(const Tensor& from, OrtValue** value) const;
  Result<Tensor> Take(OrtValue* value, const Port& port) const;
  Result<> TakeTexts(OrtValue* value, Tensor& to) const;

  const Ort& ort_;
  Owned<OrtSession> session_;
  Signature signature_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
};

/// The values of one call.
class Values {
 public:
  Values(const Ort& ort, std::size_t count) : ort_(ort), values_(count, nullptr) {}
  ~Values() {
    for (auto* value : values_)
      if (value) ort_.ReleaseValue(value);
  }
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;
  OrtValue** data() { return values_.data(); }
  OrtValue*& operator[](std::size_t index) { return values_[index]; }

 private:
  const Ort& ort_;
  std::vector<OrtValue*> values_;
};

Result<Port> OnnxModel::Describe(std::size_t index, GetName get_name, GetTypeInfo get_type,
                                 const std::string& model) const {
  Port port;
  char* text = nullptr;
  if (auto* status = get_name(session_.get(), index, ort_.allocator, &text))
    return About(model, Reason::Internal, ort_.Take(status).message);
  port.name = text;
  CAIRN_ORT(ort_, AllocatorFree(ort_.allocator, text));
  Owned<OrtTypeInfo> info(ort_.ReleaseTypeInfo);
  if (auto* status = get_type(session_.get(), index, info.out()))
    return About(model, Reason::Internal, ort_.Take(status).message);
  int kind = 0;
  CAIRN_ORT(ort_, GetOnnxTypeFromTypeInfo(info.get(), &kind));
  constexpr int kTensor = 1;
  if (kind != kTensor)
    return About(model, Reason::Unsupported,
                 "'" + port.name +
                     "' is a sequence or a map, not a tensor; convert it with options={'zipmap': False}");
  const OrtTensorInfo* tensor = nullptr;
  CAIRN_ORT(ort_, CastTypeInfoToTensorInfo(info.get(), &tensor));
  int number = 0;
  std::size_t rank = 0;
  CAIRN_ORT(ort_, GetTensorElementType(tensor, &number));
  CAIRN_ORT(ort_, GetDimensionsCount(tensor, &rank));
  port.shape.resize(rank);
  CAIRN_ORT(ort_, GetDimensions(tensor, port.shape.data(), rank));
  for (const auto& known : kElementTypes)
    if (known.number == number) {
      port.type = known.type;
      return port;
    }
  return About(model, Reason::Unsupported,
               "'" + port.name + "' has an element type that Cairn does not know");
}

Result<> OnnxModel::Describe(const std::string& name) {
  std::size_t count = 0;
  CAIRN_ORT(ort_, SessionGetInputCount(session_.get(), &count));
  for (std::size_t index = 0; index < count; ++index)
    signature_.inputs.push_back(
        CAIRN_TRY(Describe(index, ort_.SessionGetInputName, ort_.SessionGetInputTypeInfo, name)));
  CAIRN_ORT(ort_, SessionGetOutputCount(session_.get(), &count));
  for (std::size_t index = 0; index < count; ++index)
    signature_.outputs.push_back(
        CAIRN_TRY(Describe(index, ort_.SessionGetOutputName, ort_.SessionGetOutputTypeInfo, name)));
  for (const auto& port : signature_.inputs) input_names_.push_back(port.name.c_str());
  for (const auto& port : signature_.outputs) output_names_.push_back(port.name.c_str());
  return {};
}

Result<> OnnxModel::Fill(const Tensor& from, OrtValue** value) const {
  const auto number = NumberOf(from.type);
  if (from.type != DataType::Bytes) {
    // The library only reads what it is given as an input.
    auto* data = const_cast<std::uint8_t*>(from.data.data());
    CAIRN_ORT(ort_, CreateTensorWithDataAsOrtValue(ort_.memory, data, from.data.size(), from.shape.data(),
                                                   from.shape.size(), number, value));
    return {};
  }
  CAIRN_ORT(ort_,
            CreateTensorAsOrtValue(ort_.allocator, from.shape.data(), from.shape.size(), number, value));
  std::vector<const char*> texts;
  texts.reserve(from.texts.size());
  for (const auto& text : from.texts) texts.push_back(text.c_str());
  CAIRN_ORT(ort_, FillStringTensor(*value, texts.data(), texts.size()));
  return {};
}

Result<Tensor> OnnxModel::Take(OrtValue* value, const Port& port) const {
  Tensor tensor{port.name, port.type, {}, {}, {}};
  Owned<OrtTensorInfo> info(ort_.ReleaseTensorInfo);
  CAIRN_ORT(ort_, GetTensorTypeAndShape(value, info.out()));
  std::size_t rank = 0;
  CAIRN_ORT(ort_, GetDimensionsCount(info.get(), &rank));
  tensor.shape.resize(rank);
  CAIRN_ORT(ort_, GetDimensions(info.get(), tensor.shape.data(), rank));
  if (tensor.type == DataType::Bytes) {
    CAIRN_TRY(TakeTexts(value, tensor));
    return tensor;
  }
  void* data = nullptr;
  CAIRN_ORT(ort_, GetTensorMutableData(value, &data));
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  tensor.data.assign(bytes, bytes + static_cast<std::size_t>(tensor.Elements()) * SizeOf(tensor.type));
  return tensor;
}

Result<> OnnxModel::TakeTexts(OrtValue* value, Tensor& to) const {
  const auto count = static_cast<std::size_t>(to.Elements());
  std::size_t length = 0;
  CAIRN_ORT(ort_, GetStringTensorDataLength(value, &length));
  std::string all(length, '\0');
  std::vector<std::size_t> starts(count);
  CAIRN_ORT(ort_, GetStringTensorContent(value, all.data(), length, starts.data(), count));
  for (std::size_t index = 0; index < count; ++index) {
    const auto end = index + 1 < count ? starts[index + 1] : length;
    to.texts.push_back(all.substr(starts[index], end - starts[index]));
  }
  return {};
}

Result<Batch> OnnxModel::Run(const Batch& inputs) const {
  CAIRN_TRY(Matches(signature_, inputs));
  Values in(ort_, input_names_.size());
  for (std::size_t index = 0; index < input_names_.size(); ++index)
    CAIRN_TRY(Fill(*inputs.Find(signature_.inputs[index].name), &in[index]));
  Values out(ort_, output_names_.size());
  if (auto* status = ort_.Run(session_.get(), nullptr, input_names_.data(), in.data(), input_names_.size(),
                              output_names_.data(), output_names_.size(), out.data()))
    return Error{Reason::Internal, "The model failed: " + ort_.Take(status).message + "."};
  Batch outputs;
  outputs.tensors.reserve(output_names_.size());
  for (std::size_t index = 0; index < output_names_.size(); ++index)
    outputs.tensors.push_back(CAIRN_TRY(Take(out[index], signature_.outputs[index])));
  return outputs;
}

Result<> Configure(const Ort& ort, OrtSessionOptions* options) {
  constexpr int kSequential = 0, kEverything = 99;
  CAIRN_ORT(ort, SetIntraOpNumThreads(options, 1));
  CAIRN_ORT(ort, SetInterOpNumThreads(options, 1));
  CAIRN_ORT(ort, SetSessionExecutionMode(options, kSequential));
  CAIRN_ORT(ort, SetGraphOptimizationLevel(options, kEverything));
  // Batches differ in size, and several threads share one arena badly.
  CAIRN_ORT(ort, DisableMemPattern(options));
  CAIRN_ORT(ort, DisableCpuMemArena(options));
  return {};
}

}  // namespace

Result<std::shared_ptr<const Model>> Load(std::string_view bytes, const std::string& name, Origin origin,
                                          const Model::Options& options) {
  const auto inspection = CAIRN_TRY(Check(bytes, name, origin, options));
  const auto* ort = CAIRN_TRY(Ort::Load(options.library));
  Owned<OrtSessionOptions> settings(ort->ReleaseSessionOptions);
  CAIRN_ORT(*ort, CreateSessionOptions(settings.out()));
  CAIRN_TRY(Configure(*ort, settings.get()));
  Owned<OrtSession> session(ort->ReleaseSession);
  auto* status =
      inspection.external_files.empty()
          ? ort->CreateSessionFromArray(ort->env, bytes.data(), bytes.size(), settings.get(), session.out())
          : ort->CreateSession(ort->env, name.c_str(), settings.get(), session.out());
  if (status) {
    const auto fault = ort->Take(status);
    const bool unknown = fault.code == kNotImplemented || fault.message.find("opset") != std::string::npos;
    return About(name, unknown ? Reason::Unsupported : Reason::Corrupt, fault.message);
  }
  auto model = std::make_shared<OnnxModel>(*ort, std::move(session));
  CAIRN_TRY(model->Describe(name));
  return std::shared_ptr<const Model>(std::move(model));
}

}  // namespace cairn::runtime::onnx
