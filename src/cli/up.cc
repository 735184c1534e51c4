#include <cstdio>

#include "cli/catalogue.h"
#include "cli/listening.h"
#include "cli/site.h"
#include "ground/http/server.h"
#include "ground/os/environment.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/version.h"
#include "server/mlflow/mount.h"

namespace cairn::cli {
namespace {

app::Settings SettingsFor(const Session& session, const Arguments& arguments) {
  const Settings& given = session.settings();
  app::Settings settings;
  settings.data_dir = given.data_dir;
  settings.version = api::kVersion;
  settings.store = given.store;
  settings.artifacts = given.artifacts;
  settings.default_artifact_root = given.default_artifact_root;
  settings.open_artifacts = arguments.All("--open-artifacts");
  // Where MLflow's own clients and server write when they were told nothing else.
  settings.open_artifacts.insert(settings.open_artifacts.end(), {"mlruns", "mlartifacts"});
  if (!given.default_artifact_root.empty()) settings.open_artifacts.push_back(given.default_artifact_root);
  const auto cut = os::VariableOr("MLFLOW_TRUNCATE_LONG_VALUES", "true");
  settings.refuses_long_values = EqualsIgnoringCase(cut, "false") || cut == "0";
  settings.webhooks_to_private_hosts =
      arguments.Has("--webhook-allow-private") ||
      EqualsIgnoringCase(os::VariableOr("MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS", ""), "true");
  return settings;
}

/// What a flag and a variable of MLflow's servers name, separated by commas there.
std::vector<std::string> Both(const Arguments& arguments, const char* flag, const char* variable) {
  auto all = arguments.All(flag);
  const std::string listed = os::VariableOr(variable, "");
  for (const auto part : Split(listed, ',')) {
    if (const auto name = Trim(part); !name.empty()) all.emplace_back(name);
  }
  return all;
}

/// Whom browsers and proxies may call for. The variables are those of MLflow's server.
void AllowCallers(const Arguments& arguments, http::Options& options) {
  options.allowed_hosts = Both(arguments, "--allow-host", "MLFLOW_SERVER_ALLOWED_HOSTS");
  options.allowed_origins = Both(arguments, "--allow-origin", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS");
  const auto prefixes = mlflow::Prefixes();
  options.local_page_prefixes.assign(prefixes.begin(), prefixes.end());
  const auto framing = os::VariableOr("MLFLOW_SERVER_X_FRAME_OPTIONS", "SAMEORIGIN");
  if (EqualsIgnoringCase(framing, "NONE")) options.frame_options = "";
  if (EqualsIgnoringCase(framing, "DENY")) options.frame_options = "DENY";
}

void Announce(const Session& session, const std::string& url, const std::string& grpc) {
  if (session.json()) {
    Json said{{"listening", url}, {"version", api::kVersion}};
    if (!grpc.empty()) said.Set("grpc", grpc);
    std::printf("%s\n", said.Dump().c_str());
  } else {
    const std::string line = grpc.empty() ? "" : "  gRPC       " + grpc + "\n";
    std::printf(
        "Cairn is up at %s\n\n  tracking   export MLFLOW_TRACKING_URI=%s\n  overview   %s/\n  MLflow UI  "
        "%s/mlflow/\n%s\nCtrl-C ends it.\n",
        url.c_str(), url.c_str(), url.c_str(), url.c_str(), line.c_str());
  }
  std::fflush(stdout);
}

Result<int> Up(Session& session, const Arguments& arguments) {
  const auto address = CAIRN_TRY(ReadListening(arguments, "cairn up"));
  os::IgnoreBrokenPipes();
  os::StopSignals signals;
  os::RemoveAbandonedTempFolders();
  const auto settings = SettingsFor(session, arguments);
  const auto site = CAIRN_TRY(Site::Open(settings));
  CAIRN_TRY(mlflow::MountMlflowPage(site->router, arguments.Text("--mlflow-page")));
  http::Options options;
  options.host = address.host;
  options.port = address.port;
  options.socket_path = settings.data_dir + "/sock";
  options.spool_dir = settings.data_dir + "/spool";
  AllowCallers(arguments, options);
  if (arguments.Has("--access-log")) {
    options.access_log = [](std::string_view line) {
      std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
    };
  }
  const auto server = CAIRN_TRY(http::Server::Start(site->router, options));
  const auto grpc = CAIRN_TRY(OpenGrpcDoor(arguments, "cairn up", site->router));
  const std::string url = UrlOf(address.host, server->port());
  site->app->OnAddressNeeded([url]() -> Result<std::string> { return url; });
  site->app->RunLoops();
  Announce(session, url, grpc.address);
  signals.Wait();
  session.Note("Finishing what is under way…");
  if (grpc.door) grpc.door->Stop();
  server->Stop();
  static_cast<void>(bool(os::Remove(options.socket_path)));
  return 0;
}

}  // namespace

std::vector<Command> UpCommands() {
  return {
      {"up",
       "Start the server: tracking, registry, serving, monitoring and the overview on one address",
       "Works in a project and in an empty folder (then it is a tracking server). Everything it keeps is "
       "below the data folder.",
       {},
       {{"--listen", "ADDRESS", "Where to listen (127.0.0.1:8080); port 0 takes a free one"},
        GrpcListenFlag(),
        {"--store", "URL", "Records in postgresql://user@host/name instead of SQLite in the data folder"},
        {"--artifacts", "PLACE",
         "Artifacts there instead of in the data folder: another folder, or s3://bucket/prefix (AWS_… "
         "variables)"},
        {"--default-artifact-root", "URI",
         "Where clients keep the artifacts of new experiments (through this server)"},
        {"--open-artifacts", "PLACE",
         "A folder or s3://bucket/prefix that clients write to by themselves, and whose artifacts this "
         "server "
         "shows (may be repeated; ./mlruns, ./mlartifacts and the default artifact root are open)"},
        {"--mlflow-page", "DIR",
         "MLflow's own page for /mlflow/ (default: that of the mlflow package of the python3 on the path)"},
        {"--webhook-allow-private", "",
         "Webhooks may lead to hosts that are not public (also MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS=true)"},
        {"--allow-host", "NAME",
         "A further host name under which browsers and clients may call it; * stands for any characters (may "
         "be repeated; also MLFLOW_SERVER_ALLOWED_HOSTS)"},
        {"--allow-origin", "ORIGIN",
         "An origin, https://ui.example, whose pages may read and change what is here (may be repeated; also "
         "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS)"},
        {"--access-log", "", "A line of JSON per request on standard error"}},
       Up}};
}

}  // namespace cairn::cli
