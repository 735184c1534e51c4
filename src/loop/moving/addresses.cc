#include "loop/moving/addresses.h"

#include "loop/moving/sources/local_files.h"

namespace cairn::moving {
namespace {

/// One spelling for one place: no "file://" before a path, no slash at the end.
std::string Plain(std::string uri) {
  for (const char* prefix : {"file://localhost/", "file:///", "file:/"}) {
    if (!uri.starts_with(prefix)) continue;
    uri = "/" + uri.substr(std::string_view(prefix).size());
    break;
  }
  while (uri.size() > 1 && uri.ends_with('/')) uri.pop_back();
  return uri;
}

std::string Below(tracking::ExperimentId experiment) {
  return "mlflow-artifacts:/" + std::to_string(experiment);
}

}  // namespace

void Addresses::Map(const tracking::Experiment& theirs, tracking::ExperimentId ours) {
  const std::lock_guard lock(mutex_);
  experiments_[theirs.id] = ours;
}

tracking::ExperimentId Addresses::ExperimentOf(tracking::ExperimentId theirs) const {
  const std::lock_guard lock(mutex_);
  const auto found = experiments_.find(theirs);
  return found == experiments_.end() ? theirs : found->second;
}

std::string Addresses::LocationOf(const tracking::Experiment& theirs, tracking::ExperimentId ours) const {
  return Moves(theirs.artifact_location) ? Below(ours) : theirs.artifact_location;
}

std::string Addresses::Settle(const Owner& owner, tracking::ExperimentId ours) {
  if (!Moves(owner.uri)) {
    const std::lock_guard lock(mutex_);
    if (!leave_ && IsPath(owner.uri) && beyond_.owners++ == 0) beyond_.first = owner.uri;
    return owner.uri;
  }
  const std::string folder = owner.kind == Owner::Kind::Model ? "/models/" : "/";
  const std::string place = Below(ours) + folder + owner.id + "/artifacts";
  const std::lock_guard lock(mutex_);
  settled_[Plain(owner.uri)] = place;
  return place;
}

Addresses::Beyond Addresses::OutOfReach() const {
  const std::lock_guard lock(mutex_);
  return beyond_;
}

std::string Addresses::Translated(const std::string& uri) const {
  const std::string plain = Plain(uri);
  const std::lock_guard lock(mutex_);
  for (auto end = plain.size(); end != std::string::npos && end > 0; end = plain.rfind('/', end - 1)) {
    const auto found = settled_.find(plain.substr(0, end));
    if (found != settled_.end()) return found->second + plain.substr(end);
  }
  return uri;
}

}  // namespace cairn::moving
