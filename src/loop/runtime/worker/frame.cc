#include "loop/runtime/worker/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace cairn::runtime::worker {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "CRNW";
constexpr std::uint32_t kMostHead = 16 << 20;
constexpr std::uint64_t kMostData = std::uint64_t{4} << 30;
constexpr std::uint32_t kNoValue = 0xFFFFFFFF;

Error Broken(const std::string& what) { return {Reason::Corrupt, "The worker's answer " + what + "."}; }

template <class T>
void Append(std::string& out, T number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
template <class T>
T NumberAt(std::string_view bytes, std::size_t at) {
  T number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::uint64_t BytesOf(const Tensor& tensor) {
  std::uint64_t bytes = tensor.data.size();
  for (std::size_t i = 0; i < tensor.texts.size(); ++i) bytes += sizeof kNoValue + tensor.texts[i].size();
  return bytes;
}

void AppendData(std::string& out, const Tensor& tensor) {
  out.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.data.size());
  for (std::size_t i = 0; i < tensor.texts.size(); ++i) {
    const bool missing = !tensor.missing.empty() && tensor.missing[i] != 0;
    Append(out, missing ? kNoValue : static_cast<std::uint32_t>(tensor.texts[i].size()));
    out += tensor.texts[i];
  }
}

Json ShapeJson(const std::vector<std::int64_t>& shape) {
  Json list = Json::Array();
  for (const std::int64_t size : shape) list.Push(size);
  return list;
}

Result<std::vector<std::int64_t>> ReadShape(const Json& list, std::int64_t least) {
  std::vector<std::int64_t> shape;
  if (!list.IsArray() || list.items().size() > 16) return Broken("has no shape where one is due");
  for (const Json& size : list.items()) {
    if (!size.IsInt() || size.AsInt() < least) return Broken("has a shape with a wrong size");
    shape.push_back(size.AsInt());
  }
  return shape;
}

Result<DataType> ReadType(const Json& tensor) {
  const auto type = DataTypeNamed(tensor.Text("datatype"));
  return type ? Result<DataType>(*type) : Broken("has no data type that is known");
}

Result<> ReadTexts(std::string_view bytes, std::size_t count, Tensor& tensor) {
  if (count > bytes.size() / sizeof kNoValue) return Broken("has fewer texts than its shape says");
  while (!bytes.empty()) {
    if (bytes.size() < sizeof kNoValue) return Broken("ends within a text");
    const auto length = NumberAt<std::uint32_t>(bytes, 0);
    bytes.remove_prefix(sizeof length);
    const std::size_t size = length == kNoValue ? 0 : length;
    if (bytes.size() < size || tensor.texts.size() == count) return Broken("ends within a text");
    if (length == kNoValue) {
      tensor.missing.resize(count);
      tensor.missing[tensor.texts.size()] = 1;
    }
    tensor.texts.emplace_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  return tensor.texts.size() == count ? Result<>() : Broken("has fewer texts than its shape says");
}

/// The shape that `port` allows for so many rows; a size of the port below 0 may be anything.
bool Fits(const Port& port, const std::vector<std::int64_t>& shape, std::int64_t rows) {
  if (shape.size() != port.shape.size() || shape.empty() || shape[0] != rows) return false;
  for (std::size_t i = 1; i < shape.size(); ++i)
    if (port.shape[i] >= 0 && port.shape[i] != shape[i]) return false;
  return true;
}

Result<Tensor> ReadTensor(const Json& head, std::string_view& data, const Port& port, std::int64_t rows) {
  const auto about = "for the output '" + port.name + "' ";
  Tensor tensor;
  tensor.name = port.name;
  tensor.type = CAIRN_TRY(ReadType(head));
  tensor.shape = CAIRN_TRY(ReadShape(head.At("shape"), 0));
  if (head.Text("name") != port.name || tensor.type != port.type)
    return Broken(about + "is another output, or of another type");
  if (!Fits(port, tensor.shape, rows))
    return Broken(about + "has the shape " + ShapeJson(tensor.shape).Dump() + " for " + std::to_string(rows) +
                  " rows");
  std::size_t count = 1;
  for (const std::int64_t size : tensor.shape)
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(size), &count))
      return Broken(about + "is too large");
  const std::int64_t bytes = head.Int("bytes", -1);
  if (bytes < 0 || static_cast<std::uint64_t>(bytes) > data.size()) return Broken(about + "is cut short");
  const std::string_view own = data.substr(0, static_cast<std::size_t>(bytes));
  data.remove_prefix(own.size());
  if (tensor.type == DataType::Bytes) {
    CAIRN_TRY(ReadTexts(own, count, tensor));
    return tensor;
  }
  std::size_t due = 0;
  if (__builtin_mul_overflow(count, SizeOf(tensor.type), &due) || due != own.size())
    return Broken(about + "has more or fewer bytes than its shape says");
  tensor.data.assign(own.begin(), own.end());
  return tensor;
}

}  // namespace

