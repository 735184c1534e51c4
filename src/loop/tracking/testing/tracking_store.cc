#include "loop/tracking/testing/tracking_store.h"

#include <stdexcept>

#include "ledger/metadata/schema.h"
#include "loop/tracking/schema.h"

namespace cairn::tracking::testing {

TrackingStore::TrackingStore(const std::string& engine) : store_(engine) {
  const sql::RoomSchema* schemas[] = {&metadata::Schema(), &Schema()};
  const auto migrated = store_->Migrate(schemas);
  if (!migrated) throw std::runtime_error(migrated.error().message);
  OpenTracking();
}

void TrackingStore::OpenTracking() {
  auto opened = Tracking::Open(store_.database(), clock_, "mlflow-artifacts:/");
  if (!opened) throw std::runtime_error(opened.error().message);
  tracking_ = *std::move(opened);
}

void TrackingStore::Reopen() {
  tracking_.reset();
  store_.Reopen();
  OpenTracking();
}

Run TrackingStore::NewRun(Runs::New wanted) {
  auto run = tracking_->runs.Create(wanted);
  if (!run) throw std::runtime_error(run.error().message);
  return *std::move(run);
}

std::vector<metadata::LoggedEvent> TrackingStore::Events(const std::string& kind) {
  metadata::EventFilter filter;
  filter.kind = kind;
  auto read = metadata::Log(store_.database()).Read(filter);
  if (!read) throw std::runtime_error(read.error().message);
  return *std::move(read);
}

}  // namespace cairn::tracking::testing
