#include "server/inference/outputs.h"

#include "loop/runtime/scores.h"

namespace cairn::inference {
namespace {

using runtime::DataType;
using runtime::Tensor;

const runtime::Signature& Classifier() {
  static const runtime::Signature signature{
      {}, {{"label", DataType::Int64, {-1}}, {"probabilities", DataType::Fp32, {-1, 2}}}};
  return signature;
}

Tensor InFormOf(const runtime::Port& port, const std::string& score_name, const std::vector<double>& scores) {
  const auto rows = static_cast<std::int64_t>(scores.size());
  const std::int64_t width = port.shape.size() < 2 ? 1 : port.shape[1] < 1 ? 2 : port.shape[1];
  Tensor tensor =
      Tensor::Of(port.name, port.type, port.shape.size() < 2 ? std::vector{rows} : std::vector{rows, width});
  const bool holds_scores = port.name == score_name;
  for (std::size_t row = 0; row < scores.size(); ++row) {
    const std::size_t at = row * static_cast<std::size_t>(width);
    if (holds_scores && width == 2) {
      Put(tensor, at, 1 - scores[row]);
      Put(tensor, at + 1, scores[row]);
    } else {
      Put(tensor, at, holds_scores ? scores[row] : scores[row] >= 0.5 ? 1 : 0);
    }
  }
  return tensor;
}

}  // namespace

void Put(Tensor& tensor, std::size_t at, double value) {
  switch (tensor.type) {
    case DataType::Fp32:
      tensor.As<float>()[at] = static_cast<float>(value);
      return;
    case DataType::Fp64:
      tensor.As<double>()[at] = value;
      return;
    case DataType::Int64:
      tensor.As<std::int64_t>()[at] = static_cast<std::int64_t>(value);
      return;
    case DataType::Int32:
      tensor.As<std::int32_t>()[at] = static_cast<std::int32_t>(value);
      return;
    case DataType::Bool:
      tensor.data[at] = value != 0;
      return;
    case DataType::Bytes:
      tensor.texts[at] = value != 0 ? "1" : "0";
      return;
    case DataType::Uint8:
      tensor.data[at] = static_cast<std::uint8_t>(value);
      return;
    case DataType::Int8:
      tensor.As<std::int8_t>()[at] = static_cast<std::int8_t>(value);
      return;
    case DataType::Uint16:
      tensor.As<std::uint16_t>()[at] = static_cast<std::uint16_t>(value);
      return;
    case DataType::Int16:
      tensor.As<std::int16_t>()[at] = static_cast<std::int16_t>(value);
      return;
    case DataType::Uint32:
      tensor.As<std::uint32_t>()[at] = static_cast<std::uint32_t>(value);
      return;
    case DataType::Uint64:
      tensor.As<std::uint64_t>()[at] = static_cast<std::uint64_t>(value);
      return;
    case DataType::Fp16:
      tensor.As<std::uint16_t>()[at] = runtime::ToFp16(value);
      return;
    case DataType::Bf16:
      tensor.As<std::uint16_t>()[at] = runtime::ToBf16(value);
      return;
  }
}

const runtime::Batch& OutputsOf(serving::Answer& answer, const serving::Offer& offer) {
  const bool by_a_model = !answer.link || *answer.link == serving::Link::Previous;
  if (by_a_model) return answer.outputs;
  const auto& signature = offer.signature.outputs.empty() ? Classifier() : offer.signature;
  const auto score = runtime::ScoreOf(signature);
  answer.outputs.tensors.clear();
  for (const auto& port : signature.outputs)
    answer.outputs.tensors.push_back(InFormOf(port, score ? score->name : "", answer.scores));
  return answer.outputs;
}

void NameAnswer(http::Response& response, const serving::Answer& answer) {
  response.headers.Add("X-Cairn-Prediction-Id", answer.id);
  response.headers.Add("X-Cairn-Model-Version", std::to_string(answer.version));
  response.headers.Add("X-Cairn-Arm", std::string(serving::NameOf(answer.arm)));
  if (answer.link) response.headers.Add("X-Cairn-Fallback", std::string(serving::NameOf(*answer.link)));
}

int StatusOf(Reason reason) {
  switch (reason) {
    case Reason::InvalidArgument:
      return 400;
    case Reason::Unprocessable:
      return 422;
    case Reason::NotFound:
      return 404;
    case Reason::AlreadyExists:
    case Reason::Conflict:
      return 409;
    case Reason::Unauthenticated:
      return 401;
    case Reason::Denied:
      return 403;
    case Reason::TooLarge:
      return 413;
    case Reason::Exhausted:
      return 507;
    case Reason::Unsupported:
      return 501;
    case Reason::Unavailable:
      return 503;
    case Reason::Corrupt:
    case Reason::Internal:
      return 500;
  }
  return 500;
}

}  // namespace cairn::inference
