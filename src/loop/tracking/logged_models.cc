#include "loop/tracking/logged_models.h"

#include <set>
#include <utility>

#include "ground/os/identity.h"
#include "ground/vocabulary/json.h"
#include "loop/tracking/artifact_path.h"
#include "loop/tracking/keys.h"
#include "loop/tracking/limits/names.h"
#include "loop/tracking/page.h"
#include "loop/tracking/registrations.h"
#include "loop/tracking/search/searches.h"
#include "loop/tracking/tables/experiment_table.h"
#include "loop/tracking/tables/logged_model_table.h"

namespace cairn::tracking {
namespace {

/// A model's parameters and tags have no limits, unlike a run's; only the parameters' keys must differ.
Result<> CheckParams(std::span<const Param> params) {
  std::set<std::string_view> keys;
  for (const auto& param : params) {
    if (!keys.insert(param.key).second) {
      return Error{Reason::InvalidArgument,
                   "Duplicate parameter keys have been submitted: '" + param.key + "'. Give each once."};
    }
  }
  return {};
}

/// What a page token belongs to.
std::string Asked(const LoggedModels::Search& search) {
  auto experiments = Json::Array();
  for (const auto id : search.experiments) experiments.Push(id);
  auto order = Json::Array();
  for (const auto& o : search.order_by) {
    order.Push(Json{{"field", o.field},
                    {"ascending", o.ascending},
                    {"name", o.dataset.name},
                    {"digest", o.dataset.digest}});
  }
  return Json{{"experiments", experiments}, {"filter", search.filter}, {"order", order}}.Dump();
}

Result<LoggedModel> WithRecords(sql::Connection& connection, LoggedModel model) {
  CAIRN_TRY(ReadModelRecords(connection, std::span(&model, 1)));
  return model;
}

}  // namespace

LoggedModels::LoggedModels(sql::Database& database, const os::Clock& clock)
    : database_(database), clock_(clock) {}

Result<LoggedModel> LoggedModels::Create(const New& wanted) {
  LoggedModel model;
  model.name = wanted.name.empty() ? RandomName() : wanted.name;
  CAIRN_TRY(CheckModelName(model.name));
  CAIRN_TRY(CheckParams(wanted.params));
  model.id = "m-" + os::NewNeighbourId();
  model.experiment = wanted.experiment;
  model.type = wanted.type;
  model.source_run = wanted.source_run;
  model.params = wanted.params;
  model.tags = wanted.tags;
  model.created_ms = model.updated_ms = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<LoggedModel> {
    const auto experiment = CAIRN_TRY(ReadActiveExperiment(connection, wanted.experiment));
    model.artifact_uri = AppendToUri(experiment.artifact_location, "models/" + model.id + "/artifacts");
    CAIRN_TRY(InsertLoggedModel(connection, model));
    CAIRN_TRY(InsertModelParams(connection, model.id, model.params));
    CAIRN_TRY(UpsertModelTags(connection, model.id, model.tags));
    return model;
  });
}

Result<LoggedModel> LoggedModels::Find(std::string_view id, Deleted deleted) const {
  return database_.Read([&](sql::Connection& connection) -> Result<LoggedModel> {
    auto model = CAIRN_TRY(deleted == Deleted::Shown ? ReadLoggedModel(connection, id)
                                                     : ReadLiveModel(connection, id));
    return WithRecords(connection, std::move(model));
  });
}

Result<LoggedModel> LoggedModels::Finalize(std::string_view id, ModelStatus status) {
  if (status == ModelStatus::Pending) {
    return Error{Reason::InvalidArgument, "A logged model is finalized as ready or failed, not as pending."};
  }
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<LoggedModel> {
    auto model = CAIRN_TRY(ReadLoggedModel(connection, id));
    model.status = status;
    model.updated_ms = now;
    CAIRN_TRY(UpdateLoggedModel(connection, model));
    return WithRecords(connection, std::move(model));
  });
}

Result<> LoggedModels::Delete(std::string_view id) {
  const auto now = clock_.Now();
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    auto model = CAIRN_TRY(ReadLoggedModel(connection, id));
    model.deleted = true;
    model.updated_ms = now;
    return UpdateLoggedModel(connection, model);
  });
}

Result<> LoggedModels::SetTags(std::string_view id, std::span<const Tag> tags) {
  std::vector<Tag> kept(tags.begin(), tags.end());
  for (auto& tag : kept) {
    if (tag.key == kRegistrationsTag) tag.value = WithoutRepeats(tag.value);
  }
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(ReadLoggedModel(connection, id));
    return UpsertModelTags(connection, id, kept);
  });
}

Result<> LoggedModels::DeleteTag(std::string_view id, std::string_view key) {
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(ReadLoggedModel(connection, id));
    if (CAIRN_TRY(EraseModelTag(connection, id, key))) return {};
    return Error{Reason::NotFound, "No tag with key '" + std::string(key) + "' found for model with ID '" +
                                       std::string(id) + "'."};
  });
}

Result<> LoggedModels::LogParams(std::string_view id, std::span<const Param> params) {
  CAIRN_TRY(CheckParams(params));
  return database_.Transact([&](sql::Connection& connection) -> Result<> {
    CAIRN_TRY(ReadLoggedModel(connection, id));
    auto added = InsertModelParams(connection, id, params);
    if (!added && added.error().reason == Reason::AlreadyExists) {
      return Error{Reason::InvalidArgument,
                   "Logged model '" + std::string(id) +
                       "' has one of these parameters already; parameters are written once."};
    }
    return added;
  });
}

Result<Page<LoggedModel>> LoggedModels::Find(const Search& search) const {
  const auto asked = Asked(search);
  const auto offset = CAIRN_TRY(OffsetOf(search.page, asked));
  return database_.Read([&](sql::Connection& connection) -> Result<Page<LoggedModel>> {
    Page<LoggedModel> page;
    page.items = CAIRN_TRY(FindModels(connection, search, offset));
    page.next = CutToPage(page.items, offset, search.limit, asked);
    CAIRN_TRY(ReadModelRecords(connection, page.items));
    return page;
  });
}

}  // namespace cairn::tracking
