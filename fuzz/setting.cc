#include "fuzz/property.h"
#include "ground/vocabulary/document.h"
#include "loop/sweep/space.h"

using cairn::fuzz::Hold;

/// The first line is a parameter and its values, the rest the file that it is set in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return 0;
  const auto axis = cairn::sweep::ParseAxis(bytes.substr(0, end));
  if (!axis) return 0;
  for (const double u : {0.0, 0.5, 0x1.fffffffffffffp-1}) {
    const cairn::Json value = axis->At(u);
    if (value.IsNumber() && axis->kind != cairn::sweep::Axis::Kind::Choice)
      Hold(value.AsDouble() >= axis->low && value.AsDouble() <= axis->high, "a drawn value is in its bounds");
    const auto changed =
        cairn::sweep::WithSetting(std::string(bytes.substr(end + 1)), {axis->file, axis->key, value});
    if (!changed) continue;
    const auto again = cairn::sweep::WithSetting(*changed, {axis->file, axis->key, value});
    Hold(again && *again == *changed, "setting it once more changes nothing");
  }
  return 0;
}
