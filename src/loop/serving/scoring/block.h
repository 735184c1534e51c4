#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ground/tables/chunk.h"
#include "ground/tables/table.h"
#include "loop/runtime/features.h"

namespace cairn::serving {

/// Some consecutive rows of an input: what the model reads of them, and what is kept.
class Block {
 public:
  /// The first `inputs` fields are for the model, the others are kept.
  Block(const std::vector<tables::Field>& fields, std::size_t inputs);

  /// Rows of a chunk: `rows` of them from `first` on.
  struct Span {
    std::size_t first = 0, rows = 0;
  };
  void Add(const tables::Chunk& chunk, Span span);
  std::size_t rows() const { return rows_; }

  /// Takes the columns out.
  Result<runtime::Features> TakeFeatures();
  std::vector<tables::Column> TakeKept() { return std::move(kept_); }

 private:
  std::size_t rows_ = 0;
  std::vector<runtime::Features::Column> columns_;
  std::vector<tables::Column> kept_;
};

/// An output's columns as a table has them.
Result<std::vector<tables::Column>> ColumnsOf(const runtime::Tensor& tensor);

}  // namespace cairn::serving
