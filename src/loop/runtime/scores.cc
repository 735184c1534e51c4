#include "loop/runtime/scores.h"

namespace cairn::runtime {
namespace {

bool IsReal(const Port& port) {
  return (port.type == DataType::Fp32 || port.type == DataType::Fp64) &&
         (port.shape.size() == 1 || port.shape.size() == 2);
}

/// What a model of another kind gives may be whole numbers: the class, or a count.
const Port* ChooseBare(const Signature& signature) {
  for (const auto& port : signature.outputs)
    if (port.name == signature.bare && port.type != DataType::Bytes && port.shape.size() == 1) return &port;
  return nullptr;
}

const Port* Choose(const Signature& signature) {
  const Port* only = nullptr;
  int count = 0;
  for (const auto& port : signature.outputs) {
    if (!IsReal(port)) continue;
    if (port.name.starts_with("prob")) return &port;
    only = &port;
    ++count;
  }
  return count == 1 ? only : ChooseBare(signature);
}

}  // namespace

Result<ScoreOutput> ScoreOf(const Signature& signature, std::optional<std::int64_t> positive) {
  const auto* port = Choose(signature);
  if (!port)
    return Error{Reason::Unsupported,
                 "The model has no output that is a score: none is called 'probabilities', and there is not "
                 "exactly one of numbers."};
  const auto width = port->shape.size() == 1 ? 1 : port->shape[1];
  const auto column = positive.value_or(width == 1 ? 0 : 1);
  if (width > 2 && !positive)
    return Error{Reason::Unsupported, "The output '" + port->name + "' has " + std::to_string(width) +
                                          " classes; say which one is the positive."};
  if (column < 0 || (width >= 0 && column >= width))
    return Error{Reason::Unprocessable,
                 "The output '" + port->name + "' has no class " + std::to_string(column) + "."};
  return ScoreOutput{port->name, column};
}

Result<std::vector<double>> Scores(const Batch& outputs, const ScoreOutput& output) {
  const auto* tensor = outputs.Find(output.name);
  if (!tensor) return Error{Reason::Unprocessable, "The answer has no output '" + output.name + "'."};
  // A classifier of unknown width may turn out to have one column, which is then the score.
  const auto width = tensor->shape.size() < 2 ? 1 : tensor->shape[1];
  const auto column = width == 1 ? 0 : output.column;
  if (column >= width)
    return Error{Reason::Unprocessable,
                 "The output '" + output.name + "' has no class " + std::to_string(column) + "."};
  std::vector<double> scores(static_cast<std::size_t>(tensor->rows()));
  for (std::size_t row = 0; row < scores.size(); ++row)
    scores[row] = tensor->Number(row * static_cast<std::size_t>(width) + static_cast<std::size_t>(column));
  return scores;
}

}  // namespace cairn::runtime
