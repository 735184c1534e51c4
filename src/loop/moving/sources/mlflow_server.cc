#include "loop/moving/sources/mlflow_server.h"

#include <algorithm>

#include "ground/fetch/fetch.h"
#include "ground/vocabulary/json.h"
#include "ground/vocabulary/text.h"
#include "loop/moving/sources/bucket_files.h"
#include "loop/moving/sources/local_files.h"
#include "loop/moving/sources/mlflow_messages.h"

namespace cairn::moving {
namespace {

constexpr std::string_view kApi = "/api/2.0/mlflow/";
constexpr int kDeepest = 64;
constexpr std::size_t kExperimentsAtATime = 100;
constexpr const char* kPromptFilter = "tags.`mlflow.prompt.is_prompt` = 'true'";

/// Finds what has that name, and perhaps more: MLflow's filters cannot write a text with both quotes or with
/// a backslash before one, so a name with such signs is asked for with a place for any sign there.
std::string NameFilter(std::string name) {
  constexpr std::string_view kQuotes = "'\"\\";
  if (name.find_first_of(kQuotes) == std::string::npos) return "name = '" + name + "'";
  for (char& c : name) {
    if (kQuotes.find(c) != std::string_view::npos) c = '_';
  }
  return "name LIKE '" + name + "'";
}

class MlflowServer final : public Source {
 public:
  MlflowServer(std::string url, const Origin& origin)
      : url_(std::move(url)), buckets_(origin.artifact_root, origin.own_artifacts) {}

  Result<std::vector<tracking::Experiment>> Experiments() override {
    std::vector<tracking::Experiment> found;
    CAIRN_TRY(AllPages(
        Json{{"view_type", "ALL"}, {"max_results", 1000}}, "experiments/search",
        [&](const Json& page) -> Result<> {
          for (const Json& json : page.At("experiments").items()) {
            found.push_back({IntIn(json, "experiment_id"), json.Text("name"), json.Text("artifact_location"),
                             json.Text("lifecycle_stage") == "deleted", IntIn(json, "creation_time"),
                             IntIn(json, "last_update_time"), PairsIn<tracking::Tag>(json.At("tags"))});
          }
          return {};
        }));
    return found;
  }

  Result<RunPage> Runs(tracking::ExperimentId experiment, const std::string& page) override {
    Json body{{"experiment_ids", Json::Array({Json(std::to_string(experiment))})},
              {"run_view_type", "ALL"},
              {"max_results", 200}};
    if (!page.empty()) body.Set("page_token", page);
    const Json answer = CAIRN_TRY(Post("runs/search", body));
    RunPage found;
    found.next = answer.Text("next_page_token");
    for (const Json& json : answer.At("runs").items()) {
      found.runs.push_back(RunOf(json));
      found.runs.back().info.experiment = experiment;
      CAIRN_TRY(ReadInputModels(found.runs.back()));
    }
    return found;
  }

  Result<> Points(const std::string& run, const std::string& key, const Take& take) override {
    std::vector<tracking::Metric> points;
    Turning pages;
    do {
      std::string path = "metrics/get-history?run_id=" + PercentEncode(run) +
                         "&metric_key=" + PercentEncode(key) + "&max_results=25000";
      if (!pages.token().empty()) path += "&page_token=" + PercentEncode(pages.token());
      const Json answer = CAIRN_TRY(Get(path));
      for (const Json& metric : answer.At("metrics").items()) {
        points.push_back(MetricOf(metric));
        points.back().model_id.clear();
        points.back().key = key;
      }
      CAIRN_TRY(pages.Turn(answer.Text("next_page_token")));
    } while (!pages.token().empty());
    return HandOver(std::move(points), take);
  }

  Result<std::vector<tracking::LoggedModel>> Models(tracking::ExperimentId experiment) override {
    std::vector<tracking::LoggedModel> models;
    const Json body{{"experiment_ids", Json::Array({Json(std::to_string(experiment))})}, {"max_results", 50}};
    auto read = AllPages(body, "logged-models/search", [&](const Json& page) -> Result<> {
      for (const Json& json : page.At("models").items()) {
        models.push_back(ModelOf(json));
        models.back().experiment = experiment;
      }
      return {};
    });
    // Servers before 3.0 have no logged models, and say so with "no such endpoint".
    if (!read && read.error().reason != Reason::Unsupported) return std::move(read).error();
    return models;
  }

