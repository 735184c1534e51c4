#include "loop/package/package.h"

#include <cstdio>

#include "cli/catalogue.h"
#include "cli/listening.h"
#include "cli/version_named.h"
#include "cli/waiting.h"
#include "ground/http/server.h"
#include "ground/os/files.h"
#include "ground/os/signals.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/text.h"
#include "server/cairn/version.h"
#include "server/inference/mount.h"

namespace cairn::cli {
namespace {

Result<int> Package(Session& session, const Arguments& arguments) {
  const auto [model, version] = CAIRN_TRY(ReadVersion(session, arguments.Text("MODEL@VERSION")));
  const std::string to =
      arguments.Has("--output") ? arguments.Text("--output") : model + "-" + std::to_string(version);
  if (os::Exists(to))
    return Error{Reason::AlreadyExists, "'" + to + "' is there already; nothing was written."};
  const std::string path =
      "/api/v1/models/" + PercentEncode(model) + "/versions/" + std::to_string(version) + "/package";
  const std::string zip = CAIRN_TRY(While("packing", [&] { return session.PostForText(path); }));
  const auto files = CAIRN_TRY(package::FromZip(zip));
  CAIRN_TRY(package::Verify(files));
  CAIRN_TRY(to.ends_with(".zip") ? os::WriteFileAtomically(to, zip) : package::WriteFolder(files, to));
  const std::string digest = package::DigestOf(files);
  if (session.PrintedJson(Json{{"package", to},
                               {"digest", digest},
                               {"model", model},
                               {"version", version},
                               {"files", files.size()}}))
    return 0;
  session.Say("Version " + std::to_string(version) + " of " + model + " is packed in " + to + " (" +
              std::to_string(files.size()) + " files, sha256 " + digest + ").\n\n  cairn serve " + to);
  return 0;
}

void Announce(const Session& session, const package::Opened& package, const std::string& url,
              const std::string& grpc) {
  const std::string model = package.settings.model, version = std::to_string(package.version.version);
  if (session.json()) {
    Json said{{"listening", url},
              {"model", model},
              {"version", version},
              {"digest", package.digest},
              {"golden_rows", package.golden.rows}};
    if (!grpc.empty()) said.Set("grpc", grpc);
    std::printf("%s\n", said.Dump().c_str());
  } else {
    const std::string also = grpc.empty() ? "" : ", and over gRPC at " + grpc;
    std::printf(
        "Version %s of %s answers at %s%s\n\n  every file is what SHA256SUMS lists (sha256 %s)\n  %zu golden "
        "vectors are answered as when it was packed\n  predictions are not kept\n\n  curl %s/v2/models/%s\n\n"
        "Ctrl-C ends it.\n",
        version.c_str(), model.c_str(), url.c_str(), also.c_str(), package.digest.c_str(),
        package.golden.rows, url.c_str(), PercentEncode(model).c_str());
  }
  std::fflush(stdout);
}

Result<int> Serve(Session& session, const Arguments& arguments) {
  const auto listening = CAIRN_TRY(ReadListening(arguments, "cairn serve"));
  os::IgnoreBrokenPipes();
  os::StopSignals signals;
  os::RemoveAbandonedTempFolders();
  const os::SystemClock clock;
  const auto opened = CAIRN_TRY(package::Open(arguments.Text("PACKAGE")));
  if (const std::string wanted = arguments.Text("--sha256"); !wanted.empty() && wanted != opened.digest)
    return Error{Reason::Corrupt,
                 "The package is another one: its sha256 is " + opened.digest + ", and not " + wanted + "."};
  const auto alone = CAIRN_TRY(package::Start(opened, clock));
  http::Router router;
  inference::MountInference(router, alone->service(), api::kVersion);
  inference::MountHealth(router, alone->service(), api::kMlflowVersion);
  http::Options options;
  options.host = listening.host;
  options.port = listening.port;
  options.allowed_hosts = arguments.All("--allow-host");
  const auto server = CAIRN_TRY(http::Server::Start(router, options));
  const auto grpc = CAIRN_TRY(OpenGrpcDoor(arguments, "cairn serve", router));
  Announce(session, opened, UrlOf(listening.host, server->port()), grpc.address);
  signals.Wait();
  session.Note("Finishing what is under way…");
  if (grpc.door) grpc.door->Stop();
  server->Stop();
  return 0;
}

}  // namespace

std::vector<Command> PackageCommands() {
  return {
      {"model package",
       "Pack a version with all that answering takes, to be run elsewhere",
       "The package holds the model, its signature, contract, golden vectors, environment and licence, and "
       "the "
       "digests of all of it; the same version gives the same bytes. `cairn serve` runs it. Only a version "
       "that a decision lets answer can be packed.",
       {{"MODEL@VERSION", "The version, by number or alias: churn@production, churn@3"}},
       {{"--output", "PATH", "A folder, or a file ending in .zip (MODEL-NUMBER)", "o"}},
       Package},
      {"serve",
       "Answer by a package, without server, database or project",
       "Compares every file with its digest and answers the golden vectors first; a package that was "
       "changed, "
       "or answers otherwise here, is refused with the file or the vector. Then it answers the Open "
       "Inference "
       "Protocol and MLflow's scoring calls as `cairn up` does. Predictions are not kept.",
       {{"PACKAGE", "The folder or zip that `cairn model package` wrote"}},
       {{"--listen", "ADDRESS", "Where to listen (127.0.0.1:8080); port 0 takes a free one"},
        GrpcListenFlag(),
        {"--sha256", "DIGEST", "Refuse any other package than this one"},
        {"--allow-host", "NAME", "A further host name under which clients may call it (may be repeated)"}},
       Serve},
  };
}

}  // namespace cairn::cli
