#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "loop/formats/pickle/cursor.h"
#include "loop/formats/pickle/memo.h"
#include "loop/formats/pickle/value.h"
#include "loop/formats/pickle/walk.h"

namespace cairn::formats::pickle {

/// The imports of a walk, each once.
class Imports {
 public:
  explicit Imports(std::vector<Import>& list) : list_(list) {}
  std::uint32_t Add(Import import);
  const Import& At(std::uint32_t index) const { return list_[index]; }
  const std::vector<Import>& all() const { return list_; }

 private:
  std::vector<Import>& list_;
  std::map<std::string, std::uint32_t, std::less<>> seen_;
};

/// One pickle: an unpickler that makes notes instead of objects.
class Machine {
 public:
  Machine(Cursor& cursor, Reader reader, Walk& walk, Imports& imports)
      : cursor_(cursor), reader_(reader), walk_(walk), imports_(imports) {}

  /// Runs to STOP. False when it cannot go on: walk.fault says why.
  bool Run();
  /// The class of what STOP found on top, "module.name"; "" when it is not known.
  std::string Made();

 private:
  enum class Step { On, Stop, Failed };
  Step Do(unsigned char opcode);
  Step DoStack(unsigned char opcode);
  Step DoConstant(unsigned char opcode);
  Step DoLine(unsigned char opcode);
  Step DoContainer(unsigned char opcode);
  Step DoMemo(unsigned char opcode);
  Step DoCall(unsigned char opcode);

  Step Fail(std::string why);
  std::optional<std::string_view> ShortLine();
  Step Push(const Value& value);
  Step PushText(Value::Kind kind, std::optional<std::string_view> text);
  Step PushInt(std::optional<std::uint64_t> number, std::size_t signed_bits);
  Step PushTuple(std::size_t count);
  Step PushMarked(Value::Kind kind);
  Step Grow(bool marked, std::size_t each);
  Step Put(std::optional<std::uint64_t> number);
  Step Get(std::optional<std::uint64_t> number);
  Step Fetch(const std::optional<std::string_view>& module, const std::optional<std::string_view>& name);
  Step FetchFromStack();
  Step FetchExtension(std::size_t width);
  Step Call(const Value& callable, const Value& arguments);
  Step CallMarked(Value callable, std::size_t first);
  Step Build();
  Step ReadArray(Value wrapper);
  Step Persistent();

  /// How many values may be taken off before a mark stands in the way.
  std::size_t Above() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Value Pop() {
    const Value value = stack_.back();
    stack_.pop_back();
    return value;
  }
  void Concern(std::string what);
  /// The import that `value` is or was made by; null when that is not known.
  const Import* ImportOf(const Value& value);

  Cursor& cursor_;
  Reader reader_;
  Walk& walk_;
  Imports& imports_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  Memo memo_;
  Nodes nodes_;
  Value result_;
  std::string_view last_text_;
  std::uint64_t began_ = 0;  ///< Offset of the opcode at work.
};

}  // namespace cairn::formats::pickle
