#pragma once

#include <string>

#include "ground/fetch/fetch.h"
#include "loop/pipeline/cluster/engine.h"

namespace cairn::pipeline {

/// A Ray cluster (2.x) through the Jobs REST API of its dashboard. The key is the job's submission id.
class RayEngine : public Engine {
 public:
  /// `token` is sent as a bearer token; "" for none.
  RayEngine(std::string address, std::string python, std::string token)
      : address_(std::move(address)), python_(std::move(python)), token_(std::move(token)) {}

  std::string Shown() const override { return "Ray at " + address_; }
  Result<> Reach() override;
  Result<> Submit(const std::string& key, const std::string& plan) override;
  Result<JobLook> Look(const std::string& key) override;
  Result<> Stop(const std::string& key) override;

 private:
  fetch::Outgoing Request(const std::string& method, const std::string& path) const;
  Result<fetch::Incoming> Ask(const fetch::Outgoing& request) const;
  Result<Json> AskFor(const std::string& path) const;
  Error Unexpected(const fetch::Incoming& answer, const std::string& what) const;

  const std::string address_, python_, token_;
};

}  // namespace cairn::pipeline
