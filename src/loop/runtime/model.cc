#include "loop/runtime/model.h"

#include "ground/os/files.h"
#include "ground/vocabulary/text.h"
#include "loop/runtime/onnx/onnx_model.h"
#include "loop/runtime/onnx/ort.h"

namespace cairn::runtime {
namespace {

Error Refused(const std::string& what) { return {Reason::Unprocessable, what}; }

std::string Shown(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const auto dimension : shape) text += (text.size() > 1 ? "," : "") + std::to_string(dimension);
  return text + "]";
}

bool Fits(const std::vector<std::int64_t>& shape, const std::vector<std::int64_t>& expected) {
  if (shape.size() != expected.size()) return false;
  for (std::size_t index = 0; index < shape.size(); ++index)
    if (shape[index] < 0 || (expected[index] >= 0 && expected[index] != shape[index])) return false;
  return true;
}

/// Elements of a shape from outside; nothing when it is negative or too large to count.
std::optional<std::size_t> Count(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const auto dimension : shape)
    if (dimension < 0 || __builtin_mul_overflow(count, static_cast<std::size_t>(dimension), &count))
      return std::nullopt;
  return count;
}

bool HoldsItsElements(const Tensor& tensor) {
  const auto count = Count(tensor.shape);
  if (!count) return false;
  if (tensor.type == DataType::Bytes) return tensor.texts.size() == *count && tensor.data.empty();
  std::size_t bytes = 0;
  return !__builtin_mul_overflow(*count, SizeOf(tensor.type), &bytes) && tensor.data.size() == bytes &&
         tensor.texts.empty();
}

Result<> Matches(const Port& port, const Tensor& tensor) {
  const auto input = "Input '" + port.name + "' ";
  if (tensor.type != port.type)
    return Refused(input + "has the type " + NameOf(tensor.type) + ", and the model expects " +
                   NameOf(port.type) + ".");
  if (!Fits(tensor.shape, port.shape))
    return Refused(input + "has the shape " + Shown(tensor.shape) + ", and the model expects " +
                   Shown(port.shape) + ".");
  if (!HoldsItsElements(tensor)) return Refused(input + "holds more or fewer elements than its shape says.");
  for (const auto& text : tensor.texts)
    if (text.find('\0') != std::string::npos)
      return Refused(input + "holds a text with a NUL byte, which models cannot take.");
  return {};
}

Error NoInput(const Signature& signature, const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& port : signature.inputs) known.push_back(port.name);
  return Refused("The model has no input '" + name + "'." + Suggestion(name, known));
}

}  // namespace

Json PortsJson(const std::vector<Port>& ports) {
  Json list = Json::Array();
  for (const auto& port : ports) {
    Json shape = Json::Array();
    for (const std::int64_t size : port.shape) shape.Push(size);
    list.Push(Json{{"name", port.name}, {"datatype", NameOf(port.type)}, {"shape", std::move(shape)}});
  }
  return list;
}

Result<> Matches(const Signature& signature, const Batch& inputs) {
  for (const auto& port : signature.inputs) {
    const auto* tensor = inputs.Find(port.name);
    if (!tensor) return Refused("Input '" + port.name + "' is missing.");
    CAIRN_TRY(Matches(port, *tensor));
  }
  if (inputs.tensors.size() == signature.inputs.size()) return {};
  for (std::size_t index = 0; index < inputs.tensors.size(); ++index) {
    const auto& name = inputs.tensors[index].name;
    bool known = false;
    for (const auto& port : signature.inputs) known = known || port.name == name;
    if (!known) return NoInput(signature, name);
    if (inputs.Find(name) != &inputs.tensors[index]) return Refused("Input '" + name + "' is given twice.");
  }
  return {};
}

Result<std::string> Model::environment() const {
  return "onnxruntime==" + CAIRN_TRY(RuntimeVersion()) + "\n";
}

Result<std::string> Model::RuntimeVersion() { return std::string(CAIRN_TRY(onnx::Ort::Load(""))->version); }

Result<std::shared_ptr<const Model>> Model::Load(const std::string& path, const Options& options) {
  const auto bytes = CAIRN_TRY(os::ReadFile(path, options.most_bytes));
  return onnx::Load(bytes, path, onnx::Origin::File, options);
}

Result<std::shared_ptr<const Model>> Model::FromBytes(std::string_view bytes, std::string_view name,
                                                      const Options& options) {
  if (bytes.size() > options.most_bytes)
    return Error{Reason::TooLarge, "The model '" + std::string(name) + "' has " + FormatBytes(bytes.size()) +
                                       ", more than allowed."};
  return onnx::Load(bytes, std::string(name), onnx::Origin::Memory, options);
}

}  // namespace cairn::runtime
