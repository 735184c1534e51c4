#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace cairn::http::wire {

/// Bytes of one connection that have arrived and are not used yet; one buffer, used again for every request.
class Inbox {
 public:
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }
  void Consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Free space of at least `least` bytes behind what is unread.
  std::span<char> Room(std::size_t least) {
    if (capacity_ - end_ < least) Make(least);
    return {buffer_.get() + end_, capacity_ - end_};
  }
  void Arrived(std::size_t count) { end_ += count; }
  /// Gives a large buffer back once it is empty.
  void Shrink(std::size_t most) {
    if (begin_ != end_ || capacity_ <= most) return;
    buffer_.reset();
    capacity_ = 0;
  }

 private:
  void Make(std::size_t least) {
    const std::size_t kept = end_ - begin_;
    if (capacity_ >= kept + least) {
      std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
    } else {
      const std::size_t capacity = kept + least;
      auto larger = std::make_unique_for_overwrite<char[]>(capacity);
      if (kept > 0) std::memcpy(larger.get(), buffer_.get() + begin_, kept);
      buffer_ = std::move(larger);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = kept;
  }

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace cairn::http::wire
