#pragma once

#include <cstdint>
#include <utility>

#include "ground/http/server.h"
#include "ground/http/wire/host_rules.h"
#include "ground/http/wire/lane_pool.h"

namespace cairn::http::wire {

/// What the connections of one server share.
struct Service {
  Service(const Router& routes, Options chosen)
      : router(routes),
        options(std::move(chosen)),
        rules(options),
        read(options.limits.read.threads, options.limits.read.queue),
        write(options.limits.write.threads, options.limits.write.queue),
        bytes(options.limits.bytes.threads, options.limits.bytes.queue),
        inference(options.limits.inference.threads, options.limits.inference.queue),
        disk(options.limits.bytes.threads, SIZE_MAX / 2) {}

  LanePool& PoolOf(Lane lane) {
    switch (lane) {
      case Lane::Read:
        return read;
      case Lane::Brief:
      case Lane::Write:
        return write;
      case Lane::Bytes:
        return bytes;
      case Lane::Inference:
        return inference;
      case Lane::Inline:
        break;
    }
    return read;
  }

  const Router& router;
  const Options options;
  const HostRules rules;
  LanePool read, write, bytes, inference;
  /// Reads and writes of body files; each connection has at most two under way, so its queue needs no limit.
  LanePool disk;
};

}  // namespace cairn::http::wire
