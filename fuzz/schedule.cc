#include "ground/calendar/schedule.h"

#include "fuzz/property.h"
#include "loop/pipeline/path_pattern.h"

using cairn::fuzz::Hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = cairn::fuzz::Bytes(data, size);
  static_cast<void>(cairn::pipeline::FitsPattern("src/train/model.py", bytes));
  static const auto zone = *cairn::calendar::Zone::Named("Europe/Berlin");
  const auto schedule = cairn::calendar::Schedule::Parse(bytes, zone);
  if (!schedule) return 0;
  const std::int64_t now = 1'774'700'000;
  const auto next = schedule->Next(now);
  Hold(!next || *next > now, "the next moment is to come");
  if (next) Hold(schedule->Last(*next) == next, "a moment is the last one up to itself");
  return 0;
}
