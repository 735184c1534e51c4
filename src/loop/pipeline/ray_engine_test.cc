#include "loop/pipeline/cluster/ray_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ground/fetch/testing/scripted_peer.h"
#include "loop/pipeline/cluster/news.h"

namespace cairn::pipeline {
namespace {

using fetch::testing::Answering;
using fetch::testing::ScriptedPeer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

RayEngine At(const ScriptedPeer& peer, const std::string& token = "") {
  return RayEngine("http://127.0.0.1:" + std::to_string(peer.port()), "python3", token);
}

TEST(RayEngine, ReachesADashboardAndNothingElse) {
  const ScriptedPeer ray({Answering(200, R"({"version": "4", "ray_version": "2.60.0"})")});
  EXPECT_TRUE(At(ray).Reach());
  for (const auto& answer : {Answering(404, "no"), Answering(200, "<html>"), Answering(200, "{}")}) {
    const ScriptedPeer other({answer});
    const auto reached = At(other).Reach();
    ASSERT_FALSE(reached);
    EXPECT_EQ(reached.error().reason, Reason::Unsupported);
  }
  std::uint16_t port = 0;
  {
    const ScriptedPeer gone({""});
    port = gone.port();
  }
  const auto unreachable = RayEngine("http://127.0.0.1:" + std::to_string(port), "python3", "").Reach();
  ASSERT_FALSE(unreachable);
  EXPECT_EQ(unreachable.error().reason, Reason::Unavailable);
  EXPECT_THAT(unreachable.error().message, HasSubstr("cannot be reached"));
}

TEST(RayEngine, SendsItsTokenAndSaysWhoAsksForOne) {
  const ScriptedPeer ray({Answering(401, "who?")});
  EXPECT_THAT(At(ray).Reach().error().message, HasSubstr("it asks for a token"));
  const auto refused = At(ray, "hunter22").Reach();
  EXPECT_EQ(refused.error().reason, Reason::Denied);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("does not take the token"), Not(HasSubstr("hunter22"))));
  EXPECT_THAT(ray.requests().back(), HasSubstr("Authorization: Bearer hunter22"));
}

TEST(RayEngine, AJobThatIsThereAlreadyIsNotBegunTwice) {
  const std::string known = R"({"status": "RUNNING"})";
  const ScriptedPeer ray({Answering(200, ""),
                          Answering(500, "Traceback\nValueError: Job with submission_id j already exists\n"),
                          Answering(200, known)});
  EXPECT_TRUE(At(ray).Submit("j", "{}"));
  ASSERT_THAT(ray.requests(), SizeIs(3));
  EXPECT_THAT(ray.requests()[0], HasSubstr("PUT /api/packages/gcs/_ray_pkg_"));
  EXPECT_THAT(ray.requests()[1], AllOf(HasSubstr("POST /api/jobs/"), HasSubstr("\"submission_id\":\"j\"")));

  const ScriptedPeer broken(
      {Answering(200, ""), Answering(500, "Traceback\nOSError: disk full\n"), Answering(404, "no such job")});
  const auto submitted = At(broken).Submit("j", "{}");
  ASSERT_FALSE(submitted);
  EXPECT_THAT(submitted.error().message, HasSubstr("OSError: disk full"));
}

TEST(RayEngine, SaysHowAJobEnded) {
  const ScriptedPeer ray(
      {Answering(
           200,
           R"({"status": "FAILED", "error_type": "JOB_SUPERVISOR_ACTOR_DIED", "message": "Traceback:\nthe node died"})"),
       Answering(200, R"({"logs": "words\n"})")});
  const auto look = At(ray).Look("j");
  ASSERT_TRUE(look) << look.error().message;
  EXPECT_TRUE(look->over);
  EXPECT_EQ(look->words, "words\n");
  EXPECT_EQ(look->end, "failed, JOB_SUPERVISOR_ACTOR_DIED: the node died");
  const ScriptedPeer forgetful({Answering(404, "Job j does not exist")});
  EXPECT_EQ(At(forgetful).Look("j").error().reason, Reason::NotFound);
  EXPECT_TRUE(At(forgetful).Stop("j"));
}

TEST(RayEngine, NewsAreWholeLinesOnce) {
  News news;
  std::string words =
      "Ray says hello\n(pid=1, ip=10.0.0.2) @cairn {\"stage\": \"a\", \"text\": \"x\"}\n@cairn {\"stage\": "
      "\"b\"";
  EXPECT_THAT(news.In(words), SizeIs(1));
  words += "}\n@cairn {\"stage\": \n@cairn {\"other\": 1}\n@cairn [1]\n";
  const auto more = news.In(words);
  ASSERT_THAT(more, SizeIs(1));
  EXPECT_EQ(more.front().Text("stage"), "b");
  EXPECT_THAT(news.In(words), SizeIs(0));
}

}  // namespace
}  // namespace cairn::pipeline
