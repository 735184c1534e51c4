#include "loop/formats/pickle/machine.h"

#include <algorithm>

#include "ground/vocabulary/text.h"
#include "loop/formats/pickle/opcode.h"

namespace cairn::formats::pickle {
namespace {

constexpr std::size_t kMostStack = 1 << 20, kMostMarks = 1 << 20, kMostImports = 1 << 16, kMostConcerns = 64,
                      kMostEmbedded = 1 << 12, kMostVersion = 32, kMostLine = 1 << 20;

/// What may be a pickle or something packed; asked for each constant, so it only looks at the front.
bool MayHold(std::string_view bytes) {
  if (bytes.size() < 4) return false;
  const auto first = static_cast<unsigned char>(bytes[0]);
  return first == 0x80 || first == 0x1f || first == 0xfd || first == 0x78 || first == 0x04 || first == 0x5d ||
         first == 0x93 || first == 'P' || first == 'B' || first == 'c' || first == '(' || first == 'i';
}

}  // namespace

std::uint32_t Imports::Add(Import import) {
  std::string key = std::to_string(static_cast<int>(import.how)) + import.module + '\n' + import.name;
  const auto found = seen_.find(key);
  if (found != seen_.end()) return found->second;
  if (list_.size() >= kMostImports) return static_cast<std::uint32_t>(list_.size() - 1);
  list_.push_back(std::move(import));
  const auto index = static_cast<std::uint32_t>(list_.size() - 1);
  seen_.emplace(std::move(key), index);
  return index;
}

bool Machine::Run() {
  for (;;) {
    began_ = cursor_.at();
    const auto opcode = cursor_.Number(1);
    if (!opcode) return Fail("it ends without STOP"), false;
    ++walk_.opcodes;
    const Step step = Do(static_cast<unsigned char>(*opcode));
    if (step != Step::On) return step == Step::Stop;
  }
}

Machine::Step Machine::Do(unsigned char opcode) {
  switch (opcode) {
    case kMark:
    case kStop:
    case kPop:
    case kPopMark:
    case kDup:
    case kProto:
    case kFrame:
      return DoStack(opcode);
    case kPersid:
    case kFloat:
    case kInt:
    case kLong:
    case kString:
    case kUnicode:
    case kGlobal:
    case kInst:
      return DoLine(opcode);
    case kPut:
    case kBinput:
    case kLongBinput:
    case kMemoize:
    case kGet:
    case kBinget:
    case kLongBinget:
      return DoMemo(opcode);
    case kReduce:
    case kBuild:
    case kObj:
    case kNewobj:
    case kNewobjEx:
    case kStackGlobal:
    case kExt1:
    case kExt2:
    case kExt4:
    case kBinpersid:
      return DoCall(opcode);
    case kAppend:
    case kAppends:
    case kSetitem:
    case kSetitems:
    case kAdditems:
    case kTuple:
    case kTuple1:
    case kTuple2:
    case kTuple3:
    case kEmptyTuple:
    case kList:
    case kEmptyList:
    case kDict:
    case kEmptyDict:
    case kEmptySet:
    case kFrozenset:
      return DoContainer(opcode);
    default:
      return DoConstant(opcode);
  }
}

Machine::Step Machine::DoStack(unsigned char opcode) {
  switch (opcode) {
    case kMark:
      if (marks_.size() == kMostMarks)
        return Concern("it nests deeper than is followed here"), Fail("too deep");
      marks_.push_back(stack_.size());
      return Step::On;
    case kStop:
      if (Above() == 0) return Fail("STOP with nothing on the stack");
      result_ = Pop();
      return Step::Stop;
    case kPop:
      if (Above() > 0) {
        stack_.pop_back();
      } else if (!marks_.empty()) {
        marks_.pop_back();
      } else {
        return Fail("POP with nothing on the stack");
      }
      return Step::On;
    case kPopMark:
      if (marks_.empty()) return Fail("POP_MARK without a mark");
      stack_.resize(marks_.back());
      marks_.pop_back();
      return Step::On;
    case kDup:
      return Above() == 0 ? Fail("DUP with nothing on the stack") : Push(Value(stack_.back()));
    case kProto: {
      const auto version = cursor_.Number(1);
      if (!version) return Fail("it is cut short");
      if (*version > 5) return Fail("protocol " + std::to_string(*version) + " is not known");
      walk_.protocol = std::max(walk_.protocol, static_cast<int>(*version));
      return Step::On;
    }
    default:
      return cursor_.Number(8) ? Step::On : Fail("it is cut short");
  }
}

Machine::Step Machine::DoConstant(unsigned char opcode) {
  switch (opcode) {
    case kNone:
      return Push({.kind = Value::Kind::None});
    case kNewtrue:
    case kNewfalse:
      return Push({.kind = Value::Kind::Bool, .number = opcode == kNewtrue});
    case kBinint:
      return PushInt(cursor_.Number(4), 32);
    case kBinint1:
      return PushInt(cursor_.Number(1), 0);
    case kBinint2:
      return PushInt(cursor_.Number(2), 0);
    case kLong1:
    case kLong4: {
      const auto digits = cursor_.Counted(opcode == kLong1 ? 1 : 4);
      if (!digits) return Fail("it is cut short");
      if (digits->size() > 8) return Push(Value::Of(Value::Kind::Opaque, *digits));
      return PushInt(Cursor(*digits).Number(digits->size()), 8 * digits->size());
    }
    case kBinfloat:
      return cursor_.Number(8) ? Push({}) : Fail("it is cut short");
    case kBinstring:
    case kBinunicode:
      return PushText(Value::Kind::Text, cursor_.Counted(4));
    case kShortBinstring:
    case kShortBinunicode:
      return PushText(Value::Kind::Text, cursor_.Counted(1));
    case kBinunicode8:
      return PushText(Value::Kind::Text, cursor_.Counted(8));
    case kBinbytes:
      return PushText(Value::Kind::Bytes, cursor_.Counted(4));
    case kShortBinbytes:
      return PushText(Value::Kind::Bytes, cursor_.Counted(1));
    case kBinbytes8:
    case kBytearray8:
      return PushText(Value::Kind::Bytes, cursor_.Counted(8));
    case kNextBuffer:
      return Push({});
    case kReadonlyBuffer:
      return Above() == 0 ? Fail("READONLY_BUFFER with nothing on the stack") : Step::On;
    default:
      return Fail("there is no opcode " + std::to_string(opcode));
  }
}

Machine::Step Machine::DoLine(unsigned char opcode) {
  const bool is_text = opcode == kString || opcode == kUnicode;
  const auto line = is_text ? cursor_.Line() : ShortLine();
  if (!line) return Fail("it is cut short");
  switch (opcode) {
    case kGlobal:
      return Fetch(line, ShortLine());
    case kInst: {
      if (const auto step = Fetch(line, ShortLine()); step != Step::On) return step;
      const Value callable = Pop();
      if (marks_.empty()) return Fail("INST without a mark");
      return CallMarked(callable, marks_.back());
    }
    case kPersid:
      return Persistent();
    case kString:
      return PushText(Value::Kind::StringRepr, Trim(*line));
    case kUnicode:
      return PushText(Value::Kind::UnicodeRepr, line);
    case kInt:
    case kLong: {
      auto digits = Trim(*line);
      if (digits.ends_with('L')) digits.remove_suffix(1);
      const auto number = ParseInt(digits);
      return number ? Push(Value::Of(*number)) : Push({});
    }
    default:
      return Push({});
  }
}

Machine::Step Machine::Fail(std::string why) {
  walk_.fault = "byte " + std::to_string(began_) + ": " + std::move(why);
  return Step::Failed;
}

/// A name or a number. Only texts may be long: no reader is made to search a large file for a line feed.
std::optional<std::string_view> Machine::ShortLine() {
  auto line = cursor_.Line(kMostLine);
  if (!line && cursor_.rest().size() >= kMostLine)
    Concern("it has a line that is longer than is followed here");
  return line;
}

Machine::Step Machine::Push(const Value& value) {
  if (stack_.size() == kMostStack) {
    Concern("it keeps more on its stack than is followed here");
    return Fail("too much on the stack");
  }
  stack_.push_back(value);
  return Step::On;
}

Machine::Step Machine::PushText(Value::Kind kind, std::optional<std::string_view> text) {
  if (!text) return Fail("it is cut short");
  // Only bytes can be unpickled again, and whatever would do it is an import of its own: a few tell enough.
  if (kind == Value::Kind::Bytes && walk_.embedded.size() < kMostEmbedded && MayHold(*text))
    walk_.embedded.push_back(*text);
  if (last_text_ == "_sklearn_version" && walk_.scikit_learn_version.empty() && text->size() < kMostVersion)
    walk_.scikit_learn_version = *text;
  last_text_ = *text;
  return Push(Value::Of(kind, *text));
}

/// In two's complement of so many bits, or without a sign where there are none.
Machine::Step Machine::PushInt(std::optional<std::uint64_t> number, std::size_t signed_bits) {
  if (!number) return Fail("it is cut short");
  if (signed_bits > 0 && signed_bits < 64 && (*number >> (signed_bits - 1) & 1))
    *number |= ~std::uint64_t{0} << signed_bits;
  return Push(Value::Of(static_cast<std::int64_t>(*number)));
}

Machine::Step Machine::DoMemo(unsigned char opcode) {
  const auto decimal = [&]() -> std::optional<std::uint64_t> {
    const auto line = ShortLine();
    if (!line) return std::nullopt;
    // Python's int() takes underscores and a sign.
    std::string digits(Trim(*line));
    std::erase(digits, '_');
    const auto number = ParseInt(digits.starts_with('+') ? digits.substr(1) : digits);
    if (number && *number >= 0) return static_cast<std::uint64_t>(*number);
    Concern("a number of its memo could not be read, so that what follows was not read");
    return std::nullopt;
  };
  switch (opcode) {
    case kPut:
      return Put(decimal());
    case kBinput:
      return Put(cursor_.Number(1));
    case kLongBinput:
      return Put(cursor_.Number(4));
    case kGet:
      return Get(decimal());
    case kBinget:
      return Get(cursor_.Number(1));
    case kLongBinget:
      return Get(cursor_.Number(4));
    default:
      if (Above() == 0) return Fail("MEMOIZE with nothing on the stack");
      if (memo_.Append(stack_.back())) return Step::On;
      Concern("it remembers more than is followed here");
      return Fail("too much is remembered");
  }
}

Machine::Step Machine::Put(std::optional<std::uint64_t> number) {
  if (!number) return Fail("a memo's number is broken");
  if (Above() == 0) return Fail("PUT with nothing on the stack");
  if (memo_.Put(*number, stack_.back())) return Step::On;
  Concern("it remembers more than is followed here");
  return Fail("too much is remembered");
}

Machine::Step Machine::Get(std::optional<std::uint64_t> number) {
  const Value* value = number ? memo_.Find(*number) : nullptr;
  return value ? Push(Value(*value)) : Fail("it asks for what it did not remember");
}

void Machine::Concern(std::string what) {
  auto& concerns = walk_.concerns;
  if (concerns.size() < kMostConcerns && std::find(concerns.begin(), concerns.end(), what) == concerns.end())
    concerns.push_back(std::move(what));
}

std::string Machine::Made() {
  const Import* import = ImportOf(result_);
  return import ? import->module + "." + import->name : std::string();
}

const Import* Machine::ImportOf(const Value& value) {
  if (value.kind == Value::Kind::Global) return &imports_.At(value.index);
  const Node* node = value.kind == Value::Kind::Made ? nodes_.At(value) : nullptr;
  return node && node->import != Node::kNothing ? &imports_.At(node->import) : nullptr;
}

}  // namespace cairn::formats::pickle
