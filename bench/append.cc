// What it costs a deed that its event is written with it: the same rows inserted with and without one, a
// hundred deeds a transaction, and how often the disk was waited for. In processor time, commits and the
// copying of SQLite's log included: a wait for the disk is the same for both, and shows in the number of
// syncs. One line of JSON. Linked with the rooms themselves, because no call of the server does nothing else.
//
//     append FOLDER DEEDS
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "ground/sql/database.h"
#include "ledger/metadata/event.h"
#include "ledger/metadata/schema.h"

namespace {

std::atomic<long> syncs{0};

}  // namespace

// Called in place of the C library's, by SQLite as well.
extern "C" int fdatasync(int descriptor) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}
extern "C" int fsync(int descriptor) {
  ++syncs;
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

namespace {

using namespace cairn;

constexpr int kTogether = 100;
constexpr int kRounds = 5;

template <class T>
T Must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s\n", result.error().message.c_str());
  std::exit(1);
}

metadata::Event EventOf(int number) {
  return {"run.ended", "run:" + std::to_string(number), "bench", "",
          Json{{"run_id", std::to_string(number)},
               {"experiment_id", "1"},
               {"status", "FINISHED"},
               {"metrics", 10},
               {"params", 5},
               {"models", 0},
               {"duration_ms", 1000}}};
}

struct Cost {
  double seconds = 0;
  long syncs = 0;
};

Cost Do(sql::Database& database, int& next, int deeds, bool with_event) {
  const long before = syncs;
  const std::clock_t began = std::clock();
  for (int done = 0; done < deeds; done += kTogether) {
    const int first = next;
    next += kTogether;
    Must(database.Transact([&](sql::Connection& connection) -> Result<> {
      for (int number = first; number < first + kTogether; ++number) {
        CAIRN_TRY(connection.Run("INSERT INTO deed (number, what) VALUES ($1, $2)", {number, "done"}));
        if (with_event) CAIRN_TRY(metadata::Append(connection, 1'700'000'000'000 + number, EventOf(number)));
      }
      return Done{};
    }));
  }
  return {static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC, syncs - before};
}

double MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return std::fputs("append FOLDER DEEDS\n", stderr), 2;
  const int deeds = std::max(kTogether, std::atoi(words[2]) / kTogether * kTogether);
  const auto database = Must(sql::Database::Open("sqlite:///" + std::string(words[1]) + "/append.db"));
  const sql::RoomSchema* schemas[] = {&metadata::Schema()};
  Must(database->Migrate(schemas));
  Must(database->Transact([](sql::Connection& connection) {
    return connection.Run("CREATE TABLE deed (number BIGINT NOT NULL PRIMARY KEY, what TEXT NOT NULL)");
  }));
  int next = 0;
  std::vector<double> each;
  long with = 0, without = 0;
  for (int round = 0; round < kRounds; ++round) {
    const Cost bare = Do(*database, next, deeds, false), told = Do(*database, next, deeds, true);
    each.push_back((told.seconds - bare.seconds) / deeds);
    with += told.syncs;
    without += bare.syncs;
  }
  std::printf("{\"append_us\": %.2f, \"syncs_with\": %ld, \"syncs_without\": %ld, \"transactions\": %d}\n",
              MedianOf(each) * 1e6, with, without, kRounds * deeds / kTogether);
}
