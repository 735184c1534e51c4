#include "loop/serving/scoring/block.h"

namespace cairn::serving {
namespace {

using runtime::DataType;
using runtime::Features;
using tables::Chunk;
using tables::Type;

Features::Column EmptyFor(const tables::Field& field) {
  switch (field.type) {
    case Type::Int:
    case Type::Time:
      return {field.name, Features::Wholes(), {}};
    case Type::Text:
      return {field.name, Features::Texts(), {}};
    case Type::Bool:
    case Type::Double:
      break;
  }
  return {field.name, Features::Numbers(), {}};
}

template <class List, class Values>
void Append(List& list, const Values& values, Block::Span span) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(span.first);
  list.insert(list.end(), first, first + static_cast<std::ptrdiff_t>(span.rows));
}

void AppendValues(Features::Column& column, const Chunk& chunk, std::size_t index, Block::Span span) {
  if (auto* numbers = std::get_if<Features::Numbers>(&column.values)) {
    Append(*numbers, chunk.Doubles(index), span);
  } else if (auto* wholes = std::get_if<Features::Wholes>(&column.values)) {
    if (chunk.fields()[index].type == Type::Time) {
      Append(*wholes, chunk.Times(index), span);
    } else {
      Append(*wholes, chunk.Ints(index), span);
    }
  } else {
    std::vector<std::string_view> texts;
    chunk.Texts(index, texts);
    Append(std::get<Features::Texts>(column.values), texts, span);
  }
}

/// Marks the rows without a value; `before` rows are there already.
void AppendNulls(Features::Column& column, const Chunk& chunk, std::size_t index, Block::Span span,
                 std::size_t before) {
  if (!chunk.Validity(index).empty()) {
    column.nulls.resize(before);
    for (std::size_t row = 0; row < span.rows; ++row)
      column.nulls.push_back(chunk.IsNull(index, span.first + row));
  } else if (!column.nulls.empty()) {
    column.nulls.resize(before + span.rows);
  }
}

void AppendKept(tables::Column& column, const Chunk& chunk, std::size_t index, Block::Span span) {
  if (span.rows == chunk.rows()) {
    tables::AppendColumn(column, chunk, index);
    return;
  }
  tables::Column whole(column.name(), column.type());
  tables::AppendColumn(whole, chunk, index);
  for (std::size_t row = 0; row < span.rows; ++row) column.PushFrom(whole, span.first + row);
}

Type TypeFor(DataType type) {
  switch (type) {
    case DataType::Bool:
      return Type::Bool;
    case DataType::Bytes:
      return Type::Text;
    case DataType::Fp16:
    case DataType::Bf16:
    case DataType::Fp32:
    case DataType::Fp64:
    case DataType::Uint64:  // half of its range is beyond a table's whole numbers
      return Type::Double;
    case DataType::Uint8:
    case DataType::Uint16:
    case DataType::Uint32:
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
    case DataType::Int64:
      break;
  }
  return Type::Int;
}

void PushElement(tables::Column& column, const runtime::Tensor& tensor, std::size_t at) {
  switch (column.type()) {
    case Type::Bool:
      column.PushBool(tensor.data[at] != 0);
      return;
    case Type::Text:
      column.Push(tensor.texts[at]);
      return;
    case Type::Double:
      column.Push(tensor.Number(at));
      return;
    case Type::Int:
    case Type::Time:
      column.Push(tensor.Whole(at).value_or(0));
      return;
  }
}

}  // namespace

Block::Block(const std::vector<tables::Field>& fields, std::size_t inputs) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i < inputs) {
      columns_.push_back(EmptyFor(fields[i]));
    } else {
      kept_.emplace_back(fields[i].name, fields[i].type);
    }
  }
}

void Block::Add(const Chunk& chunk, Span span) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    AppendValues(columns_[i], chunk, i, span);
    AppendNulls(columns_[i], chunk, i, span, rows_);
  }
  for (std::size_t i = 0; i < kept_.size(); ++i) AppendKept(kept_[i], chunk, columns_.size() + i, span);
  rows_ += span.rows;
}

Result<runtime::Features> Block::TakeFeatures() {
  Features features;
  for (auto& column : columns_) CAIRN_TRY(features.Add(std::move(column)));
  return features;
}

Result<std::vector<tables::Column>> ColumnsOf(const runtime::Tensor& tensor) {
  if (tensor.shape.empty() || tensor.shape.size() > 2)
    return Error{Reason::Unsupported, "The output '" + tensor.name +
                                          "' is neither one column nor a matrix, and cannot be written."};
  const auto rows = static_cast<std::size_t>(tensor.shape[0]);
  const std::size_t width = tensor.shape.size() == 2 ? static_cast<std::size_t>(tensor.shape[1]) : 1;
  std::vector<tables::Column> columns;
  for (std::size_t column = 0; column < width; ++column) {
    auto& one = columns.emplace_back(width == 1 ? tensor.name : tensor.name + "_" + std::to_string(column),
                                     TypeFor(tensor.type));
    for (std::size_t row = 0; row < rows; ++row) PushElement(one, tensor, row * width + column);
  }
  return columns;
}

}  // namespace cairn::serving
