#include "loop/runtime/features.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ground/tables/table.h"
#include "ground/vocabulary/text.h"

namespace cairn::runtime {
namespace {

Error AboutColumn(const std::string& name, const std::string& what) {
  return {Reason::Unprocessable, "Column '" + name + "' " + what + "."};
}

const char* Holds(const Features::Column& column) {
  if (std::holds_alternative<Features::Texts>(column.values)) return "text";
  return std::holds_alternative<Features::Wholes>(column.values) ? "whole numbers" : "numbers";
}

/// The column's values as a plain list of doubles or integers written into every `stride`-th place of a
/// tensor.
template <class To>
class Writer {
 public:
  Writer(Tensor& to, std::size_t offset, std::size_t stride)
      : to_(to.As<To>()), offset_(offset), stride_(stride) {}
  void Put(std::size_t row, To value) { to_[row * stride_ + offset_] = value; }

 private:
  std::span<To> to_;
  std::size_t offset_;
  std::size_t stride_;
};

template <class To>
Result<> WriteReals(const Features::Column& column, Writer<To> to) {
  constexpr auto none = std::numeric_limits<To>::quiet_NaN();
  if (const auto* numbers = std::get_if<Features::Numbers>(&column.values)) {
    for (std::size_t row = 0; row < numbers->size(); ++row)
      to.Put(row, column.IsNull(row) ? none : static_cast<To>((*numbers)[row]));
  } else if (const auto* wholes = std::get_if<Features::Wholes>(&column.values)) {
    for (std::size_t row = 0; row < wholes->size(); ++row)
      to.Put(row, column.IsNull(row) ? none : static_cast<To>((*wholes)[row]));
  } else {
    return AboutColumn(column.name, "holds text, and the model takes numbers there");
  }
  return {};
}

/// The row's value as a whole number of 64 bits.
Result<std::int64_t> WholeAt(const Features::Column& column, std::size_t row) {
  if (const auto* wholes = std::get_if<Features::Wholes>(&column.values)) {
    if (!column.IsNull(row)) return (*wholes)[row];
  } else if (const auto* numbers = std::get_if<Features::Numbers>(&column.values)) {
    const double value = (*numbers)[row];
    if (!column.IsNull(row) && !std::isnan(value)) {
      if (std::trunc(value) == value && std::abs(value) < 0x1p63) return static_cast<std::int64_t>(value);
      return AboutColumn(column.name, "holds " + ShortestText(value) + " in row " + std::to_string(row + 1) +
                                          ", and the model takes whole numbers there");
    }
  } else {
    return AboutColumn(column.name, "holds text, and the model takes whole numbers there");
  }
  return AboutColumn(column.name,
                     "has no value in row " + std::to_string(row + 1) + ", and the model needs one there");
}

template <class To>
Result<> WriteWholes(const Features::Column& column, Writer<To> to) {
  for (std::size_t row = 0; row < column.rows(); ++row) {
    const auto value = CAIRN_TRY(WholeAt(column, row));
    const auto narrow = static_cast<To>(value);
    if (static_cast<std::int64_t>(narrow) != value || (value < 0) != (narrow < To{}))
      return AboutColumn(column.name, "holds " + std::to_string(value) + " in row " +
                                          std::to_string(row + 1) + ", which is out of the model's range");
    to.Put(row, narrow);
  }
  return {};
}

/// The same as WriteReals in 16 bits.
Result<> WriteHalves(const Features::Column& column, std::uint16_t (*narrowed)(double),
                     Writer<std::uint16_t> to) {
  if (std::holds_alternative<Features::Texts>(column.values))
    return AboutColumn(column.name, "holds text, and the model takes numbers there");
  const auto* numbers = std::get_if<Features::Numbers>(&column.values);
  const auto* wholes = std::get_if<Features::Wholes>(&column.values);
  for (std::size_t row = 0; row < column.rows(); ++row) {
    const double value = column.IsNull(row) ? std::numeric_limits<double>::quiet_NaN()
                         : numbers          ? (*numbers)[row]
                                            : static_cast<double>((*wholes)[row]);
    to.Put(row, narrowed(value));
  }
  return {};
}

Result<> WriteTruths(const Features::Column& column, Writer<std::uint8_t> to) {
  for (std::size_t row = 0; row < column.rows(); ++row) {
    const auto value = CAIRN_TRY(WholeAt(column, row));
    if (value != 0 && value != 1)
      return AboutColumn(column.name,
                         "holds " + std::to_string(value) + ", and the model takes 0 or 1 there");
    to.Put(row, static_cast<std::uint8_t>(value));
  }
  return {};
}

Result<> WriteTexts(const Features::Column& column, Tensor& to, std::size_t offset, std::size_t stride) {
  const auto* texts = std::get_if<Features::Texts>(&column.values);
  if (!texts)
    return AboutColumn(column.name,
                       std::string("holds ") + Holds(column) + ", and the model takes text there");
  for (std::size_t row = 0; row < texts->size(); ++row) {
    const std::size_t at = row * stride + offset;
    if (!column.IsNull(row)) {
      to.texts[at] = (*texts)[row];
      continue;
    }
    to.missing.resize(to.texts.size());
    to.missing[at] = 1;
  }
  return {};
}

/// Writes the column into every `stride`-th element of `to`, from `offset` on.
Result<> Write(const Features::Column& column, Tensor& to, std::size_t offset, std::size_t stride) {
  switch (to.type) {
    case DataType::Fp32:
      return WriteReals(column, Writer<float>(to, offset, stride));
    case DataType::Fp64:
      return WriteReals(column, Writer<double>(to, offset, stride));
    case DataType::Bytes:
      return WriteTexts(column, to, offset, stride);
    case DataType::Bool:
      return WriteTruths(column, Writer<std::uint8_t>(to, offset, stride));
    case DataType::Uint8:
      return WriteWholes(column, Writer<std::uint8_t>(to, offset, stride));
    case DataType::Uint16:
      return WriteWholes(column, Writer<std::uint16_t>(to, offset, stride));
    case DataType::Uint32:
      return WriteWholes(column, Writer<std::uint32_t>(to, offset, stride));
    case DataType::Uint64:
      return WriteWholes(column, Writer<std::uint64_t>(to, offset, stride));
    case DataType::Int8:
      return WriteWholes(column, Writer<std::int8_t>(to, offset, stride));
    case DataType::Int16:
      return WriteWholes(column, Writer<std::int16_t>(to, offset, stride));
    case DataType::Int32:
      return WriteWholes(column, Writer<std::int32_t>(to, offset, stride));
    case DataType::Int64:
      return WriteWholes(column, Writer<std::int64_t>(to, offset, stride));
    case DataType::Fp16:
      return WriteHalves(column, ToFp16, Writer<std::uint16_t>(to, offset, stride));
    case DataType::Bf16:
      return WriteHalves(column, ToBf16, Writer<std::uint16_t>(to, offset, stride));
  }
  return {};
}

bool IsOneColumn(const Port& port) {
  return port.shape.size() == 1 || (port.shape.size() == 2 && port.shape[1] == 1);
}

}  // namespace

std::size_t Features::Column::rows() const {
  return std::visit([](const auto& list) { return list.size(); }, values);
}

Result<> Features::Add(Column column) {
  if (Find(column.name))
    return Error{Reason::InvalidArgument, "Column '" + column.name + "' is given twice."};
  if ((!columns_.empty() && column.rows() != rows()) ||
      (!column.nulls.empty() && column.nulls.size() != column.rows()))
    return Error{Reason::InvalidArgument, "Column '" + column.name + "' has " +
                                              std::to_string(column.rows()) + " rows, and the others have " +
                                              std::to_string(rows()) + "."};
  columns_.push_back(std::move(column));
  return {};
}

Features Features::Of(const tables::Table& table) {
  Features features;
  for (const auto& from : table.columns()) {
    Column column{from.name(), {}, {}};
    if (from.null_count() > 0) column.nulls.assign(from.nulls().begin(), from.nulls().end());
    switch (from.type()) {
      case tables::Type::Bool:
        column.values = Numbers(from.bools().begin(), from.bools().end());
        break;
      case tables::Type::Int:
      case tables::Type::Time:
        column.values = Wholes(from.ints().begin(), from.ints().end());
        break;
      case tables::Type::Double:
        column.values = Numbers(from.doubles().begin(), from.doubles().end());
        break;
      case tables::Type::Text:
        column.values = Texts(from.texts().begin(), from.texts().end());
        break;
    }
    features.columns_.push_back(std::move(column));
  }
  return features;
}

const Features::Column* Features::Find(std::string_view name) const {
  for (const auto& column : columns_)
    if (column.name == name) return &column;
  return nullptr;
}

Result<Binder> Binder::For(const Signature& signature, const std::vector<std::string>& names) {
  Binder binder;
  binder.signature_ = signature;
  const auto& inputs = signature.inputs;
  const bool alone = inputs.size() == 1 && (inputs[0].shape.size() == 2 && inputs[0].shape[1] != 1);
  // One input of one column is a matrix when the column has another name than the input.
  const bool renamed =
      inputs.size() == 1 && inputs[0].shape.size() == 2 && names.size() == 1 && names[0] != inputs[0].name;
  binder.matrix_ = alone || renamed;
  if (!binder.matrix_) {
    for (const auto& port : inputs) {
      if (!IsOneColumn(port))
        return Error{Reason::Unsupported,
                     "The model's input '" + port.name +
                         "' is neither one column nor the only matrix; give it tensors."};
      binder.names_.push_back(port.name);
    }
    return binder;
  }
  const auto width = inputs[0].shape[1];
  if (names.empty())
    return Error{
        Reason::Unprocessable,
        "The model takes one matrix '" + inputs[0].name +
            "', and nothing says which columns it is made of; log it with a signature by columns or, where "
            "its kind takes arrays alone, with a data frame of them as input_example."};
  if (width >= 0 && static_cast<std::size_t>(width) != names.size())
    return Error{Reason::Unprocessable, "The model takes " + std::to_string(width) +
                                            " columns, and its signature or example names " +
                                            std::to_string(names.size()) + "."};
  binder.names_ = names;
  return binder;
}

Result<Batch> Binder::Bind(const Features& features, Extra extra) const {
  const std::vector<std::string_view> known(names_.begin(), names_.end());
  for (const auto& column : features.columns())
    if (extra == Extra::Refuse && std::find(known.begin(), known.end(), column.name) == known.end())
      return Error{Reason::Unprocessable, "Column '" + column.name + "' is none that the model takes." +
                                              Suggestion(column.name, known)};
  Batch batch;
  const auto rows = static_cast<std::int64_t>(features.rows());
  const auto stride = matrix_ ? names_.size() : 1;
  if (matrix_)
    batch.tensors.push_back(Tensor::Of(signature_.inputs[0].name, signature_.inputs[0].type,
                                       {rows, static_cast<std::int64_t>(stride)}));
  for (std::size_t index = 0; index < names_.size(); ++index) {
    const auto* column = features.Find(names_[index]);
    if (!column) return AboutColumn(names_[index], "is missing");
    if (!matrix_) {
      const auto& port = signature_.inputs[index];
      auto shape = std::vector{rows};
      if (port.shape.size() == 2) shape.push_back(1);
      batch.tensors.push_back(Tensor::Of(port.name, port.type, std::move(shape)));
    }
    CAIRN_TRY(Write(*column, batch.tensors.back(), matrix_ ? index : 0, stride));
  }
  return batch;
}

}  // namespace cairn::runtime
