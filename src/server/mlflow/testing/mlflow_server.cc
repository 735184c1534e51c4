#include <signal.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "ground/crypto/hash.h"
#include "ground/http/server.h"
#include "ground/os/clock.h"
#include "ground/os/files.h"
#include "ground/sql/database.h"
#include "ledger/governance/configuration.h"
#include "ledger/governance/schema.h"
#include "ledger/metadata/schema.h"
#include "loop/registry/schema.h"
#include "loop/tracking/schema.h"
#include "server/mlflow/endpoint.h"
#include "server/mlflow/mount.h"

/// This dialect alone behind a real socket, for trying clients on it: `mlflow_server up --data DIR [--listen
/// 127.0.0.1:PORT] [--store URL] --json`, the same words and the same first line as the whole program. Ends
/// on SIGTERM.
namespace cairn::mlflow {
namespace {

struct Arguments {
  std::string data, store;
  std::uint16_t port = 0;
};

Arguments Read(int count, char** values) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; ++i) {
    const std::string_view option = values[i];
    const std::string value = values[i + 1];
    if (option == "--data") arguments.data = value;
    if (option == "--store") arguments.store = value;
    if (option == "--listen")
      arguments.port = static_cast<std::uint16_t>(std::stoi(value.substr(value.rfind(':') + 1)));
  }
  if (arguments.store.empty()) arguments.store = "sqlite:///" + arguments.data + "/cairn.db";
  return arguments;
}

/// As the whole program accepts a configuration, without the charter's checks.
http::Response Accept(governance::Configurations& configurations, const http::Request& request) {
  const auto body = Json::Parse(request.body);
  const auto text = body ? body->Text("text") : "";
  const auto accepted = configurations.Accept(text, crypto::Sha256Hex(text), "client");
  return accepted ? http::Response::Json(200, governance::ToJson(accepted->configuration).Dump())
                  : Refusal(accepted.error());
}

Result<> Serve(const Arguments& arguments) {
  const auto spool = arguments.data + "/spool";
  CAIRN_TRY(os::MakeFolders(spool));
  const auto database = CAIRN_TRY(sql::Database::Open(arguments.store));
  const sql::RoomSchema* schemas[] = {&metadata::Schema(), &governance::Schema(), &tracking::Schema(),
                                      &registry::Schema()};
  CAIRN_TRY(database->Migrate(schemas));
  const os::SystemClock clock;
  const auto tracking = CAIRN_TRY(tracking::Tracking::Open(*database, clock, "mlflow-artifacts:/"));
  tracking::Artifacts artifacts(arguments.data + "/artifacts");
  registry::Registry registry(*database, clock, artifacts, registry::GuardOfAccepted());
  governance::Configurations configurations(*database, clock);
  http::Router router;
  tracking::ArtifactPlaces places(artifacts, {}, arguments.data + "/artifact-cache");
  MountMlflow(router, {*tracking, artifacts, places, registry, *database});
  router.Post("/api/v1/configuration",
              [&configurations](const http::Request& request) { return Accept(configurations, request); });
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  http::Options options;
  options.port = arguments.port;
  options.spool_dir = spool;
  const auto server = CAIRN_TRY(http::Server::Start(router, options));
  std::printf("{\"listening\":\"http://127.0.0.1:%d\"}\n", server->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  return {};
}

}  // namespace
}  // namespace cairn::mlflow

int main(int count, char** values) {
  const auto outcome = cairn::mlflow::Serve(cairn::mlflow::Read(count, values));
  if (outcome) return 0;
  std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
  return 1;
}