Result<Lengths> ReadStart(std::string_view start) {
  if (start.size() != kStartBytes || !start.starts_with(kMagic)) return Broken("is no frame");
  const Lengths lengths{NumberAt<std::uint32_t>(start, 4), NumberAt<std::uint64_t>(start, 8)};
  if (lengths.head > kMostHead || lengths.data > kMostData)
    return Error{Reason::TooLarge, "The worker's answer is larger than the 4 GiB that it may have."};
  return lengths;
}

std::string RequestOf(const Batch& inputs) {
  Json tensors = Json::Array();
  std::uint64_t bytes = 0;
  for (const Tensor& tensor : inputs.tensors) {
    const std::uint64_t own = BytesOf(tensor);
    bytes += own;
    tensors.Push(Json{{"name", tensor.name},
                      {"datatype", NameOf(tensor.type)},
                      {"shape", ShapeJson(tensor.shape)},
                      {"bytes", own}});
  }
  const std::string head = Json{{"inputs", std::move(tensors)}}.Dump();
  std::string request(kMagic);
  request.reserve(kStartBytes + head.size() + bytes);
  Append(request, static_cast<std::uint32_t>(head.size()));
  Append(request, bytes);
  request += head;
  for (const Tensor& tensor : inputs.tensors) AppendData(request, tensor);
  return request;
}

Result<Frame> Receive(os::Channel& channel, std::int64_t until_ns) {
  const Lengths lengths = CAIRN_TRY(ReadStart(CAIRN_TRY(channel.Receive(kStartBytes, until_ns))));
  auto head = Json::Parse(CAIRN_TRY(channel.Receive(lengths.head, until_ns)));
  if (!head || !head->IsObject()) return Broken("has a head that is no JSON object");
  std::string data = CAIRN_TRY(channel.Receive(lengths.data, until_ns));
  return Frame{*std::move(head), std::move(data)};
}

Result<std::vector<Port>> ReadPorts(const Json& list) {
  std::vector<Port> ports;
  if (!list.IsArray() || list.items().empty()) return Broken("lists no inputs or outputs");
  for (const Json& item : list.items()) {
    Port port;
    port.name = item.Text("name");
    port.type = CAIRN_TRY(ReadType(item));
    port.shape = CAIRN_TRY(ReadShape(item.At("shape"), -1));
    const bool twice =
        std::any_of(ports.begin(), ports.end(), [&](const Port& one) { return one.name == port.name; });
    if (port.name.empty() || twice) return Broken("has an input or output without a name of its own");
    ports.push_back(std::move(port));
  }
  return ports;
}

Result<Batch> ReadAnswer(const Frame& frame, const std::vector<Port>& outputs, std::int64_t rows) {
  const auto& heads = frame.head.At("outputs").items();
  if (heads.size() != outputs.size()) return Broken("has more or fewer outputs than the model has");
  std::string_view data = frame.data;
  Batch batch;
  for (std::size_t i = 0; i < outputs.size(); ++i)
    batch.tensors.push_back(CAIRN_TRY(ReadTensor(heads[i], data, outputs[i], rows)));
  return data.empty() ? Result<Batch>(std::move(batch)) : Broken("has more bytes than its tensors");
}

}  // namespace cairn::runtime::worker
