#include "fuzz/property.h"
#include "loop/runtime/worker/frame.h"

using cairn::fuzz::Hold;
using namespace cairn::runtime;

/// What a worker sends back: its ports, and an answer to two rows.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto lengths = worker::ReadStart(bytes.substr(0, std::min(size, worker::kStartBytes)));
  if (!lengths || lengths->head > size - worker::kStartBytes) return 0;
  auto head = cairn::Json::Parse(bytes.substr(worker::kStartBytes, lengths->head));
  if (!head) return 0;
  const auto ports = worker::ReadPorts(head->At("ports"));
  if (!ports) return 0;
  const worker::Frame frame{*std::move(head), std::string(bytes.substr(worker::kStartBytes + lengths->head))};
  const auto answer = worker::ReadAnswer(frame, *ports, 2);
  if (!answer) return 0;
  Hold(answer->tensors.size() == ports->size(), "every output is there");
  for (const auto& tensor : answer->tensors) {
    Hold(tensor.rows() == 2, "every output has its rows");
    const auto count = static_cast<std::size_t>(tensor.Elements());
    Hold(tensor.type == DataType::Bytes ? tensor.texts.size() == count
                                        : tensor.data.size() == count * SizeOf(tensor.type),
         "every element is there");
  }
  return 0;
}
