#include "ground/sql/postgres.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "ground/sql/postgres_connection.h"

namespace cairn::sql {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Mode = PostgresConnection::Mode;

/// Sessions, opened when first needed and lent to one transaction at a time.
class Sessions {
 public:
  Sessions(const Libpq& libpq, std::string url, const PostgresOptions& options)
      : libpq_(libpq), url_(std::move(url)), options_(options) {}

  /// One in which a transaction of `mode` has begun. A session that died while idle is replaced unseen.
  Result<std::unique_ptr<PostgresConnection>> Begin(Mode mode) {
    CAIRN_TRY(TakePlace());
    while (auto idle = TakeIdle()) {
      if (idle->Begin(mode)) return idle;
    }
    auto opened = PostgresConnection::Open(libpq_, url_);
    Result<> begun;
    if (opened) begun = (*opened)->Begin(mode);
    if (!opened || !begun) GiveBack(nullptr);
    if (!begun) return std::move(begun).error();
    return opened;
  }

  void GiveBack(std::unique_ptr<PostgresConnection> session) {
    {
      const std::lock_guard lock(mutex_);
      --lent_;
      if (session && session->Sound()) idle_.push_back(std::move(session));
    }
    returned_.notify_one();
  }

 private:
  Result<> TakePlace() {
    std::unique_lock lock(mutex_);
    const auto free = [&] { return lent_ < options_.connections; };
    if (!returned_.wait_for(lock, std::chrono::milliseconds(options_.wait_ms), free)) {
      return Error{Reason::Unavailable, "All " + std::to_string(options_.connections) +
                                            " connections to PostgreSQL are busy; try again later."};
    }
    ++lent_;
    return {};
  }

  std::unique_ptr<PostgresConnection> TakeIdle() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return nullptr;
    auto session = std::move(idle_.back());
    idle_.pop_back();
    return session;
  }

  const Libpq& libpq_;
  const std::string url_;
  const PostgresOptions options_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<PostgresConnection>> idle_;
  int lent_ = 0;
};

/// Waits before another attempt: longer each time, and not as long as whoever one lost to.
void Pause(int attempt) {
  thread_local std::minstd_rand random(std::random_device{}());
  const int most_us = std::min(1000 << std::min(attempt, 8), 200'000);
  std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution(0, most_us)(random)));
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const Libpq& libpq, const std::string& url, const PostgresOptions& options)
      : sessions_(libpq, url, options), options_(options) {}

  Engine engine() const override { return Engine::Postgres; }

 protected:
  Result<> RunWrite(const Job& job) override { return Run(job, Mode::Write); }
  Result<> RunRead(const Job& job) override { return Run(job, Mode::Read); }

 private:
  Result<> Run(const Job& job, Mode mode) {
    const auto deadline = SteadyClock::now() + std::chrono::milliseconds(options_.retry_ms);
    for (int attempt = 0;; ++attempt) {
      auto session = CAIRN_TRY(sessions_.Begin(mode));
      auto outcome = session->Perform(job);
      if (outcome) {
        outcome = session->Commit();
      } else {
        session->RollBack();
      }
      const bool again = !outcome && session->LostRace() && SteadyClock::now() < deadline;
      sessions_.GiveBack(std::move(session));
      if (!again) return outcome;
      Pause(attempt);
    }
  }

  Sessions sessions_;
  const PostgresOptions options_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenPostgres(const std::string& url, const PostgresOptions& options) {
  const Libpq* libpq = CAIRN_TRY(OpenLibpq());
  auto database = std::make_unique<PostgresDatabase>(*libpq, url, options);
  CAIRN_TRY(database->Read([](Connection&) -> Result<> { return {}; }));
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace cairn::sql
