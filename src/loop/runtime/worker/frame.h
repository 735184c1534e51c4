#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ground/os/channel.h"
#include "ground/vocabulary/json.h"
#include "loop/runtime/model.h"

/// What goes to a worker and comes from it: worker.py says how a frame is built. What comes is foreign: the
/// model may have written it.
namespace cairn::runtime::worker {

struct Frame {
  Json head;
  std::string data;
};

inline constexpr std::size_t kStartBytes = 16;
struct Lengths {
  std::uint32_t head = 0;
  std::uint64_t data = 0;
};
/// Corrupt when it begins no frame, TooLarge beyond 16 MiB of head or 4 GiB of data.
Result<Lengths> ReadStart(std::string_view start);

/// A whole request.
std::string RequestOf(const Batch& inputs);
/// The next frame: the errors of the channel, of ReadStart, and Corrupt for a head that is no JSON object.
Result<Frame> Receive(os::Channel& channel, std::int64_t until_ns);

/// A list of inputs or outputs in a worker's first frame. Corrupt when it is none, or a name is there twice.
Result<std::vector<Port>> ReadPorts(const Json& list);
/// The tensors of an answer to so many rows. Corrupt when they are not what `outputs` says, in that order.
Result<Batch> ReadAnswer(const Frame& frame, const std::vector<Port>& outputs, std::int64_t rows);

}  // namespace cairn::runtime::worker
