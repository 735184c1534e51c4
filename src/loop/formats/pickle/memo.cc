#include "loop/formats/pickle/memo.h"

namespace cairn::formats::pickle {

bool Memo::Put(std::uint64_t number, const Value& value) {
  if (number < dense_.size() + kGap && number < kMost && sparse_.find(number) == sparse_.end()) {
    if (number >= dense_.size()) dense_.resize(number + 1);
    Slot& slot = dense_[number];
    if (!slot.taken) ++count_;
    slot = {value, true};
    return true;
  }
  const auto [place, fresh] = sparse_.insert_or_assign(number, value);
  if (fresh) ++count_;
  return sparse_.size() <= kMost / 8;
}

const Value* Memo::Find(std::uint64_t number) const {
  if (number < dense_.size() && dense_[number].taken) return &dense_[number].value;
  const auto found = sparse_.find(number);
  return found == sparse_.end() ? nullptr : &found->second;
}

}  // namespace cairn::formats::pickle
