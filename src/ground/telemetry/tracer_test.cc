#include "ground/telemetry/tracer.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "ground/os/clock.h"

namespace cairn::telemetry {
namespace {

TraceContext Begun() { return ContextOf("", ""); }
TraceContext From(bool sampled) { return {NewTraceId(), NewSpanId(), sampled, ""}; }

TEST(Tracer, KeepsNothingUntilItIsOn) {
  Tracer tracer;
  EXPECT_FALSE(tracer.Keeps(From(true)));
  tracer.Take({Span{}});
  EXPECT_EQ(tracer.Waiting(), 0u);
  EXPECT_EQ(tracer.dropped(), 0u);
}

TEST(Tracer, FollowsTheCallersDecision) {
  Tracer tracer;
  tracer.Begin({0, true});
  EXPECT_TRUE(tracer.Keeps(From(true)));
  EXPECT_FALSE(tracer.Keeps(Begun()));
  tracer.Begin({1, true});
  EXPECT_FALSE(tracer.Keeps(From(false)));
  EXPECT_TRUE(tracer.Keeps(Begun()));
  tracer.Begin({1, false});
  EXPECT_TRUE(tracer.Keeps(From(false)));
}

TEST(Tracer, KeepsAShareOfTheTracesThatBeginHere) {
  Tracer tracer;
  tracer.Begin({0.1, true});
  int kept = 0;
  for (int i = 0; i < 20'000; ++i) kept += tracer.Keeps(Begun()) ? 1 : 0;
  EXPECT_NEAR(kept, 2000, 300);
  TraceContext lowest = Begun(), highest = Begun();
  lowest.trace_id = std::string(16, 'f') + std::string(16, '0');
  highest.trace_id = std::string(32, 'f');
  EXPECT_TRUE(tracer.Keeps(lowest));
  EXPECT_FALSE(tracer.Keeps(highest));
}

TEST(Tracer, DropsAndCountsWhatItHasNoRoomFor) {
  Tracer tracer;
  tracer.Begin({});
  for (std::size_t i = 0; i + 2 <= Tracer::kMostWaiting; i += 2) tracer.Take(std::vector<Span>(2));
  EXPECT_EQ(tracer.dropped(), 0u);
  tracer.Take(std::vector<Span>(3));
  EXPECT_EQ(tracer.dropped(), 3u);
  EXPECT_EQ(tracer.taken(), Tracer::kMostWaiting);
  EXPECT_EQ(tracer.Hand(100).size(), 100u);
  tracer.Take(std::vector<Span>(3));
  EXPECT_EQ(tracer.dropped(), 3u);
  EXPECT_EQ(tracer.Waiting(), Tracer::kMostWaiting - 97);
  tracer.End();
  EXPECT_EQ(tracer.Waiting(), 0u);
}

TEST(Tracer, HandsOutTheOldestFirst) {
  Tracer tracer;
  tracer.Begin({});
  for (const char* name : {"a", "b", "c"}) {
    Span span;
    span.name = name;
    tracer.Take({span});
  }
  const auto two = tracer.Hand(2);
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[0].name + two[1].name, "ab");
  EXPECT_EQ(tracer.Hand(9).at(0).name, "c");
}

TEST(Tracer, TellsTheCalendarsTime) {
  const std::int64_t now = os::SteadyNs();
  const std::int64_t ms = UnixNsAt(now) / 1'000'000;
  EXPECT_LT(std::abs(ms - os::SystemClock().Now()), 1000);
  EXPECT_NEAR(static_cast<double>(UnixNsAt(now) - UnixNsAt(now - 5'000'000'000)), 5e9, 1e8);
}

}  // namespace
}  // namespace cairn::telemetry
