#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a pickle would import and do, found by following its opcodes (protocols 0 to 5) without doing any of
/// it.
namespace cairn::formats::pickle {

/// Whose unpickler is followed: they part where arrays and persistent ids come.
enum class Reader {
  Plain,   ///< pickle.load
  Joblib,  ///< joblib.load: the bytes of an array lie between two opcodes.
  Torch,   ///< torch.load: storages are persistent ids; of the old form only the first five pickles are read.
};

struct Import {
  std::string module;
  std::string name;
  std::uint64_t offset = 0;  ///< Of the opcode that fetches it first.
  enum class How {
    Named,
    Computed,   ///< Its name is put together while loading; `module` and `name` say what is known of it.
    Extension,  ///< A number that the reading program's copyreg registry turns into something.
  } how = How::Named;
};

struct Walk {
  std::vector<Import> imports;             ///< Each once, in the order in which they would come.
  std::vector<std::string> concerns;       ///< What else loading would do that is not known as harmless.
  std::vector<std::string_view> embedded;  ///< Bytes that may be pickles or archives; the first 4096.
  std::string made;  ///< The class of the first pickle's object, "module.name", when it is known.
  std::string scikit_learn_version;  ///< As its estimators keep it.
  int protocol = 0;                  ///< The highest that was named.
  std::uint64_t opcodes = 0;
  std::uint64_t pickles = 0;      ///< That came to their end.
  std::uint64_t arrays = 0;       ///< Raw arrays between opcodes (Joblib).
  std::uint64_t first_array = 0;  ///< Where the first of them begins.
  std::uint64_t read = 0;         ///< Bytes up to the last end, or to the fault.
  std::string fault;              ///< Why it could not go on; empty when it ended as it should.
  bool persistent_ids = false;
};

/// Follows one pickle after the other until the bytes end or cannot be followed. Time is linear in the bytes;
/// memory has a bound, beyond which the rest counts as a concern. What stands before a fault is reported,
/// since it runs. Safe from any thread.
Walk Follow(std::string_view bytes, Reader reader);

/// Whether `bytes` begin with the number that PyTorch's old form keeps as its first pickle.
bool BeginsAsTorch(std::string_view bytes);

/// Whether `bytes` are a pickle that somebody may load: they begin with a protocol's mark, come to their end,
/// or import something and go on. Needs no mark, since protocols 0 and 1 have none.
bool IsPickle(std::string_view bytes);

}  // namespace cairn::formats::pickle
