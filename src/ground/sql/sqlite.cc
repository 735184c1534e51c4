#include "ground/sql/sqlite.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "ground/sql/owner_lock.h"
#include "ground/sql/sqlite_connection.h"

namespace cairn::sql {
namespace {

using Work = std::function<Result<>(Connection&)>;
using Answered = std::function<void(Result<>)>;
using SteadyClock = std::chrono::steady_clock;

// When the log has grown to so many times its usual size, readers are waited for, so that it can start over.
constexpr int kLogPatience = 8;

/// The one thread and connection that write. Callers queue; what has queued up during one commit shares the
/// next.
class Writer {
 public:
  Writer(std::unique_ptr<SqliteConnection> connection, const SqliteOptions& options)
      : connection_(std::move(connection)),
        options_(options),
        next_copy_(options.checkpoint_pages),
        thread_([this] { Loop(); }) {}

  ~Writer() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    arrived_.notify_one();
    thread_.join();
  }

  std::uint64_t count() const { return count_; }

  void Start(Work work, Answered done) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push_back({std::move(work), std::move(done), {}});
    }
    arrived_.notify_one();
  }

  Result<> Run(const Work& work) {
    // Shared, since the caller may be gone before the writer has done waking it.
    const auto answer = std::make_shared<std::promise<Result<>>>();
    Start([&work](Connection& connection) { return work(connection); },
          [answer](Result<> outcome) { answer->set_value(std::move(outcome)); });
    return answer->get_future().get();
  }

 private:
  struct Ticket {
    Work work;
    Answered done;
    Result<> outcome;
  };

  void Loop() {
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [&] { return ending_ || !queue_.empty(); });
        if (queue_.empty()) return;
      }
      RunBatch();
      CopyLogWhenLong();
    }
  }

  void RunBatch() {
    std::vector<Ticket> batch;
    const auto started = connection_->Command("BEGIN IMMEDIATE");
    const auto deadline = SteadyClock::now() + std::chrono::milliseconds(options_.batch_ms);
    bool whole = static_cast<bool>(started);
    do {
      auto ticket = TakeNext();
      if (!ticket) break;
      if (whole) whole = RunInSavepoint(*ticket);
      batch.push_back(*std::move(ticket));
    } while (whole && batch.size() < static_cast<std::size_t>(options_.batch_jobs) &&
             SteadyClock::now() < deadline);
    if (whole && connection_->Command("COMMIT")) {
      Tell(batch);
      return;
    }
    RollBack();
    // Every answer so far may rest on rows that are gone, refusals as well, so all run again, each for
    // itself.
    for (auto& ticket : batch) {
      ticket.outcome = RunAlone(ticket.work);
      Tell({&ticket, 1});
    }
  }

  /// False when the whole transaction is lost.
  bool RunInSavepoint(Ticket& ticket) {
    if (!connection_->Command("SAVEPOINT work")) return false;
    ticket.outcome = connection_->Perform(ticket.work);
    if (!connection_->InTransaction()) return false;
    if (!ticket.outcome && !connection_->Command("ROLLBACK TO work")) return false;
    return static_cast<bool>(connection_->Command("RELEASE work"));
  }

  Result<> RunAlone(const Work& work) {
    CAIRN_TRY(connection_->Command("BEGIN IMMEDIATE"));
    auto outcome = connection_->Perform(work);
    if (outcome) outcome = connection_->Command("COMMIT");
    if (!outcome) RollBack();
    return outcome;
  }

  void RollBack() {
    if (!connection_->InTransaction()) return;
    // SQLite's rollback has nothing left to fail on that the next BEGIN would not report.
    if (!connection_->Command("ROLLBACK")) return;
  }

  std::optional<Ticket> TakeNext() {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    auto ticket = std::move(queue_.front());
    queue_.pop_front();
    return ticket;
  }

  void Tell(std::span<Ticket> batch) {
    ++count_;
    for (auto& ticket : batch) ticket.done(std::move(ticket.outcome));
  }

  void CopyLogWhenLong() {
    const int pages = connection_->log_pages();
    if (pages < last_pages_) next_copy_ = options_.checkpoint_pages;
    last_pages_ = pages;
    if (pages < next_copy_) return;
    next_copy_ = pages + options_.checkpoint_pages;
    connection_->CopyLog(pages >= kLogPatience * options_.checkpoint_pages
                             ? SqliteConnection::Checkpoint::WaitForReaders
                             : SqliteConnection::Checkpoint::AsFarAsReadersAllow);
  }

  const std::unique_ptr<SqliteConnection> connection_;
  const SqliteOptions options_;
  int last_pages_ = 0;
  int next_copy_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Ticket> queue_;
  std::atomic<std::uint64_t> count_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

