#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ground/crypto/signature.h"
#include "ground/os/temp_folder.h"
#include "ground/os/testing/manual_clock.h"
#include "ground/sql/testing/engines.h"
#include "ledger/metadata/log.h"
#include "ledger/metadata/merkle.h"
#include "ledger/metadata/schema.h"
#include "ledger/metadata/sealer.h"

namespace cairn::metadata::testing {

/// The value of a Result that must have one.
template <class T>
T Must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *std::move(result);
}

/// A fresh store with its log, a sealer with its own key, and a file of heads.
class TestLedger {
 public:
  explicit TestLedger(const std::string& engine, const sql::RoomSchema* more = nullptr)
      : store_(engine), folder_(Must(os::TempFolder::Create())), heads_file_(folder_ / "heads.jsonl") {
    std::vector<const sql::RoomSchema*> schemas{&Schema()};
    if (more != nullptr) schemas.push_back(more);
    Must(store_->Migrate(schemas));
  }

  sql::Database& database() { return *store_; }
  sql::testing::TestStore& store() { return store_; }
  os::testing::ManualClock& clock() { return clock_; }
  const std::string& heads_file() const { return heads_file_; }
  const crypto::SigningKey& key() const { return key_; }

  std::string Append(Event event) {
    return Must(database().Transact(
        [&](sql::Connection& connection) { return metadata::Append(connection, clock_.Now(), event); }));
  }
  /// Runs one statement in a transaction of its own.
  sql::Rows Run(std::string_view statement, std::vector<sql::Value> values = {}) {
    return Must(
        database().Transact([&](sql::Connection& connection) { return connection.Run(statement, values); }));
  }
  Result<Sealed> TrySeal() { return Sealer(database(), clock_, key_, heads_file_).Seal(); }
  Sealed Seal() { return Must(TrySeal()); }
  Json Verify() { return Must(Log(database()).Verify(heads_file_, key_.PublicKey(), clock_.Now())); }
  Json VerifyWithoutFile() { return Must(Log(database()).Verify("", key_.PublicKey(), clock_.Now())); }

  /// `count` events of several kinds and actors, one second apart, sealed in groups of seven.
  void Fill(int count) {
    static constexpr const char* kKinds[] = {"run.ended", "data.version_added", "registry.alias_moved",
                                             "monitoring.alert_raised"};
    for (int i = 0; i < count; ++i) {
      const std::string number = std::to_string(i);
      Append({kKinds[i % 4], "thing:" + number, i % 2 == 0 ? "ada" : "system",
              i % 5 == 0 ? "" : "cause-" + std::to_string(i / 5),
              Json{{"n", i}, {"text", "größe \"" + number + "\""}, {"value", 0.1 * i}}});
      clock_.Advance(1000);
      if (i % 7 == 6) Seal();
    }
    Seal();
  }

 private:
  sql::testing::TestStore store_;
  os::TempFolder folder_;
  std::string heads_file_;
  os::testing::ManualClock clock_;
  crypto::SigningKey key_ = crypto::SigningKey::Generate();
};

/// Puts what was sealed into the form of before there were tiles: leaves with their events, other nodes as
/// rows.
inline void MakeOld(TestLedger& ledger) {
  MemoryTree tree;
  std::vector<std::string> leaves;
  for (const auto& row : ledger.Run("SELECT digests FROM merkle_tile WHERE level = 0 ORDER BY place")) {
    const std::string& content = row.Content(0);
    for (std::size_t at = 0; at < content.size(); at += sizeof(Digest)) {
      Digest digest;
      std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at), sizeof(Digest), digest.begin());
      tree.Add(digest);
    }
  }
  for (std::int64_t i = 0; std::cmp_less(i, tree.size()); ++i)
    ledger.Run("UPDATE event SET leaf = $2 WHERE position = $1",
               {i, TextOf(tree.Level(0)[static_cast<std::size_t>(i)])});
  for (int level = 1; level < tree.height(); ++level) {
    for (std::size_t i = 0; i < tree.Level(level).size(); ++i)
      ledger.Run("INSERT INTO merkle_node (level, place, digest) VALUES ($1, $2, $3)",
                 {level, static_cast<std::int64_t>(i), TextOf(tree.Level(level)[i])});
  }
  ledger.Run("DELETE FROM merkle_tile");
}

}  // namespace cairn::metadata::testing