  Result<std::vector<FoundModel>> Registered() override {
    std::vector<FoundModel> found;
    // Prompts are shown only to those who ask for them.
    for (const char* filter : {"", kPromptFilter}) {
      Turning pages;
      do {
        std::string path = "registered-models/search?max_results=100";
        if (*filter != '\0') path += "&filter=" + PercentEncode(filter);
        if (!pages.token().empty()) path += "&page_token=" + PercentEncode(pages.token());
        const Json answer = CAIRN_TRY(Get(path));
        for (const Json& json : answer.At("registered_models").items())
          found.push_back(CAIRN_TRY(FoundModelOf(json)));
        CAIRN_TRY(pages.Turn(answer.Text("next_page_token")));
      } while (!pages.token().empty());
    }
    NoteLoggedModels(found);
    return found;
  }

  Result<std::vector<std::string>> LeftBehind() override {
    std::vector<std::string> left;
    const auto experiments = CAIRN_TRY(Experiments());
    for (std::size_t at = 0; at < experiments.size() && left.empty(); at += kExperimentsAtATime) {
      std::string path = "traces?max_results=1";
      for (std::size_t i = at; i < std::min(at + kExperimentsAtATime, experiments.size()); ++i)
        path += "&experiment_ids=" + std::to_string(experiments[i].id);
      const auto answer = Get(path);
      // Servers before 2.14 have none, and say so with "no such endpoint".
      if (!answer && answer.error().reason == Reason::Unsupported) return left;
      if (!answer) {
        left.emplace_back("traces, if there are any, which the server did not tell");
      } else if (!answer->At("traces").items().empty()) {
        left.emplace_back("traces");
      }
    }
    return left;
  }

  Result<std::vector<std::string>> WebhookNames() override {
    std::vector<std::string> names;
    Turning pages;
    do {
      std::string path = "webhooks?max_results=100";
      if (!pages.token().empty()) path += "&page_token=" + PercentEncode(pages.token());
      const auto answer = Get(path);
      // Servers before 3.3 have none; and what is only told is no reason to end an import.
      if (!answer) return names;
      for (const Json& hook : answer->At("webhooks").items()) names.push_back(hook.Text("name"));
      CAIRN_TRY(pages.Turn(answer->Text("next_page_token")));
    } while (!pages.token().empty());
    return names;
  }

  bool Reaches(const std::string& uri) const override {
    return IsPath(uri) || uri.starts_with("mlflow-artifacts:") || buckets_.Reaches(uri);
  }

  Result<std::vector<FoundFile>> Files(const Owner& owner) override {
    if (buckets_.Reaches(owner.uri)) return buckets_.Files(owner);
    std::vector<FoundFile> files;
    CAIRN_TRY(List(owner, "", 0, files));
    return files;
  }

  Result<> Fetch(const Owner& owner, const std::string& path, const std::string& to) override {
    if (buckets_.Reaches(owner.uri)) return buckets_.Fetch(owner, path, to);
    fetch::Outgoing request;
    request.url =
        url_ + (owner.kind == Owner::Kind::Run
                    ? "/get-artifact?run_uuid=" + PercentEncode(owner.id) + "&path=" + PercentEncode(path)
                    : "/ajax-api/2.0/mlflow/logged-models/" + PercentEncode(owner.id) +
                          "/artifacts/files?artifact_file_path=" + PercentEncode(path));
    request.response_file = to;
    request.timeout = std::chrono::milliseconds(0);
    CAIRN_TRY(Checked(request, CAIRN_TRY(fetch::Fetch(request))));
    return {};
  }

 private:
  Result<fetch::Incoming> Checked(const fetch::Outgoing& request, fetch::Incoming answer) const {
    if (answer.status < 300) return answer;
    const auto body = Json::Parse(answer.body);
    const std::string code = body ? body->Text("error_code") : "";
    const bool absent = answer.status == 404 && code != "RESOURCE_DOES_NOT_EXIST";
    const std::string message = body ? body->Text("message") : "";
    return Error{absent ? Reason::Unsupported : Reason::Unavailable,
                 "The server answered " + std::to_string(answer.status) + " to " + request.method + " " +
                     request.url.substr(0, request.url.find('?')) + (message.empty() ? "." : ": " + message)};
  }

  Result<Json> Send(fetch::Outgoing request) const {
    request.timeout = std::chrono::minutes(10);
    request.max_response_bytes = std::size_t{1} << 30;
    request.repeatable = true;
    const auto answer = CAIRN_TRY(Checked(request, CAIRN_TRY(fetch::Fetch(request))));
    return Json::Parse(answer.body);
  }

  Result<Json> Get(const std::string& path) const {
    fetch::Outgoing request;
    request.url = url_ + std::string(kApi) + path;
    return Send(std::move(request));
  }

  Result<Json> Post(const std::string& path, const Json& body) const {
    fetch::Outgoing request;
    request.method = "POST";
    request.url = url_ + std::string(kApi) + path;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = body.Dump();
    return Send(std::move(request));
  }

