#include "server/inference/grpc_door.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <set>
#include <thread>

#include "server/inference/grpc/open_inference.grpc.pb.h"

namespace cairn::inference {

extern "C" std::unique_ptr<GrpcDoor> cairn_open_grpc_door(const GrpcDoor::Rest& rest,
                                                          const GrpcDoor::Options& options, Error& error);

namespace {

namespace oip = ::inference;
using grpc::StatusCode;

constexpr const char* kAnswer =
    R"({"id":"","model_name":"late","model_version":"3","parameters":{},"outputs":[]})";

/// A door before a REST of the test's own: predictions wait for `go` while it says that they may.
class DoorTest : public ::testing::Test {
 protected:
  void Open(int at_once = 4, int waiting = 16) {
    GrpcDoor::Options options;
    options.at_once = at_once;
    options.waiting = waiting;
    Error error{Reason::Internal, ""};
    door_ = cairn_open_grpc_door(
        {[this](http::Request request) { return Answer(request); }, [this] { return waits_.load(); }},
        options, error);
    ASSERT_TRUE(door_) << error.message;
    channel_ =
        grpc::CreateChannel("127.0.0.1:" + std::to_string(door_->port()), grpc::InsecureChannelCredentials());
    stub_ = oip::GRPCInferenceService::NewStub(channel_);
  }
  http::Response Answer(const http::Request& request) {
    if (!request.path.ends_with("/infer")) return http::Response::Json(200, "{}");
    {
      const std::lock_guard lock(mutex_);
      threads_.insert(std::this_thread::get_id());
    }
    if (waits_) {
      ++waiting_;
      waiting_.notify_all();
      go_.wait();
    }
    return http::Response::Json(200, kAnswer);
  }
  grpc::Status Infer(const std::string& model = "late") {
    grpc::ClientContext call;
    oip::ModelInferRequest request;
    request.set_model_name(model);
    oip::ModelInferResponse response;
    return stub_->ModelInfer(&call, request, &response);
  }
  void WaitFor(int waiting) {
    for (int now = waiting_; now < waiting; now = waiting_) waiting_.wait(now);
  }

  std::atomic<bool> waits_ = false;
  std::atomic<int> waiting_ = 0;
  std::latch go_{1};
  std::mutex mutex_;
  std::set<std::thread::id> threads_;
  std::unique_ptr<GrpcDoor> door_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<oip::GRPCInferenceService::Stub> stub_;
};

TEST_F(DoorTest, OneAfterTheOtherIsAnsweredByOneThread) {
  Open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Infer().ok());
  EXPECT_EQ(threads_.size(), 1u);
}

TEST_F(DoorTest, WhatWaitsHoldsUpNobodyAndGoesOnWhenItsTurnComes) {
  Open();
  waits_ = true;
  std::vector<std::jthread> callers;
  for (int i = 0; i < 4; ++i) callers.emplace_back([this] { EXPECT_TRUE(Infer().ok()); });
  WaitFor(4);
  grpc::ClientContext call;
  oip::ServerLiveResponse live;
  EXPECT_TRUE(stub_->ServerLive(&call, {}, &live).ok());
  EXPECT_TRUE(live.live());
  go_.count_down();
  callers.clear();
  EXPECT_EQ(threads_.size(), 4u);
}

TEST_F(DoorTest, MoreThanMayWaitAreRefused) {
  Open(1, 1);
  waits_ = true;
  std::atomic<int> answered = 0;
  std::vector<std::jthread> callers;
  callers.emplace_back([&] { answered += Infer().ok() ? 1 : 0; });
  WaitFor(1);
  // One of these has the only place in the line, whichever comes first.
  std::atomic<int> refused = 0;
  for (int i = 0; i < 2; ++i)
    callers.emplace_back([&] {
      const auto status = Infer();
      answered += status.ok() ? 1 : 0;
      if (status.error_code() != StatusCode::RESOURCE_EXHAUSTED) return;
      ++refused;
      refused.notify_all();
    });
  refused.wait(0);
  go_.count_down();
  callers.clear();
  EXPECT_EQ(refused, 1);
  EXPECT_EQ(answered, 2);
}

TEST_F(DoorTest, AStreamAnswersEachMessageAndEndsWithItsCaller) {
  Open();
  grpc::ClientContext call;
  const auto stream = stub_->ModelStreamInfer(&call);
  oip::ModelInferRequest request;
  request.set_model_name("late");
  oip::ModelStreamInferResponse response;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.infer_response().model_version(), "3") << response.error_message();
  }
  request.set_model_name("");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_NE(response.error_message(), "");
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(DoorTest, WhatItDoesNotKnowAndWhatIsNoMessageIsSaid) {
  Open();
  const auto ask = [&](const std::string& method, const std::string& bytes) {
    grpc::GenericStub bare(channel_);
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer message(&slice, 1);
    grpc::ByteBuffer answer;
    grpc::Status status;
    const auto call = bare.PrepareUnaryCall(&context, method, message, &queue);
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool done = false;
    queue.Next(&tag, &done);
    return status.error_code();
  };
  EXPECT_EQ(ask("/inference.GRPCInferenceService/Guess", ""), StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(ask("/inference.GRPCInferenceService/ModelInfer", "\xFF\xFF\xFF"), StatusCode::INTERNAL);
  EXPECT_EQ(ask("/inference.GRPCInferenceService/ServerLive", ""), StatusCode::OK);
}

TEST_F(DoorTest, AStopAnswersWhatIsUnderWay) {
  Open();
  waits_ = true;
  std::jthread caller([this] { EXPECT_TRUE(Infer().ok()); });
  WaitFor(1);
  std::jthread stopping([this] { door_->Stop(std::chrono::seconds(60)); });
  go_.count_down();
  stopping.join();
  caller.join();
  EXPECT_FALSE(Infer().ok());
}

}  // namespace
}  // namespace cairn::inference
