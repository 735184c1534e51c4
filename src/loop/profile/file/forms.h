#pragma once

#include "ground/vocabulary/result.h"
#include "loop/profile/file/bytes.h"
#include "loop/profile/table/table.h"

namespace cairn::profile {

/// How each part of a table is written and read (docs/profile-file.md). A reader that is given nonsense is no
/// longer sound, or an error comes back. What a column's values may take, once read, is `bytes`.
/// With Values::Withhold no value is written, only what can be told without one.
enum class Values { Keep, Withhold };

class NumbersForm {
 public:
  static void Write(Numbers& numbers, Values values, ByteWriter& out);
  static Result<Numbers> Read(ByteReader& in, std::size_t bytes);
};

class TextsForm {
 public:
  static void Write(Texts& texts, Values values, ByteWriter& out);
  static Result<Texts> Read(ByteReader& in, std::size_t bytes);
};

class ColumnForm {
 public:
  static void Write(Column& column, ByteWriter& out);
  static Result<Column> Read(ByteReader& in, std::size_t bytes);
};

class RowTallyForm {
 public:
  static void Write(const RowTally& tally, ByteWriter& out);
  static void Read(ByteReader& in, RowTally& tally);
};

class RowSampleForm {
 public:
  static void Write(Table& table, ByteWriter& out);
  static void Read(ByteReader& in, Table& table);
};

class MissingPatternsForm {
 public:
  static void Write(const MissingPatterns& patterns, ByteWriter& out);
  static void Read(ByteReader& in, std::size_t columns, MissingPatterns& patterns);
};

class CoMomentsForm {
 public:
  static void Write(const Table& table, ByteWriter& out);
  static void Read(ByteReader& in, Table& table);
};

class ShiftsForm {
 public:
  static void Write(const std::vector<Shifts>& shifts, ByteWriter& out);
  static void Read(ByteReader& in, std::vector<Shifts>& shifts);
};

}  // namespace cairn::profile
