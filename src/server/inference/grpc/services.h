#pragma once

#include "server/inference/grpc/health.grpc.pb.h"
#include "server/inference/grpc/open_inference.grpc.pb.h"
#include "server/inference/grpc/places.h"
#include "server/inference/grpc_door.h"

/// The services of the door. Each call runs on a thread of gRPC's.
namespace cairn::inference {

namespace oip = ::inference;

class InferenceCalls final : public oip::GRPCInferenceService::Service {
 public:
  /// So many calls for predictions run at once.
  InferenceCalls(GrpcDoor::Ask ask, int at_once) : ask_(std::move(ask)), places_(at_once) {}

 private:
  using Call = grpc::ServerContext;
  using Status = grpc::Status;

  Status ServerLive(Call* call, const oip::ServerLiveRequest* request,
                    oip::ServerLiveResponse* response) override;
  Status ServerReady(Call* call, const oip::ServerReadyRequest* request,
                     oip::ServerReadyResponse* response) override;
  Status ModelReady(Call* call, const oip::ModelReadyRequest* request,
                    oip::ModelReadyResponse* response) override;
  Status ServerMetadata(Call* call, const oip::ServerMetadataRequest* request,
                        oip::ServerMetadataResponse* response) override;
  Status ModelMetadata(Call* call, const oip::ModelMetadataRequest* request,
                       oip::ModelMetadataResponse* response) override;
  Status ModelConfig(Call* call, const oip::ModelConfigRequest* request,
                     oip::ModelConfigResponse* response) override;
  Status ModelStatistics(Call* call, const oip::ModelStatisticsRequest* request,
                         oip::ModelStatisticsResponse* response) override;
  Status ModelInfer(Call* call, const oip::ModelInferRequest* request,
                    oip::ModelInferResponse* response) override;
  Status ModelStreamInfer(
      Call* call,
      grpc::ServerReaderWriter<oip::ModelStreamInferResponse, oip::ModelInferRequest>* stream) override;
  Status RepositoryIndex(Call* call, const oip::RepositoryIndexRequest* request,
                         oip::RepositoryIndexResponse* response) override;
  Status RepositoryModelLoad(Call* call, const oip::RepositoryModelLoadRequest* request,
                             oip::RepositoryModelLoadResponse* response) override;
  Status RepositoryModelUnload(Call* call, const oip::RepositoryModelUnloadRequest* request,
                               oip::RepositoryModelUnloadResponse* response) override;

  http::Response Get(const Call& call, std::string path) const;
  http::Response Post(const Call& call, std::string path, std::string body) const;
  Status Infer(const Call& call, const oip::ModelInferRequest& request, oip::ModelInferResponse& response);

  GrpcDoor::Ask ask_;
  Places places_;
};

/// Check alone: Watch is UNIMPLEMENTED, which its callers take for a server that asks to be checked.
class HealthCalls final : public grpc::health::v1::Health::Service {
 public:
  explicit HealthCalls(GrpcDoor::Ask ask) : ask_(std::move(ask)) {}

 private:
  grpc::Status Check(grpc::ServerContext* call, const grpc::health::v1::HealthCheckRequest* request,
                     grpc::health::v1::HealthCheckResponse* response) override;

  GrpcDoor::Ask ask_;
};

}  // namespace cairn::inference