/// Read-only connections, opened when first needed and lent to one read at a time. More of them than
/// processors would only wait for each other, and each would remember other pages of the store.
class Readers {
 public:
  Readers(std::string path, const SqliteOptions& options)
      : path_(std::move(path)), options_(options), long_read_(options.long_read_ms) {}

  Result<> Run(const Work& work) {
    Loan loan = CAIRN_TRY(Borrow());
    auto outcome = loan.connection->Command("BEGIN");
    if (outcome) outcome = loan.connection->Perform(work);
    const bool sound = !loan.connection->InTransaction() || loan.connection->Command("ROLLBACK");
    if (!sound) loan.connection.reset();
    GiveBack(std::move(loan));
    return outcome;
  }

 private:
  using Begins = std::multiset<SteadyClock::time_point>;

  struct Loan {
    std::unique_ptr<SqliteConnection> connection;
    Begins::iterator begin;
  };

  Result<Loan> Borrow() {
    Loan loan;
    {
      std::unique_lock lock(mutex_);
      AwaitTurn(lock);
      loan.begin = begins_.insert(SteadyClock::now());
      if (!idle_.empty()) {
        loan.connection = std::move(idle_.back());
        idle_.pop_back();
        return loan;
      }
    }
    auto opened = SqliteConnection::Open(path_, options_.vfs, SqliteConnection::Role::Reader);
    if (!opened) {
      GiveBack(std::move(loan));
      return std::move(opened).error();
    }
    loan.connection = *std::move(opened);
    return loan;
  }

  void AwaitTurn(std::unique_lock<std::mutex>& lock) {
    const auto most = static_cast<std::size_t>(options_.readers);
    for (;;) {
      const auto first_short = begins_.upper_bound(SteadyClock::now() - long_read_);
      const auto shorts = static_cast<std::size_t>(std::distance(first_short, begins_.end()));
      const auto all = begins_.size();
      if (shorts < most && all < most + static_cast<std::size_t>(options_.long_readers)) return;
      if (first_short == begins_.end()) {
        returned_.wait(lock);
      } else {
        returned_.wait_until(lock, *first_short + long_read_);
      }
    }
  }

  /// What was opened beside long reads is closed when they have ended.
  void GiveBack(Loan loan) {
    {
      const std::lock_guard lock(mutex_);
      begins_.erase(loan.begin);
      if (loan.connection && idle_.size() < static_cast<std::size_t>(options_.readers))
        idle_.push_back(std::move(loan.connection));
    }
    returned_.notify_one();
  }

  const std::string path_;
  const SqliteOptions options_;
  const std::chrono::milliseconds long_read_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
  Begins begins_;  // Of the reads that are under way.
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(OwnerLock lock, const std::string& path, std::unique_ptr<SqliteConnection> writer,
                 const SqliteOptions& options)
      : lock_(std::move(lock)), writer_(std::move(writer), options), readers_(path, options) {}

  Engine engine() const override { return Engine::Sqlite; }
  std::optional<std::uint64_t> WriteCount() const override { return writer_.count(); }

 protected:
  Result<> RunWrite(const Job& job) override { return writer_.Run(job); }
  void StartWrite(Job job, Answered done) override { writer_.Start(std::move(job), std::move(done)); }
  Result<> RunRead(const Job& job) override { return readers_.Run(job); }

 private:
  // In this order, so that the readers close before the writer and the lock goes last.
  OwnerLock lock_;
  Writer writer_;
  Readers readers_;
};

/// The one name of the file, however it was reached, so that two names do not give two locks.
std::string CanonicalPath(const std::string& path) {
  std::error_code failed;
  const auto canonical = std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
  return failed ? path : canonical.string();
}

}  // namespace

int ReadersOfThisMachine() { return std::max(2, static_cast<int>(std::thread::hardware_concurrency())); }

Result<std::unique_ptr<Database>> OpenSqlite(const std::string& path, const SqliteOptions& options) {
  const std::string file = CanonicalPath(path);
  auto lock = CAIRN_TRY(OwnerLock::Take(file));
  auto writer = CAIRN_TRY(SqliteConnection::Open(file, options.vfs, SqliteConnection::Role::Writer));
  return std::unique_ptr<Database>(
      std::make_unique<SqliteDatabase>(std::move(lock), file, std::move(writer), options));
}

}  // namespace cairn::sql
