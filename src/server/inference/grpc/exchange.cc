#include "server/inference/grpc/exchange.h"

namespace cairn::inference {

void Exchange::Await(const Methods& methods, grpc::AsyncGenericService& service,
                     grpc::ServerCompletionQueue& queue) {
  auto* exchange = new Exchange(methods, service, queue);
  // Without it nobody may ask whether a call was cancelled.
  exchange->call_.AsyncNotifyWhenDone(&exchange->done_tag_);
  service.RequestCall(&exchange->call_, &exchange->stream_, &queue, &queue, &exchange->step_tag_);
}

bool Exchange::Take(const Tag& tag, bool ok) {
  Exchange* exchange = tag.exchange;
  const bool has_message = !tag.is_done && exchange->Go(ok);
  exchange->done_ = exchange->done_ || tag.is_done;
  if (exchange->ended_ && exchange->done_) delete exchange;
  return has_message;
}

/// A step is over. What is set here is set before the next one begins: another thread may take its event.
bool Exchange::Go(bool ok) {
  switch (step_) {
    case Step::Arriving:
      if (ok) {
        Arrived();
      } else {
        ended_ = done_ = true;  // the door closes, and no call has come
      }
      return false;
    case Step::Reading:
      if (ok) return true;
      End(method_->streams
              ? grpc::Status::OK
              : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "The call brought no message of its own"));
      return false;
    case Step::Writing:
      if (ok) {
        Read();
      } else {
        End(grpc::Status::CANCELLED);
      }
      return false;
    case Step::Ending:
      ended_ = true;
      return false;
  }
  return false;
}

void Exchange::Arrived() {
  const auto found = methods_.find(call_.method());
  if (found == methods_.end()) {
    End({grpc::StatusCode::UNIMPLEMENTED, ""});
  } else {
    method_ = &found->second;
    Read();
  }
  Await(methods_, service_, queue_);
}

void Exchange::Read() {
  step_ = Step::Reading;
  stream_.Read(&asked_, &step_tag_);
}

void Exchange::End(const grpc::Status& status) {
  step_ = Step::Ending;
  stream_.Finish(status, &step_tag_);
}

void Exchange::Refuse(const grpc::Status& status) { End(status); }

void Exchange::Answer() {
  answered_.Clear();
  const grpc::Status status = method_->answer(call_, asked_, answered_);
  asked_.Clear();
  if (!status.ok()) return End(status);
  if (method_->streams) {
    step_ = Step::Writing;
    stream_.Write(answered_, &step_tag_);
  } else {
    step_ = Step::Ending;
    stream_.WriteAndFinish(answered_, grpc::WriteOptions(), grpc::Status::OK, &step_tag_);
  }
}

}  // namespace cairn::inference
