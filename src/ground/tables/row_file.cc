#include "ground/tables/row_file.h"

#include <cmath>
#include <set>

#include "ground/os/files.h"
#include "ground/os/new_file.h"
#include "ground/tables/source.h"
#include "ground/vocabulary/text.h"

namespace cairn::tables {
namespace {

constexpr std::size_t kFlush = 256 * 1024;
/// Stands for null; texts are always quoted, so none can be mistaken for it.
constexpr std::string_view kNull = "\\N";

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char character : text) out.append(character == '"' ? 2 : 1, character);
  out += '"';
}

const char* SqlType(Type type) {
  switch (type) {
    case Type::Bool:
      return "BOOLEAN";
    case Type::Int:
      return "BIGINT";
    case Type::Double:
      return "DOUBLE";
    case Type::Text:
      return "VARCHAR";
    case Type::Time:
      return "TIMESTAMP";
  }
  return "VARCHAR";
}

/// What a column turned out to hold.
struct Seen {
  bool bools = false, ints = false, doubles = false, texts = false;

  Type type() const {
    if (texts || (bools && (ints || doubles))) return Type::Text;
    if (doubles) return Type::Double;
    if (ints) return Type::Int;
    return bools ? Type::Bool : Type::Text;
  }
};

}  // namespace

struct RowFile::State {
  State(os::NewFile given, std::vector<Head> columns)
      : file(std::move(given)), heads(std::move(columns)), seen(heads.size()) {}
  ~State() {
    if (published) static_cast<void>(bool(os::Remove(spool)));
  }

  os::NewFile file;
  std::string spool;
  std::vector<Head> heads;
  std::vector<Seen> seen;
  std::string out;
  bool published = false;

  void Add(const Value& value, Seen& column) {
    if (std::holds_alternative<std::monostate>(value)) {
      out += kNull;
    } else if (const auto* truth = std::get_if<bool>(&value)) {
      column.bools = true;
      out += *truth ? "true" : "false";
    } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
      column.ints = true;
      out += std::to_string(*whole);
    } else if (const auto* real = std::get_if<double>(&value)) {
      column.doubles = true;
      out += ShortestText(*real);
    } else {
      column.texts = true;
      AppendQuoted(out, std::get<std::string>(value));
    }
  }
  Result<> Flush() {
    CAIRN_TRY(file.Append(out));
    out.clear();
    return Done{};
  }
  std::string Select() const {
    std::string columns;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      columns += (i == 0 ? "" : ", ") + Literal(heads[i].name) + ": '" +
                 SqlType(heads[i].type.value_or(seen[i].type())) + "'";
    }
    return "SELECT * FROM read_csv(" + Literal(spool) +
           R"(, delim=',', quote='"', escape='"', header=false, strict_mode=true, auto_detect=false, nullstr=)" +
           Literal(kNull) + ", allow_quoted_nulls=false, new_line='\\n', columns={" + columns + "})";
  }
};

RowFile::RowFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
RowFile::RowFile(RowFile&&) noexcept = default;
RowFile::~RowFile() = default;

Result<RowFile> RowFile::Create(const std::string& spool, std::vector<Head> heads) {
  std::set<std::string> names;
  for (const auto& head : heads) {
    if (names.insert(LowerAscii(head.name)).second && !head.name.empty()) continue;
    return Error{Reason::InvalidArgument,
                 "two columns are called '" + head.name + "', or one has no name: name each apart with AS"};
  }
  auto state = std::make_unique<State>(CAIRN_TRY(os::NewFile::Create(spool)), std::move(heads));
  state->spool = spool;
  return RowFile(std::move(state));
}

Result<> RowFile::Append(std::span<const Value> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) state_->out += ',';
    state_->Add(row[i], state_->seen[i]);
  }
  state_->out += '\n';
  return state_->out.size() < kFlush ? Result<>() : state_->Flush();
}

Result<std::int64_t> RowFile::Finish(Engine& engine, const std::string& path, Format format) {
  CAIRN_TRY(state_->Flush());
  CAIRN_TRY(state_->file.Publish());
  state_->published = true;
  return engine.Write(state_->Select(), path, format);
}

}  // namespace cairn::tables