  Result<> AllPages(Json body, const std::string& path,
                    const std::function<Result<>(const Json&)>& read) const {
    Turning pages;
    for (;;) {
      const Json answer = CAIRN_TRY(Post(path, body));
      CAIRN_TRY(read(answer));
      CAIRN_TRY(pages.Turn(answer.Text("next_page_token")));
      if (pages.token().empty()) return {};
      body.Set("page_token", pages.token());
    }
  }

  /// A search leaves out which models went into a run.
  Result<> ReadInputModels(tracking::Run& run) const {
    const Json answer = CAIRN_TRY(Get("runs/get?run_id=" + PercentEncode(run.info.id)));
    auto whole = RunOf(answer.At("run"));
    run.input_models = std::move(whole.input_models);
    if (!whole.outputs.empty()) run.outputs = std::move(whole.outputs);
    return {};
  }

  Result<FoundModel> FoundModelOf(const Json& json) const {
    FoundModel found;
    found.model = {json.Text("name"),
                   json.Text("description"),
                   {},
                   {},
                   IntIn(json, "creation_timestamp"),
                   IntIn(json, "last_updated_timestamp")};
    for (const Json& tag : json.At("tags").items())
      found.model.tags.emplace_back(tag.Text("key"), tag.Text("value"));
    for (const Json& alias : json.At("aliases").items())
      found.model.aliases.push_back({alias.Text("alias"), IntIn(alias, "version")});
    std::string filter = NameFilter(found.model.name);
    if (IsPrompt(found.model)) filter += std::string(" AND ") + kPromptFilter;
    Turning pages;
    do {
      std::string path = "model-versions/search?max_results=1000&filter=" + PercentEncode(filter);
      if (!pages.token().empty()) path += "&page_token=" + PercentEncode(pages.token());
      const Json answer = CAIRN_TRY(Get(path));
      for (const Json& version : answer.At("model_versions").items()) {
        if (version.Text("name") != found.model.name) continue;
        found.versions.push_back({VersionOf(version), false});
        CAIRN_TRY(ReadStorage(found.versions.back().version));
      }
      CAIRN_TRY(pages.Turn(answer.Text("next_page_token")));
    } while (!pages.token().empty());
    std::sort(found.versions.begin(), found.versions.end(),
              [](const auto& a, const auto& b) { return a.version.version < b.version.version; });
    return found;
  }

  Result<> ReadStorage(registry::ModelVersion& version) const {
    const auto answer = Get("model-versions/get-download-uri?name=" + PercentEncode(version.model) +
                            "&version=" + std::to_string(version.version));
    version.storage = answer ? answer->Text("artifact_uri") : "";
    if (version.storage.empty()) version.storage = version.source;
    return {};
  }

  static Error BadListing(const Owner& owner, const std::string& folder, const std::string& how) {
    return {Reason::Unprocessable, "In the artifacts of '" + owner.id + "' the server's folder '" + folder +
                                       "' " + how + "; import from its database or folder instead."};
  }

  Result<> List(const Owner& owner, const std::string& folder, int depth,
                std::vector<FoundFile>& files) const {
    if (depth > kDeepest) return BadListing(owner, folder, "lies more than 64 folders deep");
    Turning pages;
    do {
      std::string path = owner.kind == Owner::Kind::Run
                             ? "artifacts/list?run_id=" + PercentEncode(owner.id) + "&path="
                             : "logged-models/" + PercentEncode(owner.id) +
                                   "/artifacts/directories?artifact_directory_path=";
      path += PercentEncode(folder);
      if (!pages.token().empty()) path += "&page_token=" + PercentEncode(pages.token());
      const Json answer = CAIRN_TRY(Get(path));
      for (const Json& file : answer.At("files").items()) {
        if (file.Bool("is_dir")) {
          const std::string child = file.Text("path");
          if (child.empty() || (!folder.empty() && !child.starts_with(folder + "/")))
            return BadListing(owner, folder, "has the folder '" + child + "', which does not lie below it");
          CAIRN_TRY(List(owner, child, depth + 1, files));
        } else {
          files.push_back({file.Text("path"), static_cast<std::uint64_t>(IntIn(file, "file_size"))});
        }
      }
      CAIRN_TRY(pages.Turn(answer.Text("next_page_token")));
    } while (!pages.token().empty());
    return {};
  }

  std::string url_;
  const BucketFiles buckets_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenMlflowServer(const std::string& url, const Origin& origin) {
  std::string base = url;
  while (base.ends_with('/')) base.pop_back();
  return std::unique_ptr<Source>(std::make_unique<MlflowServer>(base, origin));
}

}  // namespace cairn::moving
