#include "loop/runtime/rows.h"

#include <algorithm>
#include <cstddef>

namespace cairn::runtime {
namespace {

void Append(Tensor& to, const Tensor& from) {
  to.data.insert(to.data.end(), from.data.begin(), from.data.end());
  const std::size_t before = to.texts.size();
  to.texts.insert(to.texts.end(), from.texts.begin(), from.texts.end());
  if (to.missing.empty() && from.missing.empty()) return;
  to.missing.resize(before, 0);
  to.missing.insert(to.missing.end(), from.missing.begin(), from.missing.end());
  to.missing.resize(to.texts.size(), 0);
}

}  // namespace

Result<std::int64_t> CountRows(const Batch& batch) {
  if (batch.tensors.empty()) return std::int64_t{0};
  const std::int64_t rows = batch.tensors.front().rows();
  for (const Tensor& tensor : batch.tensors)
    if (tensor.shape.empty() || tensor.rows() != rows)
      return Error{Reason::Unprocessable,
                   "Input '" + tensor.name + "' has another number of rows than the others."};
  return rows;
}

std::string FormOf(const Batch& batch) {
  std::string form;
  for (const Tensor& tensor : batch.tensors) {
    form += std::to_string(tensor.name.size()) + ":" + tensor.name + ":" + NameOf(tensor.type);
    for (std::size_t i = 1; i < tensor.shape.size(); ++i) form += "," + std::to_string(tensor.shape[i]);
    form += tensor.shape.empty() ? "*;" : ";";
  }
  return form;
}

Batch RowsOf(const Batch& batch, std::int64_t from, std::int64_t count) {
  Batch part;
  part.tensors.reserve(batch.tensors.size());
  for (const Tensor& tensor : batch.tensors) {
    const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(tensor.rows(), 1));
    const auto begin = static_cast<std::size_t>(from), end = static_cast<std::size_t>(from + count);
    const auto cut = [&](const auto& list, auto& to) {
      const std::size_t width = list.size() / rows;
      to.assign(list.begin() + static_cast<std::ptrdiff_t>(begin * width),
                list.begin() + static_cast<std::ptrdiff_t>(end * width));
    };
    Tensor& own = part.tensors.emplace_back(Tensor{tensor.name, tensor.type, tensor.shape, {}, {}, {}});
    own.shape[0] = count;
    cut(tensor.data, own.data);
    cut(tensor.texts, own.texts);
    cut(tensor.missing, own.missing);
  }
  return part;
}

Batch Joined(const std::vector<const Batch*>& parts) {
  Batch whole;
  whole.tensors.reserve(parts.front()->tensors.size());
  for (std::size_t t = 0; t < parts.front()->tensors.size(); ++t) {
    const Tensor& first = parts.front()->tensors[t];
    Tensor& to = whole.tensors.emplace_back(Tensor{first.name, first.type, first.shape, {}, {}, {}});
    to.shape[0] = 0;
    std::size_t bytes = 0, texts = 0;
    for (const Batch* part : parts) {
      bytes += part->tensors[t].data.size();
      texts += part->tensors[t].texts.size();
    }
    to.data.reserve(bytes);
    to.texts.reserve(texts);
    for (const Batch* part : parts) {
      Append(to, part->tensors[t]);
      to.shape[0] += part->tensors[t].shape[0];
    }
  }
  return whole;
}

}  // namespace cairn::runtime
