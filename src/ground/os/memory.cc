#include "ground/os/memory.h"

// A sanitizer has an allocator of its own, of which the C library's knows nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#include <cstddef>

extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#else
#include <malloc.h>
#endif

namespace cairn::os {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

std::uint64_t HeapInUse() { return __sanitizer_get_current_allocated_bytes(); }

void GiveBackHeap() {}  // It keeps what was freed on purpose.

#else

std::uint64_t HeapInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void GiveBackHeap() { malloc_trim(0); }

#endif

}  // namespace cairn::os
