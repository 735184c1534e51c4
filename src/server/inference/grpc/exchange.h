#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>

#include "server/inference/grpc/methods.h"

namespace cairn::inference {

/// One call from its arrival to its end, a step an event. Its events are taken by one thread; Answer may run
/// on another one. It deletes itself at its end.
class Exchange {
 public:
  /// What an event of the queue bears.
  struct Tag {
    Exchange* exchange;
    bool is_done;  ///< The call has ended, however it did; else a step that was begun is over.
  };

  /// Waits for a call. All must outlive it.
  static void Await(const Methods& methods, grpc::AsyncGenericService& service,
                    grpc::ServerCompletionQueue& queue);

  /// Takes an event. True when a message has come: Answer, or Refuse, is what must follow.
  static bool Take(const Tag& tag, bool ok);

  /// Of a message that has come: which method it is for, and how long it is.
  const Method& method() const { return *method_; }
  std::size_t bytes() const { return asked_.Length(); }
  /// Runs the method, and begins to send what it gave. The exchange is not to be touched afterwards.
  void Answer();
  void Refuse(const grpc::Status& status);

 private:
  enum class Step { Arriving, Reading, Writing, Ending };

  Exchange(const Methods& methods, grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue)
      : methods_(methods), service_(service), queue_(queue) {}
  bool Go(bool ok);
  void Arrived();
  void Read();
  void End(const grpc::Status& status);

  const Methods& methods_;
  grpc::AsyncGenericService& service_;
  grpc::ServerCompletionQueue& queue_;
  grpc::GenericServerContext call_;
  grpc::GenericServerAsyncReaderWriter stream_{&call_};
  Tag step_tag_{this, false}, done_tag_{this, true};
  const Method* method_ = nullptr;
  grpc::ByteBuffer asked_, answered_;
  Step step_ = Step::Arriving;
  bool ended_ = false, done_ = false;
};

}  // namespace cairn::inference
