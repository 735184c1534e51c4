#include "ground/os/memory.h"

#include <malloc.h>

namespace cairn::os {

std::uint64_t HeapInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void GiveBackHeap() { malloc_trim(0); }

}  // namespace cairn::os
