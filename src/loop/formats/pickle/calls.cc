#include <algorithm>

#include "loop/formats/pickle/array.h"
#include "loop/formats/pickle/machine.h"
#include "loop/formats/pickle/opcode.h"

/// The opcodes that put objects together, fetch and call.
namespace cairn::formats::pickle {
namespace {

constexpr std::size_t kMostName = 512;

bool IsWrapper(const Import& import) {
  return import.name == "NumpyArrayWrapper" && import.module.ends_with("joblib.numpy_pickle");
}
bool IsOldWrapper(const Import& import) {
  return (import.name == "NDArrayWrapper" || import.name == "ZNDArrayWrapper") &&
         import.module.find("joblib.") != std::string::npos;
}
/// Makes an object of the class that is its first argument.
bool MakesItsArgument(const Import& import) {
  return (import.module == "copyreg" || import.module == "copy_reg") &&
         (import.name == "_reconstructor" || import.name == "__newobj__" || import.name == "__newobj_ex__");
}
std::string Dotted(const Import& import) { return import.module + "." + import.name; }

}  // namespace

Machine::Step Machine::DoContainer(unsigned char opcode) {
  switch (opcode) {
    case kAppend:
      return Grow(false, 1);
    case kSetitem:
      return Grow(false, 2);
    case kAppends:
    case kSetitems:
    case kAdditems:
      return Grow(true, 0);
    case kEmptyTuple:
      return PushTuple(0);
    case kTuple1:
      return PushTuple(1);
    case kTuple2:
      return PushTuple(2);
    case kTuple3:
      return PushTuple(3);
    case kTuple:
      return PushMarked(Value::Kind::Tuple);
    case kList:
      return PushMarked(Value::Kind::List);
    case kDict:
      return PushMarked(Value::Kind::Dict);
    case kFrozenset:
      return PushMarked(Value::Kind::Opaque);
    case kEmptyDict:
      return Push(nodes_.Make(Value::Kind::Dict, nullptr, 0));
    case kEmptyList:
      return Push(nodes_.Make(Value::Kind::List, nullptr, 0));
    default:
      return Push({});
  }
}

Machine::Step Machine::PushTuple(std::size_t count) {
  if (Above() < count) return Fail("a tuple of more than the stack holds");
  const Value tuple = nodes_.Make(Value::Kind::Tuple, stack_.data() + (stack_.size() - count), count);
  stack_.resize(stack_.size() - count);
  return Push(tuple);
}

Machine::Step Machine::PushMarked(Value::Kind kind) {
  if (marks_.empty()) return Fail("a mark is missing");
  const std::size_t first = marks_.back();
  marks_.pop_back();
  const Value made =
      kind == Value::Kind::Opaque ? Value() : nodes_.Make(kind, stack_.data() + first, stack_.size() - first);
  stack_.resize(first);
  return Push(made);
}

/// Adds what lies above the mark, or `each` values, to the container below.
Machine::Step Machine::Grow(bool marked, std::size_t each) {
  std::size_t first = stack_.size() - std::min(each, stack_.size());
  if (marked) {
    if (marks_.empty()) return Fail("a mark is missing");
    first = marks_.back();
    marks_.pop_back();
  } else if (Above() < each) {
    return Fail("there is nothing to add");
  }
  if (first <= (marks_.empty() ? 0 : marks_.back())) return Fail("there is nothing to add to");
  const Value container = stack_[first - 1];
  if (container.kind == Value::Kind::Global)
    Concern("it changes " + Dotted(imports_.At(container.index)) + " itself");
  nodes_.Add(container, stack_.data() + first, stack_.size() - first);
  stack_.resize(first);
  return Step::On;
}

Machine::Step Machine::DoCall(unsigned char opcode) {
  switch (opcode) {
    case kReduce:
    case kNewobj: {
      if (Above() < 2) return Fail("there is nothing to call");
      const Value arguments = Pop(), callable = Pop();
      return Call(callable, arguments);
    }
    case kNewobjEx: {
      if (Above() < 3) return Fail("there is nothing to call");
      Pop();
      const Value arguments = Pop(), callable = Pop();
      return Call(callable, arguments);
    }
    case kObj:
      if (marks_.empty() || Above() == 0) return Fail("OBJ without a class");
      return CallMarked(stack_[marks_.back()], marks_.back() + 1);
    case kBuild:
      return Build();
    case kStackGlobal:
      return FetchFromStack();
    case kExt1:
      return FetchExtension(1);
    case kExt2:
      return FetchExtension(2);
    case kExt4:
      return FetchExtension(4);
    default:
      if (Above() == 0) return Fail("BINPERSID with nothing on the stack");
      stack_.pop_back();
      return Persistent();
  }
}

Machine::Step Machine::Persistent() {
  walk_.persistent_ids = true;
  if (reader_ != Reader::Torch)
    Concern("it asks the reading program for objects by ids of its own (persistent ids)");
  return Push({});
}

Machine::Step Machine::Fetch(const std::optional<std::string_view>& module,
                             const std::optional<std::string_view>& name) {
  if (!module || !name) return Fail("it is cut short");
  const auto index = imports_.Add({.module = std::string(module->substr(0, kMostName)),
                                   .name = std::string(name->substr(0, kMostName)),
                                   .offset = began_});
  return Push(Value::Of(Value::Kind::Global, index));
}

Machine::Step Machine::FetchFromStack() {
  if (Above() < 2) return Fail("STACK_GLOBAL without names");
  const Value name = Pop(), module = Pop();
  const auto name_text = TextOf(name), module_text = TextOf(module);
  const bool named = name_text && module_text;
  const auto index = imports_.Add({.module = module_text.value_or("?").substr(0, kMostName),
                                   .name = name_text.value_or("?").substr(0, kMostName),
                                   .offset = began_,
                                   .how = named ? Import::How::Named : Import::How::Computed});
  return Push(Value::Of(Value::Kind::Global, index));
}

Machine::Step Machine::FetchExtension(std::size_t width) {
  const auto code = cursor_.Number(width);
  if (!code) return Fail("it is cut short");
  const auto index = imports_.Add({.module = "copyreg",
                                   .name = "extension " + std::to_string(*code),
                                   .offset = began_,
                                   .how = Import::How::Extension});
  return Push(Value::Of(Value::Kind::Global, index));
}

Machine::Step Machine::Call(const Value& callable, const Value& arguments) {
  const Node* list = arguments.kind == Value::Kind::Tuple ? nodes_.At(arguments) : nullptr;
  const std::vector<Value> items = list ? list->items : std::vector<Value>();
  if (callable.kind != Value::Kind::Global) {
    Concern("it calls something that it makes while loading");
    return Push({});
  }
  std::uint32_t import = callable.index;
  if (MakesItsArgument(imports_.At(import)) && !items.empty() && items.front().kind == Value::Kind::Global)
    import = items.front().index;
  return Push(nodes_.Make(Value::Kind::Made, items.data(), items.size(), import));
}

/// INST and OBJ: the arguments are what lies from `first` on, up to the mark all goes.
Machine::Step Machine::CallMarked(Value callable, std::size_t first) {
  const Value arguments = nodes_.Make(Value::Kind::Tuple, stack_.data() + first, stack_.size() - first);
  stack_.resize(marks_.back());
  marks_.pop_back();
  return Call(callable, arguments);
}

Machine::Step Machine::Build() {
  if (Above() < 2) return Fail("BUILD without an object");
  const Value state = Pop(), object = stack_.back();
  if (object.kind == Value::Kind::Global)
    Concern("it changes attributes of " + Dotted(imports_.At(object.index)) + " itself");
  if (Node* node = object.kind == Value::Kind::Made ? nodes_.At(object) : nullptr) {
    node->state = state;
    ++node->builds;
  }
  if (object.kind == Value::Kind::Opaque && reader_ == Reader::Joblib) {
    // Had it been an array, what follows would have to be stepped over.
    Concern("it gives a state to an object of which nothing is known, so that what follows was not read");
    return Fail("an object of unknown kind");
  }
  const Import* import = object.kind == Value::Kind::Made ? ImportOf(object) : nullptr;
  if (import && IsOldWrapper(*import))
    Concern("it has arrays read by numpy.load from files that lie beside it");
  if (import && IsWrapper(*import) && reader_ == Reader::Joblib) return ReadArray(object);
  return Step::On;
}

Machine::Step Machine::ReadArray(Value wrapper) {
  const auto array = RawArrayOf(wrapper, nodes_, imports_.all());
  if (!array) {
    Concern("it holds an array whose length cannot be told, so that what follows was not read");
    return Fail("an array of unknown length");
  }
  if (walk_.arrays++ == 0) walk_.first_array = cursor_.at();
  stack_.back() = {};
  if (array->objects) {
    Machine inner(cursor_, Reader::Plain, walk_, imports_);
    return inner.Run() ? Step::On : Step::Failed;
  }
  if (array->aligned && !cursor_.Counted(1)) return Fail("it is cut short");
  return cursor_.Take(array->bytes) ? Step::On : Fail("an array is cut short");
}

}  // namespace cairn::formats::pickle
