#include "server/inference/columns.h"

#include <algorithm>

namespace cairn::inference {
namespace {

const runtime::Port* PortNamed(const serving::Offer& offer, const std::string& name) {
  const auto& inputs = offer.signature.inputs;
  const auto found = std::find_if(inputs.begin(), inputs.end(),
                                  [&](const runtime::Port& port) { return port.name == name; });
  return found == inputs.end() ? nullptr : &*found;
}

Error Wrong(const std::string& name, const std::string& what) {
  return {Reason::InvalidArgument, "inference input '" + name + "' " + what};
}

Result<> CountRows(serving::Question& question, const GivenTensor& tensor) {
  const auto rows = static_cast<std::size_t>(tensor.shape.empty() ? 1 : tensor.shape[0]);
  if (question.columns.empty()) question.rows = rows;
  if (question.rows == rows) return Done{};
  return Wrong(tensor.name,
               "has " + std::to_string(rows) + " rows, and the one before " + std::to_string(question.rows));
}

}  // namespace

Result<> AddColumns(serving::Question& question, const serving::Offer& offer, GivenTensor tensor) {
  const runtime::Port* port = PortNamed(offer, tensor.name);
  if (port && port->type != tensor.type)
    return Wrong(tensor.name, std::string("data-type is '") + runtime::NameOf(tensor.type) +
                                  "', but model '" + offer.model + "' expects '" +
                                  runtime::NameOf(port->type) + "'");
  CAIRN_TRY(CountRows(question, tensor));
  const bool whole = port && offer.matrix;
  const std::size_t width = whole ? offer.columns.size() : 1;
  const bool fits = tensor.shape.size() == 2 ? static_cast<std::size_t>(tensor.shape[1]) == width
                                             : !whole && tensor.shape.size() == 1;
  if (!fits)
    return Wrong(tensor.name, whole ? "must have the shape [rows," + std::to_string(width) + "]"
                                    : "must be one column, of the shape [rows] or [rows,1]");
  if (width == 1) {
    question.columns.emplace_back(whole ? offer.columns[0] : std::move(tensor.name),
                                  std::move(tensor.elements));
    return Done{};
  }
  for (std::size_t column = 0; column < width; ++column)
    question.columns.emplace_back(offer.columns[column], tensor.elements.Every(width, column));
  return Done{};
}

}  // namespace cairn::inference
