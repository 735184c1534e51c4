#pragma once

#include <chrono>
#include <string>

#include "ground/fetch/fetch.h"
#include "loop/repository/remote.h"

namespace cairn::repository {

/// A remote on a web server, which is only read.
class WebRemote final : public Remote {
 public:
  /// Unsupported for ways of signing in that Cairn does not have.
  static Result<std::unique_ptr<Remote>> Open(const RemoteSettings& settings);

  std::string Shown() const override { return url_; }
  Result<std::vector<bool>> Holds(std::span<const ObjectId> ids, const Pace& pace) const override;
  Result<std::vector<HeldObject>> List(const Pace& pace) const override;
  std::vector<Result<>> Put(std::span<const Move> moves, const Pace& pace) override;
  std::vector<Result<>> Get(std::span<const Move> moves, const Pace& pace) const override;
  Result<> Remove(std::span<const ObjectId> ids) override;

 private:
  WebRemote(std::string url, fetch::Outgoing request) : url_(std::move(url)), request_(std::move(request)) {}
  fetch::Outgoing RequestFor(const ObjectId& id) const;
  Result<> GetOne(const Move& move, const Pace& pace) const;

  const std::string url_;
  const fetch::Outgoing request_;  ///< What all have in common.
};

/// A request to a web server as the options of one of DVC's remotes there have it: who asks, which
/// certificates are believed, how long it may take.
Result<fetch::Outgoing> WebRequest(const RemoteSettings& settings);

/// What a status that is no 2xx means.
Error RefusedByWeb(int status, const std::string& url);

}  // namespace cairn::repository
